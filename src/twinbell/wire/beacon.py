"""A beacon is a clock that signs: one signature a round, which nobody can have before its time.

What a chain is, when its rounds are, and what a round's signature must be. drand's documents and
rules are used as they stand, so a relay's own chain and the public ones are one kind of thing. A chain is
recognised by its hash, which is computed here and never taken from a document.

Nothing here asks anybody or signs: `client/beacon.py` asks, `relay/beacon.py` signs.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from twinbell.encoding import INTEGER_MAX, Value
from twinbell.errors import Damaged, Mistaken

SCHEME = "bls-unchained-g1-rfc9380"  # the only one whose rounds open anything here

HASH_BYTES = 32
PUBLIC_BYTES = 96
SIGNATURE_BYTES = 48

ROUND_MAX = INTEGER_MAX  # 2^53 - 1: what a browser and a record can count to
PERIOD_S_MAX = 2**32 - 1  # drand hashes it as four bytes
BEACON_ID_MAX = 64
DOCUMENT_BYTES_MAX = 16_384  # drand's are below one kilobyte

_DEFAULT_ID = "default"  # drand leaves this name out of the hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What is fixed about a chain for ever: its key, its rhythm, and through them its hash.

    Raises `Mistaken` when the parts cannot be those of a chain. That `public_key` is a point of the
    group is checked by `parse` and `from_record`, and by whatever computes with it.
    """

    public_key: bytes  # 96 bytes
    period_s: int
    genesis_s: int  # the time of round 1
    group_hash: bytes  # 32 bytes, drand's genesis seed
    scheme: str = SCHEME
    beacon_id: str = _DEFAULT_ID
    hash: bytes = field(init=False)  # 32 bytes

    def __post_init__(self) -> None:
        if self.scheme != SCHEME:
            raise Mistaken(f"This chain signs by another scheme than {SCHEME}; nothing can be locked to it.")
        if len(self.public_key) != PUBLIC_BYTES:
            raise Mistaken(f"The public key of a chain has {PUBLIC_BYTES} bytes.")
        if not 1 <= self.period_s <= PERIOD_S_MAX:
            raise Mistaken("The period of a chain is a whole number of seconds, one at least.")
        if not 0 <= self.genesis_s <= INTEGER_MAX:
            raise Mistaken("The genesis of a chain is a time in whole seconds since 1970.")
        if len(self.group_hash) != HASH_BYTES:
            raise Mistaken(f"The group hash of a chain has {HASH_BYTES} bytes.")
        if not (0 < len(self.beacon_id) <= BEACON_ID_MAX and _is_word(self.beacon_id)):
            raise Mistaken("The name of a chain is a short word of letters, digits, hyphens and dots.")
        computed = chain_hash(
            public_key=self.public_key,
            period_s=self.period_s,
            genesis_s=self.genesis_s,
            group_hash=self.group_hash,
            beacon_id=self.beacon_id,
        )
        object.__setattr__(self, "hash", computed)

    @classmethod
    def parse(cls, document: "bytes | str | Mapping[str, object]") -> "Chain":
        """Return the chain that a drand info document describes, in drand's first or second form.

        Raises `Damaged` for anything else, also when the hash it names is not the hash it has.
        """
        fields = _read_json(document)
        second = "chain_hash" in fields
        metadata = fields.get("metadata")
        if second:
            names = ("genesis_seed", "scheme", "chain_hash")
            beacon_id = fields.get("beacon_id", _DEFAULT_ID)
        else:
            names = ("groupHash", "schemeID", "hash")
            beacon_id = metadata.get("beaconID", _DEFAULT_ID) if isinstance(metadata, dict) else _DEFAULT_ID
        group, scheme, named = (fields.get(name) for name in names)
        if scheme != SCHEME:
            raise Damaged(f"This chain signs by another scheme than {SCHEME}; nothing can be locked to it.")
        chain = _chain(
            public_key=_unhex(fields.get("public_key"), PUBLIC_BYTES, "public key"),
            period_s=fields.get("period"),
            genesis_s=fields.get("genesis_time"),
            group_hash=_unhex(group, HASH_BYTES, "group hash"),
            beacon_id=beacon_id,
        )
        if chain.hash != _unhex(named, HASH_BYTES, "hash"):
            raise Damaged("The hash of this chain is not the one that its description names.")
        return chain

    def document(self) -> dict[str, object]:
        """Return drand's info document, as `/info` answers."""
        return {
            "public_key": self.public_key.hex(),
            "period": self.period_s,
            "genesis_time": self.genesis_s,
            "hash": self.hash.hex(),
            "groupHash": self.group_hash.hex(),
            "schemeID": self.scheme,
            "metadata": {"beaconID": self.beacon_id},
        }

    def document_v2(self) -> dict[str, object]:
        """Return drand's info document in its second form, as `/v2/chains/{hash}/info` answers."""
        return {
            "public_key": self.public_key.hex(),
            "period": self.period_s,
            "genesis_time": self.genesis_s,
            "genesis_seed": self.group_hash.hex(),
            "chain_hash": self.hash.hex(),
            "scheme": self.scheme,
            "beacon_id": self.beacon_id,
        }

    def record(self) -> dict[str, Value]:
        """Return the record that locks and bundles carry; the hash is not in it, since it follows from it."""
        return {
            "beacon": self.beacon_id,
            "genesis": self.genesis_s,
            "group": self.group_hash,
            "key": self.public_key,
            "period": self.period_s,
            "scheme": self.scheme,
        }

    @classmethod
    def from_record(cls, record: Value) -> "Chain":
        """Return the chain of a record; raise `Damaged` for anything that `record` would not have made."""
        if not isinstance(record, dict) or record.keys() != _RECORD_KEYS:
            raise Damaged("This is not the record of a chain.")
        if record["scheme"] != SCHEME:
            raise Damaged(f"This chain signs by another scheme than {SCHEME}; nothing can be locked to it.")
        key, group = record["key"], record["group"]
        if not (isinstance(key, bytes) and isinstance(group, bytes)):
            raise Damaged("This is not the record of a chain.")
        return _chain(
            public_key=key,
            period_s=record["period"],
            genesis_s=record["genesis"],
            group_hash=group,
            beacon_id=record["beacon"],
        )


