-- Tokens that people give to programs.
-- depends: 0011_imports

create table api_tokens (
    id           uuid primary key,
    user_id      uuid not null references users on delete cascade,
    name         text not null check (name <> ''),
    token_hash   bytea not null unique,
    scopes       text[] not null check (
                     cardinality(scopes) > 0
                     and scopes <@ array['read', 'track', 'download', 'scrobble', 'admin']),
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz
);
create index api_tokens_owner on api_tokens (user_id, created_at desc);
