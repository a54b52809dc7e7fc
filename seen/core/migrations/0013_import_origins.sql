-- Of an import of our own export: where a viewing came from, and which title is a list's cover.
-- depends: 0012_api_tokens

alter table import_rows add column origin text
    check (origin in ('player', 'hand', 'import', 'scrobble'));
alter table import_rows add column list_cover boolean not null default false;