_RECORD_KEYS = {"beacon", "genesis", "group", "key", "period", "scheme"}


@dataclass(frozen=True, slots=True)
class Beacon:
    """One round's signature: the public 48 bytes that open what was locked to it."""

    round: int
    signature: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.round <= ROUND_MAX:
            raise Mistaken("A round is a number from 1 to 2^53 - 1.")
        if len(self.signature) != SIGNATURE_BYTES:
            raise Mistaken(f"The signature of a round has {SIGNATURE_BYTES} bytes.")

    @classmethod
    def parse(cls, document: "bytes | str | Mapping[str, object]") -> "Beacon":
        """Return the round that a drand round document holds; it is not verified by this.

        Raises `Damaged` for anything else, also when the randomness is not the hash of the signature.
        """
        fields = _read_json(document)
        round = fields.get("round")
        if not isinstance(round, int) or isinstance(round, bool) or not 1 <= round <= ROUND_MAX:
            raise Damaged("This document holds no round.")
        signature = _unhex(fields.get("signature"), SIGNATURE_BYTES, "signature")
        randomness = fields.get("randomness")
        if randomness is not None and randomness != hashlib.sha256(signature).hexdigest():
            raise Damaged("The randomness of this round is not the hash of its signature.")
        return cls(round, signature)

    def document(self) -> dict[str, object]:
        """Return drand's round document, as `/public/{round}` answers."""
        return {
            "round": self.round,
            "randomness": hashlib.sha256(self.signature).hexdigest(),
            "signature": self.signature.hex(),
        }

    def document_v2(self) -> dict[str, object]:
        """Return drand's round document in its second form, which leaves out what can be computed."""
        return {"round": self.round, "signature": self.signature.hex()}


def verify(chain: Chain, beacon: Beacon) -> None:
    """Raise `Damaged` unless `beacon` holds the signature of its round by the keepers of `chain`."""
    from twinbell.crypto import bls  # late: loading the curve takes longer than all else here

    try:
        bls.verify(chain.public_key, bls.round_message(beacon.round), beacon.signature)
    except Damaged:
        raise Damaged(f"This is not the signature of round {beacon.round} of this chain.") from None


