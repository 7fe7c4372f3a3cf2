"""Two people, three keepers of beacons, and letters between them: what the tests of letters share."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond import letter
from twinbell.bond.lock import KeptChain, Lock, Wish, plan
from twinbell.bond.mail import FileNote
from twinbell.bond.way import Keys
from twinbell.crypto import bls
from twinbell.crypto.signing import SigningKey
from twinbell.wire.beacon import Chain

BOND = hashlib.sha256(b"bond").digest()
NOW_S = 1_795_345_200  # Sunday 22 November 2026, 11:00 UTC
DAY_S = 86_400


def seed(name: str) -> bytes:
    return hashlib.sha256(b"test " + name.encode()).digest()


@dataclass
class Keeper:
    """Someone who runs a beacon, and signs any round that is asked for: tests decide when."""

    name: str
    period_s: int = 3
    secret: bytes = field(init=False, repr=False)
    kept: KeptChain = field(init=False)

    def __post_init__(self) -> None:
        self.secret = int.from_bytes(seed(self.name)).to_bytes(33)[-32:]
        self.secret = bytes([self.secret[0] & 0x3F]) + self.secret[1:]  # below the order of the group
        chain = Chain(
            public_key=bls.public(self.secret),
            period_s=self.period_s,
            genesis_s=1_700_000_000,
            group_hash=seed(f"group {self.name}"),
            beacon_id="default",
        )
        self.kept = KeptChain(chain, self.name)

    def signature(self, round: int) -> bytes:
        return bls.sign(self.secret, bls.round_message(round))


ANNA, BERTA, CLARA = (Keeper(name) for name in ("Anna", "Berta", "Clara"))


def keys_of(*keepers: Keeper, seeds: dict[bytes, bytes] | None = None) -> Keys:
    """Return keys with every round of these keepers, and the seeds of these recipients."""
    by_hash = {keeper.kept.chain.hash: keeper for keeper in keepers}

    def signature_of(chain: Chain, round: int) -> bytes | None:
        keeper = by_hash.get(chain.hash)
        return keeper.signature(round) if keeper else None

    return Keys(signature_of, (seeds or {}).get)


NO_KEYS = keys_of()


@dataclass(frozen=True)
class Person:
    signer: SigningKey
    letter: HybridIdentity
    kit: HybridIdentity


def person(name: str) -> Person:
    return Person(
        SigningKey(seed(f"{name} signs")),
        HybridIdentity(seed(f"{name} reads")),
        HybridIdentity(seed(f"{name} paper")),
    )


ADA, GRACE = person("Ada"), person("Grace")
FOUR = [each.recipient for each in (GRACE.letter, GRACE.kit, ADA.letter, ADA.kit)]


def wish(instant_s: int = NOW_S + 20) -> Wish:
    from twinbell.bond import civil

    return Wish(
        local=civil.write_local(civil.utc(instant_s)), zone="Etc/UTC", tzdata="2026f", instant_s=instant_s
    )


def lock_for(
    *keepers: Keeper, in_s: int | None = 20, letter_id: bytes = bytes(range(16)), **more: Any
) -> Lock:
    return plan(
        letter=letter_id,
        wish=None if in_s is None else wish(NOW_S + in_s),
        chains=[keeper.kept for keeper in keepers],
        now_s=NOW_S,
        **more,
    )


def attachment(name: str, data: bytes, media: str = "application/octet-stream") -> letter.Attachment:
    return letter.Attachment(name, media, len(data), lambda: io.BytesIO(data))


def write(
    lock: Lock | None = None, files: dict[str, bytes] | None = None, **changes: Any
) -> tuple[bytes, letter.Sealed]:
    """Return a letter from Ada to Grace, and what is known of it."""
    out = io.BytesIO()
    fields: dict[str, Any] = {
        "bond": BOND,
        "signer": ADA.signer,
        "recipients": FOUR,
        "written_s": NOW_S,
        "writer": "Ada",
        "reader": "Grace",
        "subject": "For your birthday",
        "text": "Dear Grace,\n\nhappy birthday.\n",
        "attachments": [attachment(name, data) for name, data in (files or {}).items()],
    }
    sealed = letter.write(out, lock=lock or lock_for(ANNA), **(fields | changes))
    return out.getvalue(), sealed


def open_letter(
    data: bytes, keys: Keys | None = None, **changes: Any
) -> tuple[letter.Opened, dict[str, bytes]]:
    """Open as Grace, with Anna's rounds; return the letter and its files."""
    found: dict[str, io.BytesIO] = {}

    def into(number: int, note: FileNote) -> io.BytesIO:
        return found.setdefault(note.name, io.BytesIO())

    fields: dict[str, Any] = {"bond": BOND, "writers": [ADA.signer.verify_key], "into": into}
    fields["keys"] = keys or keys_of(ANNA)
    opened = letter.open_(io.BytesIO(data), [GRACE.letter], **(fields | changes))
    return opened, {name: file.getvalue() for name, file in found.items()}
