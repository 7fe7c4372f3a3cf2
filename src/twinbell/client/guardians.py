"""What a guardian does: consents, answers whether they have heard from somebody, gives up their share.

    consent    yes or no, and again each year
    answer     "Have you heard from them?" yes, no or unknown: signed, and brought to the relay that asks
    ruling     whether the share may be released, and what to think of before
    release    the share goes to the reader, in the bond of the two
    leave      seat and shares go on both sides

Nothing here happens but by the person's own word. What a guardian believes is in `bond/watchsight.py`, when
they may release in `bond/last.py`; what the relay says beside that only warns.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinbell.bond import watchevent as we
from twinbell.bond.guardian import ShareRelease
from twinbell.bond.last import Ruling, may_release
from twinbell.bond.watchkeys import HeldShare, Seat
from twinbell.bond.watchsight import terms_of
from twinbell.client import bonds, journal, looks, seats
from twinbell.client.bonds import BondRow
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.seats import SeatRow
from twinbell.errors import Mistaken, NotFound, Refused
from twinbell.wire.silence import Answer, Stage

if TYPE_CHECKING:
    from twinbell.bond.event import Event
    from twinbell.wire.terms import Terms

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Guarded:
    """A watch for which this person was asked to be a guardian, as it was when it was read."""

    bond: BondRow  # with its writer
    seat: Seat
    row: SeatRow | None  # none until they have a seat

    @property
    def writer(self) -> str:
        return self.bond.peer

    @property
    def consented(self) -> bool:
        return self.seat.seed != b""

    def terms(self, now_s: int) -> "Terms | None":
        """The terms in force; None before a seat was given."""
        given = self.seat.held(now_s)
        return terms_of(given) if given else None

    def consent_is_old(self, now_s: int) -> bool:
        """Whether it is time to say again that one wants to be a guardian."""
        return self.consented and now_s // DAY_S - self.seat.consent_day >= looks.CONSENT_DAYS


def every(home: Home) -> list[Guarded]:
    """Return every watch for which this person is a guardian, or was asked to be."""
    return [
        Guarded(bond, seat, seats.get(home.vault, bond.id, seat.watch))
        for bond in bonds.every(home.vault)
        if bond.kind == bonds.GUARDIAN and bond.parted_s is None
        for seat in bond.pendant.keyring.watch.seats
    ]


def find(home: Home, word: str | None, *, rehearsal: bool = False) -> Guarded:
    """Return the watch that a person means: of the writer of this name, or the only one there is.

    A rehearsal is meant where they say so, or where there is nothing else.
    """
    asked = every(home)
    if word is not None:
        bond = bonds.find(home.vault, word)
        asked = [each for each in asked if each.bond.id == bond.id]
    found = [each for each in asked if each.seat.ask.rehearsal is rehearsal]
    if not rehearsal:
        found = found or asked
    if not found:
        kind = "you to a rehearsal" if rehearsal else "you to be a guardian"
        raise NotFound(f"Nobody here has asked {kind}." if word is None else f"{word} has not asked {kind}.")
    if len(found) > 1:
        names = ", ".join(f"{each.writer} (for {each.seat.ask.reader})" for each in found)
        raise Mistaken("You are a guardian of more than one; say of whom.", hint=f"There are: {names}.")
    return found[0]


def again(home: Home, guarded: Guarded) -> Guarded:
    """Return it as it is now."""
    bond = bonds.get(home.vault, guarded.bond.id)
    seat = bond.pendant.keyring.watch.seat(guarded.seat.watch)
    if seat is None:
        raise NotFound(f"You are no guardian of {guarded.writer} any more.")
    return Guarded(bond, seat, seats.get(home.vault, bond.id, seat.watch))


def look(home: Home, guarded: Guarded) -> Guarded:
    """Return it as its relay has it now, if that can be reached: a person who asks waits for no day."""
    if guarded.row is not None:
        looks.look(home, guarded.row)
    return again(home, guarded)


def rehearsal_beside(home: Home, guarded: Guarded) -> Guarded | None:
    """Return a rehearsal of the same writer that waits for this guardian; None if there is none."""
    for each in every(home):
        row = each.row
        asks = row is not None and not row.released_s and (row.asked or row.answer is Answer.NO)
        if each.bond.id == guarded.bond.id and each.seat.ask.rehearsal and (asks or not each.consented):
            return None if guarded.seat.watch == each.seat.watch else each
    return None


def consent(home: Home, guarded: Guarded, yes: bool) -> None:
    """Say whether one will be a guardian, or still wants to be; `mail.send` sees to the rest."""
    _step(home, guarded.bond, we.GuardianAnswered(guarded.seat.watch, yes))


def answer(home: Home, guarded: Guarded, said: Answer) -> bool:
    """Keep what this guardian has heard, and bring it to the relay; say whether it had asked.

    Raises `Unreachable` where the relay does not answer: then it is kept here, and goes by itself later.
    """
    if guarded.row is None:
        raise Refused(f"{guarded.writer} has not given you a seat yet.")
    watch = guarded.seat.watch
    looks.look(home, guarded.row)  # an answer is for the arming that the relay has now
    with home.vault.transaction():
        now = again(home, guarded)
        assert now.row is not None
        home.vault.run(
            "update seat set answer = ?, said_s = ? where bond = ? and watch = ?",
            said.value,
            home.now_s,
            now.bond.id,
            watch,
        )
        looks.sign(home, now.row, now.seat, said)
    reach("watch: answer saved")
    return looks.bring_answer(home, guarded.bond.id, watch)


def ruling(home: Home, guarded: Guarded, held: HeldShare) -> Ruling:
    """Return whether this share may be released now; where there is a warning, after asking again."""
    row = guarded.row
    ruled = may_release(
        guarded.seat,
        held,
        answer=row.answer if row else None,
        writer=guarded.writer,
        now_s=home.now_s,
    )
    if ruled.refusal or row is None or row.stage is None or row.refusal is not None:
        return ruled
    warnings = [ruled.warning, _too_soon(row.stage, guarded.writer)]
    return Ruling(warning=" ".join(filter(None, warnings)))


def _too_soon(stage: Stage, writer: str) -> str:
    """Return what the relay's word says against a release. It may lie, so it does not decide."""
    match stage:
        case Stage.SILENT:
            return ""
        case Stage.LATE | Stage.ASKING | Stage.VETO:
            return f"The relay still waits for {writer}, who may yet say something."
        case Stage.STOPPED:
            return f"The relay says that {writer} has stopped their watch."
    return f"The relay says that {writer} has been heard from."


