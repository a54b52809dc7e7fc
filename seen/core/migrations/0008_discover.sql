-- The catalog kept fresh, found and listed; what people want to watch.
-- depends: 0007_plugin_shared

alter table media_items
    -- What is looked for: title (A), other titles (B), people (D), all folded.
    add column search     tsvector not null default '',
    add column platforms  text[] not null default '{}',
    -- What a card shows, ready: the first genre, and names for the pictures as they are now.
    add column genre      text not null default '',
    add column poster_version   text not null
        generated always as (coalesce(left(md5(nullif(poster_source, '')), 8), 'drawn')) stored,
    add column backdrop_version text not null
        generated always as (coalesce(left(md5(nullif(backdrop_source, '')), 8), 'drawn')) stored,
    -- The provider's own means to tell whether the title changed.
    add column validator  text not null default '',
    -- When the provider is asked again; null for titles that nobody can be asked about.
    add column refresh_at timestamptz,
    -- When its provider said that it has the title no more.
    add column gone_at    timestamptz;
update media_items m set search = setweight(to_tsvector('simple', folded_title), 'A'),
    genre = coalesce((select min(g.name::text) from media_genres mg
                        join genres g on g.id = mg.genre_id where mg.media_id = m.id), '');

create index media_items_search on media_items using gin (search);
create index media_items_prefix on media_items (folded_title text_pattern_ops);
create index media_items_popular on media_items (media_type, popularity desc, id desc);
create index media_items_popular_all on media_items (popularity desc, id desc);
create index media_items_released on media_items (media_type, release_date desc, id desc)
    where release_date is not null;
create index media_items_rated on media_items (media_type, rating desc, id desc)
    where rating is not null;
create index media_items_due on media_items (refresh_at) where refresh_at is not null;
create index media_items_platforms on media_items using gin (platforms);
alter table show_seasons add column refresh_at timestamptz;
create index show_seasons_due on show_seasons (refresh_at) where refresh_at is not null;

-- Every word of a title, for mending what was misspelt.
create table search_words (
    id   bigint generated always as identity unique,
    word text primary key
);

create table discover_sections (
    id           integer generated always as identity primary key,
    key          text not null,
    media_type   text not null check (media_type in ('movie', 'show', 'game')),
    -- The plugin instance the titles are from; empty before the first success.
    provider     text not null default '',
    -- When a provider last gave the list, and when it was last asked.
    refreshed_at timestamptz,
    tried_at     timestamptz,
    problem      text not null default '',
    -- The providers that could have been asked, so that a new one is asked without delay.
    asked        text not null default '',
    unique (key, media_type)
);

create table discover_section_items (
    section_id integer not null references discover_sections on delete cascade,
    position   integer not null check (position >= 0),
    media_id   uuid not null references media_items on delete cascade,
    primary key (section_id, position),
    unique (section_id, media_id)
);
create index discover_section_items_media on discover_section_items (media_id);

-- Up to when a provider's changes have been followed.
create table catalog_changes (
    provider   text not null,
    media_type text not null check (media_type in ('movie', 'show', 'game')),
    seen_until timestamptz not null,
    primary key (provider, media_type)
);

create table user_watch_later (
    user_id  uuid not null references users on delete cascade,
    media_id uuid not null references media_items on delete cascade,
    -- Higher stands further up.
    rank     double precision not null,
    added_at timestamptz not null default now(),
    primary key (user_id, media_id)
);
create index user_watch_later_rank on user_watch_later (user_id, rank desc);
create index user_watch_later_media on user_watch_later (media_id);

create table media_related (
    media_id uuid not null references media_items on delete cascade,
    -- What the other title is to this one: similar, dlc, expansion, parent and the like.
    relation text not null check (relation <> ''),
    position integer not null check (position >= 0),
    other_id uuid not null references media_items on delete cascade,
    primary key (media_id, relation, other_id)
);
create index media_related_other on media_related (other_id);
