-- People, how they sign in, and what the server was told.
-- depends:

create extension if not exists citext;
create extension if not exists pg_trgm;
create extension if not exists unaccent;

create table users (
    id            uuid primary key,
    email         citext not null unique check (length(email) between 3 and 254),
    display_name  text not null default '' check (length(display_name) <= 80),
    password_hash text not null,
    role          text not null check (role in ('user', 'admin')),
    settings      jsonb not null default '{}',
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    disabled_at   timestamptz
);

create table sessions (
    id           uuid primary key,
    user_id      uuid not null references users on delete cascade,
    kind         text not null check (kind in ('browser', 'api')),
    token_hash   bytea unique,
    user_agent   text not null default '',
    address      text not null default '',
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index sessions_user on sessions (user_id, last_seen_at desc);
create index sessions_expiry on sessions (expires_at);

create table refresh_tokens (
    token_hash bytea primary key,
    session_id uuid not null references sessions on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index refresh_tokens_session on refresh_tokens (session_id);

create table invitations (
    id         uuid primary key,
    token_hash bytea not null unique,
    role       text not null check (role in ('user', 'admin')),
    created_by uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz,
    used_by    uuid references users on delete set null
);

create table server_settings (
    name       text primary key,
    value      jsonb not null,
    updated_at timestamptz not null default now()
);
