-- Of an import of our own export: where a viewing came from, and which title is a list's cover.
-- Beside it the leads of every title, for statistics.
-- depends: 0012_api_tokens

alter table import_rows add column origin text
    check (origin in ('player', 'hand', 'import', 'scrobble'));
alter table import_rows add column list_cover boolean not null default false;

-- The first eight of the cast and whoever directed. Reading whole credits of thousands of titles
-- takes a second and more.
create function leads_of(details jsonb) returns text[] language sql immutable parallel safe
    as $$ select coalesce(array_agg(distinct credit ->> 'name'), '{}') from (
          select credit, place, count(*) filter (where credit ->> 'department' = 'cast')
                 over (order by place) as nth
            from jsonb_array_elements(
                 case when jsonb_typeof(details -> 'credits') = 'array' then details -> 'credits'
                      else '[]' end) with ordinality as each(credit, place)) credits
          where credit ->> 'name' <> ''
            and ((credit ->> 'department' = 'cast' and nth <= 8) or credit ->> 'role' = 'Director')
    $$;
alter table media_items add column leads text[] not null
    generated always as (leads_of(details)) stored;
