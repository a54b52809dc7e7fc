-- What people think of titles, what they do with games, how they gather titles; and every act on
-- these, with what each row was before, so that it can be taken back.
-- depends: 0009_downloads

alter table user_watched drop constraint user_watched_source_check;
alter table user_watched add constraint user_watched_source_check
    check (source in ('player', 'hand', 'import', 'scrobble'));
create index user_watched_when on user_watched (user_id, watched_at desc, id desc);

-- Of a title, one of its seasons or one of its episodes. 0 to 100, whatever scale a person sees.
create table user_ratings (
    user_id       uuid not null references users on delete cascade,
    media_id      uuid not null references media_items on delete cascade,
    season_number integer check (season_number >= 0),
    episode_id    uuid references show_episodes on delete cascade,
    rating        smallint not null check (rating between 0 and 100),
    rated_at      timestamptz not null default now(),
    unique nulls not distinct (user_id, media_id, season_number, episode_id),
    check (season_number is null or episode_id is null)
);
create index user_ratings_recent on user_ratings (user_id, rated_at desc, media_id);

create table user_favorites (
    user_id  uuid not null references users on delete cascade,
    media_id uuid not null references media_items on delete cascade,
    added_at timestamptz not null default now(),
    primary key (user_id, media_id)
);
create index user_favorites_recent on user_favorites (user_id, added_at desc, media_id);

-- Nobody but their writer reads them.
create table user_notes (
    user_id    uuid not null references users on delete cascade,
    media_id   uuid not null references media_items on delete cascade,
    body       text not null check (body <> ''),
    updated_at timestamptz not null default now(),
    primary key (user_id, media_id)
);

-- Where a person stands with a game; a movie or a show that somebody paused or dropped.
create table user_states (
    user_id            uuid not null references users on delete cascade,
    media_id           uuid not null references media_items on delete cascade,
    status             text not null
                       check (status in ('wishlist', 'backlog', 'active', 'paused', 'completed',
                                         'dropped', 'endless')),
    -- What the person has the game for.
    platform           text not null default '',
    -- Played elsewhere or before there were sessions; sessions come on top.
    seconds_played     bigint not null default 0 check (seconds_played >= 0),
    completion_percent smallint check (completion_percent between 0 and 100),
    updated_at         timestamptz not null default now(),
    primary key (user_id, media_id)
);
create index user_states_status on user_states (user_id, status, updated_at desc, media_id);

create table user_play_sessions (
    id         uuid primary key,
    user_id    uuid not null references users on delete cascade,
    media_id   uuid not null references media_items on delete cascade,
    seconds    integer not null check (seconds > 0),
    note       text not null default '',
    started_at timestamptz not null
);
create index user_play_sessions_title on user_play_sessions (user_id, media_id, started_at desc);
create index user_play_sessions_when on user_play_sessions (user_id, started_at desc);

create table collections (
    id          uuid primary key,
    user_id     uuid not null references users on delete cascade,
    kind        text not null check (kind in ('manual', 'smart')),
    name        text not null check (name <> ''),
    description text not null default '',
    -- The saved filter of a smart collection.
    filter      jsonb not null default '{}',
    -- Whether everybody in the household sees it.
    shared      boolean not null default false,
    cover_id    uuid references media_items on delete set null,
    created_at  timestamptz not null default now()
);
create index collections_owner on collections (user_id, created_at desc);
create index collections_shared on collections (created_at desc) where shared;

create table collection_items (
    collection_id uuid not null references collections on delete cascade,
    media_id      uuid not null references media_items on delete cascade,
    -- Lower stands further up.
    rank          double precision not null,
    added_at      timestamptz not null default now(),
    primary key (collection_id, media_id)
);
create index collection_items_rank on collection_items (collection_id, rank);
create index collection_items_media on collection_items (media_id);

-- The series that titles belong to, for collections that make themselves.
create function franchises_of(details jsonb) returns text[] language sql immutable parallel safe
    as $$ select coalesce(array_agg(name), '{}') from jsonb_array_elements_text(
          case when jsonb_typeof(details -> 'franchises') = 'array' then details -> 'franchises'
               else '[]' end) as name $$;
alter table media_items add column franchises text[] not null
    generated always as (franchises_of(details)) stored;
create index media_items_franchises on media_items using gin (franchises)
    where franchises <> '{}';

create table user_acts (
    id         uuid primary key,
    user_id    uuid not null references users on delete cascade,
    kind       text not null check (kind <> ''),
    media_id   uuid references media_items on delete set null,
    -- What the act's sentence needs: numbers, names.
    facts      jsonb not null default '{}',
    created_at timestamptz not null default now(),
    -- The act that took this one back.
    undone_by  uuid references user_acts on delete set null deferrable initially deferred
);
create index user_acts_recent on user_acts (user_id, created_at desc, id desc);
create index user_acts_old on user_acts (created_at);

create table user_act_changes (
    id         bigint generated always as identity primary key,
    -- Checked at the commit: an act is written when it is known what it did.
    act_id     uuid not null references user_acts on delete cascade deferrable initially deferred,
    table_name text not null,
    before     jsonb,
    after      jsonb
);
create index user_act_changes_act on user_act_changes (act_id, table_name, id);

-- Notes what each row was and became while an act goes on (seen.act names it). Outside of an act,
-- a player's report of a position for one, nothing is noted.
create function note_act_change() returns trigger language plpgsql set timezone = 'UTC' as $$
declare
    act text := current_setting('seen.act', true);
begin
    if act <> '' then
        insert into user_act_changes (act_id, table_name, before, after) values
            (act::uuid, tg_table_name,
             case when tg_op <> 'INSERT' then to_jsonb(old) end,
             case when tg_op <> 'DELETE' then to_jsonb(new) end);
    end if;
    return null;
end $$;

create trigger noted after insert or update or delete on user_progress
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_watched
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_watch_later
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_ratings
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_favorites
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_notes
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_states
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on user_play_sessions
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on collections
    for each row execute function note_act_change();
create trigger noted after insert or update or delete on collection_items
    for each row execute function note_act_change();
