-- Folders, the files in them, and what is inside the files.
-- depends: 0004_catalog

create table library_roots (
    id           uuid primary key,
    path         text not null unique check (path <> ''),
    media_type   text check (media_type in ('movie', 'show', 'game')),
    state        text not null default 'online' check (state in ('online', 'offline')),
    reason       text not null default '',
    file_count   integer not null default 0,
    last_scan_at timestamptz,
    created_at   timestamptz not null default now()
);

create table library_items (
    id                uuid primary key,
    root_id           uuid not null references library_roots on delete cascade,
    media_id          uuid references media_items on delete set null,
    source_job_id     uuid,
    absolute_path     text not null unique,
    -- The exact bytes of a path that is not UTF-8; absolute_path then holds escapes.
    raw_path          bytea,
    file_name         text not null,
    file_size_bytes   bigint not null default 0 check (file_size_bytes >= 0),
    modified_ns       bigint not null default 0,
    container_format  text not null default '',
    video_codec       text not null default '',
    audio_codec       text not null default '',
    duration_seconds  double precision check (duration_seconds >= 0),
    resolution_label  text not null default '',
    edition           text not null default '',
    part              smallint,
    -- What bonus it is (trailer, sample, interview); empty for the real thing.
    extra             text not null default '',
    match_state       text not null default 'unmatched'
                      check (match_state in ('matched', 'unmatched', 'ignored')),
    match_confidence  double precision not null default 0 check (match_confidence between 0 and 1),
    match_locked      boolean not null default false,
    match_reason      text not null default '',
    -- The providers that were asked, so that a new one is asked about what the others did not know.
    asked             text not null default '',
    evidence          jsonb not null default '{}',
    problem           text not null default '',
    missing_since     timestamptz,
    discovered_at     timestamptz not null default now(),
    scanned_at        timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now()
);
create index library_items_state on library_items (match_state, updated_at desc);
create index library_items_media on library_items (media_id, updated_at desc);
create index library_items_root on library_items (root_id);
create index library_items_name on library_items using gin (file_name gin_trgm_ops);

create table library_item_episodes (
    library_item_id uuid not null references library_items on delete cascade,
    episode_id      uuid not null references show_episodes on delete cascade,
    primary key (library_item_id, episode_id)
);
create index library_item_episodes_episode on library_item_episodes (episode_id);

create table library_streams (
    id              uuid primary key,
    library_item_id uuid not null references library_items on delete cascade,
    stream_index    integer not null,
    stream_type     text not null check (stream_type in ('video', 'audio', 'subtitle')),
    codec           text not null default '',
    profile         text not null default '',
    pixel_format    text not null default '',
    language        text not null default '',
    title           text not null default '',
    channels        integer,
    bitrate_kbps    integer,
    width           integer,
    height          integer,
    is_default      boolean not null default false,
    is_forced       boolean not null default false,
    hearing_impaired boolean not null default false,
    -- The side-car file a subtitle comes from; empty for streams inside the media file.
    external_path   text not null default ''
);
create index library_streams_item on library_streams (library_item_id, stream_index);
