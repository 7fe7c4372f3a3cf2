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

-- A bell that is on its way: given or answered, neither a bond nor burnt yet.
create table bell (
    id blob primary key,            -- 16 bytes, ours
    giver integer not null,         -- 1: we gave it, 0: we answer it
    relay text not null,            -- where it hangs
    state blob not null,            -- a record: the side of `bond.bell`, and the keys its bond would have
    made_s integer not null
);

-- A bond: our pendant, and what lists show without opening its record.
create table bond (
    id blob primary key,            -- 32 bytes, both sides compute the same
    me text not null,
    peer text not null,             -- what the other one is called here; may be changed
    relay text not null,            -- where our inbox is
    pendant blob not null,          -- the record of `bond.pendant`: keys, chains, counters
    since_s integer not null,
    verified integer not null,      -- 1: the words were compared, and nothing has changed since
    kit_confirmed_s integer,        -- when a person showed that the kit is on paper
    cursor integer not null,        -- everything in our inbox up to here is in this vault
    acknowledged integer not null,  -- up to here the relay has been told so
    ticked_s integer not null,      -- when the rules were last told that time has passed
    copy blob                       -- the other one's keyring.age: kept unopened for them
);

-- What is to be told to our own relay: one of a kind, the newest.
create table duty (
    bond blob not null references bond,
    kind text not null,             -- register: set up the inbox; slot: put the keyring into its slot
    data blob not null,
    primary key (bond, kind)
);

-- What we said, in clear, as the journal keeps it: sealing happens when it goes. A body stays after it was
-- sent, since the other one may ask for it again, until they have had it for a month.
create table outbox (
    number integer primary key autoincrement,
    bond blob not null references bond,
    n integer not null,             -- its counter in our chain
    kind text not null,             -- ring, letter, prekey, ...
    body blob not null,
    blob_id blob,                   -- 16 bytes: what goes beside it ...
    blob blob,                      -- ... a small one, whole
    blob_file text,                 -- ... or the name of a file in letters/
    deposit_id blob,                -- 16 bytes; once set, `sealed` is repeated unchanged under it
    sealed blob,
    sent_s integer,                 -- null: it has still to go
    made_s integer not null
);
create index outbox_waiting on outbox (bond, n) where sent_s is null;

-- A letter, in or out. Its text is in letters/<id>.age and nowhere else.
create table letter (
    number integer primary key autoincrement,
    id blob not null,               -- 16 bytes, the writer chose it
    bond blob not null references bond,
    outgoing integer not null,
    state text not null,            -- sending, sent; waiting, opened, damaged
    opens_s integer,                -- by its lock; null: at once, or not by a date
    lock blob not null,             -- lock.cbor: all that shows before the day
    record blob not null,           -- what its envelope says: hashes, length, blob id
    blob_sent integer not null,     -- outgoing: 1 once its file is at the relay and its body in the outbox
    at_s integer not null,          -- written, or received whole
    opened_s integer,
    ready_told integer not null default 0, -- incoming: 1 once `listen` has said that its day has come
    letter_key blob,                -- only where the writer chose to keep it
    writer blob,                    -- incoming: the key its writer signed with when it came, 32 bytes
    unique (bond, id, outgoing)
);