def readers(home: Home, guarded: Guarded, word: str | None = None) -> BondRow:
    """Return the bond with the reader: the guardians' bond with one of the name that the writer gave.

    Raises `NotFound` where there is none: then the words of the share can be told or printed.
    """
    name = guarded.seat.ask.reader
    living = [
        bond for bond in bonds.every(home.vault) if bond.kind == bonds.GUARDIAN and bond.parted_s is None
    ]
    if word is not None:
        bond = bonds.find(home.vault, word)
        found = [each for each in living if each.id == bond.id]
    else:
        called = name.casefold()
        found = [
            each for each in living if called in (each.peer.casefold(), each.pendant.peer.name.casefold())
        ]
    if len(found) == 1:
        return found[0]
    if found:
        raise Mistaken(f"More than one is called {name} here; say who it is.", hint="--to NAME")
    raise NotFound(
        f"You have no guardians' bond with {word or name}.",
        hint="Make one: `twinbell bell give --guardian`. Or tell them the words: `twinbell guardian print`.",
    )


def release(home: Home, guarded: Guarded, to: BondRow) -> int:
    """Give the reader every share that is held for this watch, and return how many; `mail.send` sends them.

    Raises `Refused` with the rule's sentence. Warnings are for the caller to ask about before.
    """
    guarded = again(home, guarded)
    if not guarded.seat.shares:
        raise Refused(f"{guarded.writer} has given you no share yet.")
    for held in guarded.seat.shares:
        ruled = ruling(home, guarded, held)
        if not ruled.allowed:
            raise Refused(ruled.refusal)
    watch = guarded.seat.watch
    with home.vault.transaction():
        for held in guarded.seat.shares:
            share = held.share
            given = ShareRelease(watch, share.epoch, share.gate, share.words)
            _step_inside(home, to, we.ShareReleased(given))
        if guarded.seat.ask.rehearsal:
            _step_inside(home, guarded.bond, we.RehearsalDone(watch))
        home.vault.run(
            "update seat set released_s = ? where bond = ? and watch = ?", home.now_s, guarded.bond.id, watch
        )
    reach("watch: share released")
    return len(guarded.seat.shares)


def leave(home: Home, guarded: Guarded) -> None:
    """Be a guardian no longer: the writer is told, and seat and shares are deleted on both sides."""
    _step(home, guarded.bond, we.GuardianEnded(guarded.seat.watch))


def _step(home: Home, bond: BondRow, event: "Event") -> None:
    with home.vault.transaction():
        _step_inside(home, bond, event)


def _step_inside(home: Home, bond: BondRow, event: "Event") -> None:
    journal.step_inside(home, bonds.get(home.vault, bond.id), event)
