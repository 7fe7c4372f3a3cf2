import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.public_vectors import public_vectors

from twinbell.crypto import aead, hpke, xwing
from twinbell.errors import Damaged, Mistaken

SEED = bytes(range(32))
PSK = bytes(range(32, 64))


def hexed(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


def ours():
    """The one public vector of our suite."""
    vectors = public_vectors("hpke/hpke-pq.test-vectors.json")
    return next(
        v
        for v in vectors
        if (v["kem_id"], v["kdf_id"], v["aead_id"]) == (hpke.KEM_ID, hpke.KDF_ID, hpke.AEAD_ID)
    )


def test_the_schedule_agrees_with_the_public_vector():
    vector = ours()
    seed, enc, public, info = hexed(vector, "skRm", "enc", "pkRm", "info")

    secret = xwing.decapsulate(seed, enc)
    keys = hpke.schedule(secret, info=info)

    assert xwing.public(seed) == public
    assert secret.hex() == vector["shared_secret"]
    assert keys.key.hex() == vector["key"]
    assert keys.base_nonce.hex() == vector["base_nonce"]
    assert keys.exporter.hex() == vector["exporter_secret"]


def test_the_first_message_of_the_public_vector_opens():
    vector = ours()
    first = vector["encryptions"][0]
    seed, enc, info = hexed(vector, "skRm", "enc", "info")
    aad, ciphertext, plaintext = hexed(first, "aad", "ct", "pt")

    assert hpke.open_(seed, enc, ciphertext, info=info, aad=aad) == plaintext


def test_every_message_of_the_public_vector_seals_to_its_bytes():
    vector = ours()
    seed, enc, info = hexed(vector, "skRm", "enc", "info")
    keys = hpke.schedule(xwing.decapsulate(seed, enc), info=info)

    for message in vector["encryptions"]:
        aad, ciphertext, plaintext, nonce = hexed(message, "aad", "ct", "pt", "nonce")
        assert aead.seal(keys.key, plaintext, aad=aad, nonce=nonce) == ciphertext


def test_the_exports_of_the_public_vector_hold():
    vector = ours()
    seed, enc, info = hexed(vector, "skRm", "enc", "info")
    keys = hpke.schedule(xwing.decapsulate(seed, enc), info=info)

    for export in vector["exports"]:
        context, value = hexed(export, "exporter_context", "exported_value")
        assert keys.export(context, length=export["L"]) == value


@pytest.mark.parametrize("at", range(4))
def test_what_three_libraries_sealed_in_base_mode_opens(at):
    vectors = public_vectors("hpke/generated_base_0x647a_0001_0003.json")
    seed, public = hexed(vectors, "seed", "pk")
    case = vectors["cases"][at]
    enc, ciphertext = hexed(case, "enc", "ct")

    opened = hpke.open_(seed, enc, ciphertext, info=case["info"].encode(), aad=case["aad"].encode())

    assert xwing.public(seed) == public
    assert opened == case["pt"].encode()


@pytest.mark.parametrize("at", range(2))
def test_what_two_libraries_sealed_in_psk_mode_opens_and_exports(at):
    vectors = public_vectors("hpke/generated_psk_0x647a_0001_0003.json")
    seed, psk = hexed(vectors, "seed", "psk")
    psk_id, info, aad = (vectors[name].encode() for name in ("psk_id", "info", "aad"))
    case = vectors["cases"][at]
    enc, ciphertext = hexed(case, "enc", "ct")

    opened = hpke.open_(seed, enc, ciphertext, info=info, aad=aad, psk=psk, psk_id=psk_id)
    keys = hpke.schedule(xwing.decapsulate(seed, enc), info=info, psk=psk, psk_id=psk_id)

    assert opened == case["pt"].encode()
    assert keys.export(vectors["export_context"].encode()).hex() == case["export32"]


@given(st.binary(max_size=200), st.binary(max_size=100))
@settings(max_examples=25)
def test_base_mode_agrees_with_a_second_library_both_ways(plaintext, info):
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

    halves = hashlib.shake_256(SEED).digest(96)
    private = MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(halves[:64]), X25519PrivateKey.from_private_bytes(halves[64:])
    )
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

    theirs = suite.encrypt(plaintext, private.public_key(), info)
    enc, ciphertext = hpke.seal(xwing.public(SEED), plaintext, info=info)

    assert hpke.open_(SEED, theirs[:1120], theirs[1120:], info=info) == plaintext
    assert suite.decrypt(enc + ciphertext, private, info) == plaintext


@given(st.binary(max_size=300), st.binary(max_size=20), st.binary(max_size=20), st.booleans())
@settings(max_examples=25)
def test_opening_undoes_sealing(plaintext, info, aad, with_psk):
    psk = {"psk": PSK, "psk_id": b"who"} if with_psk else {}

    enc, ciphertext = hpke.seal(xwing.public(SEED), plaintext, info=info, aad=aad, **psk)

    assert hpke.open_(SEED, enc, ciphertext, info=info, aad=aad, **psk) == plaintext


def test_everything_that_differs_is_noticed():
    right = {"info": b"info", "aad": b"aad", "psk": PSK, "psk_id": b"who"}
    enc, ciphertext = hpke.seal(xwing.public(SEED), b"text", **right)

    for wrong in [
        {**right, "info": b"Info"},
        {**right, "aad": b""},
        {**right, "psk": bytes(32)},
        {**right, "psk_id": b"Who"},
        {"info": b"info", "aad": b"aad"},
    ]:
        with pytest.raises(Damaged):
            hpke.open_(SEED, enc, ciphertext, **wrong)
    with pytest.raises(Damaged):
        hpke.open_(bytes(32), enc, ciphertext, **right)


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_any_bytes_are_refused_in_words(enc, ciphertext):
    with pytest.raises(Damaged):
        hpke.open_(SEED, enc, ciphertext, info=b"")
    with pytest.raises(Damaged):
        hpke.open_(SEED, (enc + bytes(1120))[:1120], ciphertext, info=b"")


@pytest.mark.parametrize("psk", [{"psk": PSK}, {"psk_id": b"who"}, {"psk": PSK[:31], "psk_id": b"who"}])
def test_half_a_psk_is_a_mistake(psk):
    with pytest.raises(Mistaken):
        hpke.seal(xwing.public(SEED), b"", info=b"", **psk)
