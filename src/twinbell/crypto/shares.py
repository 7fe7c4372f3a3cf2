"""A secret in shares: any k of n give it back, fewer tell nothing (SLIP-39, by PyPI `shamir-mnemonic`).

One profile: 32 bytes, one group, extendable, iteration exponent 1, empty passphrase. Other profiles are
refused before they are computed: an exponent of 15 would keep a machine busy for minutes.

A share is 33 words. SLIP-39 words are not BIP-39 words, but the first four letters are enough here too.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations, islice
from typing import Any

from twinbell.errors import Damaged, Mistaken

SECRET_BYTES = 32
SHARES_MAX = 16
SHARE_WORDS = 33
SHARE_CHARS_MAX = 1000
_ITERATION_EXPONENT = 1
_PREFIX_LETTERS = 4
_GIVEN_MAX = 3 * SHARES_MAX  # every share three times is patience enough
_TRIES_MAX = 2000  # how many sets are tried to find out which share is the false one


def split(secret: bytes, k: int, n: int) -> list[str]:
    """Return `n` shares, any `k` of which give `secret` (32 bytes) back.

    Raises `Mistaken` unless 1 ≤ k ≤ n ≤ 16. A k of 1 goes only with an n of 1: more copies of the secret
    itself are no sharing, and SLIP-39 has no place for them.
    """
    if len(secret) != SECRET_BYTES:
        raise Mistaken(f"A shared secret has {SECRET_BYTES} bytes.")
    if not 1 <= k <= n <= SHARES_MAX or (k == 1 and n > 1):
        raise Mistaken(f"{k} of {n} shares is not possible: two or more of at most {SHARES_MAX}.")
    from shamir_mnemonic import generate_mnemonics

    groups = generate_mnemonics(1, [(k, n)], secret, extendable=True, iteration_exponent=_ITERATION_EXPONENT)
    return list(groups[0])


def threshold(share: str) -> int:
    """Return how many of its kind `share` says are needed; raise `Damaged` for what is no share of ours."""
    return int(_parse(share, 1).member_threshold)


def family(share: str) -> tuple[int, ...]:
    """Return what all shares of one split have in common; raise `Damaged` for what is no share of ours."""
    return tuple(map(int, _parse(share, 1).group_parameters()))


def normal(share: str) -> str:
    """Return the words of `share` in full and small letters; raise `Damaged` for what is no share of ours."""
    return str(_parse(share, 1).mnemonic())


def combine(shares: Sequence[str]) -> bytes:
    """Return the secret (32 bytes) of which `shares` are enough.

    More than needed may be given, also doubled. Raises `Damaged` naming the share that is wrong, by its
    place in `shares`, or saying how many more are needed. A secret that comes back is the one that was
    split up to 1 in 2^32; who needs more compares it with what is known of it.
    """
    if len(shares) > _GIVEN_MAX:
        raise Damaged(f"These are more than {_GIVEN_MAX} shares.")
    parsed = [_parse(text, place) for place, text in enumerate(shares, start=1)]
    if not parsed:
        raise Damaged("There are no shares here.")
    first = parsed[0]
    for place, share in enumerate(parsed, start=1):
        if share.group_parameters() != first.group_parameters():
            raise Damaged(f"Share {place} does not belong with share 1.")
    distinct = list(dict.fromkeys(parsed))
    if len({share.index for share in distinct}) != len(distinct):
        raise Damaged("Two of these shares have the same number and different words.")
    missing = first.member_threshold - len(distinct)
    if missing > 0:
        raise Damaged(
            f"{missing} more of these shares are needed." if missing > 1 else "One more share is needed."
        )
    return _agree(distinct, parsed)


def _agree(distinct: list[Any], parsed: list[Any]) -> bytes:
    """Return the secret on which all shares agree; where they do not, find out which is false."""
    k = distinct[0].member_threshold
    secret = _recover(distinct[:k])
    if secret is not None and not _strangers(distinct[:k], distinct, secret):
        return secret
    if k > 1:  # a lone share has no digest that could prove anything
        for some in islice(combinations(distinct, k), _TRIES_MAX):
            secret = _recover(some)
            if secret is not None:
                false = _strangers(some, distinct, secret)
                places = [str(place) for place, share in enumerate(parsed, start=1) if share in false]
                if len(places) == 1:
                    raise Damaged(f"Share {places[0]} is false; leave it out.")
                raise Damaged(f"Shares {' and '.join(places)} are false; leave them out.")
    raise Damaged("These shares do not fit together: one of them is false.")


def _strangers(some: Sequence[Any], distinct: list[Any], secret: bytes) -> list[Any]:
    """Return the shares that do not lead to the secret that `some` lead to."""
    return [share for share in distinct if share not in some and _recover([*some[1:], share]) != secret]


def _recover(shares: Sequence[Any]) -> bytes | None:
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    try:
        secret = combine_mnemonics([share.mnemonic() for share in shares])
    except (MnemonicError, ValueError):
        return None
    return bytes(secret)


def _parse(text: str, place: int) -> Any:
    from shamir_mnemonic import MnemonicError, Share

    if len(text) > SHARE_CHARS_MAX:
        raise Damaged(f"Share {place} is too long.")
    words = [_complete(word, place) for word in text.lower().split()]
    if len(words) != SHARE_WORDS:
        raise Damaged(f"Share {place} has {len(words)} words; a share has {SHARE_WORDS}.")
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise Damaged(
            f"Share {place} is damaged: a word in it is wrong, or two have changed places."
        ) from None
    if (
        share.iteration_exponent != _ITERATION_EXPONENT
        or not share.extendable
        or share.group_count != 1
        or len(share.value) != SECRET_BYTES
    ):
        raise Damaged(f"Share {place} is a SLIP-39 share of another kind than ours.")
    return share


def _complete(typed: str, place: int) -> str:
    word = _prefixes().get(typed[:_PREFIX_LETTERS], "")
    if len(typed) < _PREFIX_LETTERS or not word.startswith(typed):
        raise Damaged(f"Share {place} has a word that is not in the list: {typed[:20]!r}.")
    return word


@cache
def _prefixes() -> dict[str, str]:
    from shamir_mnemonic.wordlist import WORDLIST

    return {word[:_PREFIX_LETTERS]: word for word in WORDLIST}
