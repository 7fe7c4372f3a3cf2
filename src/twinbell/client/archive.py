"""Taking a bond along: one tar of open formats, that needs no Twinbell to be read.

    bond.json                         who, since when, the words; the letters in order
    allowed_signers                   the keys that signed, for `ssh-keygen -Y verify`
    letters/0001-out-4f2a91c0/
        letter.age  lock.json         as it was sealed, and what holds it back
        letter.eml  letter.eml.sig    where its day has come: what it says, and its signature
        files/1.jpg …                 and what was attached, whole
    SHA256SUMS                        of everything before it: `sha256sum -c SHA256SUMS`

The same letters give the same bytes. Opening for the archive does not count as having read a letter. Written
down in `docs/spec/archive.md`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from twinbell.bond.letter import NAMESPACE
from twinbell.bond.mail import entry_name, principal
from twinbell.bond.tar import TarWriter
from twinbell.client import letters, opened
from twinbell.client.home import Home
from twinbell.client.letters import LetterRow, State
from twinbell.crypto import sshsig
from twinbell.crypto.signing import SigningKey, VerifyKey
from twinbell.encoding import Value, decode_map
from twinbell.errors import Damaged, NotFound, Refused

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

CHUNK = 1 << 20
_SCRATCH = ".export."
LOCK_BYTES_MAX = 65_536

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """How much went along."""

    letters: int
    opened: int


class _Archive:
    """A tar whose entries are hashed as they go in."""

    def __init__(self, dst: BinaryIO) -> None:
        self._tar = TarWriter(dst)
        self._sums: list[str] = []

    def add(self, name: str, data: bytes) -> None:
        self._tar.add(name, data)
        self._note(name, hashlib.sha256(data).hexdigest())

    def add_file(self, name: str, path: Path) -> None:
        digest = hashlib.sha256()
        with path.open("rb") as src:
            self._tar.entry(name, path.stat().st_size)
            while part := src.read(CHUNK):
                digest.update(part)
                self._tar.write(part)
        self._note(name, digest.hexdigest())

    def finish(self) -> None:
        self._tar.add("SHA256SUMS", "".join(self._sums).encode())
        self._tar.finish()

    def _note(self, name: str, digest: str) -> None:
        self._sums.append(f"{digest}  {name}\n")


def write(home: Home, bond: "BondRow", path: Path, *, told: Told = lambda done, total: None) -> Packed:
    """Write the archive of a bond into a new file; when this raises, there is none."""
    rows = [row for row in letters.every(home.vault, bond.id) if row.kept_state is not State.DAMAGED]
    _sweep(home)
    with _whole(path) as dst:
        archive = _Archive(dst)
        archive.add("bond.json", _json(_bond(bond, rows)))
        archive.add("allowed_signers", _signers(bond))
        count = 0
        for number, row in enumerate(rows, 1):
            count += _add_letter(home, archive, row, folder_of(number, row))
            told(number, len(rows))
        archive.finish()
    return Packed(len(rows), count)


def folder_of(number: int, row: LetterRow) -> str:
    """Return where a letter lies in the archive."""
    return f"letters/{number:04}-{row.direction}-{row.name[:8]}"


def _add_letter(home: Home, archive: _Archive, row: LetterRow, folder: str) -> bool:
    if row.file(home).exists():
        archive.add_file(f"{folder}/letter.age", row.file(home))
    archive.add(f"{folder}/lock.json", _json(_plain(decode_map(row.lock_bytes, bytes_max=LOCK_BYTES_MAX))))
    # In the home, where nobody else looks: the text lies in clear until it is in the archive.
    with TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}.", dir=home.path) as scratch:
        try:
            saved = opened.save(home, row, Path(scratch) / "letter", counts=False)
        except (Refused, Damaged, NotFound):  # its day has not come, or its beacon can't be had
            return False
        archive.add(f"{folder}/letter.eml", saved.letter.eml)
        archive.add(f"{folder}/letter.eml.sig", saved.letter.signature.encode())
        for number, (note, file) in enumerate(saved.attachments, 1):
            archive.add_file(f"{folder}/files/{entry_name(number, note.name)}", file)
    return True


def _bond(bond: "BondRow", rows: list[LetterRow]) -> dict[str, object]:
    return {
        "bond": bond.id.hex(),
        "me": bond.me,
        "peer": bond.peer,
        "since": bond.since_s,
        "ended": bond.parted_s,
        "words": bond.words,
        "letters": [
            {
                "letter": row.name,
                "folder": folder_of(number, row),
                "direction": row.direction,
                "at": row.at_s,
                "opens": row.opens_s,
            }
            for number, row in enumerate(rows, 1)
        ],
    }


def _signers(bond: "BondRow") -> bytes:
    pendant = bond.pendant
    ours = [SigningKey(seed).verify_key for seed in pendant.keyring.identities]
    theirs = [VerifyKey(key) for key in (*pendant.identities, pendant.peer.identity)]
    name = principal(bond.id)
    lines = [f'{name} namespaces="{NAMESPACE}" {sshsig.public_line(key)}\n' for key in (*ours, *theirs)]
    return "".join(lines).encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _plain(value: Value) -> object:
    """Return a record as JSON can say it: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def _sweep(home: Home) -> None:
    """Remove what a command that was killed has left in clear."""
    for left in home.path.glob(f"{_SCRATCH}*"):
        try:
            os.kill(int(left.name.split(".")[2]), 0)
        except (ProcessLookupError, ValueError, IndexError):
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that gets its name when it is whole, and is gone otherwise."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)  # refuses to replace what is there
    finally:
        scratch.unlink()
