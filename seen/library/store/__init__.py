"""Folders, files and titles in PostgreSQL. The only SQL of the room."""

from seen.library.store.files import (
    companions,
    files_of,
    item,
    items,
    items_of_media,
    stream,
    streams_of,
)
from seen.library.store.roots import delete_root, finish_root, insert_root, roots, set_root_state
from seen.library.store.scanned import (
    forget_scan,
    known_files,
    move_item,
    move_items,
    replace_episodes,
    replace_sidecars,
    replace_streams,
    set_found,
    set_match,
    set_missing,
    sidecars,
    upsert_item,
)
from seen.library.store.titles import counts, find_titles, genres, nearest_title, titles

__all__ = [
    "companions",
    "counts",
    "delete_root",
    "files_of",
    "find_titles",
    "finish_root",
    "forget_scan",
    "genres",
    "insert_root",
    "item",
    "items",
    "items_of_media",
    "known_files",
    "move_item",
    "move_items",
    "nearest_title",
    "replace_episodes",
    "replace_sidecars",
    "replace_streams",
    "roots",
    "set_found",
    "set_match",
    "set_missing",
    "set_root_state",
    "sidecars",
    "stream",
    "streams_of",
    "titles",
    "upsert_item",
]
