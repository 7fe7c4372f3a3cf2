"""Strangers who open a last letter by the page inside it: npm age-encryption, tar, and SLIP-39's own library.

They have the letter, the reader's key, what the relay gave out, and the words that guardians read to them;
nothing of ours runs.
"""

import shutil
import subprocess
from pathlib import Path

from tests.stories.people import Person, at_home

from twinbell.age.bech32 import encode as bech32
from twinbell.age.hybrid import HybridIdentity
from twinbell.client import bonds, letters

INTEROP = Path(__file__).parent.parent / "interop"


def are_here() -> bool:
    """Say whether their programs are installed."""
    return bool(shutil.which("node")) and (INTEROP / "node_modules/age-encryption").exists()


def opened(reader: Person, letter: str, shares: list[str], folder: Path) -> str:
    """Follow OPENING.txt with npm age-encryption, tar, and SLIP-39's own library; return the text."""
    from email import message_from_bytes, policy

    from shamir_mnemonic import combine_mnemonics

    folder.mkdir()
    (folder / "bin").mkdir()
    script = folder / "bin/age"
    script.write_text(f'#!/bin/sh\nexec node "{INTEROP / "age_d.mjs"}" "$@"\n')
    script.chmod(0o755)
    with at_home(reader) as home:
        row = letters.find(home.vault, letter)
        bond = bonds.get(home.vault, row.bond)
        (folder / "letter.age").write_bytes(row.file(home).read_bytes())
        (folder / "key.txt").write_text(f"{HybridIdentity(bond.pendant.keyring.letters[-1])}\n")
        (parcel,) = home.vault.one("select data from parcel where letter = ?", bytes.fromhex(letter)) or (
            b"",
        )
        (folder / "parcel.age").write_bytes(parcel)
    for command in ("age -d -i key.txt -o letter.tar letter.age", "tar -xf letter.tar"):
        shell(folder, command)
    page = (folder / "OPENING.txt").read_text()
    seed = combine_mnemonics(shares)
    way = page.partition("WAY 1 OF")[2].partition("WAY 2 OF")[0]
    then = page.partition("\nTHEN\n")[2].partition("WHO WROTE IT")[0]
    for command in typed(way) + typed(then):
        if "-o letter.key" in command:
            (folder / "gate.txt").write_text(bech32("age-secret-key-pq-", seed).upper() + "\n")
        shell(folder, command)
    mail_ = message_from_bytes((folder / "letter.eml").read_bytes(), policy=policy.default)
    body = mail_.get_body()
    assert body is not None
    return str(body.get_content())


def typed(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def shell(folder: Path, command: str) -> None:
    subprocess.run(
        ["/bin/sh", "-ec", f'PATH="{folder}/bin:$PATH"; {command}'],
        cwd=folder,
        capture_output=True,
        check=True,
    )
