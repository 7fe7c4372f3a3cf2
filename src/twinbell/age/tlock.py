"""The age recipient that is a moment: `-> tlock <round> <chainhash>`, as drand's `tle` writes it.

The file key is sealed to the signature that a chain will give to a round (`crypto/ibe.py`); the body
is 128 bytes. The chain is always the one that the caller pins: a stanza that names another one is not
for us, and is never followed.

Not post-quantum, and anybody may open it on its day: a letter has a layer around this one.
"""

from collections.abc import Callable, Sequence

from twinbell.age.header import Stanza
from twinbell.crypto import bls, ibe
from twinbell.errors import Damaged, HeaderDamaged, Mistaken, NotYet, Refused

TYPE = "tlock"
ROUND_MAX = 2**53 - 1  # beyond it, implementations in JavaScript no longer see which round it is
CHAIN_HASH_BYTES = 32
STANZAS_MAX = 16  # each may be asked for over a network, before the header can be checked

# age refuses recipients whose labels differ in one header. A key beside a time-lock would open the
# file before its time, so a time-lock stands alone, or with other time-locks.
LABEL = "tlock"


class TlockRecipient:
    """Seals to `round` of the chain with this hash (32 bytes) and public key (96 bytes)."""

    def __init__(self, chain_hash: bytes, public_key: bytes, round: int) -> None:
        _check_chain(chain_hash, public_key)
        if not 1 <= round <= ROUND_MAX:
            raise Mistaken("A round is a number from 1 to 2^53 - 1.")
        self.chain_hash = chain_hash
        self.public_key = public_key
        self.round = round

    @property
    def labels(self) -> frozenset[str]:
        return frozenset((LABEL,))

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return the one stanza that the round's signature opens."""
        body = ibe.encrypt(self.public_key, bls.round_message(self.round), file_key)
        return [Stanza(TYPE, (str(self.round), self.chain_hash.hex()), body)]


class TlockIdentity:
    """Opens what was sealed to rounds of one chain, as far as their signatures are known.

    `signature_of(round)` returns the 48 bytes, or None while there are none, or raises a `Refused` that
    says more. What it returns is verified here, so it may come from anywhere.
    """

    def __init__(
        self, chain_hash: bytes, public_key: bytes, signature_of: Callable[[int], bytes | None]
    ) -> None:
        _check_chain(chain_hash, public_key)
        self.chain_hash = chain_hash
        self.public_key = public_key
        self.signature_of = signature_of

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None if nothing here is sealed to this chain.

        Of several, the first whose signature can be had opens. Raises `NotYet` with the earliest round
        when none has come, whatever `signature_of` refuses otherwise, `HeaderDamaged` for a stanza that
        cannot be one of this chain, and `Damaged` for a signature that is not the round's.
        """
        ours = [(round, stanza) for stanza in stanzas if (round := self._round_of(stanza)) is not None]
        if len(ours) > STANZAS_MAX:
            raise HeaderDamaged(f"A file has {STANZAS_MAX} time-locks at most.")
        refusals: list[Refused] = []
        for round, stanza in ours:
            try:
                signature = self.signature_of(round)
            except Refused as refusal:
                refusals.append(refusal)
                continue
            if signature is not None:
                return self._open(round, signature, stanza.body)
            refusals.append(NotYet("The beacon round that opens this has not come.", round=round))
        if not refusals:
            return None
        # "Not yet" would be wrong while something that could be had now is merely out of reach.
        raise min(refusals, key=lambda each: (isinstance(each, NotYet), getattr(each, "round", None) or 0))

    def _round_of(self, stanza: Stanza) -> int | None:
        found = round_and_chain(stanza)
        if found is None or found[1] != self.chain_hash:
            return None
        if len(stanza.body) != ibe.CIPHERTEXT_BYTES:
            raise HeaderDamaged(f"A time-lock of this chain has {ibe.CIPHERTEXT_BYTES} bytes.")
        return found[0]

    def _open(self, round: int, signature: bytes, body: bytes) -> bytes:
        name = bls.round_message(round)
        try:
            bls.verify(self.public_key, name, signature)
        except Damaged:
            raise Damaged(f"This is not the signature of round {round} of this chain.") from None
        try:
            return ibe.decrypt(signature, body)
        except Damaged:
            raise HeaderDamaged("This time-lock was changed after it was written.") from None


def round_and_chain(stanza: Stanza) -> tuple[int, bytes] | None:
    """Return the round and the chain hash that a tlock stanza names; None for a stanza of another type.

    Raises `HeaderDamaged` when it is written in any but the one way: two arguments, the round in
    decimal without leading zeros, the hash in 64 lower-case hex digits.
    """
    if stanza.type != TYPE:
        return None
    if len(stanza.args) != 2:
        raise HeaderDamaged("A time-lock names a round and a chain, and nothing else.")
    number, chain = stanza.args
    if len(chain) != 2 * CHAIN_HASH_BYTES or set(chain) - set("0123456789abcdef"):
        raise HeaderDamaged("This time-lock does not name a chain by its hash.")
    if not (number.isascii() and number.isdigit()) or len(number) > 16 or number[0] == "0":
        raise HeaderDamaged("This time-lock does not name a round in plain digits.")
    round = int(number)
    if round > ROUND_MAX:
        raise HeaderDamaged("This time-lock names a round beyond 2^53 - 1.")
    return round, bytes.fromhex(chain)


def _check_chain(chain_hash: bytes, public_key: bytes) -> None:
    if len(chain_hash) != CHAIN_HASH_BYTES:
        raise Mistaken(f"The hash of a chain has {CHAIN_HASH_BYTES} bytes.")
    if len(public_key) != bls.PUBLIC_BYTES:
        raise Mistaken(
            f"The public key of a chain has {bls.PUBLIC_BYTES} bytes; this one is of another scheme."
        )
