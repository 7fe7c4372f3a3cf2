"""O2: random age files cross over to npm age-encryption and back; not one opens to anything else.

The known fault: a file in which one bit was flipped on the way. If the other side took it for whole, or we
did, this harness could not tell a good file from a bad one.
"""

import random
import sys

from tests.interop.age_peer import AgePeer

from twinbell.age import HybridIdentity, X25519Identity, open_, seal
from twinbell.errors import TwinbellError

SHORT, LONG = 100, 1000
LENGTH_MAX = 200_000


def main() -> int:
    if not AgePeer.here():
        print("skipped: npm age-encryption is not installed")
        return 0
    count = LONG if "--long" in sys.argv else SHORT
    chance = random.Random(count)
    with AgePeer() as peer:
        wrong = sum(not crosses(peer, chance) for _ in range(count))
        missed = sum(crosses(peer, chance, flipped=True) for _ in range(count // 10))
    print(
        f"{count} files each way, {wrong} wrong; {count // 10} with a flipped bit, {missed} taken for whole"
    )
    return 1 if wrong or missed else 0


def crosses(peer: AgePeer, chance: random.Random, *, flipped: bool = False) -> bool:
    """Seal a random file for the other side, let it seal one for us, and tell whether both opened alike.

    With `flipped`, tell whether either one opened at all.
    """
    make = HybridIdentity.generate if chance.random() < 0.5 else X25519Identity.generate
    keys = [make() for _ in range(chance.randint(1, 3))]
    key = chance.choice(keys)
    recipients = [each.recipient for each in keys]
    length = chance.choice([chance.randrange(100), chance.randrange(LENGTH_MAX), 65536 * chance.randrange(4)])
    armor = chance.random() < 0.3
    plain = chance.randbytes(length)
    there = seal(plain, recipients, armor=armor)
    back = peer.seal(plain, *map(str, recipients), armor=armor)
    if flipped:
        there, back = flip(there, chance), flip(back, chance)
        return peer.open(there, str(key)) is not None or opens(back, key) is not None
    return peer.open(there, str(key)) == plain and opens(back, key) == plain


def opens(file: bytes, key: HybridIdentity | X25519Identity) -> bytes | None:
    try:
        return open_(file, [key])
    except TwinbellError:
        return None


def flip(file: bytes, chance: random.Random) -> bytes:
    """Return `file` with one bit flipped; not in the white space behind its armor, which may be any."""
    out = bytearray(file)
    out[chance.randrange(len(file) - 1)] ^= 1 << chance.randrange(8)
    return bytes(out)


if __name__ == "__main__":
    sys.exit(main())
