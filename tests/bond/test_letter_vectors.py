"""Vectors of tar, padding, lock, letter and wish: as our code reads them, and as their program makes them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from vectors import make_letter

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond import letter, mail, opening, way
from twinbell.bond.lock import Lock, describe, strength
from twinbell.bond.tar import TarReader, TarWriter, padded
from twinbell.bond.way import Keys
from twinbell.client import wish, zone
from twinbell.client.wish import Feb29
from twinbell.crypto import sshsig
from twinbell.crypto.signing import VerifyKey
from twinbell.encoding import padme
from twinbell.errors import Damaged, Mistaken, NotYet

FOLDER = Path(make_letter.__file__).parent


def load(noun, *, refused, begins=""):
    paths = [path for path in sorted((FOLDER / noun).glob("*.json")) if path.name.startswith(begins)]
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in paths}
    chosen = {name: each for name, each in found.items() if ("refuses" in each) == refused}
    return [pytest.param(each, id=f"{noun}/{name}") for name, each in chosen.items()]


def read(noun, name) -> Any:
    return json.loads((FOLDER / noun / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("noun", ["tar", "padme", "lock", "letter", "wish", "birthday"])
def test_the_files_are_those_that_their_program_makes(noun):
    if noun in ("wish", "birthday") and zone.installed().version != read("wish", "01")["wish"]["tzdata"]:
        pytest.skip("the vectors were made by another version of the tz database")
    made = make_letter.build()[noun]

    there = {path.stem: path.read_text("utf-8") for path in (FOLDER / noun).glob("*.json")}

    assert there == {name: make_letter.text_of(content) for name, content in made.items()}


def test_lengths_are_rounded_up_as_the_vectors_say():
    assert all(padme(each["length"]) == each["padme"] for each in read("padme", "padme"))
    assert all(padded(each["length"]) == each["padded"] for each in read("padme", "floor"))


@pytest.mark.parametrize("said", load("tar", refused=False))
def test_an_archive_is_read_and_written_as_the_vectors_say(said):
    data = bytes.fromhex(said["head"]).ljust(said["length"], b"\0")
    entries = [(each["name"], bytes.fromhex(each["data"])) for each in said["entries"]]
    out = io.BytesIO()

    tar = TarWriter(out)
    for name, content in entries:
        tar.add(name, content)
    tar.finish()

    assert out.getvalue() == data
    assert [(entry.name, entry.read()) for entry in TarReader(io.BytesIO(data), entries_max=9)] == entries


@pytest.mark.parametrize("said", load("tar", refused=True))
def test_an_archive_is_refused_as_the_vectors_say(said):
    data = bytes.fromhex(said["head"]).ljust(said["length"], b"\0")

    with pytest.raises(Damaged):
        list(TarReader(io.BytesIO(data), entries_max=9))


@pytest.mark.parametrize("said", load("lock", refused=False))
def test_a_lock_means_what_the_vectors_say(said):
    lock = Lock.parse(bytes.fromhex(said["lock"]))

    assert lock.hash.hex() == said["sha256"]
    assert lock.encode().hex() == said["lock"]
    assert (lock.letter.hex(), lock.keep, lock.opens_s) == (said["letter"], said["keep"], said["opens"])
    assert (lock.wish.record() if lock.wish else None) == said["wish"]
    assert [{"hash": k.chain.hash.hex(), "keeper": k.keeper} for k in lock.chains] == said["chains"]
    assert [[make_letter.plain(gate.record()) for gate in each] for each in lock.ways] == said["ways"]
    assert str(strength(lock)) == said["strength"]
    assert str(strength(lock, ours={"Anna"})) == said["strength_if_anna_is_one_of_the_two"]
    assert describe(lock) == said["says"]


@pytest.mark.parametrize("said", load("lock", refused=True))
def test_a_lock_is_refused_as_the_vectors_say(said):
    with pytest.raises(Damaged):
        Lock.parse(bytes.fromhex(said["lock"]))


@pytest.mark.parametrize("said", load("letter", refused=False, begins="mail_"))
def test_a_mail_reads_and_is_signed_as_the_vectors_say(said):
    eml = said["eml"].encode()
    fill = said["length"] - len(eml)
    lines, rest = divmod(fill, 78)
    eml += (b" " * 76 + b"\r\n") * lines
    eml += b" " * (rest - 2) + b"\r\n" if rest > 1 else b" " * rest

    found = mail.decode(eml)

    assert mail.encode(found) == eml
    for name in ("subject", "writer", "reader", "text"):
        assert getattr(found, name) == said[name]
    assert [(note.name, note.media, note.size, note.sha256.hex()) for note in found.files] == [
        (each["name"], each["type"], each["bytes"], each["sha256"]) for each in said["files"]
    ]
    writer = VerifyKey(bytes.fromhex(said["signer"]))
    sshsig.verify(writer, eml, said["signature"], namespace=letter.NAMESPACE)


def test_an_identity_file_and_the_page_are_those_of_the_vectors():
    file, page = read("letter", "identity_file"), read("letter", "opening")
    key = HybridIdentity(bytes.fromhex(file["seed"]))

    made = way.identity_file(bytes.fromhex(file["letter"]), bytes.fromhex(file["eml_sha256"]), key)

    assert made.decode() == file["file"]
    lock = Lock.parse(bytes.fromhex(page["lock"]))
    assert opening.page(lock, bytes.fromhex(page["bond"])).decode() == page["page"]


@pytest.mark.parametrize("number", range(4))
def test_the_whole_letter_of_the_vectors_opens_for_ever(number):
    said = read("letter", "whole")
    data = bytes.fromhex(said["letter"])
    identity = HybridIdentity.parse(said["identities"][number])
    signatures = {
        (each["chain"], each["round"]): bytes.fromhex(each["signature"]) for each in said["beacons"]
    }
    found = io.BytesIO()

    def open_with(known):
        return letter.open_(
            io.BytesIO(data),
            [identity],
            bond=bytes.fromhex(said["bond"]),
            writers=[VerifyKey(bytes.fromhex(said["writer"]))],
            keys=Keys(lambda chain, round: known.get((chain.hash.hex(), round))),
            into=lambda number, note: found,
        )

    received = letter.receive(io.BytesIO(data), [identity])
    opened = open_with(signatures)

    assert received.letter_sha256.hex() == said["letter_sha256"]
    assert received.lock_sha256.hex() == said["lock_sha256"]
    assert received.eml_sha256.hex() == said["eml_sha256"]
    assert (opened.mail.subject, opened.mail.text) == (said["subject"], said["text"])
    assert found.getvalue().hex() == said["files"][0]["data"]
    with pytest.raises(NotYet):
        open_with({})


@pytest.mark.parametrize("said", load("wish", refused=False))
def test_a_wish_is_the_instant_that_the_vectors_say(said):
    choice = Feb29(said["feb29"]) if said["feb29"] else None

    made = wish.parse(said["text"], now_s=said["now"], zone=said["zone"], feb29=choice)

    assert (made.local, made.zone, made.instant_s) == tuple(
        said["wish"][name] for name in ("local", "zone", "instant")
    )
    assert made.words == said["says"]


@pytest.mark.parametrize("said", load("wish", refused=True))
def test_a_wish_is_refused_as_the_vectors_say(said):
    with pytest.raises(Mistaken):
        wish.parse(said["text"], now_s=said["now"], zone=said["zone"])


def birthdays(said):
    choice = Feb29(said["feb29"]) if said["feb29"] else None
    return wish.birthdays(
        said["text"], said["birthday"], said["years"], now_s=said["now"], zone=said["zone"], feb29=choice
    )


@pytest.mark.parametrize("said", load("birthday", refused=False))
def test_birthdays_are_the_instants_that_the_vectors_say(said):
    made = birthdays(said)

    assert [(each.local, each.instant_s) for each in made] == [
        (each["local"], each["instant"]) for each in said["wishes"]
    ]


@pytest.mark.parametrize("said", load("birthday", refused=True))
def test_birthdays_are_refused_as_the_vectors_say(said):
    with pytest.raises(Mistaken):
        birthdays(said)
