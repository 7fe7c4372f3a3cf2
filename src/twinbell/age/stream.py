"""Whole age files as streams of bounded memory: `encrypt` and `decrypt`, `seal` and `open_`.

The payload (age v1, "Payload") is cut into chunks of 64 KiB, each sealed with ChaCha20-Poly1305 under a key
of this file alone; the nonce counts the chunks and marks the last one, so that none can be left out, moved,
or appended. Chunks are worked on a few at a time in buffers made once: a call into the cipher for each chunk,
into the system for each 256 KiB. What a reader gives out has been verified; it cannot know before the end
that the file is whole, so its caller keeps what it got to itself until `read` has returned nothing.
"""

import secrets
from collections.abc import Callable, Sequence
from io import BytesIO
from types import TracebackType
from typing import Self, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from twinbell.age import armor as armor_
from twinbell.age import header as header_
from twinbell.age.header import FILE_KEY_BYTES, Stanza
from twinbell.age.recipient import Identity, Recipient, unwrap, wrap
from twinbell.age.source import Batches, Input, Sink, Source, write_all
from twinbell.crypto import kdf
from twinbell.errors import HeaderDamaged, Mistaken, PayloadDamaged

Progress: TypeAlias = Callable[[int], object]

CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
NONCE_BYTES = 16
_SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
BATCH = 4  # chunks: what stays in a core's cache, and what a disk takes without looking for a large page
_PAYLOAD_LABEL = b"payload"


class Chunks:
    """The cipher of one file; `count` is the number of the next chunk."""

    __slots__ = ("_cipher", "count")

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(kdf.hkdf(file_key, info=_PAYLOAD_LABEL, salt=nonce))
        self.count = 0

    def seal(self, plain: memoryview, sealed: memoryview, *, final: bool) -> int:
        """Seal `plain` chunk by chunk into `sealed`; return how many bytes that made."""
        at = 0
        end = len(plain)
        for start in range(0, end, CHUNK_BYTES) or (0,):
            stop = min(start + CHUNK_BYTES, end)
            size = stop - start + TAG_BYTES
            nonce = _nonce(self.count, final and stop == end)
            self._cipher.encrypt_into(nonce, plain[start:stop], None, sealed[at : at + size])
            self.count += 1
            at += size
        return at

    def open(
        self, sealed: memoryview, plain: memoryview, *, final: bool
    ) -> tuple[int, PayloadDamaged | None]:
        """Open `sealed` chunk by chunk into `plain`; return how many bytes were good, and what was not."""
        at = 0
        end = len(sealed)
        for start in range(0, end, _SEALED_CHUNK) or (0,):
            chunk = sealed[start : start + _SEALED_CHUNK]
            size = len(chunk) - TAG_BYTES
            last = final and start + _SEALED_CHUNK >= end
            if size < 0 or (size == 0 and self.count > 0):
                return at, PayloadDamaged("The body of this age file is cut short.")
            into = plain[at : at + size]
            if not self._open_one(chunk, into, last):
                # A full chunk may be good by itself and only the file wrong: cut short behind it, or longer.
                good = size == CHUNK_BYTES and self._open_one(chunk, into, not last)
                return at + size * good, PayloadDamaged()
            self.count += 1
            at += size
        return at, None

    def _open_one(self, chunk: memoryview, plain: memoryview, last: bool) -> bool:
        try:
            self._cipher.decrypt_into(_nonce(self.count, last), chunk, None, plain)
        except InvalidTag:
            return False
        return True


def _nonce(count: int, last: bool) -> bytes:
    return (count << 8 | last).to_bytes(12)


