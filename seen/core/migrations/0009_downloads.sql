-- Downloads: what somebody asked for, how it goes, and what came of it.
-- depends: 0008_discover

create sequence download_queue_positions as integer;
-- Fencing: whoever takes a job over gets a larger number, and writes with an older one are refused.
create sequence download_lease_tokens;

create table download_jobs (
    id                  uuid primary key,
    user_id             uuid not null references users on delete cascade,
    -- What it is meant to be, where somebody added it from a title's page.
    media_id            uuid references media_items on delete set null,
    -- The library folder it goes to; empty for the one that the settings name.
    root_id             uuid references library_roots on delete set null,
    source_type         text not null check (source_type in ('magnet', 'torrent', 'direct', 'http')),
    source              text not null check (source <> ''),
    scheme              text not null check (scheme in ('magnet', 'torrent', 'http', 'https')),
    -- Names the content where that is known before it is there, so that nothing comes twice at once.
    content_key         text not null default '',
    title               text not null default '',
    status              text not null default 'queued'
                        check (status in ('queued', 'preparing', 'downloading', 'stalled',
                                          'retrying', 'completed', 'failed', 'cancelled')),
    queue_position      integer,
    priority            smallint not null default 0 check (priority between -1 and 1),
    -- What somebody wants; held is what the worker made of it, or of a full disk.
    paused              boolean not null default false,
    held                boolean not null default false,
    progress_percent    integer not null default 0 check (progress_percent between 0 and 100),
    bytes_total         bigint not null default 0 check (bytes_total >= 0),
    bytes_downloaded    bigint not null default 0 check (bytes_downloaded >= 0),
    download_speed_mbps double precision not null default 0 check (download_speed_mbps >= 0),
    -- The last speeds in bytes per second, oldest first.
    speeds              bigint[] not null default '{}',
    eta_seconds         integer check (eta_seconds >= 0),
    engine_instance_id  text,
    engine_id           text not null default '',
    engine_job_id       text,
    -- What goes on right now, or what is waited for; error_message is why it failed.
    status_message      text not null default '',
    error_message       text not null default '',
    retry_count         smallint not null default 0 check (retry_count >= 0),
    not_before          timestamptz,
    -- An engine may still hold the job, or its folder has to go.
    needs_release       boolean not null default false,
    -- Somebody took it off the list; the row goes when its folder is gone.
    removed             boolean not null default false,
    import_state        text check (import_state in ('waiting', 'importing', 'imported', 'blocked')),
    import_reason       text not null default '',
    lease_owner         text,
    lease_token         bigint,
    lease_until         timestamptz,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    started_at          timestamptz,
    completed_at        timestamptz,
    cancelled_at        timestamptz,
    unique (engine_instance_id, engine_job_id),
    check (status <> 'completed' or progress_percent = 100),
    check ((status = 'completed') = (import_state is not null))
);
create index download_jobs_created on download_jobs (user_id, created_at desc);
create index download_jobs_recent on download_jobs (user_id, updated_at desc, id desc);
create index download_jobs_status on download_jobs (user_id, status, updated_at desc);
create index download_jobs_waiting on download_jobs (status, created_at)
    where status in ('queued', 'retrying');
create index download_jobs_queue on download_jobs (priority desc, queue_position, id)
    where status in ('queued', 'retrying');
create index download_jobs_work on download_jobs (lease_owner)
    where status in ('preparing', 'downloading') or needs_release;
create index download_jobs_stalled on download_jobs (not_before) where status = 'stalled';
create index download_jobs_unfinished on download_jobs (status)
    where status in ('queued', 'preparing', 'downloading', 'stalled', 'retrying');
create index download_jobs_import on download_jobs (completed_at)
    where import_state in ('waiting', 'importing');
create index download_jobs_content on download_jobs (content_key) where content_key <> '';
create index download_jobs_media on download_jobs (media_id) where media_id is not null;
create index download_jobs_engine on download_jobs (engine_instance_id)
    where engine_instance_id is not null;

create table download_events (
    id               bigint generated always as identity primary key,
    job_id           uuid not null references download_jobs on delete cascade,
    status           text not null,
    message          text not null default '',
    progress_percent integer not null default 0,
    payload          jsonb not null default '{}',
    created_at       timestamptz not null default clock_timestamp()
);
create index download_events_job on download_events (job_id, created_at desc);

create table download_files (
    id            bigint generated always as identity primary key,
    job_id        uuid not null references download_jobs on delete cascade,
    -- Below the job's folder.
    path          text not null check (path <> ''),
    size_bytes    bigint not null default 0 check (size_bytes >= 0),
    done_bytes    bigint not null default 0 check (done_bytes >= 0),
    -- What became of it: waits, is in the library, or was kept out for a reason.
    state         text not null default 'waiting' check (state in ('waiting', 'imported', 'kept_out')),
    reason        text not null default '',
    imported_path text not null default '',
    unique (job_id, path)
);

create table download_torrents (
    job_id   uuid primary key references download_jobs on delete cascade,
    metainfo bytea not null
);

-- Engines that an admin wants to leave: their jobs end there, or move to another one.
create table download_engines_leaving (
    instance_id  text primary key,
    way          text not null check (way in ('drain', 'move')),
    requested_at timestamptz not null default now()
);

-- What one person may have, where that differs from the settings; null is as the settings say.
create table download_quotas (
    user_id uuid primary key references users on delete cascade,
    jobs    integer check (jobs >= 0),
    bytes   bigint check (bytes >= 0)
);

alter table library_items add constraint library_items_source_job
    foreign key (source_job_id) references download_jobs on delete set null;
create index library_items_job on library_items (source_job_id) where source_job_id is not null;
