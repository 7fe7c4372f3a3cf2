"""Letters that come in: fetched whole, checked whole, and only then told and acknowledged.

    letters/<id>.age.part   as far as it has come; a broken connection goes on from there
    letters/<id>.age        whole: its hash is what the envelope says, its outside what its lock says

A letter whose bytes are not those that were sealed is kept as *damaged*, told, and asked for again, since
the writer has it still; when it comes whole it takes the place of the damaged one.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.bond import letter as letter_
from twinbell.bond.lock import Lock
from twinbell.bond.message import Letter, LetterAgain
from twinbell.client import events, folder, letters
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, NotForMe, NotFound, Unreachable

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

CHUNK = 1 << 20
ASKED_FOR_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Coming:
    """A letter that was announced: a new one, or one that is given again to who came back from paper."""

    letter: Letter
    back: bool = False
    ours: bool = False  # we have written it, on a device that is gone
    at_s: int | None = None

    @classmethod
    def read(cls, record: bytes) -> "Coming":
        content = decode_map(record, bytes_max=letters.RECORD_BYTES_MAX)
        if "yours" not in content:
            return cls(Letter.from_record(content))
        again = LetterAgain.from_record(content)
        return cls(again.letter, True, again.yours, again.at_s)


def fetch(home: Home, bond: "BondRow", seq: int, arrived_s: int, record: bytes) -> None:
    """Fetch one letter that an envelope has announced; afterwards that envelope may be acknowledged."""
    coming = Coming.read(record)
    content = coming.letter
    if home.vault.one(
        "select 1 from letter where bond = ? and id = ? and outgoing = ? and state <> 'damaged'",
        bond.id,
        content.id,
        coming.ours,
    ):
        _finish(home, bond, seq)  # it came twice: after a restore, or because it was asked for again
        return
    name = letters.file_name(content.id)
    with folder.lock(home.path, "fetching.lock", wait=False) as held:
        if not held:
            raise Unreachable("Another command is fetching a letter.")
        final = home.letters / name
        if not final.exists():
            part = final.with_suffix(".age.part")
            lock = _download(home, bond, content, part)
            if lock is None:
                _keep_damaged(home, bond, seq, coming, arrived_s)
                return
            part.rename(final)
            folder.sync_folder(home.letters)
        else:  # a crash came between the file and its row
            checked = _check(final, bond, content)
            if checked is None:
                if _belongs_to_another(home, bond, coming):  # ids are the writers': never replace a file
                    _keep_damaged(home, bond, seq, coming, arrived_s)
                    return
                final.unlink()
                fetch_again = Unreachable("A letter has to be fetched once more.")
                raise fetch_again
            lock = checked
        reach("receive: blob kept")
        _keep(home, bond, seq, coming, lock)


def _download(home: Home, bond: "BondRow", content: Letter, part: Path) -> Lock | None:
    """Fetch the file into `part`; return its lock, or None if what came is not what was sealed."""
    pendant = bond.pendant
    relay, box, token = home.relay(bond.relay), pendant.keyring.box, pendant.device.collect
    for _ in range(2):
        with part.open("ab") as dst:
            have = dst.tell()

            def told(count: int) -> None:
                nonlocal have
                have += count
                reach("receive: blob half fetched")
                home.progress(have, content.length)
                if have > content.length:  # whoever sends without end must not fill the disk
                    raise Damaged

            if have < content.length:
                try:
                    relay.fetch_blob(box, token, content.blob, dst, start=have, told=told)
                except (NotFound, Damaged):
                    break  # the relay does not have it any more, or has another: no use in asking it again
            dst.flush()
            os.fsync(dst.fileno())
        reach("receive: blob fetched")
        lock = _check(part, bond, content)
        if lock is not None:
            return lock
        part.unlink()  # once more from the beginning: perhaps only the way here was bad
    part.unlink(missing_ok=True)
    return None


def _check(path: Path, bond: "BondRow", content: Letter) -> Lock | None:
    """Return the lock of a letter that is whole and as its envelope says, else None."""
    if path.stat().st_size != content.length:
        return None
    try:
        with path.open("rb") as src:
            received = letter_.receive(src, letters.identities_of(bond.pendant))
    except (Damaged, NotForMe):
        return None
    said = (content.sha256, content.lock, content.eml, content.id)
    return (
        received.lock
        if said == (received.letter_sha256, received.lock_sha256, received.eml_sha256, received.lock.letter)
        else None
    )


def _keep(home: Home, bond: "BondRow", seq: int, coming: Coming, lock: Lock) -> None:
    with home.vault.transaction():
        fresh = home.vault.run(
            "insert into letter "
            "(id, bond, outgoing, state, opens_s, lock, record, blob_sent, at_s, ready_told, writer, watch, "
            "floor_s) values (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?) on conflict do update set "
            "state = excluded.state, opens_s = excluded.opens_s, lock = excluded.lock, "
            "record = excluded.record, at_s = excluded.at_s, writer = excluded.writer, "
            "watch = excluded.watch, floor_s = excluded.floor_s where state = 'damaged'",
            coming.letter.id,
            bond.id,
            coming.ours,
            "sent" if coming.ours else "waiting",
            lock.opens_s,
            lock.encode(),
            encode(coming.letter.to_record()),
            home.now_s if coming.at_s is None else coming.at_s,
            coming.back and (lock.opens_s or 0) <= home.now_s,  # no bell for what opened long ago
            None if coming.back else bond.pendant.peer.identity,
            *letters.last_of(lock),
        )
        if fresh:
            from twinbell.client import reader

            watch, _ = letters.last_of(lock)
            events.add(
                home.vault,
                "letter-back" if coming.back else "letter",
                at_s=home.now_s,
                bond=bond.id,
                peer=bond.peer,
                letter=coming.letter.id.hex(),
                opens=lock.opens_s,
                opens_words=lock.wish.words if lock.wish else None,
                last=watch is not None,
                rehearsal=watch is not None and reader.rehearses(bond.pendant, watch),
            )
        _delete_coming(home, bond, seq)
    reach("receive: saved")


def _keep_damaged(home: Home, bond: "BondRow", seq: int, coming: Coming, arrived_s: int) -> None:
    with home.vault.transaction():
        home.vault.run(
            "insert into letter (id, bond, outgoing, state, opens_s, lock, record, blob_sent, at_s) "
            "values (?, ?, ?, 'damaged', null, x'', ?, 1, ?) on conflict do nothing",
            coming.letter.id,
            bond.id,
            coming.ours,
            encode(coming.letter.to_record()),
            arrived_s,
        )
        _ask_again(home, bond, seq, coming)
        events.add(
            home.vault,
            "damaged",
            at_s=home.now_s,
            bond=bond.id,
            peer=bond.peer,
            letter=coming.letter.id.hex(),
        )
        _delete_coming(home, bond, seq)


def _ask_again(home: Home, bond: "BondRow", seq: int, coming: Coming) -> None:
    """Let the day's work ask the other for the letter, for a month: what was sealed wrong stays wrong."""
    from twinbell.bond import event as ev
    from twinbell.client import bonds, journal

    row = home.vault.one(
        "select at_s from letter where bond = ? and id = ? and outgoing = ?",
        bond.id,
        coming.letter.id,
        coming.ours,
    )
    waits = home.vault.one("select envelope from coming where bond = ? and seq = ?", bond.id, seq)
    if waits is not None and row is not None and home.now_s - row[0] < ASKED_FOR_S:
        journal.step_inside(home, bonds.get(home.vault, bond.id), ev.NotWhole(waits[0]), seq=seq)


def _belongs_to_another(home: Home, bond: "BondRow", coming: Coming) -> bool:
    """Say whether the file of this id is a letter of the other direction, or of another bond."""
    other = "select 1 from letter where id = ? and (outgoing <> ? or bond <> ?)"
    return home.vault.one(other, coming.letter.id, coming.ours, bond.id) is not None


def _finish(home: Home, bond: "BondRow", seq: int) -> None:
    with home.vault.transaction():
        _delete_coming(home, bond, seq)


def _delete_coming(home: Home, bond: "BondRow", seq: int) -> None:
    home.vault.run("delete from coming where bond = ? and seq = ?", bond.id, seq)


def digest(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    sha256 = hashlib.sha256()
    with path.open("rb") as src:
        while part := src.read(CHUNK):
            sha256.update(part)
    return sha256.digest()