class EncryptWriter:
    """Writes one age file; made by `encrypt`.

    As a context manager it is finished by leaving without an exception. What is left by an exception, or
    never closed, has no last chunk: every reader refuses it.
    """

    def __init__(self, sink: Sink, head: bytes, chunks: Chunks, *, armor: bool) -> None:
        self._armor = armor_.ArmorWriter(sink) if armor else None
        self._sink: Sink = self._armor or sink
        self._chunks = chunks
        self._plain = memoryview(bytearray(BATCH * CHUNK_BYTES))
        self._sealed = memoryview(bytearray(BATCH * _SEALED_CHUNK))
        self._held = 0  # bytes in `_plain`, which wait because they may be the last ones
        self._closed = False
        write_all(self._sink, memoryview(head))

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Encrypt `data`; return its length. Up to 256 KiB wait until there is more, or until `close`."""
        if self._closed:
            raise Mistaken("This age file is already finished.")
        view = memoryview(data).cast("B")
        at = 0
        while at < len(view):
            if self._held == len(self._plain):
                self._flush(final=False)
            count = min(len(view) - at, len(self._plain) - self._held)
            self._plain[self._held : self._held + count] = view[at : at + count]
            self._held += count
            at += count
        return len(view)

    def copy_from(self, source: Source, *, progress: Progress | None = None) -> int:
        """Encrypt all of `source`, finish the file, and return the number of bytes.

        `progress` hears the number of bytes of each piece.
        """
        if self._held or self._closed:
            raise Mistaken("This age file has already been begun.")
        self._closed = True
        batches = Batches(Input(source), BATCH * CHUNK_BYTES)
        total = 0
        final = False
        while not final:
            plain, final = batches.next()
            write_all(self._sink, self._sealed[: self._chunks.seal(plain, self._sealed, final=final)])
            total += len(plain)
            if progress:
                progress(len(plain))
        if self._armor:
            self._armor.close()
        return total

    def close(self) -> None:
        """Write the last chunk. Does not close what it writes to. Safe to repeat."""
        if not self._closed:
            self._closed = True
            self._flush(final=True)
            if self._armor:
                self._armor.close()

    def _flush(self, *, final: bool) -> None:
        size = self._chunks.seal(self._plain[: self._held], self._sealed, final=final)
        self._held = 0
        write_all(self._sink, self._sealed[:size])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        self._closed = True


class DecryptReader:
    """Reads what is in one age file; made by `decrypt`.

    Every byte that it gives out has been verified. It raises `PayloadDamaged` where the file is damaged or
    cut short.
    """

    def __init__(self, source: Input, chunks: Chunks, stanzas: tuple[Stanza, ...]) -> None:
        self.stanzas = stanzas
        self._batches = Batches(source, BATCH * _SEALED_CHUNK)
        self._chunks = chunks
        self._plain = memoryview(bytearray(BATCH * CHUNK_BYTES))
        self._at = self._end = 0
        self._ended = False
        self._damage: PayloadDamaged | None = None

    def read(self, length: int = -1, /) -> bytes:
        """Return `length` bytes, or all there is if it is negative; fewer only at the verified end.

        Where the file is damaged this raises, even if some of the bytes were good: a short answer
        means the end.
        """
        parts: list[bytes] = []
        while length:
            part = bytes(self._available(length if length > 0 else len(self._plain)))
            if not part:
                break
            self._at += len(part)
            parts.append(part)
            length -= len(part) if length > 0 else 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:
        """Fill the front of `buffer`; return the number of bytes, 0 only at the verified end.

        Where the file is damaged, all that was good before that place comes first.
        """
        view = memoryview(buffer).cast("B")
        data = self._available(len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def copy_to(self, sink: Sink, *, progress: Progress | None = None) -> int:
        """Write all that is in the file to `sink`, and return the number of bytes.

        `progress` hears the number of bytes of each piece. Where the file is damaged, all that was good
        before has been written when this raises.
        """
        total = 0
        while part := self._available(len(self._plain)):
            write_all(sink, part)
            self._at += len(part)
            total += len(part)
            if progress:
                progress(len(part))
        return total

    def _available(self, length: int) -> memoryview:
        if self._at == self._end and length:
            if self._damage:
                raise self._damage
            self._at = self._end = 0
            if not self._ended:
                self._open_batch()
            if self._damage and not self._end:
                raise self._damage
        return self._plain[self._at : min(self._end, self._at + length)]

    def _open_batch(self) -> None:
        sealed, self._ended = self._batches.next()
        self._end, self._damage = self._chunks.open(sealed, self._plain, final=self._ended)


def encrypt(sink: Sink, recipients: Sequence[Recipient], *, armor: bool = False) -> EncryptWriter:
    """Start an age file to `recipients` and return what takes its contents.

    Raises `Mistaken` if the recipients do not go together. The header is written at once.
    """
    file_key = secrets.token_bytes(FILE_KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = header_.finish(file_key, header_.serialise(wrap(file_key, recipients)))
    return EncryptWriter(sink, head + nonce, Chunks(file_key, nonce), armor=armor)


def decrypt(source: Source, identities: Sequence[Identity]) -> DecryptReader:
    """Open the header of an age file, armored or not, and return what reads its contents.

    Raises `ArmorDamaged`, `HeaderDamaged`, `HmacDamaged`, `NotForMe`, or a time-lock identity's `NotYet`.
    """
    taken = armor_.detect(source)
    head = header_.parse(taken)
    file_key = unwrap(head.stanzas, identities)
    header_.check_mac(head, file_key)
    nonce = memoryview(bytearray(NONCE_BYTES))
    if taken.fill(nonce) < NONCE_BYTES:
        raise HeaderDamaged("This age file ends with its header.")
    return DecryptReader(taken, Chunks(file_key, bytes(nonce)), head.stanzas)


def read_stanzas(source: Source) -> tuple[Stanza, ...]:
    """Return the stanzas of an age file without opening it. `source` is left somewhere behind its header.

    Nothing is authenticated: only the file key can check the header's MAC.
    """
    return header_.parse(armor_.detect(source)).stanzas


def seal(data: bytes, recipients: Sequence[Recipient], *, armor: bool = False) -> bytes:
    """Return `data` as an age file to `recipients`."""
    out = BytesIO()
    with encrypt(out, recipients, armor=armor) as writer:
        writer.write(data)
    return out.getvalue()


def open_(data: bytes, identities: Sequence[Identity]) -> bytes:
    """Return what is in the age file `data`; raises as `decrypt` and `DecryptReader.read` do."""
    return decrypt(BytesIO(data), identities).read()


def header_length(recipients: Sequence[Recipient]) -> int:
    """Return how many bytes the header to `recipients` has: it does not depend on chance or on contents."""
    file_key = bytes(FILE_KEY_BYTES)
    return len(header_.finish(file_key, header_.serialise(wrap(file_key, recipients))))


def sealed_length(header_length: int, plain_length: int) -> int:
    """Return the length in bytes of an age file that is not armored."""
    chunks = max(1, -(-plain_length // CHUNK_BYTES))
    return header_length + NONCE_BYTES + plain_length + chunks * TAG_BYTES


def payload_length(length: int) -> int:
    """Return how much is in a payload of `length` bytes, nonce included; raise `PayloadDamaged` for none."""
    sealed = length - NONCE_BYTES
    chunks = max(1, -(-sealed // _SEALED_CHUNK))
    plain = sealed - chunks * TAG_BYTES
    if plain < 0 or (chunks > 1 and plain <= (chunks - 1) * CHUNK_BYTES):
        raise PayloadDamaged
    return plain
