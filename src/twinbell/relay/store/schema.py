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
)

APPLICATION_ID = 0x7477696E  # "twin": the `file` program and a careful person can tell whose database this is
