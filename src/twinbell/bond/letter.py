"""One letter is one file: how letter.age is written, received, and opened on its day.

    letter.age                age, to four keys: the reader's and the writer's letter key and kit key each
    └── a tar of ours
        ├── OPENING.txt       how a stranger opens this by hand
        ├── lock.cbor         what holds it back: all that shows before the day
        ├── ways/1.age …      each one way to the letter key
        ├── letter.eml.age    \\
        ├── letter.eml.sig.age |  to the letter key alone
        └── files.tar.age     /   all attachments; always there, so that their number does not show

Everything streams: the lengths are known before the first byte, files are read twice (for their hashes, which
the letter signs, then to be sealed) and written once. Whoever opens gets the text only after the last tag of
the file was checked; attachments go into sinks that the caller throws away when `open_` raises.

The parts have files of their own: `tar.py`, `lock.py`, `way.py`, `mail.py`. Format: `docs/spec/letter.md`.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from twinbell.age.hybrid import TYPE as HYBRID
from twinbell.age.hybrid import HybridIdentity, HybridRecipient
from twinbell.age.recipient import Identity
from twinbell.age.source import Sink, Source, write_all
from twinbell.age.stream import DecryptReader, decrypt, encrypt, header_length, seal, sealed_length
from twinbell.bond import mail as mail_
from twinbell.bond import way
from twinbell.bond.lock import LOCK_BYTES_MAX, WAYS_MAX, Lock
from twinbell.bond.mail import FileNote, Mail
from twinbell.bond.tap import Binary, Progress, ReadTap, Tally, WriteTap, pieces
from twinbell.bond.tar import Entry, TarReader, TarWriter, archive_length
from twinbell.bond.way import NOT_SHOWN, WAY_BYTES_MAX, Keys
from twinbell.errors import Damaged, Mistaken, NotYet

if TYPE_CHECKING:  # imported where they are used: showing a lock needs neither
    from twinbell.crypto.signing import SigningKey, VerifyKey

NAMESPACE = "letter@twinbell"
RECIPIENTS = 4  # letter key and kit key of both: paper alone opens every letter ever sent

OPENING, LOCK, FILES = "OPENING.txt", "lock.cbor", "files.tar.age"
EML, SIGNATURE = "letter.eml.age", "letter.eml.sig.age"

_OPENING_BYTES_MAX = 65_536
_EML_SEALED_MAX = mail_.EML_BYTES_MAX + 16_384
_SIGNATURE_BYTES_MAX = 4096
_SIGNATURE_SEALED_MAX = _SIGNATURE_BYTES_MAX + 4096


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to be sealed. `open` is called twice, and must give the same `size` bytes both times."""

    name: str
    media: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What is known of a letter that was written; the envelope carries id and hashes."""

    letter: bytes
    length: int
    letter_sha256: bytes
    lock_sha256: bytes
    eml_sha256: bytes
    key: HybridIdentity | None = field(repr=False)
    """The letter key, where the lock says that the writer keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What is known of a letter before its day. The hashes are to be compared with the envelope's."""

    lock: Lock
    length: int
    letter_sha256: bytes
    lock_sha256: bytes
    eml_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A letter that was opened and verified to its last byte.

    `eml` and `signature` are what `ssh-keygen -Y verify` takes. `way` is the one that opened it, None if
    the kept letter key did; `broken` are those tried before it that are not what the lock says.
    """

    mail: Mail
    lock: Lock
    eml: bytes = field(repr=False)
    signature: str = field(repr=False)
    writer: "VerifyKey"
    way: int | None
    broken: tuple[int, ...]


def write(
    dst: Sink,
    *,
    lock: Lock,
    bond: bytes,
    signer: "SigningKey",
    recipients: Sequence[HybridRecipient],
    written_s: int,
    writer: str,
    reader: str,
    subject: str,
    text: str,
    attachments: Sequence[Attachment] = (),
    progress: Progress | None = None,
) -> Sealed:
    """Write letter.age to `dst`, in order, each byte once.

    `recipients` are four: reader's letter and kit key, writer's letter and kit key. When this raises, what
    was written is not a letter. Raises `Mistaken` for what no letter can hold, and if a file changes
    while it is being sealed.
    """
    from twinbell.bond import opening
    from twinbell.crypto import sshsig

    if len(recipients) != RECIPIENTS:
        raise Mistaken("A letter is sealed to four keys.")
    tally = Tally(progress, 2 * sum(each.size for each in attachments))
    message = Mail(
        letter=lock.letter,
        bond=bond,
        lock_sha256=lock.hash,
        written_s=written_s,
        writer=writer,
        reader=reader,
        subject=subject,
        text=mail_.one_line_end(text),
        files=tuple(_measure(each, tally) for each in attachments),
    )
    eml = mail_.encode(message)
    key = HybridIdentity.generate()
    to = [key.recipient]
    eml_age = seal(eml, to)
    eml_sha256 = hashlib.sha256(eml_age).digest()
    signature = sshsig.sign(signer, eml, namespace=NAMESPACE).encode()

    tap = WriteTap(dst)
    with encrypt(tap, recipients) as outer:
        tar = TarWriter(outer)
        tar.add(OPENING, opening.page(lock, bond))
        tar.add(LOCK, lock.encode())
        for number in range(1, len(lock.ways) + 1):
            tar.add(way.name_of(lock, number), way.build(lock, number, key, eml_sha256))
        tar.add(EML, eml_age)
        tar.add(SIGNATURE, seal(signature, to))
        tar.entry(
            FILES, sealed_length(header_length(to), archive_length(note.size for note in message.files))
        )
        with encrypt(tar, to) as inner:
            _write_files(inner, message.files, attachments, tally)
        tar.finish()
    return Sealed(
        letter=lock.letter,
        length=tap.length,
        letter_sha256=tap.sha256.digest(),
        lock_sha256=lock.hash,
        eml_sha256=eml_sha256,
        key=key if lock.keep else None,
    )


def inspect(src: Source, identities: Sequence[Identity]) -> Lock:
    """Return the lock of a letter, reading no further than its ways: what may be shown before the day.

    That the rest of the file is whole was checked by `receive`.
    """
    return _Outer(src, identities).read_lock()


def receive(src: Source, identities: Sequence[Identity]) -> Received:
    """Read a whole letter that has just come; return its lock and hashes.

    Raises `Damaged` if it is cut, has another shape than a letter, or if the outside of a way is not what
    the lock says. A letter is received when this returned and the hashes are those of the envelope.
    """
    tap = ReadTap(src)
    outer = _Outer(tap, identities)
    lock = outer.read_lock()
    eml_sha256 = outer.hash_of(EML)
    outer.take(SIGNATURE).skip()
    outer.take(FILES).skip()
    outer.end()
    return Received(
        lock=lock,
        length=tap.length,
        letter_sha256=tap.sha256.digest(),
        lock_sha256=outer.lock_sha256,
        eml_sha256=eml_sha256,
    )


def open_(
    src: Source,
    identities: Sequence[Identity],
    *,
    bond: bytes,
    writers: "Sequence[VerifyKey]",
    keys: Keys | None = None,
    key: HybridIdentity | None = None,
    into: Callable[[int, FileNote], Sink] | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Open a letter by any of its ways with `keys`, or by its kept letter `key`, and verify all of it.

    `writers` are the identity keys that the writer has had in this bond; one of them must have signed.
    `into(number, note)` is asked for a sink for each file, after the signature was checked; what went into
    sinks counts only once this returns. Without `into`, files are verified and left where they are.

    Raises `NotYet` (with the round and second of the earliest way) before the day, `Damaged` for a letter
    that was changed, that someone else wrote, that belongs to another bond, or whose lock is not the one it
    shows, `NotForMe` if no identity opens it.
    """
    outer = _Outer(src, identities)
    lock = outer.read_lock()
    eml_age = outer.read(EML, _EML_SEALED_MAX)
    signature_age = outer.read(SIGNATURE, _SIGNATURE_SEALED_MAX)
    number: int | None = None
    broken: tuple[int, ...] = ()
    if key is None:
        if keys is None:
            raise Mistaken("A letter is opened with the keys of its ways, or with its own.")
        key, number, broken = _unlock(lock, outer.ways, keys, hashlib.sha256(eml_age).digest())
    eml = _unseal(eml_age, key)
    signature = _text(_unseal(signature_age, key))
    writer = _verify(eml, signature, writers)
    message = mail_.decode(eml)
    if (message.letter, message.bond, message.lock_sha256) != (lock.letter, bond, outer.lock_sha256):
        raise Damaged("This letter was written for another place, or behind another lock.")
    tally = Tally(progress, sum(note.size for note in message.files))
    _read_files(Binary(outer.take(FILES)), key, message.files, into, tally)
    outer.end()
    return Opened(
        mail=message, lock=lock, eml=eml, signature=signature, writer=writer, way=number, broken=broken
    )


