"""Reading the fields of a record: each is what it should be, or the record is damaged.

A record is a map with `v` and `type`. A field that is not known is left alone, so that a later
Twinbell may add one, except where `only` is asked; a version that is not known is refused in words.
"""

from collections.abc import Sequence

from twinbell.encoding import INTEGER_MAX, Value, decode_map
from twinbell.errors import Damaged

VERSION = 1


class Fields:
    """The fields of one record, each taken by name and kind. `Damaged` for any that does not fit."""

    __slots__ = ("_record", "_type")

    def __init__(self, value: Value, type: str) -> None:
        if not isinstance(value, dict):
            raise Damaged(f"This {type} is not a record.")
        self._record, self._type = value, type

    @classmethod
    def of(cls, data: bytes, type: str, *, bytes_max: int) -> "Fields":
        """Read a whole record of this type from its encoding."""
        return cls.typed(decode_map(data, bytes_max=bytes_max), type)

    @classmethod
    def untyped(cls, data: bytes, type: str, *, bytes_max: int) -> "Fields":
        """Read a whole record whose type is still to be looked at; `type` is for the sentences."""
        return cls(decode_map(data, bytes_max=bytes_max), type)

    @classmethod
    def typed(cls, value: Value, type: str) -> "Fields":
        """Read a record that says its version and type."""
        fields = cls(value, type)
        if fields._take("type") != type:
            raise Damaged(f"This is no {type}.")
        if fields._take("v") != VERSION:
            raise Damaged(f"This {type} was made by a newer Twinbell.")
        return fields

    def only(self, *names: str) -> "Fields":
        """Return these fields if there are no others: where one that is passed over could do harm."""
        more = self._record.keys() - {"v", "type", *names}
        if more:
            raise Damaged(f"This {self._type} has a field “{min(more)}” that nobody knows.")
        return self

    def data(self, name: str, length: int | None = None, *, length_max: int | None = None) -> bytes:
        """Take bytes: exactly so many, or at most, where that is given."""
        value = self._take(name)
        if not isinstance(value, bytes) or (length is not None and len(value) != length):
            raise self._wrong(name)
        if length_max is not None and len(value) > length_max:
            raise self._wrong(name)
        return value

    def number(self, name: str, least: int = 0, most: int = INTEGER_MAX) -> int:
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._wrong(name)
        return value

    def text(self, name: str, *, length_max: int) -> str:
        value = self._take(name)
        if not isinstance(value, str) or len(value) > length_max:
            raise self._wrong(name)
        return value

    def text_or_none(self, name: str, *, length_max: int) -> str | None:
        """Take text, or null where the field says that there is none."""
        return None if self._take(name) is None else self.text(name, length_max=length_max)

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def items(self, name: str, *, length_max: int) -> Sequence[Value]:
        value = self._take(name)
        if not isinstance(value, list) or len(value) > length_max:
            raise self._wrong(name)
        return value

    def map(self, name: str) -> dict[str, Value]:
        value = self._take(name)
        if not isinstance(value, dict):
            raise self._wrong(name)
        return value

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        return self._record.get(name) is not None

    def _take(self, name: str) -> Value:
        if name not in self._record:
            raise Damaged(f"This {self._type} has no field “{name}”.")
        return self._record[name]

    def _wrong(self, name: str) -> Damaged:
        return Damaged(f"The field “{name}” of this {self._type} is not what it should be.")


def row(value: Value, *kinds: type) -> tuple[Value, ...]:
    """Return a list of exactly these kinds as a tuple; raise `Damaged` for anything else."""
    if not isinstance(value, list) or len(value) != len(kinds):
        raise Damaged("A row of this record is not what it should be.")
    for item, kind in zip(value, kinds, strict=True):
        if type(item) is not kind or (isinstance(item, int) and item < 0):
            raise Damaged("A row of this record is not what it should be.")
    return tuple(value)
