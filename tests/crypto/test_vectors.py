"""vectors/{words,shares,cpace,hpke,signing,sshsig}: what another implementation must reproduce and refuse."""

import json
from pathlib import Path

import pytest
from vectors import make_crypto

from twinbell.crypto import cpace, hpke, shares, sshsig, words, xwing
from twinbell.crypto.signing import SigningKey, VerifyKey
from twinbell.errors import Damaged

FOLDER = Path(__file__).parents[2] / "vectors"


def vectors(noun):
    found = []
    for path in sorted((FOLDER / noun).glob("*.json")):
        vector = json.loads(path.read_text())
        found.append(pytest.param(vector, id=path.stem))
    assert found
    return found


def unhex(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


@pytest.mark.parametrize("noun", make_crypto.BUILDERS)
def test_the_vectors_are_what_their_program_makes(noun):
    files = {path.name: path.read_text() for path in (FOLDER / noun).glob("*.json")}

    assert files == make_crypto.build(noun)


@pytest.mark.parametrize("vector", vectors("words"))
def test_words(vector):
    if vector.get("refuses") == "normalise":
        with pytest.raises(Damaged):
            words.normalise(vector["typed"])
    elif vector.get("refuses") == "unkit":
        with pytest.raises(Damaged):
            words.unkit(vector["kit"])
    elif "six" in vector:
        assert words.six(bytes.fromhex(vector["bits"])) == vector["six"]
    elif "kit" in vector:
        assert words.kit(bytes.fromhex(vector["root"])) == vector["kit"]
        assert words.unkit(vector["kit"]).hex() == vector["root"]
    else:
        assert list(words.normalise(vector["typed"])) == vector["words"]


@pytest.mark.parametrize("vector", vectors("shares"))
def test_shares(vector):
    if "refuses" in vector:
        with pytest.raises(Damaged):
            shares.combine(vector["shares"])
    else:
        assert len(vector["shares"]) == vector["n"]
        assert shares.combine(vector["shares"][-vector["k"] :]).hex() == vector["secret"]
        assert shares.combine(vector["shares"]).hex() == vector["secret"]


@pytest.mark.parametrize("vector", vectors("cpace"))
def test_cpace(vector):
    sid, scalar_a, share_a, data_a, share_b, data_b = unhex(
        vector, "sid", "scalar_a", "share_a", "data_a", "share_b", "data_b"
    )
    said = cpace.Transcript(share_a=share_a, data_a=data_a, share_b=share_b, data_b=data_b)

    if "refuses" in vector:
        with pytest.raises(Damaged):
            cpace.finish(scalar_a, said, sid=sid, initiator=True)
        return
    generator = cpace.generator(vector["password"].encode(), sid=sid, channel=vector["channel"].encode())
    session = cpace.finish(bytes.fromhex(vector["scalar_b"]), said, sid=sid, initiator=False)
    assert generator.hex() == vector["generator"]
    assert cpace.share(scalar_a, generator) == share_a
    for name in ("isk", "tag_a", "tag_b", "sid_output"):
        assert getattr(session, name).hex() == vector[name]


@pytest.mark.parametrize("vector", vectors("hpke"))
def test_hpke(vector):
    seed, enc, ciphertext, info, aad, psk, psk_id = unhex(
        vector, "seed", "enc", "ciphertext", "info", "aad", "psk", "psk_id"
    )
    with_psk = {"info": info, "psk": psk, "psk_id": psk_id}

    if "refuses" in vector:
        with pytest.raises(Damaged):
            hpke.open_(seed, enc, ciphertext, aad=aad, **with_psk)
        return
    keys = hpke.schedule(bytes.fromhex(vector["secret"]), **with_psk)
    assert xwing.public(seed).hex() == vector["public"]
    assert xwing.decapsulate(seed, enc).hex() == vector["secret"]
    for name in ("key", "base_nonce", "exporter"):
        assert getattr(keys, name).hex() == vector[name]
    assert hpke.open_(seed, enc, ciphertext, aad=aad, **with_psk).hex() == vector["plaintext"]


@pytest.mark.parametrize("vector", vectors("signing"))
def test_signing(vector):
    if vector.get("refuses") == "key":
        with pytest.raises(Damaged):
            VerifyKey(bytes.fromhex(vector["public"]))
        return
    public, message, signature = unhex(vector, "public", "message", "signature")
    if vector.get("refuses") == "verify":
        with pytest.raises(Damaged):
            VerifyKey(public).verify(signature, message)
        return
    VerifyKey(public).verify(signature, message)
    assert SigningKey(bytes.fromhex(vector["seed"])).sign(message) == signature


@pytest.mark.parametrize("vector", vectors("sshsig"))
def test_sshsig(vector):
    public, message = unhex(vector, "public", "message")
    namespace = vector["namespace"]

    if "refuses" in vector:
        with pytest.raises(Damaged):
            sshsig.verify(VerifyKey(public), message, vector["signature"], namespace=namespace)
        return
    sshsig.verify(VerifyKey(public), message, vector["signature"], namespace=namespace)
    assert sshsig.public_line(VerifyKey(public)) == vector["public_line"]
    if "seed" in vector:
        key = SigningKey(bytes.fromhex(vector["seed"]))
        assert sshsig.sign(key, message, namespace=namespace) == vector["signature"]