class _Outer:
    """letter.age while it is read: each entry in the one order that a letter has."""

    def __init__(self, src: Source, identities: Sequence[Identity]) -> None:
        reader = decrypt(Binary(src), identities)
        if [stanza.type for stanza in reader.stanzas] != [HYBRID] * RECIPIENTS:
            raise Damaged("This letter is not sealed as letters are.")
        self._entries: Iterator[Entry] = iter(TarReader(reader, entries_max=WAYS_MAX + 5))
        self.lock_sha256 = b""
        self.ways: list[bytes] = []

    def take(self, name: str) -> Entry:
        entry = next(self._entries, None)
        if entry is None or entry.name != name:
            raise Damaged(f"This letter has no {name} where it should be.")
        return entry

    def read(self, name: str, bytes_max: int) -> bytes:
        entry = self.take(name)
        if entry.size > bytes_max:
            raise Damaged(f"{name} in this letter is too long.")
        return entry.read()

    def hash_of(self, name: str) -> bytes:
        entry = self.take(name)
        sha256 = hashlib.sha256()
        for part in pieces(entry):
            sha256.update(part)
        return sha256.digest()

    def read_lock(self) -> Lock:
        """Read page, lock and ways; compare the outside of each way with the lock."""
        self.read(OPENING, _OPENING_BYTES_MAX)  # for strangers; what it says is not believed here
        data = self.read(LOCK, LOCK_BYTES_MAX)
        lock = Lock.parse(data)
        self.lock_sha256 = hashlib.sha256(data).digest()
        for number in range(1, len(lock.ways) + 1):
            self.ways.append(self.read(way.name_of(lock, number), WAY_BYTES_MAX))
            way.check_outermost(lock, number, self.ways[-1])
        return lock

    def end(self) -> None:
        if next(self._entries, None) is not None:
            raise Damaged("There is more in this letter than belongs there.")


