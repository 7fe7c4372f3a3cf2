"""The vectors of beacons, time-locks and the clock gate, and the program that makes them."""

import json
from pathlib import Path

import pytest
from vectors import make_beacon

from twinbell.age import Stanza, TlockIdentity, open_
from twinbell.encoding import decode
from twinbell.errors import Damaged, Refused
from twinbell.relay.clockgate import Now, again, first
from twinbell.wire.beacon import Beacon, Chain, round_at, time_of, verify

FOLDER = Path(make_beacon.__file__).parent


def files(noun, prefix=""):
    return sorted(path for path in (FOLDER / noun).glob("*.json") if path.name.startswith(prefix))


def read(path):
    return json.loads(path.read_text("utf-8"))


def named(paths):
    return {"argvalues": paths, "ids": [path.stem for path in paths]}


@pytest.mark.parametrize("noun", make_beacon.BUILDERS)
def test_the_files_are_what_their_program_makes(noun):
    assert {path.name: path.read_text("utf-8") for path in files(noun)} == make_beacon.build(noun)


@pytest.mark.parametrize("path", **named(files("beacon", "chain_")))
def test_a_chain_is_the_same_in_every_form(path):
    vector = read(path)

    chain = Chain.parse(vector["info"])

    assert chain.hash.hex() == vector["hash"]
    assert Chain.parse(vector["info_v2"]) == chain
    assert Chain.from_record(decode(bytes.fromhex(vector["record"]), bytes_max=1000)) == chain
    assert (chain.document(), chain.document_v2()) == (vector["info"], vector["info_v2"])


@pytest.mark.parametrize("path", **named(files("beacon", "refused_chain_")))
def test_a_chain_that_is_none_is_refused(path):
    with pytest.raises(Damaged):
        Chain.parse(read(path)["info"])


@pytest.mark.parametrize("path", **named(files("beacon", "round_")))
def test_a_round_verifies(path):
    vector = read(path)

    verify(Chain.parse(vector["info"]), Beacon.parse(vector["round"]))


@pytest.mark.parametrize("path", **named(files("beacon", "refused_round_")))
def test_a_round_that_is_none_is_refused_by_the_layer_that_is_named(path):
    vector = read(path)
    chain = Chain.parse(vector["info"])

    if vector["refuses"] == "wire":
        with pytest.raises(Damaged):
            Beacon.parse(vector["round"])
    else:
        beacon = Beacon.parse(vector["round"])
        with pytest.raises(Damaged):
            verify(chain, beacon)


@pytest.mark.parametrize("path", **named(files("beacon", "times_")))
def test_a_wish_takes_the_round_that_is_written(path):
    vector = read(path)
    chain = Chain(
        public_key=make_beacon.CHAIN.public_key,
        period_s=vector["period"],
        genesis_s=vector["genesis"],
        group_hash=bytes(32),
    )

    for t_s, round, opens_s in vector["wishes"]:
        assert (round_at(chain, t_s), time_of(chain, round)) == (round, opens_s)


def unwrap(vector):
    chain = Chain.parse(vector["info"])
    signature = bytes.fromhex(vector["signature"])
    identity = TlockIdentity(chain.hash, chain.public_key, lambda round: signature)
    return identity, Stanza("tlock", tuple(vector["args"]), bytes.fromhex(vector["body"]))


@pytest.mark.parametrize("path", **named(files("tlock", "round_")))
def test_a_time_lock_opens_with_its_signature(path):
    vector = read(path)
    identity, stanza = unwrap(vector)

    assert identity.unwrap([stanza]) == bytes.fromhex(vector["file_key"])
    assert open_(bytes.fromhex(vector["file"]), [identity]) == bytes.fromhex(vector["plaintext"])


@pytest.mark.parametrize("path", **named(files("tlock", "refused_")))
def test_a_time_lock_that_is_none_is_refused(path):
    identity, stanza = unwrap(read(path))

    with pytest.raises(Damaged):
        identity.unwrap([stanza])


def test_a_time_lock_of_another_chain_is_not_for_me():
    identity, stanza = unwrap(read(FOLDER / "tlock/not_for_me.json"))

    assert identity.unwrap([stanza]) is None


@pytest.mark.parametrize("path", **named(files("clockgate")))
def test_the_clock_gate_plays_its_story(path):
    vector = read(path)
    if "refuses" in vector:
        (step,) = vector["steps"]
        with pytest.raises(Refused):
            first(Now(step["wall"], step["boot"]), witness_s=step.get("witness"))
        return
    now, boot_id = Now(vector["steps"][0]["wall"], vector["steps"][0]["boot"]), "boot 1"
    gate = first(now)

    for step in vector["steps"]:
        before, now = now, Now(step["wall"], step["boot"])
        if step["do"] == "restart":
            seen = gate.seen(before, boot_id)
            assert (int(seen.seen_s), int(seen.used_s)) == (step["seen"]["seen"], step["seen"]["used"])
            boot_id = step["boot_id"]
            gate = again(now, seen, boot_id=boot_id)
        elif step["do"] == "witness":
            gate = gate.witnessed(now, step["time"])
        elif step["do"] == "confirm":
            gate = gate.confirmed(now)
        elif step["do"] == "read":
            reading = gate.read(now)
            assert (int(reading.gate_s), reading.state.value) == (step["gate"], step["state"])
            assert int(gate.used_s) == step["used"]
