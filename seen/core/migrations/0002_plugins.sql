-- Desired and observed state of plugins are two tables: what the admin wants, what a process sees.
-- depends: 0001_accounts

create table plugin_instances (
    id         text primary key check (id ~ '^[a-z][a-z0-9_]{1,62}$'),
    plugin     text not null,
    enabled    boolean not null default true,
    position   integer not null default 0,
    config     jsonb not null default '{}',
    revision   bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table plugin_status (
    instance_id text not null,
    process     text not null,
    state       text not null check (state in (
                    'disabled', 'starting', 'running', 'needs_setup', 'incompatible',
                    'broken', 'failed', 'blocked', 'skipped')),
    reason      text not null default '',
    health      text not null default '' check (health in ('', 'healthy', 'degraded', 'failed')),
    version     text not null default '',
    revision    bigint not null default 0,
    deaths      integer not null default 0, -- processes in a row that died while starting it
    updated_at  timestamptz not null default now(),
    primary key (instance_id, process)
);
