"""The vectors of keys, bells, envelopes and chains say what the code does, and their programs make them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bond.people import NOW_S
from vectors import make_about, make_bell, make_chain, make_envelope, make_keys

from twinbell.bond import bell, envelope, paper
from twinbell.bond.about import Portrait, Told
from twinbell.bond.bell import Answerer, Giver, Outcome, State
from twinbell.bond.chain import Receiving
from twinbell.bond.code import Code
from twinbell.bond.keys import Bundle, Keyring, Prekey, Role, Root
from twinbell.bond.kit import Page
from twinbell.bond.message import Body, read
from twinbell.crypto import words
from twinbell.crypto.kdf import sha256
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, Mistaken, NotForMe

VECTORS = Path(__file__).parents[2] / "vectors"


def load(folder, pattern):
    return [
        pytest.param(json.loads(path.read_text()), id=path.stem)
        for path in sorted((VECTORS / folder).glob(pattern))
    ]


def one(folder, name):
    return json.loads((VECTORS / folder / f"{name}.json").read_text())


def unhex(text):
    return bytes.fromhex(text)


@pytest.mark.parametrize("make", [make_keys, make_bell, make_envelope, make_chain, make_about])
def test_each_file_is_what_its_program_makes(make):
    folder = VECTORS / make.__name__.removeprefix("vectors.make_")

    assert {path.name: path.read_text() for path in folder.glob("*.json")} == make.build()


def test_a_kit_root_gives_the_keys_of_the_vector():
    vector = one("keys", "kit")
    root = Root(unhex(vector["root"]))

    assert root.signing_key.verify_key.raw.hex() == vector["sign_public"]
    assert root.recipient.hex() == vector["age_recipient"]
    assert root.owner_token(vector["relay"]).hex() == vector["owner_token"]
    page = Page.parse("\n".join(vector["page"]))
    assert (page.root, page.relay, page.peer.hex()) == (root, vector["relay"], vector["peer_fingerprint"])


def test_a_bundle_reads_as_the_vector_says():
    vector = one("keys", "bundle")

    bundle = Bundle.parse(unhex(vector["signed"]))

    assert bundle.name == vector["name"]
    assert bundle.letter.hex() == vector["letter"]
    assert bundle.inbox.key.hex() == vector["inbox"]["key"]


@pytest.mark.parametrize("vector", load("keys", "refused_bundle_*.json"))
def test_a_bundle_that_is_wrong_is_refused(vector):
    with pytest.raises(Damaged):
        Bundle.parse(unhex(vector["signed"]))


def test_a_keyring_opens_with_kit_and_device():
    vector = one("keys", "keyring")

    for seed in ("kit_age_seed", "device_age_seed"):
        keyring = Keyring.open(unhex(vector["sealed"]), unhex(vector[seed]))
        assert encode(keyring.to_record()).hex() == vector["record"]


def test_page_and_keyring_of_the_vectors_belong_together():
    page = Page.parse("\n".join(one("keys", "kit")["page"]))

    keyring = paper.open_keyring(page, unhex(one("keys", "keyring")["sealed"]))

    assert keyring.box == page.box


def test_a_bond_that_ended_is_registered_as_the_vector_says():
    vector = one("keys", "parted")

    keyring = Keyring.from_record(decode_map(unhex(vector["keyring"]), bytes_max=1 << 16))

    collect = {unhex(vector["device"]): unhex(vector["collect"])}
    assert encode(keyring.registration(collect)).hex() == vector["after"]
    assert keyring.parted_s == vector["parted_s"]


@pytest.mark.parametrize("vector", load("about", "about*.json") + load("about", "portrait*.json"))
def test_what_is_told_of_oneself_reads_as_the_vector_says(vector):
    content = read(vector["kind"], decode_map(unhex(vector["content"]), bytes_max=1 << 16))

    if isinstance(content, Portrait):
        row = "".join(str(content.pixel(x, 1)) for x in range(content.size))
        assert (content.size, row) == (vector["size"], vector["second_row"])
    else:
        assert content and content.to_record() == vector["says"]


@pytest.mark.parametrize("vector", load("about", "refused_*.json"))
def test_what_is_told_of_oneself_and_is_wrong_is_refused(vector):
    with pytest.raises(Damaged):
        read(vector["kind"], decode_map(unhex(vector["content"]), bytes_max=1 << 16))


def test_what_was_told_later_holds():
    holds, at = -1, None

    for number, row in enumerate(one("about", "order")["bodies"]):
        told = Told.at(row["sent_s"], row["n"], row["now_s"])
        if at is None or told > at:
            holds, at = number, told
        assert holds == row["holds"], row["says"]


@pytest.mark.parametrize("vector", [pytest.param(one("bell", form), id=form) for form in ("spoken", "link")])
def test_a_bell_gives_the_keys_and_words_of_the_vector(vector):
    giver = giver_of(vector, vector["giver"])

    giver = bell.step(bell.step(giver, bell.Message(2, unhex(vector["m2"])), NOW_S), bell.Check(), NOW_S)
    giver = bell.step(giver, bell.Message(4, unhex(vector["m4"])), NOW_S)

    assert giver.m3.hex() == vector["m3"]
    joined = giver.joined
    assert joined.bond.id.hex() == vector["bond"]
    assert joined.bond.words.hex() == vector["words_bits"]
    assert words.six(joined.bond.words) == vector["words"]
    assert joined.peer.signed.hex() == vector["answerer"]["bundle"]


@pytest.mark.parametrize("vector", load("bell", "refused_*.json"))
def test_a_bell_that_is_wrong_does_not_join(vector):
    if vector["side"] == "giver":
        giver = giver_of(vector, vector)
        giver = bell.step(bell.step(giver, bell.Message(2, unhex(vector["m2"])), NOW_S), bell.Check(), NOW_S)
        assert giver.outcome is Outcome.WRONG_CODE
    else:
        answerer = bell.step(answerer_of(vector), bell.Message(3, unhex(vector["m3"])), NOW_S)
        assert answerer.outcome is Outcome.BURNT


def giver_of(vector, own):
    code = Code.parse(vector["code"])
    sid = decode_map(unhex(vector["m1"]), bytes_max=4096)["sid"]
    assert isinstance(sid, bytes)
    return Giver(
        state=State.OFFERED,
        form=code.form,
        relay=code.relay,
        nameplate=code.nameplate,
        secret=code.secret,
        token=bytes(32),
        sid=sid,
        scalar=unhex(own["scalar"]),
        kem_seed=unhex(own["kem_seed"]),
        nonce=unhex(own["nonce"]),
        bundle=unhex(own["bundle"]),
        made_s=NOW_S,
        m1=unhex(vector["m1"]),
    )


def answerer_of(vector):
    key_a, transcript = unhex(vector["key_a"]), unhex(vector["transcript"])
    return Answerer(
        state=State.ANSWERED,
        code=Code.parse("7-crater-lamp-violin@relay.example"),
        token=bytes(32),
        bundle=unhex(one("keys", "bundle")["signed"]),
        made_s=NOW_S,
        commitment=unhex(vector["commitment"]),
        peer_hash=unhex(vector["peer_hash"]),
        tag_a=unhex(vector["tag_a"]),
        session=bell.Session(transcript, key_a, bytes(32), bytes(32)),
    )


def test_codes_are_read_as_the_vector_says():
    vector = one("bell", "codes")

    for row in vector["good"]:
        code = Code.parse(row["typed"], relay=vector["known_relay"])
        assert (code.relay, code.nameplate, code.secret) == (row["relay"], row["nameplate"], row["password"])
        assert str(code) == row["shown"]
    for typed in vector["refused"]:
        with pytest.raises(Mistaken):
            Code.parse(typed, relay=vector["known_relay"])


def opened(vector):
    prekey = Prekey(number=1, tag=unhex(vector["prekey_tag"]), seed=unhex(vector["prekey_seed"]), made_s=0)
    return envelope.open_(
        unhex(vector["envelope"]),
        prekeys=[prekey],
        inbox_keys=[(vector["epoch"], unhex(vector["psk"]))],
        bond=unhex(vector["bond"]),
        senders=[Role(vector["sender"])],
    )


@pytest.mark.parametrize("vector", load("envelope", "[!rb]*.json") + load("envelope", "ring.json"))
def test_an_envelope_opens_to_its_body(vector):
    body = opened(vector).body

    assert body.hex() == vector["body"]
    if "kind" in vector:
        said = Body.parse(body)
        assert (said.kind, said.n) == (vector["kind"], vector["n"])
        assert said.encode() == body
        assert read(said.kind, said.content or {}) is not None


@pytest.mark.parametrize("vector", load("envelope", "refused_*.json"))
def test_an_envelope_that_is_wrong_is_refused(vector):
    with pytest.raises((Damaged, NotForMe)):
        opened(vector)


def test_a_blob_opens_to_its_content():
    vector = one("envelope", "blob")
    ref = envelope.BlobRef.from_record(decode_map(unhex(vector["reference"]), bytes_max=4096))

    assert encode(envelope.open_blob(ref, unhex(vector["blob"]))).hex() == vector["content"]
    with pytest.raises(Damaged):
        envelope.open_blob(replace(ref, sha256=bytes(32)), unhex(vector["blob"]))


@pytest.mark.parametrize("vector", [each for each in load("chain", "*.json") if "bodies" in each.values[0]])
def test_a_chain_judges_each_body_as_the_vector_says(vector):
    chain = Receiving(device=b"whatever").begun_at(vector.get("begun", 0))

    for row in rows(vector["bodies"]):
        chain, verdict = chain.accept(
            n=row["n"],
            digest=unhex(row["digest"]),
            prev=unhex(row["prev"]),
            sent_s=row["sent_s"],
            prekey=1,
            now_s=NOW_S,
        )
        assert verdict.value == row["is"]
    assert chain.next == vector["next"]
    assert [[gap.first, gap.last] for gap in chain.gaps] == vector["gaps"]


def rows(bodies):
    """Write out the bodies of a vector, the fillers by their rule."""
    for body in bodies:
        if "fillers" not in body:
            yield body
            continue
        row = dict(body["first"])
        for n in range(body["fillers"]):
            yield row
            digest = sha256(str(n + 1).encode(), unhex(row["digest"])).hex()
            sent_s = row["sent_s"] + body["every_s"]
            last = row
            row = row | {"n": row["n"] + 1, "digest": digest, "prev": row["digest"], "sent_s": sent_s}
        assert last == body["last"]
