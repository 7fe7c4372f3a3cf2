"""Signs of life: made when a person does something with their own hands, and never by work in the background.

    by_act     after a ring, a letter, a visit to the room, a command at a terminal: at most twice a day
    now        because the person says so
    away       because they say for how long they will not
    by_hand    by a key of its own in a file, for a switch by the door; no home is opened

With each goes a note to every guardian, always of the same length, which is nearly always empty. A person who
is made to keep their watch types their second word, and for five weeks the notes call for help: nothing that
is shown, sent or waited for is another then.
"""

import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import scrypt
from pathlib import Path

from twinbell.client import folder, watch
from twinbell.client.home import Home
from twinbell.client.transport import Transport
from twinbell.client.watch import Own
from twinbell.client.watchrelay import WatchRelay
from twinbell.crypto.signing import SigningKey
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, Mistaken, NotFound, Refused, Stale, TwinbellError
from twinbell.wire.fields import Fields
from twinbell.wire.life import Alive, Away, Life, Note, next_n, notes_hash
from twinbell.wire.limits import ID_BYTES, WATCH_AWAY_S_MAX
from twinbell.wire.terms import Change

DAY_S = 86_400
DURESS_S = 35 * DAY_S  # guardians see a note at most once a week: it has to be there for more than one
EVERY_S = 12 * 3600  # one that nobody asked for: twice a day says all that a watch of days can hear
AGAIN_S = 600  # one that failed is due at the next act, and not at every one
CONNECT_S, ANSWER_S = 2.0, 3.0  # a person has done something else, and should not wait for this
TRIES = 3

WORD_LENGTH_MIN = 4
SALT_BYTES, HASH_BYTES = 16, 32
WORDS_BYTES_MAX = 256

Sign = Callable[[int], Life]


def is_due(home: Home) -> bool:
    """Say whether a sign of life is due at an act: one look into the vault."""
    now_s = home.now_s
    return bool(
        home.vault.one(
            "select 1 from watch where alive_s not between ?1 and ?2 and tried_s not between ?3 and ?2",
            now_s - EVERY_S,
            now_s,
            now_s - AGAIN_S,
        )
    )


def by_act(home: Home) -> None:
    """After a person has done something: sign life where it is due. What fails is due again; nobody waits."""
    now_s = home.now_s
    for own in watch.every(home):
        row = home.vault.one("select alive_s from watch where id = ?", own.id)
        if row is None or now_s - EVERY_S <= row[0] <= now_s:
            continue
        home.vault.run("update watch set tried_s = ? where id = ?", now_s, own.id)
        transport = Transport(own.bond.relay, ca=home.ca, connect_s=CONNECT_S)
        try:
            now(home, own, WatchRelay(transport, silence_s=ANSWER_S))
        except TwinbellError:
            continue
        finally:
            transport.close()


