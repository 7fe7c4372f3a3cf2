"""Records that are signed or hashed: a small deterministic profile of CBOR (RFC 8949 §4.2).

One value has one encoding, so a hash of a record means the record. The profile, also in
`docs/spec/records.md`: whole numbers up to 2^53 - 1 either side of zero, bytes, text, lists, maps with
text keys in ascending order of their encoding, true, false and null; shortest heads, no floats, no tags,
nothing indefinite, nothing behind the end. Whatever does not re-encode to itself is `Damaged`.

Also here: the few other ways in which bytes are written down.
"""

import base64
import binascii
from typing import TypeAlias

from twinbell.errors import Damaged, Mistaken

Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[str, Value] | None"

INTEGER_MAX = 2**53 - 1  # what a browser can count to
DEPTH_MAX = 16  # ours nest to five

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_SIMPLES: dict[int, bool | None] = {20: False, 21: True, 22: None}


def encode(value: Value) -> bytes:
    """Return the one encoding of `value`.

    Raises `Mistaken` for what the profile has no place for.
    """
    out = bytearray()
    _encode(value, out, 0)
    return bytes(out)


def decode(data: bytes, *, bytes_max: int) -> Value:
    """Return the value that `data` encodes; raise `Damaged` unless it is exactly one, in its one encoding."""
    if len(data) > bytes_max:
        raise Damaged(f"This record is longer than {bytes_max} bytes.")
    value, end = _decode(data, 0, 0)
    if end != len(data):
        raise Damaged("There is something behind the end of this record.")
    return value


def decode_map(data: bytes, *, bytes_max: int) -> dict[str, Value]:
    """Return the map that `data` encodes; raise `Damaged` for anything else."""
    value = decode(data, bytes_max=bytes_max)
    if not isinstance(value, dict):
        raise Damaged("This record is not a map.")
    return value


def _encode(value: Value, out: bytearray, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise Mistaken(f"A record nests to {DEPTH_MAX} at most.")
    if value is None or isinstance(value, bool):
        out.append(0xF6 if value is None else 0xF5 if value else 0xF4)
    elif isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise Mistaken("A record holds no number beyond 2^53 - 1.")
        out += _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    elif isinstance(value, (bytes, bytearray)):
        out += _head(_BYTES, len(value)) + value
    elif isinstance(value, str):
        text = _utf8(value)
        out += _head(_TEXT, len(text)) + text
    elif isinstance(value, (list, tuple)):
        out += _head(_LIST, len(value))
        for item in value:
            _encode(item, out, depth + 1)
    elif isinstance(value, dict):
        out += _head(_MAP, len(value))
        for key, name in sorted((encode(_key(name)), name) for name in value):
            out += key
            _encode(value[name], out, depth + 1)
    else:
        raise Mistaken(f"A record holds no {type(value).__name__}.")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise Mistaken("The keys of a record are text.")
    return key


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Mistaken("This text has half of a character in it.") from None


def _head(major: int, number: int) -> bytes:
    first = major << 5
    if number < 24:
        return bytes([first | number])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([first | code]) + number.to_bytes(size)
    raise Mistaken("This is too long for a record.")  # unreachable: lengths fit into eight bytes


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise Damaged("This record is cut short.")
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if major == _SIMPLE:
        if low not in _SIMPLES:
            raise Damaged("This record holds a float, or something else that has no place in it.")
        return major, low, at
    if low < 24:
        return major, low, at
    if low > 27:
        raise Damaged("This record has a part of indefinite length.")
    size = 1 << (low - 24)
    if at + size > len(data):
        raise Damaged("This record is cut short.")
    number = int.from_bytes(data[at : at + size])
    if number < (24 if size == 1 else 1 << (4 * size)):
        raise Damaged("This record writes a number longer than it needs to be.")
    return major, number, at + size


def _decode(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth > DEPTH_MAX:
        raise Damaged(f"This record nests deeper than {DEPTH_MAX}.")
    major, number, at = _read_head(data, at)
    if major == _SIMPLE:
        return _SIMPLES[number], at
    if major in (_UNSIGNED, _NEGATIVE):
        whole = number if major == _UNSIGNED else -1 - number
        if abs(whole) > INTEGER_MAX:
            raise Damaged("This record holds a number beyond 2^53 - 1.")
        return whole, at
    if number > len(data) - at:  # every item takes a byte at least: no list of a billion from ten bytes
        raise Damaged("This record is cut short.")
    if major == _BYTES:
        return data[at : at + number], at + number
    if major == _TEXT:
        return _read_text(data, at, number), at + number
    if major == _LIST:
        items = []
        for _ in range(number):
            item, at = _decode(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == _MAP:
        return _read_map(data, at, number, depth)
    raise Damaged("This record has a tag in it.")


def _read_text(data: bytes, at: int, length: int) -> str:
    try:
        return data[at : at + length].decode()
    except UnicodeDecodeError:
        raise Damaged("This record has text in it that is not UTF-8.") from None


def _read_map(data: bytes, at: int, length: int, depth: int) -> tuple[Value, int]:
    pairs: dict[str, Value] = {}
    last = b""
    for _ in range(length):
        start = at
        key, at = _decode(data, at, depth + 1)
        if not isinstance(key, str):
            raise Damaged("This record has a key that is not text.")
        if data[start:at] <= last:
            raise Damaged("The keys of this record are doubled or out of order.")
        last = data[start:at]
        pairs[key], at = _decode(data, at, depth + 1)
    return pairs, at


def b64(data: bytes) -> str:
    """Return standard base64 without padding, as age writes it (RFC 4648 §4)."""
    return base64.b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes of unpadded standard base64; raise `Damaged` unless it is canonical."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("This is not base64.") from None
    if b64(data) != text:
        raise Damaged("This base64 is not canonical.")
    return data


def lv(data: bytes) -> bytes:
    """Return `data` behind its length, four bytes, big-endian: what keeps joined fields apart in a hash."""
    return len(data).to_bytes(4) + data


def padme(length: int) -> int:
    """Return `length` rounded up so that it tells only its magnitude (PADMÉ, Nikitin et al. 2019).

    At most 12 % longer; whoever sees the rounded length of L bytes learns O(log log L) bits.
    """
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask
