import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.crypto import sshsig
from twinbell.crypto.signing import SigningKey
from twinbell.errors import Damaged, Mistaken

KEY = SigningKey(bytes(range(32)))
NAMESPACE = "letter@twinbell"
MESSAGE = "Grüße\r\nfrom the harbour\r\n".encode()

needs_ssh_keygen = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")


def blob_of(armored):
    return sshsig._dearmor(armored)


def verifies(tmp_path, armored, message, *, key=KEY, namespace=NAMESPACE):
    (tmp_path / "signers").write_text(
        sshsig.allowed_signer(key.verify_key, principal="writer@bond.twinbell", namespace=NAMESPACE) + "\n"
    )
    (tmp_path / "message.sig").write_text(armored)
    done = subprocess.run(
        [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            tmp_path / "signers",
            "-I",
            "writer@bond.twinbell",
            "-n",
            namespace,
            "-s",
            tmp_path / "message.sig",
        ],
        input=message,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@needs_ssh_keygen
def test_ssh_keygen_verifies_what_we_sign(tmp_path):
    armored = sshsig.sign(KEY, MESSAGE, namespace=NAMESPACE)

    assert verifies(tmp_path, armored, MESSAGE)
    assert not verifies(tmp_path, armored, MESSAGE + b"!")
    assert not verifies(tmp_path, armored, MESSAGE, namespace="file")
    assert not verifies(tmp_path, armored, MESSAGE, key=SigningKey.generate())


@needs_ssh_keygen
def test_we_verify_what_ssh_keygen_signs_and_it_is_the_same_text(tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = Ed25519PrivateKey.from_private_bytes(KEY.seed)
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", path, "-n", NAMESPACE, "-"],
        input=MESSAGE,
        capture_output=True,
        check=True,
    )
    line = subprocess.run(["ssh-keygen", "-y", "-f", path], capture_output=True, check=True, text=True)

    sshsig.verify(KEY.verify_key, MESSAGE, signed.stdout.decode(), namespace=NAMESPACE)
    assert signed.stdout.decode() == sshsig.sign(KEY, MESSAGE, namespace=NAMESPACE)
    assert line.stdout.split()[:2] == sshsig.public_line(KEY.verify_key).split()


@given(st.binary(), st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
def test_what_was_signed_verifies(message, namespace):
    armored = sshsig.sign(KEY, message, namespace=namespace)

    sshsig.verify(KEY.verify_key, message, armored, namespace=namespace)
    sshsig.verify(KEY.verify_key, message, armored.replace("\n", "\r\n"), namespace=namespace)


def test_each_difference_has_its_own_sentence():
    armored = sshsig.sign(KEY, MESSAGE, namespace=NAMESPACE)

    for key, message, namespace, sentence in [
        (SigningKey.generate(), MESSAGE, NAMESPACE, "another key"),
        (KEY, MESSAGE + b"!", NAMESPACE, "not right"),
        (KEY, MESSAGE, "file", "another purpose"),
    ]:
        with pytest.raises(Damaged, match=sentence):
            sshsig.verify(key.verify_key, message, armored, namespace=namespace)


def test_a_signature_by_the_key_inside_it_does_not_count_without_that_key():
    thief = SigningKey.generate()
    armored = sshsig.sign(thief, MESSAGE, namespace=NAMESPACE)

    with pytest.raises(Damaged, match="another key"):
        sshsig.verify(KEY.verify_key, MESSAGE, armored, namespace=NAMESPACE)


@given(st.data())
@settings(max_examples=200)
def test_a_single_changed_bit_is_noticed(data):
    blob = bytearray(blob_of(sshsig.sign(KEY, MESSAGE, namespace=NAMESPACE)))
    bit = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Damaged):
        sshsig.verify(KEY.verify_key, MESSAGE, sshsig._armor(bytes(blob)), namespace=NAMESPACE)


@given(st.binary(max_size=200), st.sampled_from([b"", b"SSHSIG", b"SSHSIG\0\0\0\1"]))
def test_any_blob_is_refused_in_words(blob, magic):
    with pytest.raises(Damaged):
        sshsig.verify(KEY.verify_key, MESSAGE, sshsig._armor(magic + blob), namespace=NAMESPACE)


@given(st.text(max_size=200))
def test_any_text_is_refused_in_words(text):
    for armored in (text, sshsig._BEGIN + text + sshsig._END, sshsig._BEGIN + text + "\n" + sshsig._END):
        with pytest.raises(Damaged):
            sshsig.verify(KEY.verify_key, MESSAGE, armored, namespace=NAMESPACE)


def test_a_signature_has_one_text():
    armored = sshsig.sign(KEY, MESSAGE, namespace=NAMESPACE)
    first, second, *rest = armored.splitlines(keepends=True)

    for other in [
        " " + armored,
        armored + "\n",
        armored.removesuffix("\n"),
        first + "\n" + second + "".join(rest),
        first + second[:10] + "\n" + second[10:] + "".join(rest),
        armored.replace("SSH SIGNATURE", "PGP SIGNATURE"),
        armored + armored,
    ]:
        with pytest.raises(Damaged):
            sshsig.verify(KEY.verify_key, MESSAGE, other, namespace=NAMESPACE)


def test_another_hash_is_refused_although_ssh_keygen_would_take_it():
    blob = blob_of(sshsig.sign(KEY, MESSAGE, namespace=NAMESPACE)).replace(b"sha512", b"sha256")

    with pytest.raises(Damaged, match="SHA-512"):
        sshsig.verify(KEY.verify_key, MESSAGE, sshsig._armor(blob), namespace=NAMESPACE)


def test_a_namespace_is_needed():
    with pytest.raises(Mistaken):
        sshsig.sign(KEY, MESSAGE, namespace="")


def test_a_public_key_is_read_as_openssh_writes_it():
    line = sshsig.public_line(KEY.verify_key)

    assert sshsig.parse_public(line) == sshsig.parse_public(f"{line} mei@harbour\n") == KEY.verify_key


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!!",
        "ssh-ed25519 AAAA",
        sshsig.public_line(KEY.verify_key).replace("ssh-ed25519", "ssh-rsa"),
        sshsig.public_line(KEY.verify_key)[:-4],
        sshsig.public_line(KEY.verify_key).replace("AAAAC3", "AAAAD3"),
    ],
)
def test_what_is_no_public_key_is_refused(line):
    with pytest.raises(Damaged):
        sshsig.parse_public(line)
