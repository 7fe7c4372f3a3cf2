"""E1: nothing opens before its beacon exists, whatever clock, client and relay are used.

Many letters are sealed, each to a round that has not been signed. Then everything that a curious
partner could do is tried: the clock a hundred years ahead, relays that answer any bytes, signatures of other
rounds and chains, a client without its checks. Each letter is opened at last with the true signature, so that
what stayed closed was a letter. The known fault is a lock that only looks at the clock.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from twinbell.age import Stanza, TlockIdentity, TlockRecipient, open_, seal
from twinbell.age.recipient import Identity
from twinbell.client.beacon import Memory, Rounds
from twinbell.crypto import bls, ibe
from twinbell.errors import NotYet, TwinbellError
from twinbell.wire.beacon import Beacon, Chain, time_of

SHORT, LONG = 40, 10_000
CENTURY_S = 100 * 366 * 86_400
G1_INFINITY = b"\xc0" + bytes(47)


class Lock(Protocol):
    """A way to seal something to a moment, and to open it with what a source says at a time."""

    chain: Chain
    secret: bytes

    def seal(self, data: bytes, round: int) -> bytes: ...

    def identity(self, source: "Source", now_s: float) -> Identity: ...


class Source:
    """A relay in the enemy's hand."""

    name = "the enemy's relay"

    def __init__(self, answer: Callable[[Chain, int], Beacon]) -> None:
        self.fetch = answer


class TimeLock:
    """The real thing."""

    def __init__(self, chain: Chain, secret: bytes) -> None:
        self.chain, self.secret = chain, secret

    def seal(self, data: bytes, round: int) -> bytes:
        return seal(data, [TlockRecipient(self.chain.hash, self.chain.public_key, round)])

    def identity(self, source: Source, now_s: float) -> Identity:
        rounds = Rounds(Memory(), [source])
        return TlockIdentity(
            self.chain.hash, self.chain.public_key, rounds.signature_of(self.chain, now_s=now_s)
        )


class ClockLock(TimeLock):
    """The known fault: a file key that lies there, behind a look at the client's clock."""

    def seal(self, data: bytes, round: int) -> bytes:
        return seal(data, [_ClockRecipient(round)])

    def identity(self, source: Source, now_s: float) -> Identity:
        return _ClockIdentity(self.chain, now_s)


class _ClockRecipient:
    labels = frozenset({"clock"})

    def __init__(self, round: int) -> None:
        self.round = round

    def wrap(self, file_key: bytes) -> list[Stanza]:
        return [Stanza("clock", (str(self.round),), file_key)]


class _ClockIdentity:
    def __init__(self, chain: Chain, now_s: float) -> None:
        self.chain, self.now_s = chain, now_s

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        (stanza,) = stanzas
        if self.now_s < time_of(self.chain, int(stanza.args[0])):
            raise NotYet
        return bytes(stanza.body)


def tried(lock: Lock, sealed: bytes, round: int, rng: random.Random) -> Iterator[tuple[str, bool]]:
    """Yield each way that was tried and whether it opened the letter."""
    early_s, late_s = time_of(lock.chain, round) - 1, time_of(lock.chain, round) + CENTURY_S
    signatures = list(_signatures(lock, round, rng))

    def too_early(chain: Chain, round: int) -> Beacon:
        raise NotYet

    yield "an honest clock", _opens(sealed, lock.identity(Source(too_early), early_s))
    yield "a clock that is a century ahead", _opens(sealed, lock.identity(Source(too_early), late_s))
    for name, signature in signatures:
        for now_s in (early_s, late_s):
            source = Source(lambda chain, round, signature=signature: Beacon(round, signature))  # type: ignore[misc]
            yield f"a relay that answers {name}", _opens(sealed, lock.identity(source, now_s))
        yield f"a client without its checks, and {name}", _opens(sealed, _Unchecked(signature))


def _signatures(lock: Lock, round: int, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    def sign(secret: bytes, of: int) -> bytes:
        return bls.sign(secret, bls.round_message(of))

    other = rng.randrange(1, bls.ORDER).to_bytes(32)
    yield "the round before", sign(lock.secret, round - 1)
    yield "the round after", sign(lock.secret, round + 1)
    yield "a round far off", sign(lock.secret, round + rng.randrange(2, 2**32))
    yield "another chain's round", sign(other, round)
    yield "infinity", G1_INFINITY
    yield "zeros", bytes(48)
    yield "random bytes", rng.randbytes(48)
    flipped = bytearray(sign(lock.secret, round + 1))
    flipped[0] ^= 0x20  # the negated point
    yield "a negated signature", bytes(flipped)


class _Unchecked:
    """A patched client: no clock, no verification, and no look at what the opening proves."""

    def __init__(self, signature: bytes) -> None:
        self.signature = signature

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        (stanza,) = stanzas
        u, v, w = stanza.body[:96], stanza.body[96:112], stanza.body[112:]
        mask = ibe._digest(b"IBE-H2", bls.pair_opening(self.signature, u))
        return ibe._xor(w, ibe._digest(b"IBE-H4", ibe._xor(v, mask)))


def _opens(sealed: bytes, identity: Identity) -> bool:
    try:
        open_(sealed, [identity])
    except TwinbellError:
        return False
    return True


def run(lock_of: Callable[[Chain, bytes], Lock], count: int, seed: int) -> tuple[int, list[str]]:
    """Try everything on `count` letters; return how much was tried and what opened early."""
    rng = random.Random(seed)  # a run that can be repeated
    tries, opened = 0, []
    for _ in range(count):
        secret = rng.randrange(1, bls.ORDER).to_bytes(32)
        chain = Chain(
            public_key=bls.public(secret),
            period_s=rng.choice((1, 3, 30, 3600)),
            genesis_s=rng.randrange(1, 2**32),
            group_hash=rng.randbytes(32),
            beacon_id="torture",
        )
        lock = lock_of(chain, secret)
        round = rng.randrange(2, 2 ** rng.randrange(4, 53))  # the first has none before it
        data = rng.randbytes(rng.randrange(200))
        sealed = lock.seal(data, round)
        for name, early in tried(lock, sealed, round, rng):
            tries += 1
            if early:
                opened.append(name)
        signature = bls.sign(secret, bls.round_message(round))
        due = lock.identity(Source(lambda chain, round, s=signature: Beacon(round, s)), time_of(chain, round))  # type: ignore[misc]
        assert open_(sealed, [due]) == data, "a letter did not open on its day"
    return tries, opened


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    count = LONG if args.long else SHORT
    tries, opened = run(TimeLock, count, args.seed)
    for name in sorted(set(opened)):
        print(f"OPENED EARLY by {name}")
    _, caught = run(_known_fault, 3, args.seed)
    print(f"{count} letters, {tries} tries, {len(opened)} opened early; the known fault was", end=" ")
    print("caught" if caught else "MISSED")
    return 0 if caught and not opened else 1


def _known_fault(chain: Chain, secret: bytes) -> Lock:
    return ClockLock(chain, secret)


if __name__ == "__main__":
    sys.exit(main())
