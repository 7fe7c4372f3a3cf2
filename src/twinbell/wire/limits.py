"""Every limit between client and relay, each with its reason.

Both ends read them here, so they cannot disagree about what is too long. A relay tells them at
`GET /v1/about`; what an operator may set (`relay/settings.py`) is not here.
"""

# --- ids and tokens

ID_BYTES = 16  # mailbox, deposit and blob ids: chosen by clients, so wide enough never to collide
DEVICE_BYTES = 8  # a device id is unique within one mailbox only
TOKEN_BYTES = 32  # a bearer token is a capability: nobody guesses 256 bits

# --- envelopes

ENVELOPE_BYTES_MAX = 16_384  # clients send 4096; the rest is room for later formats, the relay never looks
BLOBS_PER_ENVELOPE_MAX = 4  # a letter is one blob; a keyring may travel beside it
PAGE_ENVELOPES_MAX = 256  # one answer of `GET …/envelopes`: 4 MiB at most stays in memory
PAGE_ENVELOPES = 64  # what a page holds unless the client asks for more
PAGE_BYTES_MAX = PAGE_ENVELOPES_MAX * (ENVELOPE_BYTES_MAX + 256) + 1024  # what a client must be ready to read
SEQ_MAX = 2**32 - 1  # envelopes one mailbox can ever number: a hundred a second for a year

# --- frames on the WebSocket

FRAME_HEAD_MAX = 28 + ID_BYTES * BLOBS_PER_ENVELOPE_MAX  # the longest head, that of DEPOSIT and ENVELOPE
FRAME_BYTES_MAX = ENVELOPE_BYTES_MAX + FRAME_HEAD_MAX  # nothing larger is ever read into memory
CHANNELS_MAX = 64  # mailboxes on one socket: a person has a handful of bonds, two mailboxes each
WRITE_BUFFER_BYTES_MAX = 262_144  # a reader that does not read costs this much, then it is closed (test D6)
WRITE_BUFFER_BYTES_HIGH = 65_536  # above it no further envelope is fetched from the disk for this reader

# --- mailboxes

DEVICES_MAX = 16  # per person; each holds a cursor that keeps envelopes alive
SINKS_MAX = 16  # tokens that are answered and store nothing, after parting
SETTING_BYTES_MAX = 8_192  # the record that creates or changes a mailbox
SLOT_BYTES_MAX = 65_536  # keyring.age, with every letter identity that a person ever had
SLOT_VERSIONS_KEPT = 3  # a keyring that was overwritten by a broken client can be had back
DEVICE_ASLEEP_S = 90 * 86_400  # a lost phone holds nothing back for longer, if another device has it

# --- blobs

BLOB_BYTES_MAX = 2 * 1024**3  # a letter with 1 GiB of attachments, padded, with room to spare
BLOB_ORPHAN_S = 7 * 86_400  # an upload that no envelope named: a week offline is forgiven
BLOB_SYNC_BYTES = 8 * 1024**2  # an upload is made durable each so often: a cut costs this much at most

# --- pairing mailboxes

PAIRING_M1_BYTES_MAX = 4_096  # an X-Wing key (1216), a CPace point and three hashes fit twice
PAIRING_PART_BYTES_MAX = 16_384  # a sealed bundle
PAIRING_ANSWER_S = 600  # from the first message to the second: one guess, and no long wait for it
PAIRING_FINISH_S = 7 * 86_400  # from the second to the end: a lost phone connection still completes the bond
PAIRING_WAIT_S_MAX = 25  # a long poll is answered before proxies give up at thirty seconds
NAMEPLATE_DIGITS_MAX = 9  # spoken, so short; grows only when the short ones are taken
NAMEPLATE_LINK_CHARS = 26  # 16 random bytes in base32: nobody finds a link's mailbox by trying

# --- push

