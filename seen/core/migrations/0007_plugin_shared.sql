-- What all processes share of a plugin: values it keeps, and the budgets of the services it asks.
-- depends: 0006_tracking

create table plugin_shared (
    instance_id text not null,
    key         text not null,
    value       bytea not null, -- sealed
    until       timestamptz,    -- null: for ever
    primary key (instance_id, key)
);

-- The other two are written with every request to a service and are worth nothing after a crash,
-- so they are not logged: no commit waits for the disk, and a crash empties them.
create unlogged table plugin_slots (
    instance_id text not null,
    name        text not null,
    slot        integer not null,
    holder      uuid not null unique,
    until       timestamptz not null,
    primary key (instance_id, name, slot)
);

create unlogged table plugin_turns (
    instance_id text not null,
    name        text not null,
    next_at     timestamptz not null,
    primary key (instance_id, name)
);
