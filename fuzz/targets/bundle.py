"""Bundles and kit pages: each reads or is `Damaged`; what is inside a good signature is still checked."""

from collections.abc import Iterator
from functools import cache

from twinbell.bond.keys import LABEL_BUNDLE, Bundle, Device, Keyring
from twinbell.bond.kit import Page, Root
from twinbell.crypto.kdf import hkdf
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged

ROOT = Root(bytes(range(32)))


def _random(length: int) -> bytes:
    return hkdf(b"fuzz", info=b"not random", length=length)


def _inner() -> bytes:
    record = decode_map(_bundle(), bytes_max=8192)["record"]
    assert isinstance(record, bytes)
    return record


def _signed(record: bytes) -> bytes:
    return encode(
        {
            "v": 1,
            "type": "signed-bundle",
            "record": record,
            "by_root": ROOT.signing_key.sign(LABEL_BUNDLE + record),
            "by_identity": _keyring().identity.sign(LABEL_BUNDLE + record),
        }
    )


@cache
def _keyring() -> Keyring:
    device = Device.generate(_random, root=ROOT, relay="https://relay.example")
    return Keyring.generate(
        ROOT, device, relay="https://relay.example", name="Mei", chain=None, now_s=0, random=_random
    )


@cache
def _bundle() -> bytes:
    return _keyring().bundle(ROOT)


def seeds() -> Iterator[bytes]:
    page = Page(root=ROOT, relay="https://relay.example", box=bytes(16), peer=bytes(16))
    yield b"k" + "\n".join(page.lines()).encode()
    yield b"b" + _bundle()
    yield b"i" + _inner()


def one(data: bytes) -> bool:
    kind, rest = data[:1], data[1:]
    try:
        if kind == b"b":
            assert Bundle.parse(rest).signed == rest
        elif kind == b"i":
            Bundle.parse(_signed(rest))
        elif kind == b"k":
            page = Page.parse(rest.decode("utf-8", "surrogateescape"))
            assert Page.parse("\n".join(page.lines())) == page
    except Damaged:
        return False
    return True
