"""A letter of ours, opened by others: npm age-encryption and tlock-js, tar, ssh-keygen, its own page."""

import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.bond.letters import ADA, ANNA, BERTA, BOND, GRACE, attachment, lock_for, write

from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import open_
from twinbell.bond import letter
from twinbell.bond.mail import principal
from twinbell.bond.way import identity_file
from twinbell.crypto import sshsig

HERE = Path(__file__).parent
PHOTO = bytes(range(256)) * 300
TEXT = "爺さん、\n\nお誕生日おめでとう 👵🏽‍🦳\n"

node = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules/tlock-js").exists(),
    reason="node, or npm ci in tests/interop, is missing",
)
ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
system_tar = pytest.mark.skipif(shutil.which("tar") is None, reason="tar is not installed")


def lay_out(folder, *keepers, beacons=True):
    """Put on disk what a stranger has; return the arguments for open_letter.mjs."""
    lock = lock_for(*keepers)
    data, _ = write(
        lock,
        subject="Zum Geburtstag, für dich",
        text=TEXT,
        attachments=[attachment("Sommer am See.jpg", PHOTO, "image/jpeg"), attachment("leer.pdf", b"")],
    )
    round = lock.rounds()[0][1]
    rounds: list[dict[str, Any]] = [
        {"chain": k.kept.chain.hash.hex(), "round": round, "signature": k.signature(round).hex()}
        for k in keepers
    ]
    (folder / "letter.age").write_bytes(data)
    (folder / "key.txt").write_text(f"# paper\n{GRACE.kit}\n")
    (folder / "chain.json").write_text(json.dumps([k.kept.chain.document() for k in keepers]))
    (folder / "beacon.json").write_text(json.dumps(rounds if beacons else []))
    return ["letter.age", "key.txt", "chain.json", "beacon.json", "out"]


def run_node(folder, args):
    return subprocess.run(
        ["node", str(HERE / "open_letter.mjs"), *args],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )


def verify(folder, signature="letter.eml.sig", mail="letter.eml"):
    line = sshsig.allowed_signer(ADA.signer.verify_key, principal=principal(BOND), namespace=letter.NAMESPACE)
    (folder / "allowed_signers").write_text(line + "\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", principal(BOND)]
    command += ["-n", letter.NAMESPACE, "-s", signature]
    with (folder / mail).open("rb") as src:
        return subprocess.run(command, cwd=folder, stdin=src, capture_output=True, check=False)


@node
@ssh
@pytest.mark.parametrize("keepers", [[ANNA], [ANNA, BERTA]], ids=["one beacon", "two, nested"])
def test_javascript_opens_a_letter_from_files_and_signatures_alone(tmp_path, keepers):
    args = lay_out(tmp_path, *keepers)

    done = run_node(tmp_path, args)

    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert said["subject"] == "Zum Geburtstag, für dich"
    assert said["files"] == [
        {"entry": "1.jpg", "name": "Sommer am See.jpg", "bytes": len(PHOTO)},
        {"entry": "2.pdf", "name": "leer.pdf", "bytes": 0},
    ]
    out = tmp_path / "out"
    assert (out / "files/1.jpg").read_bytes() == PHOTO
    assert (out / "files/2.pdf").read_bytes() == b""
    assert verify(out).returncode == 0


@node
def test_javascript_cannot_open_it_without_the_signature(tmp_path):
    args = lay_out(tmp_path, ANNA, beacons=False)

    done = run_node(tmp_path, args)

    assert done.returncode == 3
    assert not (tmp_path / "out/letter.eml").exists()
    assert (tmp_path / "out/OPENING.txt").exists()


@node
def test_javascript_cannot_open_it_with_the_signature_of_another_round(tmp_path):
    args = lay_out(tmp_path, ANNA)
    (beacon,) = json.loads((tmp_path / "beacon.json").read_text())
    beacon["signature"] = ANNA.signature(beacon["round"] - 1).hex()
    (tmp_path / "beacon.json").write_text(json.dumps(beacon))

    done = run_node(tmp_path, args)

    assert done.returncode == 1
    assert not (tmp_path / "out/letter.eml").exists()


@ssh
def test_ssh_keygen_verifies_a_letter_and_notices_a_changed_one(tmp_path):
    data, sealed = write(lock_for(ANNA, keep=True), text=TEXT)
    opened = letter.open_(
        io.BytesIO(data), [GRACE.letter], bond=BOND, writers=[ADA.signer.verify_key], key=sealed.key
    )
    (tmp_path / "letter.eml").write_bytes(opened.eml)
    (tmp_path / "letter.eml.sig").write_text(opened.signature)
    (tmp_path / "changed.eml").write_bytes(opened.eml.replace(b"2026", b"2027"))

    good, bad = verify(tmp_path), verify(tmp_path, mail="changed.eml")

    assert good.returncode == 0
    assert b'Good "letter@twinbell" signature' in good.stdout
    assert bad.returncode != 0