PUSH_BODY_BYTES_MAX = 4_096  # a subscription as a device sends it
PUSH_ENDPOINT_CHARS_MAX = 2_048  # the longest that push services give out are some five hundred
PUSH_PLAIN_BYTES = 16  # what a push says: nothing, and always as much of it
PUSH_TTL_S = 86_400  # how long a push service keeps trying; after a day the app says it by itself
PUSH_ANSWER_S = 10  # a push service that is slower is tried again later
PUSH_TRIES = 3  # then the next envelope tries
PUSH_UNDER_WAY_MAX = 4_096  # waiting and being sent; beyond it the next envelope tries

# --- the web app

WEB_LIST_BYTES_MAX = 65_536  # app.json: some two hundred files
WEB_FILES_MAX = 256  # a build has a few dozen; each is a path that the relay answers
WEB_FILE_BYTES_MAX = 4 * 1024**2  # the relay holds them in memory, and a phone has to fetch them

# --- rooms

ROOM_SAY_BYTES_MAX = 2_048  # the first frame of a meeting has 1219, those after the greeting 512
ROOM_SAYS_PER_S = 8  # from one seat: twice the beat of a client
ROOM_SAYS_BURST = 256  # likewise at once: what a phone held back while its network was away
ROOMS_PER_SOCKET_MAX = 4  # a person is in one room; more only while one reconnects

# --- watches

WATCH_UNIT_S = 86_400  # a watch that guards letters counts in days; a rehearsal in seconds
WATCH_REHEARSAL_UNIT_S_MAX = 60  # slower, and nobody would see a rehearsal through
WATCH_UNITS_MAX = 400  # each of every, grace and veto: a year at sea, and some days
WATCH_GRACE_DAYS_MIN = 3  # three reminders that lie a day apart take that long
WATCH_GUARDIANS_MAX = 7  # more cannot be asked in turn before somebody is worn out by it
WATCH_HANDS_MAX = 4  # keys beside the watch's own that may sign a sign of life: other devices, a clock
WATCH_TERMS_BYTES_MAX = 4_096  # seven guardians and four hands take some 1,800
WATCH_LIFE_BYTES_MAX = 16_384  # a sign of life and seven notes take some 9,500
WATCH_NOTE_BYTES = 1_264  # 128 sealed by HPKE: an empty note is as long as one that calls for help
WATCH_VOTE_BYTES_MAX = 1_024  # a guardian's answer takes some 250
WATCH_AWAY_S_MAX = 400 * 86_400  # a planned absence; longer, and a watch is better ended
WATCH_AHEAD_S = 86_400  # how far a sign of life may be ahead of the relay: or none could follow it
WATCH_PARCEL_BYTES_MAX = 8_192  # an age file with one identity line, for two recipients, takes some 4,800
WATCH_PARCELS_MAX = 64  # last letters of one bond
WATCH_CHANNELS_MAX = 8  # ways to remind one person; two must work
WATCH_CHANNEL_NAME_CHARS_MAX = 32  # shown in a line of a status
WATCH_CHANNEL_URL_CHARS_MAX = 1_024  # the longest that notification services need are some three hundred
WATCH_CHANNELS_BYTES_MAX = 32_768  # eight subscriptions of the longest kind
WATCH_REMIND_S = 30  # a notification service that is slower has not accepted a reminder
WATCH_DOORBELL_BYTES_MAX = 1_024  # a mailbox and a token
WATCH_GAPS_MAX = 1_000  # spans that were not counted; older ones are forgotten
WATCH_CALLS_MAX = 64  # accepted reminders that a view tells: the first ones of a silence
WATCH_VIEW_BYTES_MAX = 262_144  # a thousand gaps take 60,000, all the rest some 20,000
WATCH_REHEARSAL_KEPT_S = 7 * 86_400  # then the relay deletes it: a rehearsal is over within the hour

# --- requests

HEAD_S = 10  # to send the head of a request, or the first frame on a socket
BODY_S = 30  # to send a small body, or the next part of a large one
HEAD_BYTES_MAX = 8_190  # request line and headers; ours take some 300
IDLE_S = 30  # a kept connection without a request
PING_S = 20  # a socket that is silent for so long is asked, and closed after as much again
ARRIVAL_GRAIN_S = 60  # arrival times are kept by the minute: enough to know a stale ring, too coarse to track
PROBLEM_BYTES_MAX = 4_096  # a problem document is read up to here
