"""What the records of a bond are made of; their fields are read by `wire/fields.py`."""

from collections.abc import Callable
from typing import TypeAlias

from twinbell.encoding import Value
from twinbell.wire.fields import VERSION, Fields, row

__all__ = ["VERSION", "Fields", "Random", "Record", "fresh", "row"]

Random: TypeAlias = Callable[[int], bytes]
"""Gives that many random bytes: `secrets.token_bytes`, except where test vectors are made."""

Record: TypeAlias = dict[str, Value]


def fresh(length: int) -> bytes:
    """Return `length` random bytes that nobody can guess."""
    import secrets  # late: a ring is sealed by HPKE, which has its own

    return secrets.token_bytes(length)