def _measure(attachment: Attachment, tally: Tally) -> FileNote:
    sha256 = hashlib.sha256()
    with attachment.open() as file:
        for part in _parts(file, attachment):
            sha256.update(part)
            tally.add(len(part))
    return FileNote(
        name=attachment.name, media=attachment.media, size=attachment.size, sha256=sha256.digest()
    )


def _write_files(
    inner: Sink, notes: Sequence[FileNote], attachments: Sequence[Attachment], tally: Tally
) -> None:
    tar = TarWriter(inner)
    for number, (note, attachment) in enumerate(zip(notes, attachments, strict=True), 1):
        tar.entry(mail_.entry_name(number, note.name), note.size)
        sha256 = hashlib.sha256()
        with attachment.open() as file:
            for part in _parts(file, attachment):
                sha256.update(part)
                tar.write(part)
                tally.add(len(part))
        if sha256.digest() != note.sha256:
            raise _changed(attachment)
    tar.finish()


def _parts(file: BinaryIO, attachment: Attachment) -> Iterator[memoryview]:
    left = attachment.size
    for part in pieces(file):
        left -= len(part)
        if left < 0:
            break
        yield part
    if left:
        raise _changed(attachment)


def _changed(attachment: Attachment) -> Mistaken:
    return Mistaken(
        "A file changed while it was being sealed.", hint=f"Write the letter again: {attachment.name}"
    )


def _read_files(
    src: Source,
    key: HybridIdentity,
    notes: Sequence[FileNote],
    into: Callable[[int, FileNote], Sink] | None,
    tally: Tally,
) -> None:
    """Read files.tar.age to its end: these files in this order, and nothing else."""
    entries = iter(TarReader(_sealed(src, key), entries_max=mail_.FILES_MAX))
    for number, note in enumerate(notes, 1):
        entry = next(entries, None)
        if entry is None or (entry.name, entry.size) != (mail_.entry_name(number, note.name), note.size):
            raise Damaged("The files in this letter are not those that it names.")
        sink = into(number, note) if into else None
        sha256 = hashlib.sha256()
        for part in pieces(entry):
            sha256.update(part)
            if sink:
                write_all(sink, part)
            tally.add(len(part))
        if sha256.digest() != note.sha256:
            raise Damaged("A file in this letter is not the one that was signed.")
    if next(entries, None) is not None:
        raise Damaged("There are more files in this letter than it names.")


def _unlock(
    lock: Lock, ways: Sequence[bytes], keys: Keys, eml_sha256: bytes
) -> tuple[HybridIdentity, int, tuple[int, ...]]:
    """Return the letter key, the way that gave it, and the broken ones met before it."""
    waiting: list[NotYet] = []
    broken: list[int] = []
    damage: Damaged | None = None
    for number, data in enumerate(ways, 1):
        try:
            key, meant = way.open_way(lock, number, data, keys)
            if meant != eml_sha256:
                raise Damaged(NOT_SHOWN)
            return key, number, tuple(broken)
        except NotYet as refusal:
            waiting.append(refusal)
        except Damaged as error:
            damage = damage or error
            broken.append(number)
    if waiting:
        raise way.nearest(lock, waiting)
    raise damage or Damaged(NOT_SHOWN)


def _verify(eml: bytes, signature: str, writers: "Sequence[VerifyKey]") -> "VerifyKey":
    from twinbell.crypto import sshsig

    damage: Damaged | None = None
    for writer in writers:
        try:
            sshsig.verify(writer, eml, signature, namespace=NAMESPACE)
            return writer
        except Damaged as error:
            damage = damage or error
    raise Damaged("This letter is not signed by the one it is from.") from damage


def _sealed(src: Source, key: HybridIdentity) -> DecryptReader:
    reader = decrypt(src, [key])
    if len(reader.stanzas) != 1:
        raise Damaged("A part of this letter is sealed to someone else as well.")
    return reader


def _unseal(data: bytes, key: HybridIdentity) -> bytes:
    return _sealed(Binary(BytesIO(data)), key).read()


def _text(data: bytes) -> str:
    if len(data) > _SIGNATURE_BYTES_MAX or not data.isascii():
        raise Damaged("The signature of this letter is not what it should be.")
    return data.decode()
