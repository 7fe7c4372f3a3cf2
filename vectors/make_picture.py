"""Make vectors/picture/: 66 bits, what they decide, how it is called, and the hash of each drawing."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from twinbell.bond import drawing, picture

FOLDER = Path(__file__).parent / "picture"

SCENARIOS = {
    "all_zero": bytes(9),
    "all_one": b"\xff" * 9,
    "counting": bytes(range(9)),
    "alternating": b"\xaa" * 9,
    "the_other_alternating": b"\x55" * 9,
    "only_the_last_bit_that_is_drawn": bytes.fromhex("000000400000000000"),
    "a_bit_that_is_not_drawn": bytes.fromhex("000000200000000000"),
    **{f"drawn_from_a_hash_{at}": hashlib.sha256(f"picture {at}".encode()).digest()[:9] for at in range(16)},
}


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    files = {}
    for name, bits in SCENARIOS.items():
        seen = picture.features(bits)
        file = {
            "bits": bits.hex(),
            "features": asdict(seen),
            "caption": picture.caption(seen),
            "description": picture.describe(seen),
            "svg_sha256": hashlib.sha256(drawing.svg(seen).encode()).hexdigest(),
            "svg_dark_sha256": hashlib.sha256(drawing.svg(seen, dark=True).encode()).hexdigest(),
        }
        files[f"{name}.json"] = json.dumps(file, indent=1) + "\n"
    return files


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in build().items():
        (FOLDER / name).write_text(text)
    print(f"{len(build())} files in {FOLDER}")
