-- A person's relation to titles. It hangs on the title or the episode, never on a file.
-- depends: 0005_library

create table user_progress (
    user_id          uuid not null references users on delete cascade,
    media_id         uuid not null references media_items on delete cascade,
    episode_id       uuid references show_episodes on delete cascade,
    position_seconds double precision not null check (position_seconds >= 0),
    duration_seconds double precision not null check (duration_seconds >= 0),
    dismissed_at     timestamptz,
    updated_at       timestamptz not null default now(),
    unique nulls not distinct (user_id, media_id, episode_id)
);
create index user_progress_recent on user_progress (user_id, updated_at desc);

create table user_watched (
    id         uuid primary key,
    user_id    uuid not null references users on delete cascade,
    media_id   uuid not null references media_items on delete cascade,
    episode_id uuid references show_episodes on delete cascade,
    source     text not null check (source in ('player', 'hand', 'import')),
    watched_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index user_watched_recent on user_watched (user_id, updated_at desc);
create index user_watched_title on user_watched (user_id, media_id, episode_id);
