"""The age test kit (C2SP CCTV): 143 files, each with the one failure that it must cause, and no other.

They are read from `TWINBELL_PUBLIC_VECTORS`/age, or from the npm package `cctv-age`.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import zlib
from functools import cache
from pathlib import Path

import pytest

from twinbell.age.hybrid import HybridIdentity
from twinbell.age.scrypt import ScryptIdentity
from twinbell.age.stream import DecryptReader, decrypt
from twinbell.age.x25519 import X25519Identity
from twinbell.errors import (
    ArmorDamaged,
    HeaderDamaged,
    HmacDamaged,
    NotForMe,
    PayloadDamaged,
    TwinbellError,
)

INTEROP = Path(__file__).parent.parent / "interop"
EXPECT: dict[str, type[TwinbellError]] = {
    "no match": NotForMe,
    "HMAC failure": HmacDamaged,
    "header failure": HeaderDamaged,
    "payload failure": PayloadDamaged,
    "armor failure": ArmorDamaged,
}


@cache
def kit() -> dict[str, bytes]:
    folder = Path(os.environ.get("TWINBELL_PUBLIC_VECTORS", "/nonexistent")) / "age"
    if folder.is_dir():
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    if (INTEROP / "node_modules" / "cctv-age").is_dir() and shutil.which("node"):
        program = (
            "import * as kit from 'cctv-age';"
            "const files = Object.entries(kit.default ?? kit);"
            "const hex = files.map(([name, data]) => [name, Buffer.from(data).toString('hex')]);"
            "console.log(JSON.stringify(hex))"
        )
        run = subprocess.run(
            ["node", "--input-type=module", "-e", program], cwd=INTEROP, capture_output=True, check=True
        )
        return {name: bytes.fromhex(data) for name, data in json.loads(run.stdout)}
    return {}


def read(vector: bytes) -> tuple[dict[str, list[str]], bytes]:
    head, _, file = vector.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode().split("\n"):
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    return fields, zlib.decompress(file) if fields.get("compressed") == ["zlib"] else file


def identities(fields):
    for text in fields.get("identity", []):
        yield HybridIdentity.parse(text) if "-PQ-" in text else X25519Identity.parse(text)
    for passphrase in fields.get("passphrase", []):
        yield ScryptIdentity(passphrase)


class Pieces(io.BytesIO):
    """Takes what `readinto` gives, so many bytes at a time."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def take(self, reader: DecryptReader) -> None:
        buffer = bytearray(self.size)
        while count := reader.readinto(buffer):
            self.write(buffer[:count])


def outcome(file: bytes, keys, size: int) -> tuple[type[TwinbellError] | None, bytes]:
    plain = Pieces(size)
    try:
        reader = decrypt(io.BytesIO(file), keys)
        if size:
            plain.take(reader)
        else:
            reader.copy_to(plain)
    except TwinbellError as error:
        return type(error), plain.getvalue()
    return None, plain.getvalue()


@pytest.mark.skipif(not kit(), reason="neither TWINBELL_PUBLIC_VECTORS nor npm cctv-age is here")
def test_the_kit_is_complete():
    assert len(kit()) == 143


@pytest.mark.skipif(not kit(), reason="neither TWINBELL_PUBLIC_VECTORS nor npm cctv-age is here")
@pytest.mark.parametrize("name", kit())
def test_a_file_of_the_kit_ends_as_it_must(name):
    fields, file = read(kit()[name])
    keys = list(identities(fields))
    expected = EXPECT.get(fields["expect"][0])

    outcomes = {outcome(file, keys, size) for size in (0, 1 << 21, 1 << 16, 1000)}

    assert len(outcomes) == 1
    [(failure, plain)] = outcomes
    assert failure is expected
    if "payload" in fields:
        assert hashlib.sha256(plain).hexdigest() == fields["payload"][0]
