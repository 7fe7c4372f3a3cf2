"""What chance decides in a vector: drawn from a name, so that it is the same each time; or kept once drawn.

`Drawn("bell")` gives the bytes of SHA-256(name ‖ counter). An encapsulation of ML-KEM and an age file cannot
be drawn so: they are in the vector, and taken from there when it is made again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from twinbell.crypto import xwing

HERE = Path(__file__).parent


class Drawn:
    """Random bytes that a name decides."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0

    def __call__(self, length: int) -> bytes:
        out = b""
        while len(out) < length:
            out += hashlib.sha256(f"{self.name} {self.count}".encode()).digest()
            self.count += 1
        return out[:length]


def before(folder: str, name: str) -> dict[str, Any]:
    """Return the vector as it was made last; nothing if there is none."""
    path = HERE / folder / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


@contextmanager
def encapsulations(kept: list[dict[str, str]] | None) -> Iterator[list[dict[str, str]]]:
    """Within, each encapsulation is the next that was kept, or a fresh one. Yields the list to keep."""
    made: list[dict[str, str]] = []
    left = list(kept or [])
    draw: Callable[[bytes], tuple[bytes, bytes]] = xwing.encapsulate

    def encapsulate(public: bytes) -> tuple[bytes, bytes]:
        name = hashlib.sha256(public).hexdigest()
        if left and left[0]["public_sha256"] == name:
            one = left.pop(0)
        else:
            ciphertext, secret = draw(public)
            one = {"public_sha256": name, "ciphertext": ciphertext.hex(), "secret": secret.hex()}
        made.append(one)
        return bytes.fromhex(one["ciphertext"]), bytes.fromhex(one["secret"])

    with mock.patch.object(xwing, "encapsulate", encapsulate):
        yield made


def written(files: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the text of every file, by name."""
    return {
        f"{name}.json": json.dumps(file, indent=1, ensure_ascii=False) + "\n" for name, file in files.items()
    }


def save(folder: str, files: dict[str, str]) -> None:
    """Write every file."""
    (HERE / folder).mkdir(exist_ok=True)
    for name, text in files.items():
        (HERE / folder / name).write_text(text)
    print(f"{len(files)} files in {HERE / folder}")
