"""The tables of a vault, in numbered steps. A step that has been released is never changed.

Records are the CBOR profile of `encoding`; times are whole seconds since 1970; ids are raw bytes.
"""

STEPS = (
    """
-- Settings of this home. Names are ours: "kit", "ca", "default bond" and such.
create table setting (
    name text primary key,
    value text not null
);

-- A bell that is on its way: given or answered, not yet a bond and not yet burnt.
create table bell (
    id blob primary key,            -- 16 bytes, ours
    giver integer not null,         -- 1: we gave it, 0: we answer it
    form text not null,             -- spoken or link
    name text not null,             -- what we are called in this bond
    relay text not null,            -- where the pairing is
    nameplate text,                 -- null until the relay has named it
    token blob not null,            -- our right at this pairing, 32 bytes
    state blob not null,            -- the record of `bond.bell`, with its secret
    stage text not null,            -- what is to be done next: see `client/bells`
    message blob,                   -- what we said last, to be said again until it has been heard
    expires_s integer not null,
    made_s integer not null
);

-- A bond: our pendant, and what lists show without opening its record.
create table bond (
    id blob primary key,            -- 32 bytes, both sides compute the same
    number integer not null unique, -- in the order in which they were made
    me text not null,
    peer text not null,             -- what the other one is called here; may be changed
    pendant blob not null,          -- the record of `bond.pendant`: keys, chains, counters
    relay text not null,            -- where our inbox is
    since_s integer not null,
    verified_s integer,             -- when a person said that the words were the same
    kit_confirmed_s integer,        -- when a person showed that the kit is on paper
    cursor integer not null,        -- everything in our inbox up to here is in this vault
    acknowledged integer not null,  -- up to here the relay has been told so
    mailbox_s integer               -- when our inbox was last made or renewed; null: it has to be
);

-- What is to be sent: bodies in clear, as the journal keeps them. Sealing happens when they go.
create table outbox (
    number integer primary key autoincrement,
    bond blob not null references bond,
    kind text not null,             -- ring, letter, prekey, ...
    target text not null,           -- peer or self
    body blob not null,             -- the envelope's clear body, never sealed to a key that may go
    blob_id blob,                   -- 16 bytes: a file that goes with it
    blob_file text,                 -- its name in letters/
    deposit_id blob,                -- 16 bytes: once set, `sealed` is repeated unchanged
    sealed blob,
    tries integer not null default 0,
    made_s integer not null
);

-- A letter, in or out. Its text is in letters/<id>.age and nowhere else.
create table letter (
    id blob not null,               -- 16 bytes, the writer chose it
    bond blob not null references bond,
    outgoing integer not null,
    state text not null,            -- sending, sent; waiting, opened, damaged
    opens_s integer not null,       -- by the wish; 0: at once
    lock blob not null,             -- lock.cbor as received, the record that was hashed
    file_hash blob not null,        -- SHA-256 of letters/<id>.age
    eml_hash blob not null,         -- SHA-256 of letter.eml.age, as the envelope says
    bytes integer not null,
    at_s integer not null,          -- written, or received whole
    opened_s integer,
    letter_key blob,                -- only where the writer chose to keep it
    primary key (bond, id)
);

-- A file that is still coming: its envelope is saved, its blob is not whole yet.
create table coming (
    bond blob not null references bond,
    seq integer not null,           -- of the envelope that names it
    blob_id blob not null,
    body blob not null,             -- the clear body of that envelope
    arrived_s integer not null,
    primary key (bond, seq)
);

-- What happened, to be told once by `listen`.
create table event (
    number integer primary key autoincrement,
    kind text not null,
    bond blob,
    at_s integer not null,
    record text not null,           -- the JSON object that is printed
    told integer not null default 0
);

-- Envelopes that could not be opened, kept for 30 days.
create table unopened (
    bond blob not null references bond,
    seq integer not null,
    arrived_s integer not null,
    body blob not null,
    primary key (bond, seq)
);

-- Chains that are known here beside the shipped ones, by their computed hash.
create table chain (
    hash blob primary key,
    record blob not null,
    keeper text not null,
    relay text,                     -- where its rounds may be asked for
    retired integer not null default 0
);

-- Verified rounds that were fetched or imported: what opens letters without a network.
create table beacon (
    chain blob not null,
    round integer not null,
    signature blob not null,
    primary key (chain, round)
) without rowid;
""",
)
