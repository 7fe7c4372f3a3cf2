"""The vectors of guardians and last letters say what the code does, and their programs make them."""

import json
from pathlib import Path

import pytest
from vectors import make_guardians, make_last

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond import last, way
from twinbell.bond.bundle import Bundle
from twinbell.bond.code import Code
from twinbell.bond.fate import Fate
from twinbell.bond.gate import GuardiansGate, SilenceGate
from twinbell.bond.keys import Kind
from twinbell.bond.lastlock import describe_last, is_last
from twinbell.bond.lock import Lock
from twinbell.bond.message import read
from twinbell.bond.watchkeep import belongs
from twinbell.bond.watchkeys import HeldShare, Seat, WatchKeys
from twinbell.bond.way import Keys
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, Mistaken, NotForMe, NotYet
from twinbell.wire.silence import Answer

VECTORS = Path(__file__).parents[2] / "vectors"


def load(folder, pattern="*.json", has=""):
    found = [(path.stem, json.loads(path.read_text())) for path in sorted((VECTORS / folder).glob(pattern))]
    return [pytest.param(vector, id=name) for name, vector in found if not has or has in vector]


def one(folder, name):
    return json.loads((VECTORS / folder / f"{name}.json").read_text())


def unhex(text):
    return bytes.fromhex(text)


@pytest.mark.parametrize("make", [make_guardians, make_last])
def test_each_file_is_what_its_program_makes(make):
    folder = VECTORS / make.__name__.removeprefix("vectors.make_")

    assert {path.name: path.read_text() for path in folder.glob("*.json")} == make.build()


@pytest.mark.parametrize("vector", load("guardians", has="bond"))
def test_a_content_says_what_the_vector_says(vector):
    content = read(vector["kind"], decode_map(unhex(vector["content"]), bytes_max=65_536))

    assert content is not None
    assert encode(content.to_record()).hex() == vector["content"]
    assert make_guardians.plain(content.to_record()) == vector["says"]
    assert belongs(content, Kind(vector["bond"]))  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", load("guardians", "refused_*.json"))
def test_a_content_that_does_not_fit_is_refused(vector):
    with pytest.raises(Damaged):
        read(vector["kind"], decode_map(unhex(vector["content"]), bytes_max=65_536))


def test_codes_say_for_which_kind_of_bond():
    vector = one("guardians", "codes")

    for row in vector["codes"]:
        code = Code.parse(row["typed"])
        assert (str(code), str(code.kind)) == (row["code"], row["kind"])
    for text in vector["refused"]:
        with pytest.raises(Mistaken):
            Code.parse(text)


def test_a_bundle_says_for_which_kind_of_bond():
    vector = one("guardians", "bundle")

    assert str(Bundle.parse(unhex(vector["signed"])).kind) == vector["kind"] == "guardian"
    for row in vector["refused"]:
        with pytest.raises(Damaged):
            Bundle.parse(unhex(row["signed"]))


def test_what_a_keyring_keeps_reads_as_the_vector_says():
    vector = one("guardians", "keyring")
    keys = WatchKeys.from_record(decode_map(unhex(vector["watch"]), bytes_max=65_536))

    assert encode(keys.to_record()).hex() == vector["watch"]
    assert make_guardians.plain(keys.to_record()) == vector["says"]


def test_a_gate_opens_by_the_shares_of_the_vector():
    vector = one("last", "gate")
    gate = GuardiansGate(unhex(vector["recipient"]), vector["threshold"], vector["guardians"])

    assert last.gate_hash(gate.recipient).hex() == vector["hash"]
    for row in vector["opens"]:
        regained = last.regain(gate, row["words"])
        assert regained is not None
        assert (regained.seed.hex(), list(regained.false)) == (vector["seed"], row["false"])
    for words in vector["not_enough"]:
        assert last.regain(gate, words) is None
    for words in vector["refused"]:
        with pytest.raises(Damaged):
            last.regain(gate, words)


def test_a_parcel_opens_as_the_vector_says():
    vector = one("last", "parcel")
    gate = SilenceGate(unhex(vector["recipient"]), unhex(vector["watch"]))
    letter, kit, stranger = (
        HybridIdentity(unhex(vector[f"{name}_seed"])) for name in ("letter", "kit", "stranger")
    )

    for identity in (letter, kit):
        assert last.open_parcel(unhex(vector["parcel"]), [identity], gate).hex() == vector["seed"]
    with pytest.raises(NotForMe):
        last.open_parcel(unhex(vector["parcel"]), [stranger], gate)
    for name in ("another_key", "two_lines"):
        with pytest.raises(Damaged):
            last.open_parcel(unhex(vector[name]), [kit], gate)


@pytest.mark.parametrize("vector", load("last", "lock_*.json"))
def test_a_lock_of_a_last_letter_is_described_as_the_vector_says(vector):
    lock = Lock.parse(unhex(vector["lock"]))
    guardians = ["Ben", "Olga", "Max"]

    said = describe_last(
        lock, writer="Ada", reader="Grace", relay="relay.example", guardians=guardians, ours=vector["ours"]
    )

    assert is_last(lock)
    rows = [{"way": row.way, "early": row.early, "strength": str(row.strength)} for row in said.rows]
    assert (rows, list(said.sentences), str(said.strength)) == (
        vector["table"],
        vector["sentences"],
        vector["strength"],
    )


def test_both_ways_open_with_what_the_vector_names_and_not_without():
    vector = one("last", "ways")
    lock = Lock.parse(unhex(vector["lock"]))
    guardians = lock.ways[0][-1]
    assert isinstance(guardians, GuardiansGate)
    regained = last.regain(guardians, vector["shares"][:2])
    assert regained is not None
    seeds = {
        guardians.recipient: regained.seed,
        lock.ways[0][0].recipient: unhex(vector["silence_seed"]),  # type: ignore[union-attr]
    }
    keys = Keys(lambda chain, round: unhex(vector["signature"]), seeds.get)

    for number, data in enumerate(vector["ways"], 1):
        key, eml = way.open_way(lock, number, unhex(data), keys)
        assert way.identity_file(lock.letter, eml, key).decode() == vector["inside"]
        for missing in seeds if number == 1 else [guardians.recipient]:
            left = {name: seed for name, seed in seeds.items() if name != missing}
            with pytest.raises(NotYet):
                way.open_way(lock, number, unhex(data), Keys(keys.signature_of, left.get))


def test_a_guardian_may_release_when_the_vector_says():
    vector = one("last", "release")
    held = HeldShare(share=make_guardians.SHARE, since_s=vector["since_s"])

    for row in vector["cases"]:
        seat = Seat.from_record(bytes_in(row["seat"]))
        answer = Answer(row["answer"]) if row["answer"] else None
        ruling = last.may_release(seat, held, answer=answer, writer=vector["writer"], now_s=row["now_s"])
        assert (ruling.allowed, ruling.refusal, ruling.warning) == (
            row["allowed"],
            row["refusal"],
            row["warning"],
        ), row["says"]


def bytes_in(record):
    """Return a record whose bytes were written as hex."""
    names = {"seed", "watch", "key", "token", "terms", "stopped", "gate"}
    return {
        name: bytes.fromhex(value)
        if name in names and isinstance(value, str)
        else bytes_in(value)
        if isinstance(value, dict)
        else value
        for name, value in record.items()
    }


def test_fates_are_said_as_the_vector_says():
    vector = one("last", "fates")

    for row in vector["fates"]:
        fate = Fate.from_record(row["fate"])
        assert fate.words(reader=vector["reader"], floor=vector["floor"]) == row["words"]