def commands(page):
    return [
        line.strip() for line in page.splitlines() if line.startswith("    ") and not line.endswith("AAAA...")
    ]


@ssh
@system_tar
def test_the_page_for_strangers_says_what_to_type(tmp_path):
    """Follow OPENING.txt in a real shell.

    Debian's age has no post-quantum keys yet and `tle` is not packaged: programs with the same command line
    stand in for these two. tar and ssh-keygen are the real ones.
    """
    stand_ins(tmp_path)
    lay_out(tmp_path, ANNA, BERTA)
    page = ""
    done = []

    for command in ["age -d -i key.txt -o letter.tar letter.age", "tar -xf letter.tar"]:
        shell(tmp_path, command)
    page = (tmp_path / "OPENING.txt").read_text()
    line = sshsig.allowed_signer(ADA.signer.verify_key, principal=principal(BOND), namespace=letter.NAMESPACE)
    (tmp_path / "allowed_signers").write_text(line + "\n")
    for command in commands(page):
        if not command.startswith("{"):
            done.append(command.split()[0])
            last = shell(tmp_path, command)

    assert done == ["age", "tar", "tle", "tle", "age", "age", "age", "tar", "ssh-keygen"]
    assert b"Good" in last.stdout
    assert (tmp_path / "1.jpg").read_bytes() == PHOTO
    assert max(map(len, page.split("BEACONS")[0].splitlines())) <= 140


def test_the_page_and_the_beacons_that_it_names_fit_together():
    lock = lock_for(ANNA, BERTA)
    data, _ = write(lock)

    (page,) = [e for e in read_outer(data) if e[0] == "OPENING.txt"]

    documents = [json.loads(line) for line in commands(page[1].decode()) if line.startswith("{")]
    assert documents == [kept.chain.document() for kept in lock.chains]


def read_outer(data):
    from twinbell.bond.tar import TarReader

    plain = open_(data, [GRACE.kit])
    return [(entry.name, entry.read()) for entry in TarReader(io.BytesIO(plain), entries_max=20)]


def shell(folder, command):
    return subprocess.run(
        ["/bin/sh", "-ec", f'PATH="{folder}/bin:$PATH"; {command}'],
        cwd=folder,
        capture_output=True,
        check=True,
    )


def stand_ins(folder):
    """Programs called age and tle that take the flags of the real ones."""
    import sys

    (folder / "bin").mkdir()
    for name in ("age", "tle"):
        script = folder / "bin" / name
        script.write_text(f"#!{sys.executable}\n{STAND_IN}")
        script.chmod(0o755)
    paths = [str(HERE.parent.parent / "src"), str(HERE.parent.parent)]
    (folder / "bin/paths.json").write_text(json.dumps(paths))


STAND_IN = """
import getopt, json, pathlib, sys
here = pathlib.Path(__file__).parent
sys.path[:0] = json.loads((here / "paths.json").read_text())
from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import open_
from twinbell.age.tlock import TlockIdentity
from twinbell.wire.beacon import Chain
flags, (source,) = getopt.gnu_getopt(sys.argv[1:], "di:o:n:c:")
flags = dict(flags)
assert "-d" in flags
if pathlib.Path(__file__).name == "age":
    lines = pathlib.Path(flags["-i"]).read_text().splitlines()
    key = HybridIdentity.parse(next(line for line in lines if not line.startswith("#")))
else:
    assert flags["-n"]
    chains = map(Chain.parse, json.loads(pathlib.Path("chain.json").read_text()))
    (chain,) = [each for each in chains if each.hash.hex() == flags["-c"]]
    (found,) = [b for b in json.loads(pathlib.Path("beacon.json").read_text()) if b["chain"] == flags["-c"]]
    key = TlockIdentity(chain.hash, chain.public_key, lambda round: bytes.fromhex(found["signature"]))
pathlib.Path(flags["-o"]).write_bytes(open_(pathlib.Path(source).read_bytes(), [key]))
"""


def test_a_way_ends_in_an_identity_file_as_age_takes_it():
    key = HybridIdentity(bytes(32))

    lines = identity_file(bytes(16), bytes(32), key).decode().splitlines()

    assert lines[0].startswith("# ")
    assert HybridIdentity.parse(lines[1]) == key
