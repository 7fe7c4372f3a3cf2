"""The pendants of one home: what an app calls.

    with Pendants.open(path, ask=passphrase) as pendants:
        bond = pendants.bond("Jun")
        pendants.ring(bond)
        for letter in pendants.letters():
            ...

Every method that changes something has saved it when it returns; what could not be sent goes with the next
call of `catch_up` or while `listen` runs. Methods raise the classes of `twinbell.errors` and nothing else
that is foreseen. The modules beside this one do the work; the command line uses them too.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.client import bonds, folder, mail
from twinbell.client.bonds import BondRow
from twinbell.client.home import Home
from twinbell.clock import Clock
from twinbell.errors import Mistaken

if TYPE_CHECKING:
    from twinbell.bond.code import Code, Form
    from twinbell.bond.last import Ruling
    from twinbell.bond.letter import Attachment
    from twinbell.bond.lock import Lock
    from twinbell.client.bells import Bell
    from twinbell.client.doctor import Finding
    from twinbell.client.events import Event
    from twinbell.client.guardians import Guarded
    from twinbell.client.letters import LetterRow
    from twinbell.client.mail import Outcome
    from twinbell.client.opened import Saved
    from twinbell.client.room import News, Visit
    from twinbell.wire.silence import Answer

DEFAULT_PATTERN = (400,)


def _nobody(question: str) -> str:
    raise Mistaken(f"There is nobody to ask: {question}")


class Pendants:
    """The pendants of one home. A context manager."""

    def __init__(self, home: Home) -> None:
        self._home = home

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        ask: Callable[[str], str] = _nobody,
        clock: Clock | None = None,
    ) -> "Pendants":
        """Open a home; `ask` is called with a question if its key is under a passphrase."""
        return cls(Home.open(_path(path), ask, clock=clock))

    @classmethod
    def make(
        cls, path: str | Path | None = None, *, passphrase: str | None, clock: Clock | None = None
    ) -> "Pendants":
        """Open a home, or make it with this passphrase; None keeps its key in a plain file."""
        return cls(Home.make(_path(path), lambda: passphrase, lambda _: passphrase or "", clock=clock))

    def __enter__(self) -> "Pendants":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the home."""
        self._home.close()

    # Bells and bonds

    def give_bell(self, *, relay: str, name: str, form: "Form", guardian: bool = False) -> "Bell":
        """Hang a bell at a relay; its `side.code` is what the other one needs. Then `wait_for`."""
        from twinbell.bond.bundle import Kind
        from twinbell.client import bells
        from twinbell.client.transport import base_url

        kind = Kind.GUARDIAN if guardian else Kind.PAIR
        return bells.give(self._home, relay=base_url(relay), name=name, form=form, kind=kind)

    def answer_bell(self, code: "Code", *, name: str) -> "Bell":
        """Take the other end of a bell. Then `wait_for`."""
        from twinbell.client import bells

        return bells.answer(self._home, code=code, name=name)

    def wait_for(self, bell: "Bell", *, until_s: int | None = None) -> "Bell":
        """See a bell through; its `side.outcome` says what became of it, None if the time was over first."""
        from twinbell.client import bells

        return bells.wait(self._home, bell, until_s=until_s)

    def bonds(self) -> list[BondRow]:
        """Return every bond of this home."""
        return bonds.every(self._home.vault)

    def bond(self, word: str | None = None) -> BondRow:
        """Return the only bond, or the one of this name or id."""
        return bonds.find(self._home.vault, word)

    def verify(self, bond: BondRow) -> None:
        """Note that a person has compared the six words, and that they were the same."""
        bonds.verify(self._home, bond)

    # Rings and letters

    def ring(self, bond: BondRow, pattern: tuple[int, ...] = DEFAULT_PATTERN) -> bool:
        """Ring, and tell whether the relay has it; if not, it goes later by itself."""
        number = mail.ring(self._home, bond, pattern)
        return number not in mail.send(self._home).waiting

    def write_letter(
        self,
        bond: BondRow,
        *,
        lock: "Lock",
        subject: str,
        text: str,
        attachments: "Sequence[Attachment]" = (),
    ) -> None:
        """Seal a letter and send it, as far as it gets. `bond.lock.plan` makes the lock."""
        from twinbell.client import outgoing

        outgoing.write(self._home, bond, lock=lock, subject=subject, text=text, attachments=attachments)
        mail.send(self._home)

    def letters(self, bond: BondRow | None = None) -> "list[LetterRow]":
        """Return all letters, or those of one bond, oldest first. Asks no relay: see `catch_up`."""
        from twinbell.client import letters

        return letters.every(self._home.vault, bond.id if bond else None)

    def open_letter(self, letter: "LetterRow", into: Path) -> "Saved":
        """Open a letter whose day has come and put its files into a folder.

        Raises `NotYet`, `Unreachable`, `Retired` or `Damaged`.
        """
        from twinbell.client import opened

        return opened.open_into(self._home, letter, into)

    def catch_up(self) -> "Outcome":
        """Send what waits and fetch what has come."""
        return mail.catch_up(self._home)

    async def listen(
        self, tell: "Callable[[Event], None]", note: Callable[[str], None], *, for_s: float | None = None
    ) -> None:
        """Hear rings and receive letters until cancelled; `tell` gets each event once."""
        from twinbell.client.listen import listen

        await listen(self._home, tell, note, for_s=for_s)

    def visit(
        self,
        bond: BondRow,
        tell: "Callable[[News], None]",
        note: Callable[[str], None],
        *,
        knock: bool = True,
    ) -> "Visit":
        """Return a visit to the room of a bond; its `run` goes in. With `knock` the other one is called."""
        from twinbell.client.room import Visit

        return Visit(self._home, bond, tell, note, knock=knock)

    # Last letters of others

    def guarded(self) -> "list[Guarded]":
        """Return for whom this person is a guardian, or was asked to be. `client.guardians` does the rest."""
        from twinbell.client import guardians

        return guardians.every(self._home)

    def consent(self, guarded: "Guarded", yes: bool) -> None:
        """Say whether one will be a guardian."""
        from twinbell.client import guardians

        guardians.consent(self._home, guarded, yes)
        mail.send(self._home)

    def answer(self, guarded: "Guarded", said: "Answer") -> bool:
        """Say whether one has heard from somebody, and tell whether that was asked; raises `Unreachable`."""
        from twinbell.client import guardians

        return guardians.answer(self._home, guarded, said)

    def may_release(self, guarded: "Guarded") -> "Ruling":
        """Return whether the share may be given now. A warning is shown to the person before `release`."""
        from twinbell.client import guardstatus

        return guardstatus.ruling(self._home, guarded)

    def release(self, guarded: "Guarded", to: BondRow | None = None) -> None:
        """Give the share to the reader; raise `Refused` with the reason, `NotFound` without their bond."""
        from twinbell.client import guardians

        to = to or guardians.readers(self._home, guarded)
        guardians.release(self._home, guarded, to)
        mail.send(self._home)

    def take_share(self, letter: "LetterRow", words: str) -> int:
        """Take a share that a guardian told its reader, and return how many more are needed."""
        from twinbell.client import reader

        return reader.take_share(self._home, letter, words)

    def doctor(self) -> "list[Finding]":
        """Look at everything that could be wrong."""
        from twinbell.client import doctor

        return list(doctor.examine(self._home))


def _path(path: str | Path | None) -> Path:
    return folder.locate(str(path) if path is not None else None)
