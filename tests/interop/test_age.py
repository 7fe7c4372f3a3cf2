"""Other people's age programs open what we seal, and we what they seal, for each recipient that they know."""

import random
import shutil
import subprocess

import pytest
from tests.interop.age_peer import AgePeer

from twinbell.age import (
    HybridIdentity,
    HybridRecipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    open_,
    seal,
)
from twinbell.errors import NotForMe

CHUNK = 64 * 1024
LENGTHS = [0, 1, 47, 48, 49, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 17]

pyrage = pytest.importorskip("pyrage")
needs_npm = pytest.mark.skipif(not AgePeer.here(), reason="npm age-encryption is not installed")
needs_age = pytest.mark.skipif(not shutil.which("age"), reason="age is not installed")


@pytest.fixture(scope="module")
def npm():
    with AgePeer() as peer:
        yield peer


def some_bytes(length: int) -> bytes:
    return random.Random(length).randbytes(length)


@needs_npm
@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armor"])
@pytest.mark.parametrize("kind", [HybridIdentity, X25519Identity])
def test_npm_and_we_open_each_others_files(npm, kind, armor):
    ours = kind.generate()
    name = "hybrid" if kind is HybridIdentity else "x25519"
    theirs = kind.parse(npm.ask(do="keys")[name])

    for length in LENGTHS:
        plain = some_bytes(length)

        file = seal(plain, [theirs.recipient, ours.recipient], armor=armor)
        assert npm.open(file, str(theirs)) == npm.open(file, str(ours)) == plain

        file = npm.seal(plain, str(ours.recipient), str(theirs.recipient), armor=armor)
        assert open_(file, [ours]) == open_(file, [theirs]) == plain


@needs_npm
def test_npm_and_we_open_each_others_passphrases(npm):
    passphrase = "schön, 短い"

    file = seal(b"hello", [ScryptRecipient(passphrase, log_n=4)])
    assert npm.open(file, passphrase=passphrase) == b"hello"
    assert npm.open(file, passphrase="other") is None

    file = npm.seal(b"hello", passphrase=passphrase)
    assert open_(file, [ScryptIdentity(passphrase)]) == b"hello"
    with pytest.raises(NotForMe):
        open_(file, [ScryptIdentity("other")])


@needs_npm
def test_a_file_that_mixes_post_quantum_and_classic_opens_here_though_nobody_should_write_it(npm):
    hybrid, classic = HybridIdentity.generate(), X25519Identity.generate()

    file = npm.seal(b"hello", str(hybrid.recipient), str(classic.recipient))

    assert open_(file, [hybrid]) == open_(file, [classic]) == b"hello"


@needs_npm
def test_npm_makes_the_same_recipients_of_the_same_keys(npm):
    for seed in (bytes(32), bytes(range(32)), b"\xff" * 32):
        ours = HybridIdentity(seed)
        file = npm.seal(b"x", str(ours.recipient))

        assert open_(file, [ours]) == b"x"
        assert HybridRecipient.parse(str(ours.recipient)) == ours.recipient


@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armor"])
def test_pyrage_and_we_open_each_others_files(armor):
    ours = X25519Identity.generate()
    key = pyrage.x25519.Identity.from_str(str(ours))

    for length in LENGTHS:
        plain = some_bytes(length)

        assert pyrage.decrypt(seal(plain, [ours.recipient], armor=armor), [key]) == plain
        assert open_(pyrage.encrypt(plain, [key.to_public()], armored=armor), [ours]) == plain


def test_pyrage_and_we_open_each_others_passphrases():
    assert pyrage.passphrase.decrypt(seal(b"hello", [ScryptRecipient("x y", log_n=4)]), "x y") == b"hello"
    assert open_(pyrage.passphrase.encrypt(b"hello", "x y"), [ScryptIdentity("x y")]) == b"hello"


@needs_age
@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armor"])
def test_age_and_we_open_each_others_files(armor, tmp_path):
    ours = X25519Identity.generate()
    key_file = tmp_path / "key.txt"
    key_file.write_text(f"# a comment\n{ours}\n")

    for length in LENGTHS:
        plain = some_bytes(length)
        sealed = seal(plain, [ours.recipient], armor=armor)

        opened = subprocess.run(["age", "-d", "-i", key_file], input=sealed, capture_output=True, check=True)
        assert opened.stdout == plain

        made = subprocess.run(
            ["age", "-r", str(ours.recipient), *(["-a"] if armor else [])],
            input=plain, capture_output=True, check=True,
        )  # fmt: skip
        assert open_(made.stdout, [ours]) == plain


@needs_age
def test_age_passes_over_stanzas_that_it_does_not_know(tmp_path):
    """What an old age program makes of a new recipient: it says that it has no key, and nothing worse."""
    key_file = tmp_path / "key.txt"
    key_file.write_text(f"{X25519Identity.generate()}\n")

    refused = subprocess.run(
        ["age", "-d", "-i", key_file],
        input=seal(b"x", [HybridIdentity.generate().recipient]),
        capture_output=True,
    )

    assert refused.returncode == 1
    assert b"no identity matched" in refused.stderr
