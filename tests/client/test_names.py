"""Test O11, as far as names go: what a letter calls its files never leads anywhere else."""

import io
import random
import resource
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bond.letters import ADA, ANNA, BOND, GRACE, attachment, keys_of, lock_for, write

from twinbell.bond import letter
from twinbell.client.saving import Folder, safe_name

HOSTILE = [
    ".",
    "..",
    "...",
    "../../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows\\system32\\x.dll",
    "C:\\autoexec.bat",
    "a/b/c.txt",
    "nul",
    "CON",
    "con.txt",
    "con.tar.gz",
    "LPT1.pdf",
    "com¹.txt",
    "aux.",
    "nul .txt",
    "x\0.jpg",
    "\x1b[2J\x1b]0;owned\x07.txt",
    "\x9b31m.txt",
    "photo\u202egpj.exe",
    "\u2066a\u2069.txt",
    "\ufeff.txt",
    "\u200b",
    "a\nb.txt",
    "a\u2028b",
    "~",
    "-rf",
    "--help",
    "$(reboot).txt",
    "`reboot`",
    "file:stream",
    "a|b",
    "x" * 255,
    "é" * 127,
    "👵🏽" * 31,
    "a." + "b" * 250,
    ".bashrc",
    ".ssh",
    " leading",
    "trailing. ",
    "a" * 200 + ".jpg",
    "\u0301",
    "ﬀ.txt",
    "desktop.ini",
]

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}


def check(name):
    """Assert that a file of this name is a plain, visible file of its folder on any system."""
    assert name not in ("", ".", "..")
    assert not set(name) & set('/\\:*?"<>|')
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name)
    assert len(name.encode()) <= 200
    assert name[0] not in ". -" and name[-1] not in ". "
    assert name.split(".")[0].rstrip(" ").lower() not in RESERVED


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_a_plain_one(name):
    check(safe_name(name))


def test_a_thousand_mixed_hostile_names_become_plain_ones():
    rng = random.Random(11)
    for _ in range(1000):
        check(
            safe_name(
                "".join(rng.choice(HOSTILE)[: rng.randrange(1, 40)] for _ in range(rng.randrange(1, 5)))
            )
        )


@given(st.text(min_size=1, max_size=80))
def test_any_name_becomes_a_plain_one(name):
    check(safe_name(name))


@pytest.mark.parametrize("name", ["Sommer am See.jpg", "写真.heic", "Ωmega.pdf", "README", "a (2).txt"])
def test_a_harmless_name_stays(name):
    assert safe_name(name) == name


def save(folder, names):
    data, _ = write(lock_for(ANNA), attachments=[attachment(name, name.encode()) for name in names])
    with Folder(folder) as target:
        letter.open_(
            io.BytesIO(data),
            [GRACE.letter],
            bond=BOND,
            writers=[ADA.signer.verify_key],
            keys=keys_of(ANNA),
            into=target.attachment,
        )
        target.keep()
    return target.attachments


def test_hostile_attachments_stay_in_their_folder(tmp_path):
    inside = tmp_path / "inside"
    names = [name for name in HOSTILE if len(name.encode()) <= 255]

    saved = save(inside, names)

    assert {path.parent for _, path in saved} == {inside}
    assert len(list(inside.iterdir())) == len(names)
    assert [path.read_bytes() for _, path in saved] == [name.encode() for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside"]


def test_nothing_that_is_there_is_replaced(tmp_path):
    (tmp_path / "a.txt").write_text("mine")
    (tmp_path / "b.txt").symlink_to("/etc/passwd")

    saved = save(tmp_path, ["a.txt", "b.txt"])

    assert (tmp_path / "a.txt").read_text() == "mine"
    assert str((tmp_path / "b.txt").readlink()) == "/etc/passwd"
    assert [path.name for _, path in saved] == ["a (2).txt", "b (2).txt"]


def test_many_files_need_few_descriptors(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        saved = save(tmp_path / "many", [f"{n}.txt" for n in range(300)])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert len(saved) == 300
