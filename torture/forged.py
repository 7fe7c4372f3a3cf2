"""E3: no forged round is taken: other chain, other round, changed bits, infinity, points outside the group.

Every forgery goes to the one function that all rounds pass, and to the time-lock itself. The known fault is a
verifier that trusts the library's reading of points, as it comes.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator

from py_arkworks_bls12381 import GT, G1Point, G2Point

from twinbell.age import Stanza, TlockIdentity
from twinbell.crypto import bls, ibe
from twinbell.errors import Damaged
from twinbell.wire.beacon import Beacon, Chain, verify

SHORT, LONG = 300, 10_000

Verifier = Callable[[bytes, int, bytes], None]


def forgeries(secret: bytes, round: int, rng: random.Random) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield a name, a public key and a signature that must not be taken for `round`."""

    def sign(of: int, by: bytes = secret) -> bytes:
        return bls.sign(by, bls.round_message(of))

    public = bls.public(secret)
    good = sign(round)
    yield "another round", public, sign(round + rng.randrange(1, 2**20))
    yield "another chain", public, sign(round, rng.randrange(1, bls.ORDER).to_bytes(32))
    flipped = bytearray(good)
    flipped[rng.randrange(48)] ^= 1 << rng.randrange(8)
    yield "a changed bit", public, bytes(flipped)
    yield "the negated point", public, bytes([good[0] ^ 0x20]) + good[1:]
    yield "random bytes", public, rng.randbytes(48)
    yield "infinity", public, b"\xc0" + bytes(47)
    yield "infinity in a sloppy form", public, b"\xe0" + rng.randbytes(47)
    # Infinity as key and as signature satisfies the equation for every message.
    yield "infinity under the key infinity", b"\xc0" + bytes(95), b"\xc0" + bytes(47)
    yield "a point outside the group", public, outside(rng)
    yield "a signature and a point outside the group", public, shifted(good, outside(rng))
    yield "a short one", public, good[: rng.randrange(48)]
    yield "a long one", public, good + rng.randbytes(rng.randrange(1, 50))


def outside(rng: random.Random) -> bytes:
    """Return a point that lies on the curve and outside the group."""
    while True:
        data = bytes([0x80 | rng.randrange(0x1A)]) + rng.randbytes(47)
        try:
            if not G1Point.from_compressed_bytes_unchecked(data).is_in_subgroup():
                return data
        except ValueError:
            continue


def shifted(signature: bytes, off: bytes) -> bytes:
    """Return a good signature moved out of the group by a point of small order or none."""
    point = G1Point.from_compressed_bytes(signature) + G1Point.from_compressed_bytes_unchecked(off)
    return bytes(point.to_compressed_bytes())


def checked(public: bytes, round: int, signature: bytes) -> None:
    """What the client does with a round."""
    if len(signature) != 48:
        raise Damaged
    chain = Chain(public_key=public, period_s=3, genesis_s=0, group_hash=bytes(32))
    verify(chain, Beacon(round, signature))


def locked(public: bytes, round: int, signature: bytes) -> None:
    """What the time-lock does with a round that reached it by another way."""
    body = ibe.encrypt(bls.public((9).to_bytes(32)), bls.round_message(round), bytes(16))
    identity = TlockIdentity(bytes(32), public, lambda _: signature)
    identity.unwrap([Stanza("tlock", (str(round), "00" * 32), body)])


def careless(public: bytes, round: int, signature: bytes) -> None:
    """The known fault: the library's points as they come, with the equation alone."""
    try:
        point = G1Point.from_compressed_bytes_unchecked(signature)
        key = G2Point.from_compressed_bytes_unchecked(public)
    except ValueError:
        raise Damaged from None
    hashed = G1Point.hash_to_curve(bls.round_message(round), bls.DST)
    if not GT.pairing_check([point, -hashed], [G2Point(), key]):
        raise Damaged


def run(verifier: Verifier, count: int, seed: int) -> tuple[int, list[str]]:
    """Show at least `count` forgeries to `verifier`; return how many, and the names of those it took."""
    rng = random.Random(seed)  # a run that can be repeated
    shown, taken = 0, []
    while shown < count:
        secret = rng.randrange(1, bls.ORDER).to_bytes(32)
        round = rng.randrange(1, 2**40)
        for name, public, signature in forgeries(secret, round, rng):
            shown += 1
            try:
                verifier(public, round, signature)
            except Damaged:
                continue
            taken.append(name)
        checked(bls.public(secret), round, bls.sign(secret, bls.round_message(round)))
    return shown, taken


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    count = LONG if args.long else SHORT
    shown, taken = 0, []
    for verifier in (checked, locked):
        more, wrong = run(verifier, count, args.seed)
        shown += more
        taken += wrong
    for name in sorted(set(taken)):
        print(f"TAKEN: {name}")
    _, caught = run(careless, 24, args.seed)
    print(f"{shown} forgeries, {len(taken)} taken; the known fault was {'caught' if caught else 'MISSED'}")
    return 0 if caught and not taken else 1


if __name__ == "__main__":
    sys.exit(main())