-- What an envelope of our inbox waits for before it may be acknowledged.
create table coming (
    bond blob not null references bond,
    seq integer not null,           -- of the envelope
    arrived_s integer not null,
    envelope blob not null,
    letter blob,                    -- the record of the letter, or null for a small blob
    blob_id blob not null,
    length integer not null,
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

-- Envelopes that did not open, kept for a month; bodies that a newer Twinbell may read, kept for good.
create table kept (
    number integer primary key autoincrement,
    bond blob not null references bond,
    data blob not null,
    until_s integer
);

-- Chains that are known here beside the shipped ones, by their computed hash.
create table chain (
    hash blob primary key,
    record blob not null,
    keeper text not null,
    relay text,                     -- where its rounds may be asked for
    retired integer not null default 0,
    ours integer                    -- 1: one of the two runs it; null: nobody has said
);

-- Verified rounds that were fetched or imported: what opens letters without a network.
create table beacon (
    chain blob not null,
    round integer not null,
    signature blob not null,
    primary key (chain, round)
) without rowid;
""",
    """
-- Quiet hours, in minutes of this machine's day; two that are equal are none. What has ended stays readable.
alter table bond add column quiet_from integer not null default 0;
alter table bond add column quiet_to integer not null default 0;
alter table bond add column parted_s integer;  -- when we ended it

-- Two bits a pixel, as `bond.about` has it; of each person the newest.
create table portrait (
    bond blob not null references bond,
    ours integer not null,
    size integer not null,
    pixels blob not null,
    primary key (bond, ours)
);

-- Letters to give again to one who came back from paper, until their files are at the relay once more.
create table giving (
    bond blob not null references bond,
    letter integer not null references letter,
    blob_id blob not null,          -- 16 bytes: a file that goes again is another blob
    primary key (bond, letter)
);
""",
    """
-- What a bond is for: pair or guardian.
alter table bond add column kind text not null default 'pair';

-- A last letter: the watch whose silence opens it, and the second from which guardians open it without.
alter table letter add column watch blob;      -- 16 bytes; null: not a last letter
alter table letter add column floor_s integer;

-- A watch at which this home has a seat. Which there are is in the keyring of the bond; this is what came of
-- looking at the relay, and may be lost.
create table seat (
    bond blob not null references bond,
    watch blob not null,            -- 16 bytes
    reader integer not null,        -- 1: the last letters are for us; 0: we are a guardian
    view blob,                      -- what the relay showed last
    looked_s integer not null default 0,   -- when that was
    due_s integer not null default 0,      -- look again then; 0: the relay has rung
    refusal text,                   -- why the last look brought nothing
    doorbell blob,                  -- hash of the inbox and token that the relay was given to ring at
    stage text not null default '', -- of the watch, as its person was told it
    asked integer not null default 0,      -- the question (its counted second) that its person was told
    answer text,                    -- a guardian: yes, no or unknown, until it no longer counts
    said_s integer not null default 0,     -- when they said it
    ballot blob,                    -- the signed answer, while it has still to go
    ballot_n integer not null default 0,   -- its number, so that the next one is above
    released_s integer not null default 0, -- when a guardian gave their share to the reader; 0: not
    consent_told integer not null default 0, -- the day of the consent of which they were told that it is old
    primary key (bond, watch)
);

-- What a relay gave out for a last letter: sealed to its reader, and kept whatever the relay does next.
create table parcel (
    bond blob not null references bond,
    letter blob not null,           -- 16 bytes
    data blob not null,
    primary key (bond, letter)
);

-- Shares that their reader typed by hand, by the hash of the gate that they are for.
create table typed (
    gate blob not null,             -- 32 bytes
    words text not null,
    primary key (gate, words)
);
""",
    """
-- A watch of one's own. What it is lies in the keyring of its bond; this is what only this home knows of it.
create table watch (
    id blob primary key,            -- 16 bytes
    bond blob not null references bond,
    stop blob,                      -- the code for the paper page, until its person has it on paper
    taken integer not null default 0,   -- the number of the newest terms that its relay has taken
    n integer not null default 0,       -- the number of our newest sign of life
    alive_s integer not null default 0, -- when its relay last took one
    tried_s integer not null default 0, -- when one was last tried
    duress_s integer not null default 0, -- until then each sign of life calls for help
    words blob,                     -- salt and hashes of the two words of `alive --word`
    channels blob,                  -- a record: where its person is reminded, and when each was tested
    over integer not null default 0,    -- guardians were told that shares of epochs below this may go
    owed integer not null default 1 -- 1: there is something that its relay has not been told
);

-- A last letter that we wrote, beside its row in `letter`.
create table last (
    letter blob primary key,        -- 16 bytes
    watch blob not null,
    epoch integer not null,         -- of the gate that it is behind; 0: it waits here for an arming
    fate blob not null,             -- a record of `bond.fate`
    parcel blob,                    -- the relay's part of its key, until the relay has it
    drops integer not null default 0, -- 1: the relay's part is still to be taken back
    next blob,                      -- the letter that took its place
    opened integer not null default 0 -- 1: its reader has opened it: it is not sealed again
);
""",
    """
-- A rehearsal of one of our watches: a watch of its own in the same bond. The row stays when it is over.
create table rehearsal (
    watch blob primary key,         -- 16 bytes
    bond blob not null references bond,
    begun_s integer not null,
    proof blob,                     -- what its reader sent to show that they have read the letter
    ended_s integer                 -- null: it goes on
);
""",
)
