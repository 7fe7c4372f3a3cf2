"""A record with a signature beside it: `{record, by}`.

The signature is over a label and the bytes of the record as they are. The label belongs to the kind of
record, so that no signature can stand under another kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from twinbell.crypto.signing import SIGNATURE_BYTES, SigningKey, VerifyKey
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import Damaged
from twinbell.wire.fields import Fields


@dataclass(frozen=True, slots=True)
class Signed:
    """A record and the signature that came with it; `check` says whose it is."""

    record: bytes
    by: bytes

    def to_value(self) -> dict[str, Value]:
        return {"record": self.record, "by": self.by}

    def to_bytes(self) -> bytes:
        return encode(self.to_value())

    @classmethod
    def of(cls, value: Value, *, bytes_max: int) -> "Signed":
        """Return the pair in `value`; raise `Damaged` for anything else."""
        fields = Fields(value, "signed record").only("record", "by")
        return cls(fields.data("record", length_max=bytes_max), fields.data("by", SIGNATURE_BYTES))

    @classmethod
    def parse(cls, data: bytes, *, bytes_max: int) -> "Signed":
        return cls.of(decode_map(data, bytes_max=bytes_max), bytes_max=bytes_max)

    def check(self, label: bytes, keys: Iterable[bytes]) -> bytes:
        """Return which of these public keys signed; raise `Damaged` if none did."""
        for key in keys:
            try:
                VerifyKey(key).verify(self.by, label + self.record)
            except Damaged:
                continue
            return key
        raise Damaged("This signature is not right.")


def sign(key: SigningKey, label: bytes, record: bytes) -> Signed:
    return Signed(record, key.sign(label + record))
