"""Letters that go out: sealed into the home first, whole and durable, and sent from there.

    write        letters/<id>.age.part, synced, renamed; then one row: sending
    send_files   its file goes up, as far as it gets; when it is there, its body enters the outbox
    mail         seals the body and deposits it; then the row says: sent

The file goes before its body takes a place in our chain, so that a ring may overtake a large letter without
the other end seeing a gap.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from twinbell.bond import event as ev
from twinbell.bond import letter as letter_
from twinbell.bond.lock import Lock
from twinbell.bond.message import Letter
from twinbell.client import bonds, folder, journal, letters, mail
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.encoding import decode_map, encode
from twinbell.errors import NotFound, TwinbellError

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

FILES_BYTES_MAX = 1024**3  # all attachments of one letter; what a relay takes is a little more

ID_BYTES = 16

Told = Callable[[int, int], None]


def fresh_id() -> bytes:
    """Return the id of a new letter."""
    return secrets.token_bytes(ID_BYTES)


def write(
    home: Home,
    bond: "BondRow",
    *,
    lock: Lock,
    subject: str,
    text: str,
    attachments: Sequence[letter_.Attachment],
    told: Told | None = None,
) -> None:
    """Seal a letter into this home, durable when this returns; `mail.send` sees to the rest."""
    from twinbell.age.hybrid import HybridRecipient

    bonds.check_living(bond)
    pendant = bond.pendant
    final = home.letters / letters.file_name(lock.letter)
    part = final.with_suffix(".age.part")
    try:
        with part.open("xb") as dst:
            sealed = letter_.write(
                dst,
                lock=lock,
                bond=bond.id,
                signer=pendant.keyring.identity,
                recipients=[HybridRecipient(public) for public in letters.recipients_of(pendant)],
                written_s=home.now_s,
                writer=bond.me,
                reader=bond.peer,
                subject=subject,
                text=text,
                attachments=attachments,
                progress=told,
            )
            dst.flush()
            _sync(dst.fileno())
        reach("letter: file written")
        part.rename(final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder.sync_folder(home.letters)
    reach("letter: file kept")
    content = Letter(
        id=lock.letter,
        blob=secrets.token_bytes(ID_BYTES),
        length=sealed.length,
        sha256=sealed.letter_sha256,
        lock=sealed.lock_sha256,
        eml=sealed.eml_sha256,
    )
    with home.vault.transaction():
        home.vault.run(
            "insert into letter "
            "(id, bond, outgoing, state, opens_s, lock, record, blob_sent, at_s, letter_key, watch, floor_s) "
            "values (?, ?, 1, 'sending', ?, ?, ?, 0, ?, ?, ?, ?)",
            lock.letter,
            bond.id,
            lock.opens_s,
            lock.encode(),
            encode(content.to_record()),
            home.now_s,
            sealed.key.seed if sealed.key else None,
            *letters.last_of(lock),
        )
    reach("letter: saved")


def send_files(home: Home, bond: "BondRow", left: mail.Outcome) -> None:
    """Send the files of letters that have not gone yet, and put each that is there into the outbox."""
    rows = home.vault.all(
        "select id, record from letter where bond = ? and outgoing = 1 and blob_sent = 0 "
        "and not exists (select 1 from last where last.letter = letter.id and epoch = 0) "  # not armed yet
        "order by number",
        bond.id,
    )
    for letter_id, record in rows:
        content = Letter.from_record(decode_map(record, bytes_max=letters.RECORD_BYTES_MAX))
        name = letters.file_name(letter_id)
        # One command at a time sends a large file; another one leaves it to the first and goes on.
        with folder.lock(home.path, "sending.lock", wait=False) as held:
            if not held:
                left.reason = left.reason or "Another command is sending this letter."
                return
            try:
                send_file(home, bond, content.blob, name)
            except TwinbellError as refusal:
                left.later(refusal)
                if isinstance(refusal, mail.LATER):
                    return
                continue  # its file is gone, say: the next letter may go all the same
            with home.vault.transaction():
                if home.vault.run(
                    "update letter set blob_sent = 1 where id = ? and blob_sent = 0", letter_id
                ):
                    fresh = bonds.get(home.vault, bond.id)
                    journal.step_inside(home, fresh, ev.LetterSealed(content), blob_file=name)
            reach("send: body saved")


def send_file(home: Home, bond: "BondRow", blob_id: bytes, name: str) -> None:
    """Send a letter's file to the other one's mailbox, from where an earlier try stopped."""
    inbox = bond.pendant.peer.inbox
    path = home.letters / name
    if not path.exists():
        raise NotFound(f"The file of a letter that was to go is not there any more: {path}.")
    length = path.stat().st_size

    def told(offset: int) -> None:
        reach("send: blob begun" if offset == 0 else "send: blob half sent")
        home.progress(offset, length)

    with path.open("rb") as src:
        home.relay(inbox.relay).send_blob(inbox.box, inbox.deposit, blob_id, src, length=length, told=told)
    reach("send: blob sent")


def _sync(handle: int) -> None:
    from os import fsync

    fsync(handle)
