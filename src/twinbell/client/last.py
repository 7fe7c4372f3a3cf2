"""Last letters of this home: written, held back until the watch is armed, sealed again behind each new gate.

A row in `last` stands before the letter's own, so that no last letter goes without the relay's part of its
key. Before the first arming there are no guardians' shares: such a letter waits here, sealed to its writer
alone in effect, and goes once the watch is armed. The keys that open a last letter are kept (`letter_key`),
since its writer's devices have to open it to seal it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from twinbell.bond import last as gates
from twinbell.bond.fate import Fate
from twinbell.bond.gate import GuardiansGate, KeptChain, Wish
from twinbell.bond.lastlock import plan_last
from twinbell.bond.letter import Attachment
from twinbell.bond.lock import Hold, Lock
from twinbell.client import chains, letters, outgoing, watch
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.letters import LetterRow
from twinbell.client.watch import Own
from twinbell.encoding import decode_map, encode
from twinbell.errors import Refused, Retired

if TYPE_CHECKING:
    pass

DAY_S = 86_400
FLOOR = "in 1 year"  # from then on guardians alone can open it: a relay may be gone by then
FATE_BYTES_MAX = 1024
HELD = 0  # the epoch of a letter that waits for the first arming


class Standing(Enum):
    """How a last letter of ours stands."""

    ARMED = "armed"
    UNARMED = "unarmed"
    REPLACED = "replaced"
    OPENED = "opened"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class LastRow:
    """What is kept of a last letter beside the letter itself."""

    letter: bytes
    watch: bytes
    epoch: int
    fate: Fate
    parcel: bytes | None
    drops: bool
    next: bytes | None
    opened: bool


def every(home: Home, watch_id: bytes) -> list[LastRow]:
    """Return the last letters of a watch, oldest first; those that were sealed again too."""
    rows = home.vault.all(
        "select letter, watch, epoch, fate, parcel, drops, next, opened from last where watch = ? "
        "order by rowid",
        watch_id,
    )
    return [_row(row) for row in rows]


def find(home: Home, letter: bytes) -> LastRow | None:
    """Return what is kept of this last letter; None of any other, and of one that came back from paper."""
    row = home.vault.one(
        "select letter, watch, epoch, fate, parcel, drops, next, opened from last where letter = ?", letter
    )
    return _row(row) if row else None


def current(home: Home, own: Own) -> list[tuple[LastRow, LetterRow]]:
    """Return those that are in force: not sealed again, and not opened by their reader."""
    sealed = {row.id: row for row in letters.every(home.vault, own.bond.id) if row.outgoing}
    return [
        (row, sealed[row.letter])
        for row in every(home, own.id)
        if row.letter in sealed and row.next not in sealed and not row.opened
    ]


def standing(home: Home, letter: LetterRow) -> Standing:
    """Return how a last letter of ours stands, as far as this home knows."""
    if home.vault.one("select 1 from rehearsal where watch = ?", letter.watch):
        return Standing.REHEARSAL
    row = find(home, letter.id)
    if row is None:
        return Standing.UNARMED
    if row.opened:
        return Standing.OPENED
    if row.next is not None and home.vault.one("select 1 from letter where id = ?", row.next):
        return Standing.REPLACED
    own = next((each for each in watch.every(home) if each.id == row.watch), None)
    if own is None or row.epoch == HELD or row.epoch < own.owned.epoch or not own.terms.armed:
        return Standing.UNARMED
    return Standing.ARMED


def in_words(home: Home, letter: LetterRow) -> str:
    """Return how a last letter of ours stands, in a sentence."""
    match standing(home, letter):
        case Standing.ARMED:
            return "It is armed: it opens once you have been silent and guardians help."
        case Standing.REPLACED:
            return "It was sealed again behind a newer gate; this copy is not what its reader will open."
        case Standing.OPENED:
            return "The relay gave out its part when you were silent. What was opened stays open."
        case Standing.REHEARSAL:
            return "It is the letter of a rehearsal, and says nothing but that."
    row = find(home, letter.id)
    if row is not None and row.epoch == HELD:
        return (
            "It is NOT ARMED. It lies on this device alone and goes to nobody until you arm the watch: "
            "`twinbell watch show` says what is missing."
        )
    if letter.letter_key is None:
        return (
            "It is NOT ARMED, and can't be sealed again: its key went with the device on which it was "
            "written. Write it again."
        )
    return "It is NOT ARMED: your silence would not open it. `twinbell watch show` says what is missing."


def write(
    home: Home,
    own: Own,
    *,
    floor: Wish,
    kept: Sequence[KeptChain],
    fate: Fate,
    subject: str,
    text: str,
    attachments: Sequence[Attachment] = (),
    hold: Hold | None = None,
    told: outgoing.Told | None = None,
) -> Lock:
    """Seal a last letter, and return its lock. It goes with `mail.send`, or waits for the first arming.

    Raises `Refused` where the words were not compared: a last letter must not be for somebody in between.
    """
    check(own)
    lock, parcel = _planned(home, own, floor=floor, kept=kept, hold=hold)
    _save(home, own, lock, parcel, fate)
    outgoing.write(
        home,
        own.bond,
        lock=lock,
        subject=subject,
        text=_with_fate(text, fate, own.bond.peer, floor),
        attachments=attachments,
        told=told,
    )
    return lock


def check(own: Own) -> None:
    """Refuse a last letter to somebody with whom the words were not compared."""
    if not own.bond.verified:
        raise Refused(
            f"You have not compared the words with {own.bond.peer}: somebody could be between you.",
            hint="A last letter needs that first: `twinbell bond verify`.",
        )


def _planned(
    home: Home, own: Own, *, floor: Wish, kept: Sequence[KeptChain], hold: Hold | None = None
) -> tuple[Lock, bytes | None]:
    letter, pendant = outgoing.fresh_id(), own.bond.pendant
    silence = gates.silence(own.id, [pendant.peer.letter, pendant.peer.kit])
    lock = plan_last(
        letter=letter,
        silence=silence.gate,
        guardians=_gate(own),
        floor=floor,
        chains=kept,
        now_s=home.now_s,
        hold=hold,
    )
    return lock, silence.parcel if own.owned.epoch else None


def _gate(own: Own) -> GuardiansGate:
    owned = own.owned
    if owned.epoch:
        return GuardiansGate(owned.gate, owned.k, owned.n)
    # Nobody has shares yet. Those of this gate are thrown away, so nothing but the kept key opens it.
    k = own.terms.k
    return gates.arm(k, max(k, len(own.terms.guardians))).gate


def _save(home: Home, own: Own, lock: Lock, parcel: bytes | None, fate: Fate) -> None:
    with home.vault.transaction():
        home.vault.run(
            "insert into last (letter, watch, epoch, fate, parcel) values (?, ?, ?, ?, ?)",
            lock.letter,
            own.id,
            own.owned.epoch,
            encode(fate.to_record()),
            parcel,
        )
        home.vault.run("update watch set owed = 1 where id = ?", own.id)
    reach("last: row saved")


def _with_fate(text: str, fate: Fate, reader: str, floor: Wish) -> str:
    return f"{text.rstrip()}\n\n{fate.words(reader=reader, floor=floor.words)}\n"


def _without_fate(text: str, fate: Fate, reader: str, floor: Wish) -> str:
    return text.removesuffix(_with_fate("", fate, reader, floor))


# Sealed again, behind the gate of a new arming.


def reseal(home: Home, own: Own) -> list[bytes]:
    """Seal every last letter again that is behind an older gate; return those that can't be.

    The key of a letter is kept on the device that wrote it and nowhere else: one that paper brought back can
    be read by nobody here, and has to be written again.
    """
    left = []
    for row, letter in current(home, own):
        if row.epoch >= own.owned.epoch:
            continue
        if letter.letter_key is None:
            left.append(letter.id)
            continue
        _reseal(home, own, row, letter)
    return left


def _reseal(home: Home, own: Own, row: LastRow, letter: LetterRow) -> None:
    from twinbell.client import opened
    from twinbell.client.saving import Folder

    old = letter.lock
    assert old.wish is not None
    lock, parcel = _planned(home, own, floor=_later(home, letter, old.wish), kept=_living(home, old))
    assert lock.wish is not None
    with home.vault.transaction():
        home.vault.run("delete from last where letter = ?", row.next)  # a try that a crash ended
        home.vault.run("update last set next = ? where letter = ?", lock.letter, letter.id)
    _save(home, own, lock, parcel, row.fate)
    with (
        TemporaryDirectory(prefix=".reseal.", dir=home.path) as scratch,
        Folder(Path(scratch) / "letter") as folder,
    ):
        _, found = opened.open_letter(home, letter, into=folder.attachment, counts=False)
        folder.keep()
        mail = found.mail
        outgoing.write(
            home,
            own.bond,
            lock=lock,
            subject=mail.subject,
            text=_with_fate(
                _without_fate(mail.text, row.fate, mail.reader, old.wish),
                row.fate,
                own.bond.peer,
                lock.wish,
            ),
            attachments=[_attachment(note.name, note.media, path) for note, path in folder.attachments],
        )
    if row.epoch == HELD:  # it never went: the new one is the first that anybody gets
        forget(home, letter)


def _attachment(name: str, media: str, path: Path) -> Attachment:
    return Attachment(name, media, path.stat().st_size, lambda: path.open("rb"))


def _later(home: Home, letter: LetterRow, floor: Wish) -> Wish:
    """Return a floor that lies as far ahead as the old one did when it was chosen, and never before it."""
    from twinbell.client import wish

    ahead_s = max(1, floor.instant_s - letter.at_s)
    text = f"in {ahead_s // DAY_S} days" if ahead_s >= DAY_S else f"in {ahead_s} s"
    later = wish.parse(text, now_s=home.clock.wall_s(), zone=floor.zone)
    return later if later.instant_s > floor.instant_s else floor


def _living(home: Home, lock: Lock) -> list[KeptChain]:
    ended = {each.chain.hash for each in chains.known(home.vault) if each.retired}
    kept = [each for each in lock.chains if each.chain.hash not in ended]
    if not kept:
        raise Retired("Every chain that this letter leans on has ended. Write it again, with another one.")
    return kept


def forget(home: Home, letter: LetterRow) -> None:
    """Delete a letter that waited for the first arming, and went to nobody."""
    with home.vault.transaction():
        home.vault.run("delete from letter where number = ?", letter.number)
        home.vault.run("delete from last where letter = ?", letter.id)
    letter.file(home).unlink(missing_ok=True)


def _row(row: tuple[object, ...]) -> LastRow:
    letter, watch_id, epoch, fate, parcel, drops, next_, was_opened = row
    assert isinstance(fate, bytes)
    record = Fate.from_record(decode_map(fate, bytes_max=FATE_BYTES_MAX))
    return LastRow(letter, watch_id, epoch, record, parcel, drops == 1, next_, bool(was_opened))  # type: ignore[arg-type]
