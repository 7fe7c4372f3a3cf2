"""Bytes as words that can be said aloud, compared and written on paper: the BIP-39 English list.

Six words compare a pairing (66 bits), twenty-four carry a kit root (256 bits and a checksum), twelve a stop
code (128 and a checksum), three are spoken as the secret of a bell (33 bits). The list is PyPI `mnemonic`'s,
read when it is first needed.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache

from twinbell.errors import Damaged, Mistaken

WORD_BITS = 11
SIX_BITS = 66
KIT_WORDS = 24
KIT_BYTES = 32
STOP_WORDS = 12
STOP_BYTES = 16
STOP_CHECK_BITS = 4
SPOKEN_WORDS = 3
TEXT_CHARS_MAX = 1000  # a kit is at most 215
_PREFIX_LETTERS = 4  # that many tell any two words of the list apart

# Whatever stands between words when they are typed, dictated or corrected by a phone (-- becomes a dash).
_BETWEEN = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212_.,;:/+]+")


def six(bits66: bytes) -> list[str]:
    """Return six words from the first 66 bits of `bits66` (nine bytes or more)."""
    if len(bits66) * 8 < SIX_BITS:
        raise Mistaken("Six words need 66 bits.")
    number = int.from_bytes(bits66[:9]) >> (72 - SIX_BITS)
    return _words(number, count=6)


def kit(root: bytes) -> list[str]:
    """Return the 24 words of a 32-byte root; the last word holds eight bits of checksum (BIP-39)."""
    if len(root) != KIT_BYTES:
        raise Mistaken(f"A kit root has {KIT_BYTES} bytes.")
    return _words(int.from_bytes(root + _checksum(root)), count=KIT_WORDS)


def unkit(words: str | Sequence[str]) -> bytes:
    """Return the 32-byte root of 24 words; raise `Damaged` with the place of what is wrong.

    Takes what a person typed: any case, any separators, first four letters of a word.
    """
    known = normalise(words if isinstance(words, str) else " ".join(words))
    if len(known) != KIT_WORDS:
        raise Damaged(f"A kit has {KIT_WORDS} words; these are {len(known)}.")
    number = 0
    for word in known:
        number = number << WORD_BITS | _index()[word]
    data = number.to_bytes(KIT_BYTES + 1)
    if _checksum(data[:KIT_BYTES]) != data[KIT_BYTES:]:
        raise Damaged("These words do not fit together: one is wrong, or two have changed places.")
    return data[:KIT_BYTES]


def stop(code: bytes) -> list[str]:
    """Return the 12 words of a stop code of 16 bytes; the last word holds four bits of checksum (BIP-39)."""
    if len(code) != STOP_BYTES:
        raise Mistaken(f"A stop code has {STOP_BYTES} bytes.")
    number = int.from_bytes(code) << STOP_CHECK_BITS | _checksum(code)[0] >> 8 - STOP_CHECK_BITS
    return _words(number, count=STOP_WORDS)


def unstop(words: str) -> bytes:
    """Return the stop code of 12 typed words; raise `Damaged` with the place of what is wrong."""
    known = normalise(words)
    if len(known) != STOP_WORDS:
        raise Damaged(f"A stop code has {STOP_WORDS} words; these are {len(known)}.")
    number = 0
    for word in known:
        number = number << WORD_BITS | _index()[word]
    code = (number >> STOP_CHECK_BITS).to_bytes(STOP_BYTES)
    if stop(code) != list(known):
        raise Damaged("These words do not fit together: one is wrong, or two have changed places.")
    return code


def spoken(below: Callable[[int], int] | None = None) -> list[str]:
    """Return three fresh words; `below(n)` gives a number under n and is `secrets.randbelow` unless given."""
    if below is None:
        import secrets

        below = secrets.randbelow
    return [_list()[below(1 << WORD_BITS)] for _ in range(SPOKEN_WORDS)]


def normalise(text: str) -> tuple[str, ...]:
    """Return the words that a person meant, in full and in lower case.

    Any case; spaces, hyphens and dashes in any number; the first four letters or more of a word stand for
    it. Raises `Damaged` with the place and the text of the first one that is no word of the list.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise Damaged("This is too long for a few words.")
    typed = [part for part in _BETWEEN.split(text.lower()) if part]
    return tuple(_complete(word, place) for place, word in enumerate(typed, start=1))


def _complete(typed: str, place: int) -> str:
    if typed in _index():
        return typed
    if len(typed) >= _PREFIX_LETTERS:
        word = _prefixes().get(typed[:_PREFIX_LETTERS], "")
        if word.startswith(typed):
            return word
    raise Damaged(f"Word {place}, {typed[:20]!r}, is not in the list of words.")


def _words(number: int, *, count: int) -> list[str]:
    mask = (1 << WORD_BITS) - 1
    return [_list()[number >> WORD_BITS * (count - 1 - at) & mask] for at in range(count)]


def _checksum(root: bytes) -> bytes:
    return hashlib.sha256(root).digest()[:1]


@cache
def _list() -> tuple[str, ...]:
    from mnemonic import Mnemonic

    return tuple(Mnemonic("english").wordlist)


@cache
def _index() -> dict[str, int]:
    return {word: at for at, word in enumerate(_list())}


@cache
def _prefixes() -> dict[str, str]:
    return {word[:_PREFIX_LETTERS]: word for word in _list()}