def now(home: Home, own: Own, asks: WatchRelay | None = None) -> None:
    """Sign life and bring it to the relay; raise what it answers."""
    asks = asks or watch.relay(home, own)
    duress = _calls_for_help(home, own)
    terms = own.terms
    notes = {
        each.appointed.seat: Note(duress, home.now_s // DAY_S).seal(each.bond.pendant.peer.letter, own.id)
        for each in watch.asked(home, own)
        if each.appointed.agreed
    }

    def sign(n: int) -> Life:
        day = home.now_s // DAY_S
        alive = Alive(watch=own.id, epoch=terms.epoch, n=n, day=day, notes=notes_hash(notes))
        return Life(alive.sign(own.key), notes)

    _bring(home, own, asks, sign)


def away(home: Home, own: Own, until_s: int) -> None:
    """Say until when the person will not be heard from, or by 0 that they are back. A sign of life too."""
    if until_s and not home.now_s < until_s <= home.now_s + WATCH_AWAY_S_MAX:
        raise Mistaken("You can be away until a day that lies ahead, for 400 days at most.")

    def sign(n: int) -> Life:
        # The number is taken now, whatever the day of the absence: it may end no later than 400 days from it.
        record = Away(watch=own.id, n=n, from_s=min(home.now_s, n), until_s=until_s)
        return Life(record.sign(own.key))

    _bring(home, own, watch.relay(home, own), sign)


def _bring(home: Home, own: Own, asks: WatchRelay, sign: Sign) -> None:
    (n,) = home.vault.one("select n from watch where id = ?", own.id) or (0,)
    _bring_above(asks, own.id, sign, home.now_s, max(n, own.owned.life_n), told=lambda n: _told(home, own, n))


def _bring_above(
    asks: WatchRelay, id_: bytes, sign: Sign, now_s: int, n: int, *, told: Callable[[int], None]
) -> None:
    for _ in range(TRIES):
        n = next_n(now_s, n)
        try:
            asks.live(id_, sign(n))
        except Stale as stale:  # another device of ours, or a hand, was faster
            if stale.newest is None:
                raise
            n = stale.newest
            continue
        told(n)
        return
    raise Refused("Somebody else signs life for this watch at this moment.")


def _told(home: Home, own: Own, n: int) -> None:
    home.vault.run(
        "update watch set n = max(n, ?), alive_s = ?, tried_s = ? where id = ?",
        n,
        home.now_s,
        home.now_s,
        own.id,
    )


def _calls_for_help(home: Home, own: Own) -> bool:
    row = home.vault.one("select duress_s from watch where id = ?", own.id)
    return row is not None and home.now_s < row[0]


# The two words.


def set_words(home: Home, own: Own, usual: str, second: str) -> None:
    """Keep the two words of `alive --word`: the usual one, and the one that calls for help."""
    one, other = _normal(usual), _normal(second)
    if min(len(one), len(other)) < WORD_LENGTH_MIN:
        raise Mistaken(f"A word has {WORD_LENGTH_MIN} letters or more.")
    if one == other:
        raise Mistaken("The two words have to differ.")
    salt = secrets.token_bytes(SALT_BYTES)
    record = encode({"salt": salt, "usual": _hash(one, salt), "second": _hash(other, salt)})
    home.vault.run("update watch set words = ? where id = ?", record, own.id)


def answer(home: Home, own: Own, word: str) -> None:
    """Sign life after one of the two words was typed, by the same steps whichever it was.

    Raises `Refused` for a word that is neither.
    """
    row = home.vault.one("select words from watch where id = ?", own.id)
    if row is None or row[0] is None:
        raise NotFound("No words are set for this watch.", hint="`twinbell watch word` sets them.")
    fields = Fields(decode_map(row[0], bytes_max=WORDS_BYTES_MAX), "two words")
    typed = _hash(_normal(word), fields.data("salt", SALT_BYTES))
    is_usual = hmac.compare_digest(typed, fields.data("usual", HASH_BYTES))
    is_second = hmac.compare_digest(typed, fields.data("second", HASH_BYTES))
    if not (is_usual or is_second):
        raise Refused("This is not your word.")
    # The usual word leaves a call for help as it is: whoever forces a second answer must not end it.
    home.vault.run(
        "update watch set duress_s = max(duress_s, ?) where id = ?",
        home.now_s + DURESS_S if is_second else 0,
        own.id,
    )
    now(home, own)


def _normal(word: str) -> str:
    return " ".join(word.casefold().split())


def _hash(word: str, salt: bytes) -> bytes:
    return scrypt(word.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=HASH_BYTES)


# A hand: a key of its own, that may sign life and nothing else.

_HEAD = "twinbell hand"


@dataclass(frozen=True, slots=True)
class Hand:
    """What a hand's file holds: where the watch is, and a key that its terms name."""

    relay: str
    watch: bytes
    key: SigningKey
    epoch: int

    def text(self) -> str:
        """Return the file."""
        lines = [
            f"{_HEAD}: may sign life for one watch, and nothing else",
            f"relay {self.relay}",
            f"watch {self.watch.hex()}",
            f"epoch {self.epoch}",
            f"key {self.key.seed.hex()}",
        ]
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Hand":
        head, *lines = text.splitlines() or [""]
        named = dict(line.split(" ", 1) for line in lines if " " in line)
        try:
            hand = cls(
                named["relay"],
                bytes.fromhex(named["watch"]),
                SigningKey(bytes.fromhex(named["key"])),
                int(named["epoch"]),
            )
        except (KeyError, ValueError, TwinbellError):
            raise Damaged("This is not the file of a hand.") from None
        if not head.startswith(_HEAD) or len(hand.watch) != ID_BYTES:
            raise Damaged("This is not the file of a hand.")
        return hand


def add_hand(home: Home, own: Own, path: Path) -> None:
    """Write a new hand's file, which must not be there yet, and put its key into the terms."""
    hand = Hand(own.bond.relay, own.id, SigningKey.generate(), own.owned.epoch)
    terms = own.terms
    new = replace(terms, hands=(*terms.hands, hand.key.verify_key.raw))
    watch.judged(watch.look(home, own), new, known=own.owned.number)
    folder.write_new(path, hand.text().encode())
    try:
        watch.change(home, own, new)
    except BaseException:
        with suppress(FileNotFoundError):
            path.unlink()
        raise


def remove_hand(home: Home, own: Own, start: str) -> Change:
    """Take the hand whose public key begins so out of the terms; say when that holds."""
    terms = own.terms
    left = tuple(key for key in terms.hands if not key.hex().startswith(start.lower()))
    if not start or len(left) != len(terms.hands) - 1:
        raise NotFound(f"There is no one hand that begins with {start}.")
    return watch.change(home, own, replace(terms, hands=left))


def by_hand(path: Path, *, now_s: int, ca: str | None = None) -> tuple[str, bytes]:
    """Sign life by a hand's file and bring it to the relay; return relay and watch. No home is needed."""
    folder.private(path)
    hand = Hand.parse(path.read_text("ascii"))
    transport = Transport(hand.relay, ca=ca)

    def sign(n: int) -> Life:
        day = now_s // DAY_S
        alive = Alive(watch=hand.watch, epoch=hand.epoch, n=n, day=day, notes=notes_hash({}))
        return Life(alive.sign(hand.key))

    try:
        _bring_above(WatchRelay(transport), hand.watch, sign, now_s, 0, told=lambda n: None)
    finally:
        transport.close()
    return transport.name, hand.watch


def check_id(text: str) -> bytes:
    """Return the id of a watch that a person typed."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != ID_BYTES:
        raise Mistaken("The id of a watch is 32 digits, as its page shows them.")
    return found
