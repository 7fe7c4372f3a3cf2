"""O1, O14: nothing that is said shows at the relay, and of what was said in the room nothing is left.

Two people do the main job through a wiretap, and everything that they say carries a mark. Then the mark is
looked for in the relay's folder (database, write-ahead log, blobs, freed pages), in what it printed and
measured, and in all that passed over the wire: raw, in base64 of every alignment, hex, UTF-16, compressed.
What they think in the room has another mark, which must not be in their own homes either.
"""

import argparse
import secrets
import sys
import tempfile
import zlib
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

from demo.people import Person, Relay, expect, fetch

from torture.hiding import hits
from torture.wiretap import Wiretap


def main(argv: list[str] | None = None) -> int:
    """Return 0 if no mark was found, and the planted one was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true", help="many letters, ten thousand marks")
    args = parser.parse_args(argv)
    letters, marks_each = (20, 500) if args.long else (2, 100)
    word = "Mark" + secrets.token_hex(8)  # every canary begins with it
    with tempfile.TemporaryDirectory() as name:
        places = _places(Path(name), word, letters, marks_each)
        sizes = {place: len(data) for place, data in places.items()}
        found = {place: seen for place, data in places.items() if (seen := hits(data, word))}
        missed = _planted(places, word)
    if found:
        print(f"The mark was found: {found}")
        return 1
    if missed:
        print(f"A planted leak was not found: {', '.join(missed)}")
        return 1
    print(
        f"0 of {letters * marks_each} marks in {sum(sizes.values()):,} bytes of {len(places)} places;"
        " all planted ones found."
    )
    return 0


def _places(folder: Path, word: str, letters: int, marks_each: int) -> dict[str, bytes]:
    """Do the main job, and return everything that a relay and a network have seen of it."""
    relay = Relay.start(folder / "relay")
    tap = Wiretap(urlsplit(relay.url).port or 0)
    try:
        mei, jun = Person(f"{word}m", folder / "mei"), Person(f"{word}j", folder / "jun")
        _bond(mei, jun, tap.url)
        for number in range(letters):
            _letter(mei, jun, folder, f"{word}{number:02}", marks_each)
        _room(mei, jun, word)
        places = {"metrics": fetch(relay.url + "/metrics")[1]}
        places |= _files(folder / "relay", "while it runs")
    finally:
        relay.stop()
        tap.close()
    places |= _files(folder / "relay", "after it stopped")
    places["printed"] = (folder / "relay.log").read_bytes()
    places["wire"] = tap.heard()
    homes = _files(mei.home, "at home") | _files(jun.home, "at home")
    kept = {place: data for place, data in homes.items() if hits(data, _thought(word))}
    expect(homes and not kept, f"A home keeps what was said in the room: {', '.join(kept)}")
    expect(len(places["wire"]) > 50_000, "The wiretap heard next to nothing.")
    return places


def _bond(mei: Person, jun: Person, url: str) -> None:
    with mei.leaves_running("bell", "give", "--relay", url, "--name", mei.name, "--no-passphrase") as giving:
        jun.types("bell", "answer", giving.says()["spoken"], "--name", jun.name, "--no-passphrase")
        giving.ends()
    mei.types("bond", "rename", "--to", f"{mei.name}alias")
    with jun.leaves_running("listen", "--for", "30") as listening:
        mei.types("ring")
        listening.says_event("ring")


def _letter(mei: Person, jun: Person, folder: Path, mark: str, count: int) -> None:
    gift = folder / f"{mark}file.txt"
    gift.write_text("\n".join(f"{mark}gift{n}" for n in range(count)))
    text = " ".join(f"{mark}text{n}" for n in range(count))
    sent = mei.types(
        "letter", "write", "-", "--subject", f"{mark}subject", "--attach", str(gift), stdin=text
    )  # fmt: skip
    with jun.leaves_running("listen", "--for", "30") as listening:
        listening.says_event("letter")
    opened = jun.types("letter", "open", sent["letter"], "--into", str(folder / mark))
    expect(text.split() == opened["text"].split(), "The letter did not arrive as it was written.")


def _room(mei: Person, jun: Person, word: str) -> None:
    """Let them meet, and think in marks; the mark is whole on both sides, and comes letter by letter."""
    with mei.leaves_running("room") as hers, jun.leaves_running("room") as his:
        hers.says_event("together"), his.says_event("together")
        for end in range(1, len(_thought(word)) + 1):
            hers.hears(think=_thought(word)[:end])
        hers.hears(think=_thought(word), done=True)
        while not (heard := his.says_event("thought"))["done"]:
            pass
        expect(heard["text"] == _thought(word), "The thought did not arrive as it was thought.")
        for one in (hers, his):
            one.hears(leave=True)
            one.ends()


def _thought(word: str) -> str:
    return f"{word}thought"


def _files(folder: Path, when: str) -> dict[str, bytes]:
    return {
        f"{path.relative_to(folder)} {when}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _planted(places: dict[str, bytes], word: str) -> list[str]:
    """Return which known leaks the search misses: it would miss a real one as well."""
    line = f"a letter from {word}07 arrived".encode()
    leaks = {
        "raw": line,
        "base64": b64encode(b"x" + line),
        "UTF-16": line.decode().encode("utf-16-le"),
        "hex": line.hex().encode(),
        "zlib": zlib.compress(line * 3),
        "gzip": zlib.compress(line, wbits=31),
    }
    place = max(places.values(), key=len)
    middle = len(place) // 2
    return [name for name, leak in leaks.items() if not hits(place[:middle] + leak + place[middle:], word)]


if __name__ == "__main__":
    sys.exit(main())
