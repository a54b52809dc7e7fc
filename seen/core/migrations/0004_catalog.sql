-- Titles and everything known about them.
-- depends: 0003_jobs

create table media_items (
    id                uuid primary key,
    media_type        text not null check (media_type in ('movie', 'show', 'game')),
    title             text not null check (title <> ''),
    original_title    text not null default '',
    sort_title        text not null default '',
    folded_title      text not null default '',
    overview          text not null default '',
    tagline           text not null default '',
    release_date      date,
    release_year      smallint check (release_year between 1850 and 2200),
    end_date          date,
    status            text not null default '',
    runtime_seconds   integer check (runtime_seconds >= 0),
    rating            smallint check (rating between 0 and 100),
    votes             integer not null default 0 check (votes >= 0),
    popularity        double precision not null default 0,
    content_rating    text not null default '',
    original_language text not null default '',
    poster_source     text not null default '',
    backdrop_source   text not null default '',
    details           jsonb not null default '{}',
    provider          text not null default '',
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    refreshed_at      timestamptz
);
create index media_items_release on media_items (media_type, release_date);
create index media_items_sort on media_items (media_type, sort_title, id);
create index media_items_folded on media_items (folded_title);
create index media_items_overview on media_items using gin (overview gin_trgm_ops);

create table media_external_ids (
    source      text not null,
    media_type  text not null check (media_type in ('movie', 'show', 'game')),
    external_id text not null,
    media_id    uuid not null references media_items on delete cascade,
    primary key (source, media_type, external_id)
);
create index media_external_ids_media on media_external_ids (media_id);

create table genres (
    id   integer generated always as identity primary key,
    name citext not null unique
);

create table media_genres (
    media_id uuid not null references media_items on delete cascade,
    genre_id integer not null references genres on delete cascade,
    primary key (media_id, genre_id)
);
create index media_genres_genre on media_genres (genre_id);

create table show_seasons (
    id            uuid primary key,
    media_id      uuid not null references media_items on delete cascade,
    number        integer not null check (number >= 0),
    title         text not null default '',
    overview      text not null default '',
    air_date      date,
    poster_source text not null default '',
    episode_count integer not null default 0,
    refreshed_at  timestamptz,
    unique (media_id, number)
);

create table show_episodes (
    id              uuid primary key,
    media_id        uuid not null references media_items on delete cascade,
    season_id       uuid not null references show_seasons on delete cascade,
    season_number   integer not null check (season_number >= 0),
    number          integer not null check (number >= 0),
    title           text not null default '',
    overview        text not null default '',
    air_date        date,
    runtime_seconds integer check (runtime_seconds >= 0),
    still_source    text not null default '',
    absolute_number integer,
    unique (media_id, season_number, number)
);
create index show_episodes_season on show_episodes (season_id, number);
create index show_episodes_air on show_episodes (air_date);
