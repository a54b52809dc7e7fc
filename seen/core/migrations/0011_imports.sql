-- What people bring from other services: the upload, what its lines say, and what came of it.
-- depends: 0010_tracks

create table import_runs (
    id         uuid primary key,
    user_id    uuid not null references users on delete cascade,
    -- Whose objects read it: an instance of a plugin and the object's id there.
    plugin     text not null,
    importer   text not null,
    -- What people call the service, and the file.
    name       text not null check (name <> ''),
    file_name  text not null,
    state      text not null default 'reading'
               check (state in ('reading', 'ready', 'applying', 'done', 'failed')),
    -- Why it failed, for people.
    message    text not null default '',
    -- The background job at work on it.
    job_run_id uuid,
    -- For each class of changes how many are new, there already and in conflict.
    report     jsonb not null default '{}',
    -- Which classes take the other side where it differs.
    take       text[] not null default '{}',
    -- Checked at the commit: an act is written when it is known what it did.
    act_id     uuid references user_acts on delete set null deferrable initially deferred,
    created_at timestamptz not null default now(),
    ended_at   timestamptz
);
create index import_runs_owner on import_runs (user_id, created_at desc, id desc);
create index import_runs_old on import_runs (created_at);
create index import_runs_act on import_runs (act_id);

-- The upload, until it is read: a worker need not see the disk of whoever took it.
create table import_pieces (
    run_id uuid not null references import_runs on delete cascade,
    number integer not null,
    data   bytea not null,
    primary key (run_id, number)
);

-- What each line says, and which title it means.
create table import_rows (
    run_id             uuid not null references import_runs on delete cascade,
    number             integer not null,
    file               text not null,
    line               integer not null,
    title              text not null,
    kind               text,
    folded             text not null,
    year               integer,
    -- JSON as text, which COPY takes as it is.
    ids                text not null,
    season             integer,
    episode            integer,
    episode_title      text not null,
    watched            boolean not null,
    watched_at         timestamptz,
    -- Only the day is known; watched_at is its noon.
    watched_day        boolean not null,
    rewatch            boolean not null,
    noted_at           timestamptz,
    rating             smallint,
    watch_later        boolean not null,
    favorite           boolean not null,
    note               text not null,
    status             text,
    platform           text not null,
    seconds_played     bigint,
    completion_percent smallint,
    session_seconds    integer,
    position_seconds   double precision,
    duration_seconds   double precision,
    dismissed          boolean not null,
    list_name          text not null,
    list_description   text not null,
    list_shared        boolean not null,
    list_filter        text,
    -- Why the line cannot be used, for people; empty where it can.
    reason             text not null,
    media_id           uuid references media_items on delete set null,
    episode_id         uuid references show_episodes on delete set null,
    primary key (run_id, number)
);
create index import_rows_title on import_rows (run_id, kind, folded);
create index import_rows_media on import_rows (media_id);
create index import_rows_episode on import_rows (episode_id);
