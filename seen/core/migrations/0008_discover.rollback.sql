drop table user_watch_later, media_related, catalog_changes, discover_section_items, discover_sections,
    search_words;
alter table show_seasons drop column refresh_at;
alter table media_items
    drop column search, drop column platforms, drop column validator, drop column refresh_at,
    drop column gone_at, drop column genre, drop column poster_version, drop column backdrop_version;
drop index media_items_prefix, media_items_popular, media_items_popular_all, media_items_released, media_items_rated;
