"""Documents of a beacon, as drand writes them: each reads or is `Damaged`, and says the same again."""

import json
from collections.abc import Iterator

from twinbell.encoding import decode, encode
from twinbell.errors import Damaged
from twinbell.wire.beacon import QUICKNET, Beacon, Chain

SIGNATURE = "83ad29e4c409f7470abd3b64b0a9d5b9d4b21e7a2b3d1b7dbc8b9b7d3ed3c1f60000000000000000000000000000000f"


def seeds() -> Iterator[bytes]:
    yield b"i" + json.dumps(QUICKNET.document()).encode()
    yield b"j" + json.dumps(QUICKNET.document_v2()).encode()
    yield b"r" + encode(QUICKNET.record())
    yield b"b" + json.dumps({"round": 1000, "signature": SIGNATURE}).encode()


def one(data: bytes) -> bool:
    kind, rest = data[:1], data[1:]
    try:
        if kind in (b"i", b"j"):
            chain = Chain.parse(rest)
            assert Chain.parse(json.dumps(chain.document())) == chain
            assert Chain.parse(json.dumps(chain.document_v2())) == chain
            assert Chain.from_record(chain.record()) == chain
        elif kind == b"r":
            chain = Chain.from_record(decode(rest, bytes_max=8192))
            assert encode(chain.record()) == rest
        elif kind == b"b":
            beacon = Beacon.parse(rest)
            assert Beacon.parse(json.dumps(beacon.document())) == beacon
    except Damaged:
        return False
    return True
