"""Pure rules of the catalog: what a title is, which lists there are, what is found, what is due."""

from seen.catalog.model.titles import (
    EpisodeRow,
    SeasonRow,
    Summary,
    Title,
    details_document,
    external_links,
    folded_title,
    part_path,
    picture_path,
    picture_version,
    refs_of,
    sane_year,
    sort_title,
    title_path,
    year_of,
)

__all__ = [
    "EpisodeRow",
    "SeasonRow",
    "Summary",
    "Title",
    "details_document",
    "external_links",
    "folded_title",
    "part_path",
    "picture_path",
    "picture_version",
    "refs_of",
    "sane_year",
    "sort_title",
    "title_path",
    "year_of",
]
