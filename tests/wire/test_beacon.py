import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.public_vectors import public_vectors

from twinbell.crypto import bls
from twinbell.encoding import decode, encode
from twinbell.errors import Damaged, Mistaken
from twinbell.wire.beacon import (
    QUICKNET,
    RETIRED,
    ROUND_MAX,
    Beacon,
    Chain,
    chain_hash,
    current_round,
    keeper_of,
    round_at,
    time_of,
    verify,
)

SECRET = (11).to_bytes(32)
CHAIN = Chain(
    public_key=bls.public(SECRET),
    period_s=30,
    genesis_s=1_700_000_000,
    group_hash=bytes(range(32)),
    beacon_id="ours",
)

chains = st.builds(
    lambda period_s, genesis_s: replace(CHAIN, period_s=period_s, genesis_s=genesis_s),
    st.integers(1, 10**6),
    st.integers(0, 2**40),
)
times = st.integers(-(2**41), 2**41)


def beacon_of(round, secret=SECRET):
    return Beacon(round, bls.sign(secret, bls.round_message(round)))


@given(chains, times)
def test_a_wish_is_never_opened_early_and_waits_less_than_a_period(chain, t_s):
    round = round_at(chain, t_s)

    assert time_of(chain, round) >= t_s
    assert round == 1 or time_of(chain, round - 1) < t_s


@given(chains, times)
def test_a_round_is_current_from_its_own_second_on(chain, t_s):
    round = round_at(chain, t_s)
    opens_s = time_of(chain, round)

    assert current_round(chain, opens_s) == round
    assert current_round(chain, opens_s - 1) == round - 1
    assert current_round(chain, opens_s - 0.001) == round - 1


@given(chains, st.floats(0, 2**41), st.integers(0, 10**6))
def test_time_only_adds_rounds(chain, now_s, more_s):
    assert current_round(chain, now_s) <= current_round(chain, now_s + more_s)


def test_rounds_are_exact_where_floats_are_not():
    chain = replace(CHAIN, period_s=1, genesis_s=0)

    assert round_at(chain, ROUND_MAX - 1) == ROUND_MAX
    assert time_of(chain, ROUND_MAX) == ROUND_MAX - 1


def test_before_the_genesis_there_is_no_round_and_a_wish_takes_the_first():
    assert current_round(CHAIN, CHAIN.genesis_s - 1) == 0
    assert round_at(CHAIN, 0) == 1


def test_a_wish_beyond_the_last_round_is_refused():
    with pytest.raises(Mistaken):
        round_at(replace(CHAIN, period_s=1, genesis_s=0), 2**53)


def test_quicknet_is_the_chain_that_everybody_knows():
    assert QUICKNET.hash.hex() == "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    assert keeper_of(QUICKNET) == "League of Entropy"
    assert Chain.parse(QUICKNET.document()) == QUICKNET
    assert bytes.fromhex("dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493") in RETIRED


def test_chains_that_nobody_knows_have_keepers_of_their_own():
    assert keeper_of(CHAIN) != keeper_of(replace(CHAIN, beacon_id="other"))


def test_a_chain_comes_back_from_every_form_it_is_written_in():
    assert Chain.parse(CHAIN.document()) == CHAIN
    assert Chain.parse(json.dumps(CHAIN.document())) == CHAIN
    assert Chain.parse(json.dumps(CHAIN.document_v2()).encode()) == CHAIN
    assert Chain.from_record(decode(encode(CHAIN.record()), bytes_max=1000)) == CHAIN


def test_the_hash_of_a_chain_covers_all_that_is_fixed():
    hashes = {
        chain.hash
        for chain in (
            CHAIN,
            replace(CHAIN, public_key=bls.public((12).to_bytes(32))),
            replace(CHAIN, period_s=31),
            replace(CHAIN, genesis_s=1),
            replace(CHAIN, group_hash=bytes(32)),
            replace(CHAIN, beacon_id="default"),
        )
    }

    assert len(hashes) == 6


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hash", "00" * 32),
        ("hash", None),
        ("period", 0),
        ("period", 31),
        ("period", True),
        ("period", 30.0),
        ("period", 2**32),
        ("genesis_time", -1),
        ("genesis_time", "1700000000"),
        ("public_key", "c0" + "00" * 95),
        ("public_key", CHAIN.public_key.hex().upper()),
        ("public_key", " " + CHAIN.public_key.hex()),
        ("groupHash", "00"),
        ("schemeID", "bls-unchained-on-g1"),
        ("schemeID", None),
        ("metadata", {"beaconID": "../x"}),
        ("metadata", {"beaconID": 7}),
        ("metadata", None),
    ],
)
def test_a_description_that_does_not_fit_is_refused(field, value):
    document = CHAIN.document() | {field: value}

    with pytest.raises(Damaged):
        Chain.parse(document)


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b"null", b"[" * 9000, b"{" + b" " * 20_000, b"\xff", b'{"period": 1e999}']
)
def test_bytes_that_describe_nothing_are_refused(document):
    with pytest.raises(Damaged):
        Chain.parse(document)
    with pytest.raises(Damaged):
        Beacon.parse(document)


def test_another_scheme_is_refused_everywhere():
    with pytest.raises(Mistaken):
        replace(CHAIN, scheme="pedersen-bls-chained")
    with pytest.raises(Damaged):
        Chain.from_record(CHAIN.record() | {"scheme": "pedersen-bls-chained"})


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        CHAIN.record() | {"more": 1},
        CHAIN.record() | {"key": bytes(96)},
        CHAIN.record() | {"key": "text"},
        CHAIN.record() | {"period": 0},
        CHAIN.record() | {"period": None},
        CHAIN.record() | {"beacon": ""},
        CHAIN.record() | {"group": b""},
    ],
)
def test_a_record_that_is_not_a_chain_is_refused(record):
    with pytest.raises(Damaged):
        Chain.from_record(record)


def test_a_round_is_verified_against_its_own_chain_and_number():
    verify(CHAIN, beacon_of(5))

    for wrong in (Beacon(6, beacon_of(5).signature), beacon_of(5, (12).to_bytes(32))):
        with pytest.raises(Damaged):
            verify(CHAIN, wrong)


def test_a_round_comes_back_from_its_document():
    beacon = beacon_of(5)

    assert Beacon.parse(beacon.document()) == beacon
    assert Beacon.parse(json.dumps(beacon.document_v2())) == beacon


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("round", 0),
        ("round", -1),
        ("round", 2**53),
        ("round", 5.0),
        ("round", "5"),
        ("round", True),
        ("round", None),
        ("randomness", "00" * 32),
        ("randomness", 5),
        ("signature", ""),
        ("signature", "00" * 47),
        ("signature", "zz" * 48),
        ("signature", None),
    ],
)
def test_a_round_document_that_does_not_fit_is_refused(field, value):
    with pytest.raises(Damaged):
        Beacon.parse(beacon_of(5).document() | {field: value})


def test_public_chains_and_rounds_are_what_they_should_be():
    for entry in public_vectors("tlock/public_chains_and_beacons.json"):
        info = entry["info"]
        computed = chain_hash(
            public_key=bytes.fromhex(info["public_key"]),
            period_s=info["period"],
            genesis_s=info["genesis_time"],
            group_hash=bytes.fromhex(info["groupHash"]),
            beacon_id=info["metadata"]["beaconID"],
        )
        assert computed.hex() == info["hash"]
        for document in entry["beacons"]:
            verify(Chain.parse(info), Beacon.parse(document))
