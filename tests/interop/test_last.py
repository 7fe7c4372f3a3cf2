"""A last letter, opened by others: the reader's key, the relay's parcel, the guardians' words, and age."""

import shutil
import subprocess
from importlib.resources import files
from itertools import permutations
from pathlib import Path

import pytest
from tests.bond.letters import ANNA, GRACE, NOW_S, wish, write
from tests.interop.test_letter import shell, stand_ins

from twinbell.age.bech32 import encode as bech32
from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import open_
from twinbell.bond import last, way
from twinbell.bond.lastlock import plan_last
from twinbell.bond.opening import page
from twinbell.bond.tar import TarReader
from twinbell.crypto.kdf import sha256

HERE = Path(__file__).parent
READER = [GRACE.letter.recipient.public, GRACE.kit.recipient.public]
KEY = HybridIdentity(bytes(range(32)))
EML = bytes(32)


def has_post_quantum_age():
    """Say whether the age that is installed knows post-quantum keys, which came with 1.3."""
    if not shutil.which("age-keygen"):
        return False
    return subprocess.run(["age-keygen", "-pq"], capture_output=True, check=False).returncode == 0


needs_age = pytest.mark.skipif(
    not has_post_quantum_age(), reason="the age that is installed has no post-quantum keys"
)
needs_npm = pytest.mark.skipif(
    not shutil.which("node") or not (HERE / "node_modules/age-encryption").exists(),
    reason="node and the packages of tests/interop are not installed",
)


class Found:
    """What the reader has on disk: the ways of a letter, a parcel, their own key."""

    def __init__(self, folder, k=2, n=3):
        self.folder = folder
        self.armed = last.arm(k, n)
        silence = last.silence(b"w" * 16, READER)
        self.lock = plan_last(
            letter=bytes(16),
            silence=silence.gate,
            guardians=self.armed.gate,
            floor=wish(NOW_S + 400 * 86_400),
            chains=[ANNA.kept],
            now_s=NOW_S,
        )
        (folder / "ways").mkdir()
        (folder / "ways/1.age").write_bytes(way.build(self.lock, 1, KEY, EML))
        (folder / "parcel.age").write_bytes(silence.parcel)
        (folder / "key.txt").write_text(f"# paper\n{GRACE.kit}\n")
        wordlist = files("shamir_mnemonic") / "wordlist.txt"
        (folder / "wordlist.txt").write_text(wordlist.read_text())

    def node(self, *places):
        (self.folder / "shares.txt").write_text("\n".join(self.armed.words[place] for place in places) + "\n")
        command = ["node", str(HERE / "last.mjs"), "ways/1.age", "parcel.age", "key.txt", "shares.txt"]
        return subprocess.run(
            [*command, "wordlist.txt"], cwd=self.folder, capture_output=True, timeout=60, check=False
        )


@needs_npm
@pytest.mark.parametrize(("k", "n"), [(1, 1), (2, 3), (3, 5)])
def test_javascript_opens_it_with_the_words_of_the_guardians_alone(tmp_path, k, n):
    found = Found(tmp_path, k, n)

    done = found.node(*reversed(range(n - k, n)))

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == way.identity_file(found.lock.letter, EML, KEY)


@needs_npm
def test_javascript_opens_it_with_any_two_in_any_order_and_not_with_one(tmp_path):
    found = Found(tmp_path)

    opened = [found.node(*places).stdout for places in permutations(range(3), 2)]

    assert {*opened} == {way.identity_file(found.lock.letter, EML, KEY)}
    assert b"more shares are needed" in found.node(1).stderr


@needs_npm
def test_javascript_cannot_open_it_with_the_words_of_another_letter(tmp_path):
    found = Found(tmp_path)
    found.armed = last.arm(2, 3)

    assert found.node(0, 1).returncode == 1


@pytest.mark.parametrize("program", [pytest.param("age", marks=needs_age), "a stand-in"])
def test_the_page_for_strangers_opens_it_with_age_and_words_alone(tmp_path, program):
    """Follow OPENING.txt in a real shell; SLIP-39's own library combines the words.

    Debian's age has no post-quantum keys yet: a program with the same command line stands in for it, too.
    """
    from shamir_mnemonic import combine_mnemonics

    found = Found(tmp_path)
    if program != "age":
        stand_ins(tmp_path)
    seed = combine_mnemonics(list(found.armed.words[1:]))

    for command in first_way(page(found.lock, bytes(32)).decode()):
        if command.endswith("way1.1.age") and "-i gate.txt" in command:
            (tmp_path / "gate.txt").write_text(bech32("age-secret-key-pq-", seed).upper() + "\n")
        shell(tmp_path, command)

    assert (tmp_path / "letter.key").read_bytes() == way.identity_file(found.lock.letter, EML, KEY)


def first_way(text):
    part = text.partition("WAY 1 OF")[2].partition("WAY 2 OF")[0]
    return [line.strip() for line in part.splitlines() if line.startswith("    ")]


def test_the_page_says_the_commands_of_both_layers(tmp_path):
    found = Found(tmp_path)

    assert first_way(page(found.lock, sha256(b"bond")).decode()) == [
        "age -d -i key.txt -o gate.txt parcel.age",
        "age -d -i gate.txt -o way1.1.age ways/1.age",
        "age -d -i gate.txt -o letter.key way1.1.age",
    ]


def test_the_page_lies_in_the_letter(tmp_path):
    import io

    found = Found(tmp_path)
    data, _ = write(found.lock)

    entry = next(iter(TarReader(io.BytesIO(open_(data, [GRACE.kit])), entries_max=20)))

    assert entry.name == "OPENING.txt"
    assert b"SLIP-39" in entry.read()
