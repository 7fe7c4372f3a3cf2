"""Prekeys: keys that protect envelopes for a while, and are deleted one day."""

from dataclasses import dataclass, field

from twinbell.bond.bundle import TAG_BYTES, PublicPrekey
from twinbell.bond.record import Random

SEED_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Prekey:
    """A key that protects envelopes for a while: `seed` is kept by its owner only, and deleted one day."""

    number: int
    tag: bytes
    seed: bytes = field(repr=False)
    made_s: int
    passed_s: int = 0  # when every awake device of the peer had been seen to use a newer one; 0 = not yet

    @classmethod
    def generate(cls, number: int, now_s: int, random: Random) -> "Prekey":
        return cls(number=number, tag=random(TAG_BYTES), seed=random(SEED_BYTES), made_s=now_s)

    @property
    def public(self) -> "PublicPrekey":
        from twinbell.crypto import xwing

        return PublicPrekey(number=self.number, tag=self.tag, key=xwing.public(self.seed))
