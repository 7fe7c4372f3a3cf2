/**
 * Every limit between client and relay, each with its reason.
 *
 * Both ends have them, so they cannot disagree about what is too long. A relay tells its own at
 * `GET /v1/about`; a test compares these with `docs/spec/limits.md`.
 */

// --- ids and tokens

export const ID_BYTES = 16; // mailbox, deposit and blob ids: chosen by clients, so wide enough never to collide
export const DEVICE_BYTES = 8; // a device id is unique within one mailbox only
export const TOKEN_BYTES = 32; // a bearer token is a capability: nobody guesses 256 bits

// --- envelopes

export const ENVELOPE_BYTES_MAX = 16_384; // clients send 4096; the rest is room for later formats
export const BLOBS_PER_ENVELOPE_MAX = 4; // a letter is one blob; a keyring may travel beside it
export const PAGE_ENVELOPES_MAX = 256; // one answer of `GET …/envelopes`: 4 MiB at most stays in memory
export const PAGE_ENVELOPES = 64; // what a page holds unless the client asks for more
export const PAGE_BYTES_MAX = PAGE_ENVELOPES_MAX * (ENVELOPE_BYTES_MAX + 256) + 1024; // a client must read it
export const SEQ_MAX = 2 ** 32 - 1; // envelopes one mailbox can ever number: a hundred a second for a year

// --- frames on the WebSocket

export const FRAME_HEAD_MAX = 28 + ID_BYTES * BLOBS_PER_ENVELOPE_MAX; // that of DEPOSIT and ENVELOPE
export const FRAME_BYTES_MAX = ENVELOPE_BYTES_MAX + FRAME_HEAD_MAX; // nothing larger is ever read into memory
export const CHANNELS_MAX = 64; // mailboxes on one socket: a person has a handful of bonds, two mailboxes each

// --- mailboxes

export const DEVICES_MAX = 16; // per person; each holds a cursor that keeps envelopes alive
export const SINKS_MAX = 16; // tokens that are answered and store nothing, after parting
export const SETTING_BYTES_MAX = 8_192; // the record that creates or changes a mailbox
export const SLOT_BYTES_MAX = 65_536; // keyring.age, with every letter identity that a person ever had
export const SLOT_VERSIONS_KEPT = 3; // a keyring that was overwritten by a broken client can be had back
export const DEVICE_ASLEEP_S = 90 * 86_400; // a lost phone holds nothing back for longer

// --- blobs

export const BLOB_BYTES_MAX = 2 * 1024 ** 3; // a letter with 1 GiB of attachments, padded, with room to spare
export const BLOB_ORPHAN_S = 7 * 86_400; // an upload that no envelope named: a week offline is forgiven
export const BLOB_SYNC_BYTES = 8 * 1024 ** 2; // an upload is made durable each so often: a cut costs this much

// --- pairing mailboxes

export const PAIRING_M1_BYTES_MAX = 4_096; // an X-Wing key (1216), a CPace point and three hashes fit twice
export const PAIRING_PART_BYTES_MAX = 16_384; // a sealed bundle
export const PAIRING_ANSWER_S = 600; // from the first message to the second: one guess, and no long wait for it
export const PAIRING_FINISH_S = 7 * 86_400; // from the second to the end: a lost connection still completes it
export const PAIRING_WAIT_S_MAX = 25; // a long poll is answered before proxies give up at thirty seconds
export const NAMEPLATE_DIGITS_MAX = 9; // spoken, so short; grows only when the short ones are taken
export const NAMEPLATE_LINK_CHARS = 26; // 16 random bytes in base32: nobody finds a link's mailbox by trying

// --- push

export const PUSH_BODY_BYTES_MAX = 4_096; // a subscription as a device sends it

// --- rooms

export const ROOM_SAY_BYTES_MAX = 2_048; // the first frame of a meeting has 1219, those after the greeting 512
export const ROOM_SAYS_PER_S = 8; // from one seat: twice the beat of a client
export const ROOM_SAYS_BURST = 256; // likewise at once: what a phone held back while its network was away
export const ROOMS_PER_SOCKET_MAX = 4; // a person is in one room; more only while one reconnects

// --- watches

export const WATCH_UNIT_S = 86_400; // a watch that guards letters counts in days; a rehearsal in seconds
export const WATCH_REHEARSAL_UNIT_S_MAX = 60; // slower, and nobody would see a rehearsal through
export const WATCH_UNITS_MAX = 400; // each of every, grace and veto: a year at sea, and some days
export const WATCH_GRACE_DAYS_MIN = 3; // three reminders that lie a day apart take that long
export const WATCH_GUARDIANS_MAX = 7; // more cannot be asked in turn before somebody is worn out by it
export const WATCH_HANDS_MAX = 4; // keys beside the watch's own that may sign a sign of life: other devices, a clock
export const WATCH_TERMS_BYTES_MAX = 4_096; // seven guardians and four hands take some 1,800
export const WATCH_LIFE_BYTES_MAX = 16_384; // a sign of life and seven notes take some 9,500
export const WATCH_NOTE_BYTES = 1_264; // 128 sealed by HPKE: an empty note is as long as one that calls for help
export const WATCH_VOTE_BYTES_MAX = 1_024; // a guardian's answer takes some 250
export const WATCH_AWAY_S_MAX = 400 * 86_400; // a planned absence; longer, and a watch is better ended
export const WATCH_AHEAD_S = 86_400; // how far a sign of life may be ahead of the relay: or none could follow it
export const WATCH_PARCEL_BYTES_MAX = 8_192; // an age file with one identity line, for two recipients, takes some 4,800
export const WATCH_PARCELS_MAX = 64; // last letters of one bond
export const WATCH_CHANNELS_MAX = 8; // ways to remind one person; two must work
export const WATCH_CHANNEL_NAME_CHARS_MAX = 32; // shown in a line of a status
export const WATCH_CHANNEL_URL_CHARS_MAX = 1_024; // the longest that notification services need are some three hundred
export const WATCH_CHANNELS_BYTES_MAX = 32_768; // eight subscriptions of the longest kind
export const WATCH_DOORBELL_BYTES_MAX = 1_024; // a mailbox and a token
export const WATCH_GAPS_MAX = 1_000; // spans that were not counted; older ones are forgotten
export const WATCH_CALLS_MAX = 64; // accepted reminders that a view tells: the first ones of a silence
export const WATCH_VIEW_BYTES_MAX = 262_144; // a thousand gaps take 60,000, all the rest some 20,000
export const WATCH_REHEARSAL_KEPT_S = 7 * 86_400; // then the relay deletes it: a rehearsal is over within the hour

// --- requests

export const PING_S = 20; // a socket that is silent for so long is asked, and closed after as much again
export const ARRIVAL_GRAIN_S = 60; // arrival times are kept by the minute: too coarse to track
export const PROBLEM_BYTES_MAX = 4_096; // a problem document is read up to here
