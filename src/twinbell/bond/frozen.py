"""Records that only pass by, made without the code that `dataclass` writes and compiles for each class.

A command that rings once loads some fifty kinds of events and effects and uses two. As dataclasses they
would cost it as much as the interpreter's own start (docs/decisions/0047). What is saved or replaced field
by field stays a dataclass.
"""

from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True)
class Frozen:
    """Fields are the annotations of the class, in order; a value in the class is a default.

    Equal means the same class and the same values. Printing shows bytes by their length alone.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls.__match_args__ = tuple(cls.__annotations__)  # type: ignore[misc]

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.__match_args__
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} has {len(names)} fields.")
        given = dict(zip(names, values, strict=False))
        if unknown := named.keys() - names | named.keys() & given.keys():
            raise TypeError(f"{type(self).__name__} has no such fields left: {', '.join(sorted(unknown))}.")
        given |= named
        for name in names:
            if name not in given:
                if not hasattr(type(self), name):
                    raise TypeError(f"{type(self).__name__} needs {name}.")
                given[name] = getattr(type(self), name)
        self.__dict__.update(given)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Refuse values that make no sense; for a class that has such."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen.")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        shown = (f"{name}={_shown(self.__dict__[name])}" for name in self.__match_args__)
        return f"{type(self).__name__}({', '.join(shown)})"


def _shown(value: object) -> str:
    # A record for the relay holds hashes of tokens, which nobody wants to read either.
    if isinstance(value, dict):
        return f"<{len(value)} fields>"
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else repr(value)
