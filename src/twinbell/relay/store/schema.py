"""The tables of the embedded store, and the steps that led to them.

A step is applied once, in a transaction with the number that says it was. Never change a step that was
released; add one. The number is SQLite's `user_version`.
"""

STEPS: tuple[str, ...] = (
    # 1: the first schema
    """
-- A mailbox: who owns it, and which numbers its envelopes have had.
create table mailbox (
    number        integer primary key,      -- ours, never shown: short, so that places and indexes stay small
    box           blob    not null unique,  -- its id, 16 bytes, from the client
    owner         blob    not null,         -- SHA-256 of the owner's token
    epoch         integer not null,         -- of the owner's keys; also in epochs.log, outside this database
    reserved_seq  integer not null,         -- seqs up to here may be given out; a restart goes on behind
    sunk          integer not null          -- deposits that were answered and not stored, after parting
) strict;

-- Who may do what, beside the owner.
create table token (
    mailbox  integer not null references mailbox,
    hash     blob    not null,             -- SHA-256 of the token
    right    integer not null,             -- 2 collect, 3 deposit, 4 sink
    name     text    not null,             -- collect: device id in hex; deposit: peer or self; sink: empty
    until_s  integer not null,             -- sink: when it ends; else 0
    primary key (mailbox, hash)
) strict, without rowid;

-- How far each device has collected.
create table device (
    mailbox   integer not null references mailbox,
    name      text    not null,            -- device id in hex
    cursor    integer not null,            -- everything up to this seq is in the device's own journal
    seen_day  integer not null,            -- days since 1970; a device that has not come for 90 is asleep
    missed    integer not null,            -- 1: something was deleted while it slept
    primary key (mailbox, name)
) strict, without rowid;

-- Envelopes that some device still needs. With bodies inside, so never WITHOUT ROWID: such a table spills
-- each body to a page of its own and became four times larger when it was measured. In the order of arrival,
-- so that what is written together lies together: by mailbox, each envelope dirtied pages of its own.
create table envelope (
    place    integer primary key,          -- in the order of arrival at this relay; never shown
    mailbox  integer not null,
    seq      integer not null,             -- within the mailbox, ascending
    id       blob    not null,             -- the deposit's id, from the client: what makes it safe to repeat
    deposit  integer not null,             -- 0 left by the peer, 1 by the person's own devices
    arrived  integer not null,             -- seconds since 1970, rounded down to the minute
    blobs    blob    not null,             -- ids of its blobs, joined
    body     blob    not null
) strict;
create unique index envelope_id on envelope (mailbox, id);

-- keyring.age, opaque to us; the last three versions.
create table slot (
    mailbox  integer not null references mailbox,
    version  integer not null,
    body     blob    not null,
    primary key (mailbox, version)
) strict;

-- Large bodies, which are files in blobs/. A row is written before its file, and deleted before it.
create table blob (
    mailbox  integer not null references mailbox,
    id       blob    not null,
    deposit  integer not null,             -- whose quota it counts in: 0 peer, 1 self
    length   integer not null,
    offset   integer not null,             -- so much of the file was synced
    day      integer not null,             -- of the first upload; unnamed for a week, it is dropped
    place    integer,                      -- the envelope that names it; null: none yet
    primary key (mailbox, id)
) strict, without rowid;
create index blob_place on blob (place) where place is not null;
create index blob_orphan on blob (day) where place is null;

-- Bells that hang. Everything in here ends within a week.
create table pairing (
    nameplate  text    primary key,
    giver      blob    not null unique,    -- SHA-256 of the giver's token: a repeated opening finds it
    answerer   blob,                       -- SHA-256 of the token that brought message 2
    m1         blob    not null,
    m2         blob,
    m3         blob,
    m4         blob,
    expires_s  integer not null,
    burnt      integer not null
) strict, without rowid;
create index pairing_expiry on pairing (expires_s);
""",
    # 2: Web Push
    """
-- Where a device's browser can be woken. Gone with the device.
create table push (
    mailbox   integer not null references mailbox,
    device    text    not null,            -- device id in hex
    endpoint  text    not null,            -- the address at its push service
    p256dh    blob    not null,            -- the browser's public key
    auth      blob    not null,            -- shared with the browser
    primary key (mailbox, device)
) strict, without rowid;
""",
    # 3: watches
    """
-- Counted time (counter.py). All other times here are counted seconds.
create table watch_counter (
    one      integer primary key check (one = 1),
    counted  real    not null,
    floor    integer not null,             -- nothing before it counts for any watch
    gate     real    not null              -- seconds since 1970 by the clock gate, at that count
) strict;
-- When time did not count.
create table watch_gap (
    began    integer not null,             -- seconds since 1970 by the clock gate
    why      text    not null,             -- down, clock or restored
    at       integer not null,             -- where the counter stood
    seconds  integer not null,
    primary key (began, why)
) strict, without rowid;

-- A watch. What is in the terms that hold is here once more, so that a sweep reads no records.
create table watch (
    number    integer primary key,         -- ours, never shown
    id        blob    not null unique,     -- from its public key
    stage     text    not null,            -- as it was found last; what is true is computed
    due       integer,                     -- when anything can change or is to be done; null: never by itself
    base      integer not null,            -- the last sign of life
    away      integer not null,            -- until when the person said they would be away
    returned  integer not null,            -- 1: came back after silence
    stopped   blob    not null,            -- the code that stopped it
    n         integer not null,            -- of the newest sign of life
    unit      integer not null,
    every     integer not null,            -- from here on in seconds, not in units
    grace     integer not null,
    veto      integer not null,
    k         integer not null,
    armed     integer not null,
    zone      text    not null,            -- in whose day reminders go out
    seats     blob    not null,            -- the guardians' keys, joined
    tokens    blob    not null,            -- SHA-256 of what owner, reader and each guardian show, joined
    asked     integer not null,            -- how many guardians were rung since they are asked
    asked_at  integer not null,            -- when all who had not answered were rung last
    over_s    integer                      -- a rehearsal: when it is deleted, by the clock gate
) strict;
create index watch_due on watch (due) where due is not null;
create index watch_stage on watch (stage) where stage <> 'kept';
create index watch_over on watch (over_s) where over_s is not null;

-- Signed records of the writer's: terms that hold and that are to come, signs of life.
create table watch_record (
    watch  integer not null,
    kind   text    not null,               -- terms, pending, newest, shown, away
    at     integer not null,               -- pending: when they hold; else when it came
    body   blob    not null,
    unique (watch, kind)
) strict;

-- The newest answer of each guardian.
create table watch_vote (
    watch   integer not null,
    seat    blob    not null,
    at      integer not null,
    n       integer not null,              -- of the signed record; only the newest of a seat counts
    answer  text    not null,
    body    blob    not null,
    primary key (watch, seat)
) strict, without rowid;

-- Where the writer can be reminded.
create table watch_channel (
    watch     integer not null,
    name      text    not null,
    kind      text    not null,            -- push, apprise
    address   blob    not null,
    next      integer not null,            -- not tried again before
    accepted  integer not null,            -- when the last one was accepted; 0 never
    primary key (watch, name)
) strict, without rowid;
-- The reminders of this silence that a service has accepted.
create table watch_reminder (
    watch    integer not null,
    at       integer not null,
    channel  text    not null,
    primary key (watch, at, channel)
) strict, without rowid;

-- What the recipient gets once there is silence, one for a letter; opaque.
create table watch_parcel (
    watch    integer not null,
    letter   blob    not null,
    fetched  integer not null,             -- when the recipient had it; 0 never
    body     blob    not null,
    unique (watch, letter)
) strict;

-- Whom to ring at a flip, in which mailbox of this relay.
create table watch_doorbell (
    watch  integer not null,
    seat   blob    not null,               -- a guardian's key; empty: the recipient
    box    blob    not null,
    token  blob    not null,               -- SHA-256 of the deposit token
    primary key (watch, seat)
) strict, without rowid;

-- Changes of stage, and repeated questions, on which the relay has not acted to the end.
create table watch_flip (
    number  integer primary key,
    watch   integer not null,
    stage   text    not null,
    at      integer not null,
    first   integer not null               -- asking: guardians before this one were rung already
) strict;
create index watch_flip_watch on watch_flip (watch);

-- Watches that were ended. Whoever could make one anew under its name could make it looser at once.
create table watch_grave (
    id  blob primary key
) strict, without rowid;
""",
)

APPLICATION_ID = 0x7477696E  # "twin": the `file` program and a careful person can tell whose database this is
