"""A watch with three guardians, for the tests of its records."""

from twinbell.crypto.signing import SigningKey
from twinbell.wire.terms import Terms, consent, watch_id

KEY = SigningKey(b"k" * 32)
HAND = SigningKey(b"h" * 32)
SEATS = tuple(SigningKey(bytes([n]) * 32) for n in range(1, 5))
WATCH = watch_id(KEY.verify_key.raw)
GUARDIANS = tuple(consent(key, WATCH, 20_000, token=bytes([n]) * 32) for n, key in enumerate(SEATS, 1))
STOP = b"the code, on paper"[:16]
TERMS = Terms(
    key=KEY.verify_key.raw,
    number=7,
    epoch=2,
    unit_s=86_400,
    every=30,
    grace=7,
    veto=7,
    zone="Asia/Tokyo",
    k=2,
    guardians=GUARDIANS[:3],
    reader=b"r" * 32,
    owner=b"o" * 32,
    stop=b"s" * 32,
    hands=(HAND.verify_key.raw,),
    armed=True,
)
