"""Bech32 (BIP 173) as age writes keys: no limit of length, and one case throughout."""

from collections.abc import Iterable

from twinbell.errors import Damaged

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_CHARS = 6


def encode(prefix: str, data: bytes) -> str:
    """Return `data` behind `prefix`, all in the prefix' own case."""
    values = _regroup(data, 8, 5, pad=True)
    polymod = _polymod([*_expand(prefix.lower()), *values, *[0] * _CHECKSUM_CHARS]) ^ 1
    checksum = [polymod >> 5 * (_CHECKSUM_CHARS - 1 - at) & 31 for at in range(_CHECKSUM_CHARS)]
    text = f"{prefix.lower()}1{''.join(_ALPHABET[value] for value in [*values, *checksum])}"
    return text.upper() if prefix.isupper() else text


def decode(text: str) -> tuple[str, bytes]:
    """Return the prefix, in the case in which it was written, and the data; raise `Damaged` for no key."""
    lower = text.lower()
    if text not in (lower, text.upper()):
        raise Damaged("This key mixes upper and lower case.")
    prefix, one, tail = lower.rpartition("1")
    if (
        not one
        or not prefix
        or len(tail) < _CHECKSUM_CHARS
        or not all(0x21 <= ord(c) <= 0x7E for c in prefix)
    ):
        raise Damaged("This is not a key as age writes it.")
    if not all(char in _VALUE for char in tail):
        raise Damaged("This key has a character in it that no key has.")
    values = [_VALUE[char] for char in tail]
    if _polymod([*_expand(prefix), *values]) != 1:
        raise Damaged("This key has a typing error: its checksum is wrong.")
    data = bytes(_regroup(values[:-_CHECKSUM_CHARS], 5, 8, pad=False))
    return text[: len(prefix)], data


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check


def _expand(prefix: str) -> list[int]:
    return [*[ord(char) >> 5 for char in prefix], 0, *[ord(char) & 31 for char in prefix]]


def _regroup(values: Iterable[int], from_bits: int, to_bits: int, *, pad: bool) -> list[int]:
    out = []
    held = bits = 0
    for value in values:
        held = held << from_bits | value
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            out.append(held >> bits & (1 << to_bits) - 1)
        held &= (1 << bits) - 1
    if pad and bits:
        out.append(held << to_bits - bits & (1 << to_bits) - 1)
    elif not pad and (bits >= from_bits or held):
        raise Damaged("This key has bits behind its end.")
    return out
