"""E10 and O6: letters of one bucket cannot be told apart by their size, and padding costs little.

What a letter hides (title, text, number and type of its files) it must hide in its lengths too: a thousand
different small letters behind locks of one kind have one length, outside and of every part. The control is
one letter whose attachment lies in the next bucket: that one does show.
"""

import argparse
import io
import sys

from tests.bond.letters import ANNA, GRACE, lock_for, write

from twinbell.age.stream import decrypt
from twinbell.bond.tar import FLOOR, TarReader, padded

SHORT, LONG = 60, 1000
MIB = 1024**2


def lengths(number: int) -> set[tuple[int, tuple[int, ...]]]:
    """Return the different lengths of so many different letters: of the file, and of each part in it."""
    seen = set()
    for n in range(number):
        files = {
            f"Bild {k} 写真.{kind}": bytes(n * 7 % 2500) for k, kind in zip(range(n % 4), KINDS, strict=False)
        }
        seen.add(lengths_of(text="Liebe Grace, 🎂 " * (n % 200), subject="ж" * (n % 90), files=files))
    return seen


KINDS = ("jpg", "pdf", "heic")


def lengths_of(*, text: str, subject: str, files: dict[str, bytes]) -> tuple[int, tuple[int, ...]]:
    data, _ = write(lock_for(ANNA), text=text, subject=subject, files=files)
    parts = TarReader(decrypt(io.BytesIO(data), [GRACE.letter]), entries_max=9)
    return len(data), tuple(entry.size for entry in parts)


def cost() -> float:
    """Return the largest part by which padding makes anything longer, from the floor to 64 MiB."""
    length, worst = FLOOR + 1, 0.0
    while length <= 64 * MIB:
        worst = max(worst, padded(length) / length - 1)
        length = padded(length) + 1
    return worst


def main() -> int:
    """Run the harness and its control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    number = LONG if parser.parse_args().long else SHORT
    seen = lengths(number)
    larger = lengths_of(text="", subject="", files={"a.jpg": bytes(40_000)})
    print(f"{number} letters, {len(seen)} length(s); padding costs {cost():.1%} at most; a larger one shows.")
    return 0 if len(seen) == 1 and larger not in seen and cost() <= 0.12 else 1


if __name__ == "__main__":
    sys.exit(main())
