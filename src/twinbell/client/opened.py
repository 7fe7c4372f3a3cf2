"""Opening a letter: by a signature that is kept here or can be had, or by its own key where it was kept.

Four answers besides the letter, and none of them is taken for another: not yet (when), unreachable (which
beacon), retired (which chain), damaged (what).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from twinbell.bond import letter as letter_
from twinbell.bond.gate import DateGate
from twinbell.bond.lock import Lock
from twinbell.bond.mail import FileNote, principal
from twinbell.bond.way import Keys
from twinbell.client import bonds, chains, letters
from twinbell.client.bonds import BondRow
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.client.letters import LetterRow, State
from twinbell.client.saving import Folder
from twinbell.errors import Damaged, NotForMe, NotFound, NotYet, Refused, Retired, TwinbellError, Unreachable
from twinbell.wire.beacon import Chain

if TYPE_CHECKING:
    from twinbell.age.hybrid import HybridIdentity
    from twinbell.client.reader import Gates
    from twinbell.crypto.signing import VerifyKey

Told = Callable[[int, int], None]
Into = Callable[[int, FileNote], BinaryIO]


@dataclass(slots=True)
class _Asked:
    """The signatures that a letter needs, and why each of those that are missing is missing."""

    home: Home
    lock: Lock
    refusals: dict[tuple[bytes, int], Refused | Damaged] = field(default_factory=dict)

    def signature_of(self, chain: Chain, round: int) -> bytes | None:
        try:
            return chains.signature_of(self.home, chain, round)
        except (Unreachable, Retired, NotYet, Damaged) as refusal:
            self.refusals[chain.hash, round] = refusal
            return None  # another way of the lock may do without it

    @property
    def keys(self) -> Keys:
        """What there is to open a letter with."""
        return Keys(self.signature_of)

    def verdict(self, early: NotYet) -> TwinbellError:
        """Return the true reason why a letter did not open, where the rules could only say: not yet."""
        lock = self.lock
        by_way = [
            [
                self.refusals[key]
                for gate in way
                if isinstance(gate, DateGate)
                and (key := (lock.chains[gate.chain].chain.hash, gate.round)) in self.refusals
            ]
            for way in lock.ways
        ]
        if all(any(isinstance(refusal, Retired) for refusal in way) for way in by_way):
            return next(refusal for way in by_way for refusal in way if isinstance(refusal, Retired))
        if lock.opens_s is None or lock.opens_s > self.home.now_s:
            return early
        said = [refusal for way in by_way for refusal in way]
        for kind in (Damaged, Unreachable, NotYet):
            for refusal in said:
                if isinstance(refusal, kind):
                    return refusal
        return early


def open_letter(
    home: Home,
    row: LetterRow,
    *,
    into: Into | None = None,
    told: Told | None = None,
    counts: bool = True,
) -> tuple[BondRow, letter_.Opened]:
    """Open a letter and verify all of it; attachments go where `into` says, and count once this returns.

    Raises `NotYet`, `Unreachable`, `Retired` or `Damaged`; notes the opening, where it `counts`.
    """
    bond = bonds.get(home.vault, row.bond)
    path = row.file(home)
    if row.kept_state is State.DAMAGED:
        raise Damaged("This letter came damaged. It was asked for again.")
    if not path.exists():
        raise NotFound(f"The file of this letter is not there any more: {path}.")
    asked = _gates(home, row, bond)
    with path.open("rb") as src:
        try:
            found = letter_.open_(
                src,
                letters.identities_of(bond.pendant),
                bond=bond.id,
                writers=_writers(bond, row),
                keys=asked.keys,
                key=_kept_key(row),
                into=into,
                progress=told,
            )
        except NotYet as early:
            raise asked.verdict(early) from None
        except NotForMe:  # it was sealed to us when it came: its outer header has changed since
            raise Damaged("The file of this letter has changed on this disk.") from None
    reach("letter: opened")
    if counts and not row.outgoing:
        if row.is_last:
            from twinbell.client import reader

            reader.opened(home, row, bond, found.mail.text)
        if row.opened_s is None:
            home.vault.run(
                "update letter set state = 'opened', opened_s = ? where number = ? and opened_s is null",
                home.now_s,
                row.number,
            )
    return bond, found


def _gates(home: Home, row: LetterRow, bond: BondRow) -> "_Asked | Gates":
    """Return what there is to open a letter with, and to say why it does not open."""
    if not row.is_last:
        return _Asked(home, row.lock)
    from twinbell.client.reader import Gates

    return Gates(home, row, bond)


def open_into(home: Home, row: LetterRow, folder: Path, *, told: Told | None = None) -> "Saved":
    """Open a letter and put its files into a folder, which is made only if there are any."""
    with Folder(folder) as target:
        bond, found = open_letter(home, row, into=target.attachment, told=told)
        target.keep()
    return Saved(bond, found, target.attachments)


def save(
    home: Home, row: LetterRow, folder: Path, *, told: Told | None = None, counts: bool = True
) -> "Saved":
    """Open a letter and write it into a folder, for other programs: .eml, .sig, the signer, the files.

    The folder is made; nothing in it is replaced. When this raises, no file of the letter is left there.
    """
    with Folder(folder) as target:
        bond, found = open_letter(home, row, into=target.attachment, told=told, counts=counts)
        target.add("letter.eml", found.eml)
        target.add("letter.eml.sig", found.signature.encode())
        line = f'{principal(bond.id)} namespaces="{letter_.NAMESPACE}" {_public_line(found)}\n'
        target.add("allowed_signers", line.encode())
        target.keep()
    return Saved(bond, found, target.attachments)


@dataclass(frozen=True, slots=True)
class Saved:
    """A letter that was opened, and where its attachments are."""

    bond: BondRow
    letter: letter_.Opened
    attachments: list[tuple[FileNote, Path]]


def _public_line(found: letter_.Opened) -> str:
    from twinbell.crypto import sshsig

    return sshsig.public_line(found.writer)


def _writers(bond: BondRow, row: LetterRow) -> list["VerifyKey"]:
    from twinbell.crypto.signing import SigningKey, VerifyKey

    pendant = bond.pendant
    if row.outgoing:
        return [SigningKey(seed).verify_key for seed in reversed(pendant.keyring.identities)]
    # Their keys may have changed since: what came before that is signed by what they had then.
    keys = (pendant.peer.identity, row.writer, *reversed(pendant.identities))
    return [VerifyKey(key) for key in dict.fromkeys(keys) if key]


def _kept_key(row: LetterRow) -> "HybridIdentity | None":
    from twinbell.age.hybrid import HybridIdentity

    return HybridIdentity(row.letter_key) if row.letter_key else None
