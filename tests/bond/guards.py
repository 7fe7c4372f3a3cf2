"""A writer with a guardian, and the watch between them: what the tests of last letters share."""

from dataclasses import replace
from typing import Any

from tests.bond.people import NOW_S, RELAY, pair
from tests.bond.two import Two

from twinbell.bond import watchevent as we
from twinbell.bond.guardian import GuardianAsk, ReaderSeat
from twinbell.bond.keys import Kind
from twinbell.bond.last import arm
from twinbell.bond.watchkeys import Owned
from twinbell.bond.writing import deposit
from twinbell.crypto import kdf
from twinbell.crypto.signing import SigningKey
from twinbell.wire.life import Alive, Away, Note, notes_hash
from twinbell.wire.terms import Guardian, Terms, consent, watch_id

KEY = SigningKey(kdf.sha256(b"the key of a watch"))
WATCH = watch_id(KEY.verify_key.raw)
STOP = bytes(range(16))
OWNER, READER = b"o" * 32, b"r" * 32
DAY_S = 86_400
OTHER = SigningKey(kdf.sha256(b"another guardian"))
OTHER_SEAT = consent(OTHER, WATCH, NOW_S // DAY_S, token=b"t" * 32)


def ask(**changes):
    fields: dict[str, Any] = {
        "watch": WATCH,
        "every": 30,
        "grace": 7,
        "veto": 7,
        "reader": "Clara",
        "relay": RELAY,
    }
    return GuardianAsk(**(fields | changes))


def terms(*guardians, **changes):
    """Return terms with these guardians and another one, who are all needed."""
    fields: dict[str, Any] = {
        "key": KEY.verify_key.raw, "number": 1, "epoch": 0, "unit_s": DAY_S, "every": 30, "grace": 7,
        "veto": 7, "zone": "Europe/Berlin", "k": 1 + len(guardians), "guardians": (*guardians, OTHER_SEAT),
        "reader": kdf.sha256(READER), "owner": kdf.sha256(OWNER), "stop": kdf.sha256(STOP), "armed": False,
    }  # fmt: skip
    return Terms(**(fields | changes))


def signed(*guardians, **changes):
    return terms(*guardians, **changes).sign(KEY).to_bytes()


def alive(n, note=b"", by=KEY):
    notes = {b"s" * 32: note} if note else {}
    record = Alive(watch=WATCH, epoch=0, n=n, day=n // DAY_S, notes=notes_hash(notes))
    return record.sign(by).to_bytes()


def away(n, until_s):
    return Away(watch=WATCH, n=n, from_s=n, until_s=until_s).sign(KEY).to_bytes()


def reader_seat(**changes):
    fields: dict[str, Any] = {
        "relay": RELAY, "watch": WATCH, "key": KEY.verify_key.raw, "token": READER,
        "terms": signed(), "guardians": ("Ben", "Olga"),
    }  # fmt: skip
    return ReaderSeat(**(fields | changes))


class Guarded(Two):
    """Ana has last letters, Ben is her guardian."""

    def __init__(self, kind=Kind.GUARDIAN):
        super().__init__()
        ana, ben = pair(kind=kind)
        self.sides = {"ana": ana, "ben": ben}

    def kept(self, who):
        return self.sides[who].keyring.watch

    @property
    def appointed(self):
        return self.kept("ana").guardian(WATCH)

    @property
    def seat(self):
        return self.kept("ben").seat(WATCH)

    def agrees(self):
        self.does("ana", we.GuardianAsked(ask()))
        self.does("ben", we.GuardianAnswered(WATCH, True))
        return self

    @property
    def guardian(self):
        """Ben, as he stands in terms."""
        who = self.appointed
        return Guardian(who.seat, kdf.sha256(who.token), who.consent, who.day)

    def signed(self, **changes):
        return signed(self.guardian, **changes)

    def seated(self, **changes):
        self.agrees()
        self.give_seat(**changes)
        return self

    def give_seat(self, **changes):
        self.does("ana", we.SeatGiven(RELAY, WATCH, KEY.verify_key.raw, self.signed(**changes)))

    def looks(self, **seen):
        self.does("ben", we.WatchSeen(WATCH, **seen))

    def note(self, duress, day):
        return Note(duress, day).seal(self.ben.keyring.letter_recipient, WATCH)

    def without_paper(self, who):
        """Let one lose what was kept of the watch, as after paper with an old keyring."""
        side = self.sides[who]
        self.sides[who] = replace(side, keyring=replace(side.keyring, watch=type(side.keyring.watch)()))


def says(two, who, content):
    """Let one send a content as a program that does not keep to the rules would."""
    two.sides[who], effects = deposit(two.sides[who], content, two.now_s, lambda n: bytes(n), by_person=True)
    for effect in effects:
        two.deliver(who, effect)


def refused(two, who):
    return [news.kind for news in two.heard(who, we.WatchRefused)]


ARMED = arm(2, 3)


def share(place=0, epoch=1, armed=ARMED):
    return armed.share(place, watch=WATCH, epoch=epoch)


def owned(**changes):
    fields = {
        "watch": WATCH, "seed": KEY.seed, "owner": b"o" * 32, "reader": READER, "stop": terms().stop,
        "terms": signed(), "gate": b"g" * 1216, "number": 1,
    }  # fmt: skip
    return Owned(**(fields | changes))
