"""A way to the letter key: layers of age around a small identity file, one layer for each gate.

    ways/1.age   date         one tlock stanza       outermost
                 silence      one hybrid stanza
                 guardians    one hybrid stanza      innermost
                 the identity file: whose letter this is, and the letter key

A way could lie: it could belong to another letter, or need something else than the lock says. What shows on
the outside is compared when the letter comes (`check_outermost`), every other layer when it is taken off
(`open_way`). Until then the lock is the writer's word. What a lock is: `lock.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from twinbell.age.header import VERSION_LINE, Stanza
from twinbell.age.hybrid import TYPE as HYBRID
from twinbell.age.hybrid import HybridIdentity, HybridRecipient
from twinbell.age.recipient import Identity, Recipient
from twinbell.age.stream import decrypt, read_stanzas, seal
from twinbell.bond.gate import DateGate, Gate, GuardiansGate
from twinbell.bond.lock import Lock
from twinbell.errors import Damaged, NotYet
from twinbell.wire.beacon import Chain, time_of

WAY_BYTES_MAX = 65_536  # ten layers add 20 KiB to an identity file of 250 bytes

_COMMENT = "# twinbell letter"

NOT_SHOWN = "The lock of this letter is not the one that it shows."


@dataclass(frozen=True, slots=True)
class Keys:
    """What is at hand to open gates with.

    `signature_of(chain, round)` returns the 48 bytes of a round, from anywhere: they are verified here.
    `seed_of(recipient)` returns the seed (32 bytes) of a gate that was released or recombined. Both
    return None for what is not there yet.
    """

    signature_of: Callable[[Chain, int], bytes | None]
    seed_of: Callable[[bytes], bytes | None] = lambda recipient: None


def name_of(lock: Lock, number: int) -> str:
    """Return the name of way `number` (from 1) in the letter: `.age` if there is a gate to open."""
    return f"ways/{number}.age" if lock.ways[number - 1] else f"ways/{number}.txt"


def identity_file(letter: bytes, eml_sha256: bytes, key: HybridIdentity) -> bytes:
    """Return what is inside all layers: an age identity file that names the letter it belongs to."""
    return f"{_COMMENT} {letter.hex()} {eml_sha256.hex()}\n{key}\n".encode()


def build(lock: Lock, number: int, key: HybridIdentity, eml_sha256: bytes) -> bytes:
    """Return way `number` (from 1) of `lock` to `key`; `eml_sha256` is that of letter.eml.age."""
    data = identity_file(lock.letter, eml_sha256, key)
    for gate in reversed(lock.ways[number - 1]):
        data = seal(data, [_recipient(lock, gate)])
    return data


def check_outermost(lock: Lock, number: int, data: bytes) -> None:
    """Raise `Damaged` unless the outside of way `number` is what the lock says it is."""
    way = lock.ways[number - 1]
    if way:
        _check(lock, way[0], _stanzas(data))


def open_way(lock: Lock, number: int, data: bytes, keys: Keys) -> tuple[HybridIdentity, bytes]:
    """Return the letter key behind way `number`, and the SHA-256 of the letter.eml.age that it is for.

    Raises `NotYet` with the round and the second of a gate that is still shut, `Damaged` for a way that
    is not the one of the lock.
    """
    for gate in lock.ways[number - 1]:
        _check(lock, gate, _stanzas(data))
        data = decrypt(BytesIO(data), [_identity(lock, gate, keys)]).read()
    return _read_identity_file(lock.letter, data)


def nearest(lock: Lock, waiting: Sequence[NotYet]) -> NotYet:
    """Return the refusal that tells most: the first day on which it opens, or else whom it waits for."""
    people = [refusal for refusal in waiting if refusal.opens_s is None]
    if people and lock.opens_s is None:  # no day opens it by itself; the last way is farthest on
        return people[-1]
    return min(waiting, key=lambda refusal: refusal.opens_s or 2**62)


def _stanzas(data: bytes) -> tuple[Stanza, ...]:
    if not data.startswith(VERSION_LINE):
        raise Damaged("A way of this letter is not an age file.")
    return read_stanzas(BytesIO(data))


def _check(lock: Lock, gate: Gate, stanzas: tuple[Stanza, ...]) -> None:
    if len(stanzas) != 1:
        raise Damaged(NOT_SHOWN)
    if isinstance(gate, DateGate):
        from twinbell.age.tlock import round_and_chain

        if round_and_chain(stanzas[0]) != (gate.round, lock.chains[gate.chain].chain.hash):
            raise Damaged(NOT_SHOWN)
    elif stanzas[0].type != HYBRID:
        raise Damaged(NOT_SHOWN)


def _recipient(lock: Lock, gate: Gate) -> Recipient:
    if not isinstance(gate, DateGate):
        return HybridRecipient(gate.recipient)
    from twinbell.age.tlock import TlockRecipient

    chain = lock.chains[gate.chain].chain
    return TlockRecipient(chain.hash, chain.public_key, gate.round)


def _identity(lock: Lock, gate: Gate, keys: Keys) -> Identity:
    if isinstance(gate, DateGate):
        return _date_identity(lock, gate, keys)
    seed = keys.seed_of(gate.recipient)
    if seed is None:
        if isinstance(gate, GuardiansGate):
            raise NotYet(f"It is not yet time: {gate.threshold} of {gate.guardians} guardians must help.")
        raise NotYet("It is not yet time: the writer has not fallen silent.")
    identity = HybridIdentity(seed)
    if identity.recipient.public != gate.recipient:
        raise Damaged("What was released does not fit this lock.")
    return _Fitting(identity)


def _date_identity(lock: Lock, gate: DateGate, keys: Keys) -> Identity:
    from twinbell.age.tlock import TlockIdentity

    chain = lock.chains[gate.chain].chain
    signature = keys.signature_of(chain, gate.round)
    if signature is None:
        assert lock.wish is not None
        raise NotYet(
            f"It is not yet time. This letter opens on {lock.wish.words}.",
            round=gate.round,
            opens_s=time_of(chain, gate.round),
        )
    return TlockIdentity(chain.hash, chain.public_key, lambda round: signature)


class _Fitting:
    """An identity that the lock names: a stanza that is not for it makes the lock a lie."""

    def __init__(self, identity: HybridIdentity) -> None:
        self._identity = identity

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes:
        file_key = self._identity.unwrap(stanzas)
        if file_key is None:
            raise Damaged(NOT_SHOWN)
        return file_key


def _read_identity_file(letter: bytes, data: bytes) -> tuple[HybridIdentity, bytes]:
    try:
        comment, secret, _ = data.decode("ascii").split("\n")
        key = HybridIdentity.parse(secret)
        eml_sha256 = bytes.fromhex(comment.rpartition(" ")[2])
    except (ValueError, Damaged):
        raise Damaged("What is behind this lock is not the key of a letter.") from None
    if identity_file(letter, eml_sha256, key) != data:
        raise Damaged("What is behind this lock is the key of another letter.")
    return key, eml_sha256