def round_at(chain: Chain, t_s: float) -> int:
    """Return the first round at or after `t_s`: what was locked to it cannot open earlier."""
    whole_s = math.ceil(t_s)
    round = max(1, -((chain.genesis_s - whole_s) // chain.period_s) + 1)
    if round > ROUND_MAX:
        raise Mistaken("This lies beyond the last round that this chain can count.")
    return round


def time_of(chain: Chain, round: int) -> int:
    """Return the second at which `round` may first be signed."""
    return chain.genesis_s + (round - 1) * chain.period_s


def current_round(chain: Chain, now_s: float) -> int:
    """Return the newest round whose time has come at `now_s`; 0 before the genesis."""
    whole_s = math.floor(now_s)
    if whole_s < chain.genesis_s:
        return 0
    return min(ROUND_MAX, (whole_s - chain.genesis_s) // chain.period_s + 1)


def chain_hash(
    *, public_key: bytes, period_s: int, genesis_s: int, group_hash: bytes, beacon_id: str = _DEFAULT_ID
) -> bytes:
    """Return the 32 bytes by which a chain is known: drand's rule, for chains of any scheme."""
    digest = hashlib.sha256(period_s.to_bytes(4) + genesis_s.to_bytes(8) + public_key + group_hash)
    if beacon_id and beacon_id != _DEFAULT_ID:
        digest.update(beacon_id.encode())
    return digest.digest()


def _chain(
    *, public_key: bytes, period_s: object, genesis_s: object, group_hash: bytes, beacon_id: object
) -> Chain:
    """Return a chain made of parts from outside: whatever is wrong with them is `Damaged`."""
    from twinbell.crypto import bls  # late: see `verify`

    if not (_is_whole(period_s) and _is_whole(genesis_s) and isinstance(beacon_id, str)):
        raise Damaged("This is not the description of a chain.")
    assert isinstance(period_s, int) and isinstance(genesis_s, int)
    try:
        chain = Chain(
            public_key=public_key,
            period_s=period_s,
            genesis_s=genesis_s,
            group_hash=group_hash,
            beacon_id=beacon_id,
        )
    except Mistaken as error:
        raise Damaged(str(error)) from None
    bls.check_public(chain.public_key)
    return chain


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_word(text: str) -> bool:
    return text.isascii() and all(c.isalnum() or c in "-._" for c in text)


def _read_json(document: "bytes | str | Mapping[str, object]") -> Mapping[str, object]:
    if isinstance(document, Mapping):
        return document
    if len(document) > DOCUMENT_BYTES_MAX:
        raise Damaged(f"This document is longer than {DOCUMENT_BYTES_MAX} bytes.")
    import json  # late: most commands know their chains from records

    try:
        fields = json.loads(document)
    except (ValueError, RecursionError):
        raise Damaged("This document is not JSON.") from None
    if not isinstance(fields, dict):
        raise Damaged("This document is not a JSON object.")
    return fields


def _unhex(text: object, length: int, name: str) -> bytes:
    # bytes.fromhex alone would also take spaces and capitals: one value, one writing.
    if not isinstance(text, str) or len(text) != 2 * length or set(text) - set("0123456789abcdef"):
        raise Damaged(f"The {name} in this document is not {length} bytes in hex.")
    return bytes.fromhex(text)


QUICKNET = Chain(
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    period_s=3,
    genesis_s=1692803367,
    group_hash=bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
    beacon_id="quicknet",
)
"""The public chain of drand's League of Entropy, known to every Twinbell: sealing to it needs no network."""

QUICKNET_URLS = ("https://api.drand.sh", "https://api2.drand.sh", "https://drand.cloudflare.com")

_KEEPERS = {
    QUICKNET.hash: "League of Entropy",
    # quicknet's test network: other machines, the same people.
    bytes.fromhex("cc9c398442737cbd141526600919edd69f1d6f9b4adb67e4d912fbc64341a9a5"): "League of Entropy",
}

RETIRED = frozenset(
    bytes.fromhex(text)
    for text in (
        # fastnet: ended in November 2024, its keys deleted as announced: what was locked beyond stays so.
        "dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493",
    )
)
"""Chains that have ended, known by hash. Only a release or the person adds one, never the network."""


def keeper_of(chain: Chain) -> str:
    """Return who keeps `chain`, as a label: chains with equal labels count as one keeper's.

    A chain that is not well known is its own keeper; whoever knows better (a relay's chain, got in the
    bell) gives it a better label.
    """
    return _KEEPERS.get(chain.hash) or f"chain {chain.hash[:4].hex()}"
