"""The time-lock against npm `tlock-js`, both directions, without a network."""

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.public_vectors import public_file, public_vectors

from twinbell.age import TlockIdentity, TlockRecipient, open_, seal
from twinbell.crypto import bls
from twinbell.errors import PayloadDamaged
from twinbell.wire.beacon import QUICKNET, Beacon, Chain, time_of

HERE = Path(__file__).parent
QUICKNET_ROUND = 12040883

node = shutil.which("node")
pytestmark = pytest.mark.skipif(
    node is None or not (HERE / "node_modules/tlock-js").exists(),
    reason="node or npm tlock-js is not installed: make setup",
)


class TlockJs:
    """tlock-js in a process of its own."""

    def __enter__(self):
        self._process = subprocess.Popen(
            ["node", "tlock.mjs"],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(self, *exc):
        self._process.communicate(timeout=30)

    def ask(self, **request):
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def tlock_js():
    with TlockJs() as running:
        yield running


def own_chain(rng):
    secret = rng.randrange(1, bls.ORDER).to_bytes(32)
    chain = Chain(
        public_key=bls.public(secret),
        period_s=rng.randrange(1, 100),
        genesis_s=1_000_000_000,
        group_hash=rng.randbytes(32),
        beacon_id="ours",
    )
    return secret, chain


def beacon_of(secret, round):
    return Beacon(round, bls.sign(secret, bls.round_message(round)))


@pytest.mark.parametrize("seed", range(12))
def test_random_files_open_in_both_directions(tlock_js, seed):
    rng = random.Random(seed)
    secret, chain = own_chain(rng)
    payload = rng.randbytes(rng.choice((1, 100, 65_535, 65_536, 65_537, 200_000)))
    round = rng.randrange(1, 2**20)
    beacon = beacon_of(secret, round)
    assert time_of(chain, round) < 1_600_000_000  # tlock-js looks at the real clock

    theirs = tlock_js.ask(
        op="encrypt", info=chain.document(), round=round, payload=base64.b64encode(payload).decode()
    )
    opened = open_(
        theirs["armor"].encode(), [TlockIdentity(chain.hash, chain.public_key, lambda _: beacon.signature)]
    )
    ours = seal(payload, [TlockRecipient(chain.hash, chain.public_key, round)], armor=True)
    answer = tlock_js.ask(op="decrypt", info=chain.document(), beacon=beacon.document(), armor=ours.decode())

    assert opened == payload
    assert base64.b64decode(answer["payload"]) == payload


def test_an_empty_file_of_ours_opens_there_and_theirs_is_cut_short(tlock_js):
    """tlock-js 0.9.0 leaves out the last chunk, which in age's format an empty file has too."""
    secret, chain = own_chain(random.Random(7))
    identity = TlockIdentity(chain.hash, chain.public_key, lambda round: beacon_of(secret, round).signature)
    ours = seal(b"", [TlockRecipient(chain.hash, chain.public_key, 5)], armor=True)

    answer = tlock_js.ask(
        op="decrypt", info=chain.document(), beacon=beacon_of(secret, 5).document(), armor=ours.decode()
    )
    theirs = tlock_js.ask(op="encrypt", info=chain.document(), round=5, payload="")

    assert answer == {"payload": ""}
    with pytest.raises(PayloadDamaged):
        open_(theirs["armor"].encode(), [identity])


def test_a_wrong_round_opens_in_neither(tlock_js):
    secret, chain = own_chain(random.Random(99))
    ours = seal(b"x", [TlockRecipient(chain.hash, chain.public_key, 5)], armor=True)

    answer = tlock_js.ask(
        op="decrypt", info=chain.document(), beacon=beacon_of(secret, 6).document(), armor=ours.decode()
    )

    assert "error" in answer


def test_quicknet_opens_in_both_with_its_public_signature(tlock_js):
    beacon = next(
        Beacon.parse(document)
        for entry in public_vectors("tlock/public_chains_and_beacons.json")
        for document in entry["beacons"]
        if document["round"] == QUICKNET_ROUND
    )
    identity = TlockIdentity(QUICKNET.hash, QUICKNET.public_key, lambda _: beacon.signature)
    real = public_file("tlock/quicknet_12040883_hello_world.age.armor")
    ours = seal(b"from us", [TlockRecipient(QUICKNET.hash, QUICKNET.public_key, QUICKNET_ROUND)], armor=True)

    answers = [
        tlock_js.ask(op="decrypt", info=QUICKNET.document(), beacon=beacon.document(), armor=sealed.decode())
        for sealed in (real, ours)
    ]
    theirs = tlock_js.ask(
        op="encrypt", info=QUICKNET.document(), round=QUICKNET_ROUND, payload=base64.b64encode(b"t").decode()
    )

    assert [base64.b64decode(answer["payload"]) for answer in answers] == [b"hello world", b"from us"]
    assert open_(theirs["armor"].encode(), [identity]) == b"t"
