"""The header of an age file: who may open it (age-encryption.org/v1, "Header").

Text: a version line, one or more stanzas, and a MAC. A stanza holds the file key, wrapped for one recipient
in that recipient's own way; what its arguments mean is the recipient's business, not this file's. Parsing is
strict: whatever would not be written again byte for byte is refused, so that a header has one form only.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from twinbell.age.source import Input
from twinbell.crypto import kdf
from twinbell.encoding import b64, unb64
from twinbell.errors import Damaged, HeaderDamaged, HmacDamaged, Mistaken

VERSION_LINE = b"age-encryption.org/v1\n"
FILE_KEY_BYTES = 16
WRAPPED_KEY_BYTES = FILE_KEY_BYTES + 16  # the file key and its Poly1305 tag
HEADER_BYTES_MAX = 1 << 20  # about 630 hybrid recipients; read before anything can be authenticated
STANZAS_MAX = 1024  # each may cost a scalar multiplication for each identity, before the MAC can be checked
MAC_LINE_BYTES = 45  # what follows the three dashes: a space, 43 characters, a line feed
_COLUMNS = 64
_MAC_LABEL = b"header"
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key, wrapped for one recipient: a type, arguments, and a body of any bytes."""

    type: str
    args: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it was read: its stanzas, its MAC (32 bytes), and the bytes that the MAC is over."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    signed: bytes


def serialise(stanzas: Sequence[Stanza]) -> bytes:
    """Return the header up to and including its three dashes: what the MAC is over."""
    if not stanzas:
        raise Mistaken("An age file needs at least one recipient.")
    out = bytearray(VERSION_LINE)
    for stanza in stanzas:
        words = (stanza.type, *stanza.args)
        if not all(_is_word(word.encode()) for word in words):
            raise Mistaken("An argument of an age stanza is made of visible ASCII characters.")
        out += b"-> " + " ".join(words).encode() + b"\n"
        body = b64(stanza.body).encode()
        # The last line of a body is always shorter than 64 columns: empty, if need be.
        for at in range(0, len(body) + 1, _COLUMNS):
            out += body[at : at + _COLUMNS] + b"\n"
    return bytes(out + b"---")


def mac(file_key: bytes, signed: bytes) -> bytes:
    """Return the MAC (32 bytes) over `signed`, which ends with the three dashes."""
    return hmac.digest(kdf.hkdf(file_key, info=_MAC_LABEL), signed, hashlib.sha256)


def finish(file_key: bytes, signed: bytes) -> bytes:
    """Return the whole header, MAC line included."""
    return signed + b" " + b64(mac(file_key, signed)).encode() + b"\n"


def check_mac(header: Header, file_key: bytes) -> None:
    """Raise `HmacDamaged` unless the header is the one that was written with this file key."""
    if not hmac.compare_digest(mac(file_key, header.signed), header.mac):
        raise HmacDamaged


def parse(source: Input) -> Header:
    """Take a header off the front of `source`; raise `HeaderDamaged` for anything that is not exactly one."""
    signed = bytearray(_line(source, HEADER_BYTES_MAX))
    if signed != VERSION_LINE:
        raise HeaderDamaged("This is not an age file of version 1.")
    stanzas: list[Stanza] = []
    while True:
        line = _line(source, HEADER_BYTES_MAX - len(signed))
        if line.startswith(b"---"):
            break
        signed += line
        stanzas.append(_stanza(source, line, signed))
        if len(stanzas) > STANZAS_MAX:
            raise HeaderDamaged(f"The header of this age file has more than {STANZAS_MAX} stanzas.")
    if not stanzas:
        raise HeaderDamaged("The header of this age file has no recipients.")
    if not line.startswith(b"--- "):
        raise HeaderDamaged
    code = _unb64(line[4:-1])
    if len(code) != _MAC_BYTES:
        raise HeaderDamaged
    return Header(tuple(stanzas), code, bytes(signed + b"---"))


def argument_bytes(stanza: Stanza, at: int, length: int) -> bytes:
    """Return the argument at `at`, which must be canonical base64 of `length` bytes; else `HeaderDamaged`."""
    data = _unb64(stanza.args[at].encode())
    if len(data) != length:
        raise HeaderDamaged(f"A {stanza.type} stanza of this age file is damaged.")
    return data


def check_shape(stanza: Stanza, *, args: int) -> None:
    """Raise `HeaderDamaged` unless `stanza` has `args` arguments and a body the size of a wrapped file key.

    The size is checked before anything is decrypted: a longer body could be made to open under several keys
    at once, and so tell which one is in use (a partitioning oracle).
    """
    if len(stanza.args) != args or len(stanza.body) != WRAPPED_KEY_BYTES:
        raise HeaderDamaged(f"A {stanza.type} stanza of this age file is damaged.")


def _stanza(source: Input, line: bytes, signed: bytearray) -> Stanza:
    if not line.startswith(b"-> "):
        raise HeaderDamaged
    words = line[3:-1].split(b" ")
    if not all(_is_word(word) for word in words):
        raise HeaderDamaged
    kind, *args = (word.decode() for word in words)
    body = bytearray()
    while True:
        line = _line(source, HEADER_BYTES_MAX - len(signed))
        signed += line
        if len(line) > _COLUMNS + 1:
            raise HeaderDamaged
        body += line[:-1]
        if len(line) <= _COLUMNS:
            return Stanza(kind, tuple(args), _unb64(bytes(body)))


def _line(source: Input, length_max: int) -> bytes:
    line = source.line(length_max)
    if line is None:
        raise HeaderDamaged("The header of this age file is cut short, or longer than any header.")
    return line


def _unb64(data: bytes) -> bytes:
    try:
        return unb64(data.decode("ascii"))
    except (Damaged, UnicodeDecodeError):
        raise HeaderDamaged from None


def _is_word(word: bytes) -> bool:
    return bool(word) and all(0x21 <= byte <= 0x7E for byte in word)
