"""Tell the story: a bell, a bond, a ring, and a letter that opens on its day.

The steps stand below in the order in which they happen. Each does one thing with the `twinbell` command,
as a person would type it, and says what it saw. If anything goes otherwise the demo ends with 1.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import gifts, paper, voice
from demo.people import PATIENCE_S, PERIOD_S, Person, Relay, StoryBroke, expect, fetch, twinbell

AHEAD_S = 20
SUBJECT = "For the tenth of October"
TEXT = """\
Dear Jun,

if you read this, the sun has gone down behind the mill once more,
and you have waited as long as I asked you to. 誕生日おめでとう.
Look at the second page before you come.

Mei
"""
OPENER = Path(__file__).parent.parent / "tests" / "interop" / "open_letter.mjs"


@dataclass(frozen=True, slots=True)
class Letter:
    """What Mei's command said of the letter that she wrote."""

    id: str
    round: int
    opens_s: int
    held_by: str


def main() -> int:
    """Tell the whole story; return 0 if it went as told."""
    folder = Path(tempfile.mkdtemp(prefix="twinbell-demo-"))
    keep = os.environ.get("KEEP", "") not in ("", "0")
    relay = None
    try:
        voice.title("Twinbell", "Two people who are apart, and a letter that is here before its day.")
        relay = a_relay_starts(folder)
        mei, jun = Person("Mei", folder / "mei"), Person("Jun", folder / "jun")
        a_bell_makes_a_bond(relay, mei, jun)
        both_compare(mei, jun)
        they_ring(mei, jun)
        letter = mei_seals_a_letter(relay, mei, folder)
        it_arrives(jun, letter)
        it_is_too_early(relay, jun, letter)
        the_day_comes(jun, letter, folder)
        the_signature_is_hers(jun, letter, folder)
        a_stranger_gets_ready(relay, jun, letter, folder)
        if not keep:
            the_relay_stops(relay, jun)
        it_opens_without_us(folder)
        relay = relay if keep else Relay.start(folder / "relay")
        it_serves_browsers_too(relay)
    except (StoryBroke, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as broke:
        print(f"\n  The story broke here: {broke}\n  What there is of it lies in {folder}", file=sys.stderr)
        keep = False
        return 1
    except KeyboardInterrupt:
        print()
        keep = False
        return 130
    else:
        the_end(relay, folder, keep=keep)
        return 0
    finally:
        if relay and not keep:
            relay.process.kill()


def a_relay_starts(folder: Path) -> Relay:
    voice.step("A relay")
    voice.tell(
        f"It keeps what is sealed until it is fetched, and cannot read it. Every {PERIOD_S} seconds it gives"
        " out one public number, its beacon. What is locked to a moment opens with the number of that moment."
    )
    relay = Relay.start(folder / "relay")
    voice.show(f"it serves at {relay.url}")
    return relay


def a_bell_makes_a_bond(relay: Relay, mei: Person, jun: Person) -> None:
    voice.step("A bell")
    voice.tell(
        "Mei gives a bell: an invitation that can be said aloud and is worth one guess. Jun answers it."
    )
    give = ("bell", "give", "--relay", relay.url, "--name", "Mei", "--spoken", "--no-passphrase")
    with mei.leaves_running(*give) as giving:
        bell = giving.says()["spoken"]
        voice.mei(f"says       {bell}")
        answered = jun.types("bell", "answer", bell, "--name", "Jun", "--no-passphrase")
        giving.ends()
    voice.jun(f"answers    {answered['status']}")


def both_compare(mei: Person, jun: Person) -> None:
    voice.step("A bond")
    voice.tell(
        "Both now wear a pendant drawn from the same secret. They read six words to each other; had anybody"
        " stood between them, the words would differ."
    )
    words = [person.types("bond", "show")["words"] for person in (mei, jun)]
    pictures = [person.sees("bond", "picture") for person in (mei, jun)]
    expect(words[0] == words[1] and len(words[0]) == 6, "The six words differ.")
    expect(pictures[0] == pictures[1] and pictures[0].strip(), "The pictures differ.")
    voice.mei(f"reads      {' '.join(words[0])}")
    voice.jun(f"reads      {' '.join(words[1])}")
    if sys.stdout.isatty():
        mei.on_screen("bond", "picture")  # in colour
    else:
        voice.picture(pictures[0])
    for person in (mei, jun):
        person.types("bond", "verify", "--yes")
        expect(person.types("bond", "list")["bonds"][0]["verified"], "The bond is not shown as verified.")
    voice.tell("The words and the picture are the same on both sides: nobody stands between them.")


def they_ring(mei: Person, jun: Person) -> None:
    voice.step("A ring, both ways")
    for caller, hearer in ((mei, jun), (jun, mei)):
        with hearer.leaves_running("listen", "--for", "30") as listening:
            sent = caller.types("ring")
            listening.says_event("ring")
        voice.of(caller.name, f"rings      {sent['status']}")
        voice.of(hearer.name, "hears it")


def mei_seals_a_letter(relay: Relay, mei: Person, folder: Path) -> Letter:
    voice.step("A letter for later")
    (folder / "gifts").mkdir()
    photo = gifts.photo(folder / "gifts" / "dusk.png")
    page = gifts.page(
        folder / "gifts" / "path.pdf", ["The path behind the mill:", "the second gate, then the water."]
    )
    said = mei.types(
        "letter", "write", "-", "--subject", SUBJECT, "--opens", f"in {AHEAD_S}s", "--chain", relay.url,
        "--attach", str(photo), "--attach", str(page),
        stdin=TEXT,
    )  # fmt: skip
    (held,) = said["rounds"]
    letter = Letter(said["letter"], held["round"], held["opens_s"], said["held_by"])
    voice.mei(f"writes     “{SUBJECT}”, with {photo.name} and {page.name}")
    voice.mei(f"seals it   for {AHEAD_S} seconds from now: round {letter.round} of the relay's beacon")
    voice.tell(
        f"What holds it back: {letter.held_by}. Nobody has that number yet, not even Mei; only the relay"
        " could make it early. A letter for a far day would be locked to several beacons."
    )
    return letter


def it_arrives(jun: Person, letter: Letter) -> None:
    voice.step("It is here already")
    found = {each["letter"]: each for each in jun.types("letter", "list")["letters"]}
    expect(letter.id in found, "The letter did not arrive.")
    expect(found[letter.id]["state"] == "waiting", f"The letter is {found[letter.id]['state']}, not waiting.")
    shown = jun.types("letter", "show", letter.id)
    expect(SUBJECT not in json.dumps(shown, ensure_ascii=False), "The subject shows before its day.")
    voice.jun("has it     the whole letter, on this disk")
    voice.tell(
        "It shows its day and what holds it, and nothing else: no subject, no text, no number of files."
    )


def it_is_too_early(relay: Relay, jun: Person, letter: Letter) -> None:
    voice.step("Too early")
    early = jun.try_("letter", "open", letter.id)
    expect(time.time() < letter.opens_s, f"This machine took more than {AHEAD_S} seconds to get here.")
    expect(early.code == 3, f"Opening it early ended with {early.code}: {early.err}")
    expect("mill" not in early.out + early.err, "Something of the letter showed.")
    voice.jun(f"tries      {early.err.splitlines()[0].removeprefix('twinbell: ')}")
    status, body = fetch(f"{relay.url}/public/{letter.round}")
    expect(status == 425, f"The relay answered {status} to a round that is not due.")
    problem = json.loads(body)
    voice.jun(f"asks the relay for that number: {status}, {problem.get('detail') or problem['title']}")


def the_day_comes(jun: Person, letter: Letter, folder: Path) -> None:
    voice.step("The day comes")
    voice.countdown(letter.opens_s)
    opened = jun.opens_when_due(letter.id, folder / "opened")
    expect(opened["text"].split() == TEXT.split(), "The text is not the one that Mei wrote.")
    expect((opened["subject"], opened["from"]) == (SUBJECT, "Mei"), "The letter is not the one from Mei.")
    expect(len(opened["attachments"]) == 2, "A gift is missing.")
    voice.jun(f"reads      “{opened['subject']}”, from {opened['from']}")
    voice.letter(opened["text"])
    for attached in opened["attachments"]:
        _is_as_given(Path(attached["path"]), folder / "gifts" / attached["name"])
        voice.show(f"{attached['name']}, {attached['bytes']:,} bytes, just as Mei attached it")


def the_signature_is_hers(jun: Person, letter: Letter, folder: Path) -> None:
    voice.step("It is from Mei")
    saved = Path(jun.types("letter", "save", letter.id, "--into", str(folder / "saved"))["folder"])
    bond = jun.types("bond", "list")["bonds"][0]["bond"]
    _verify(saved, saved / "allowed_signers", f"writer@{bond}.twinbell")
    voice.tell("Any computer can check that, with the key that Jun got when they made the bond.")


def a_stranger_gets_ready(relay: Relay, jun: Person, letter: Letter, folder: Path) -> None:
    voice.step("In twenty years, without Twinbell")
    voice.tell("What a stranger needs: the file, Jun's 24 words on paper, and the number of that moment.")
    apart = folder / "apart"
    apart.mkdir()
    (sealed,) = (jun.home / "letters").glob(f"{letter.id[:8]}*")
    shutil.copy(sealed, apart / "letter.age")
    (apart / "key.txt").write_text(paper.age_key(jun.types("kit", "show")["page"]) + "\n")
    (apart / "chain.json").write_bytes(fetch(f"{relay.url}/info")[1])
    (apart / "beacon.json").write_bytes(fetch(f"{relay.url}/public/{letter.round}")[1])
    signature = json.loads((apart / "beacon.json").read_text())["signature"]
    voice.show(f"letter.age   {sealed.stat().st_size:,} bytes")
    voice.show(f"the number   {signature[:48]}")
    voice.show(f"             {signature[48:]}")


def the_relay_stops(relay: Relay, jun: Person) -> None:
    relay.stop()
    gone = jun.try_("ring", "--json")
    voice.tell("The relay is stopped. Nobody answers any more.")
    expect(gone.code == 0 and gone.json["status"] != "sent", "A ring went out although no relay is there.")


def it_opens_without_us(folder: Path) -> None:
    apart = folder / "apart"
    names = ("letter.age", "key.txt", "chain.json", "beacon.json", "out")
    done = subprocess.run(
        ["node", str(OPENER), *(str(apart / name) for name in names)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    expect(done.returncode == 0, f"npm age-encryption and tlock-js did not open it: {done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout)
    expect(said["subject"] == SUBJECT, "They opened something else.")
    for file in said["files"]:
        _is_as_given(apart / "out" / "files" / file["entry"], folder / "gifts" / file["name"])
    voice.show("npm age-encryption and tlock-js open it, with these files alone:")
    voice.show(f"“{said['subject']}”, and {' and '.join(file['name'] for file in said['files'])}")
    signers = folder / "saved" / "allowed_signers"
    _verify(apart / "out", signers, signers.read_text().split()[0])


def it_serves_browsers_too(relay: Relay) -> None:
    voice.step("In the hand")
    voice.tell(
        "Most people have a phone and nothing else. The same relay serves the web app: the same pendant, the"
        " same letters, and one with a browser and one with a terminal can be a pair."
    )
    status, page = fetch(f"{relay.url}/")
    expect(status == 200 and b"<script" in page, "The relay serves no web app.")
    checked = subprocess.run(
        twinbell("verify-web", relay.url, "--json"), capture_output=True, text=True, timeout=PATIENCE_S
    )
    expect(checked.returncode == 0, f"The app is not as it was built: {checked.stdout}{checked.stderr}")
    voice.show(f"verify-web   {json.loads(checked.stdout)['files']} files, each as it was built here")


def the_end(relay: Relay, folder: Path, *, keep: bool) -> None:
    if not keep:
        if sys.stdin.isatty() and sys.stdout.isatty():
            voice.end(f"The web app: {relay.url}")
            voice.tell(
                "Open it in two windows, one of them private: two people on one machine. Return ends it."
            )
            sys.stdin.readline()
        relay.process.kill()
        relay.process.wait()
        shutil.rmtree(folder)
        voice.end("That was all of it. `make demo KEEP=1` leaves the relay and its web app running.")
        return
    voice.end(f"The web app: {relay.url}")
    voice.tell("Open it in two windows, one of them private: two people on one machine.")
    voice.tell(f"The relay goes on (process {relay.process.pid}). In two terminals:")
    program = Path(sys.executable).with_name("twinbell")
    for name, words in (("mei", "listen"), ("jun", "ring"), ("jun", "letter write --opens 'in 1 minute'")):
        voice.show(f"{program} {words} --home {folder / name}")
    voice.tell("To end it:")
    voice.show(f"kill {relay.process.pid} && rm -r {folder}")


def _is_as_given(found: Path, given: Path) -> None:
    expect(found.read_bytes() == given.read_bytes(), f"{given.name} is not as it was given.")


def _verify(folder: Path, signers: Path, signer: str) -> None:
    words = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", signer]
    words += ["-n", "letter@twinbell", "-s", str(folder / "letter.eml.sig")]
    with (folder / "letter.eml").open("rb") as letter:
        done = subprocess.run(words, stdin=letter, capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, f"ssh-keygen does not take the signature: {done.stdout}{done.stderr}")
    voice.show(f"ssh-keygen   {done.stdout.strip()}")


if __name__ == "__main__":
    sys.exit(main())
