"""What the clock gate keeps on disk: `beacon/clock`, and a request of the operator in `beacon/confirm`.

Both lie beside the beacon key and outside the database, so that an older copy of the database brings
no older clock. `clockgate.py` decides; this file only reads and writes.
"""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path

from twinbell.encoding import INTEGER_MAX
from twinbell.errors import Damaged
from twinbell.relay.clockgate import Now, Seen

CLOCK = "clock"
CONFIRM = "confirm"

_BYTES_MAX = 4096


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The operator's word that the wall clock was right at one moment of this boot."""

    wall_s: float
    boot_s: float
    boot_id: str

    def holds(self, now: Now, boot_id: str, tolerance_s: float) -> bool:
        """Tell whether the clock that was confirmed is still the one that is shown."""
        if not boot_id or boot_id != self.boot_id:
            return False
        return abs(now.wall_s - (self.wall_s + now.boot_s - self.boot_s)) <= tolerance_s


def boot_id() -> str:
    """Return what tells this boot of the machine from every other; empty where nothing does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def load(folder: Path) -> Seen | None:
    """Return what was written last; None if nothing was. Raises `Damaged`."""
    fields = _read(folder / CLOCK)
    if fields is None:
        return None
    return Seen(
        seen_s=_seconds(fields, "seen"),
        used_s=_seconds(fields, "used"),
        overruled_s=int(_seconds(fields, "overruled")),
        boot_s=_seconds(fields, "boot"),
        boot_id=_text(fields, "boot_id"),
    )


def load_state(folder: Path) -> str:
    """Return the state of the gate when it was written last, for a person to read."""
    return _text(_read(folder / CLOCK) or {"state": "new"}, "state")


def save(folder: Path, seen: Seen, *, state: str) -> None:
    """Write `seen`, whole or not at all, and return when it will survive a power cut."""
    fields = {
        "seen": seen.seen_s,
        "used": seen.used_s,
        "overruled": seen.overruled_s,
        "boot": seen.boot_s,
        "boot_id": seen.boot_id,
        "state": state,
    }
    write_durably(folder / CLOCK, json.dumps(fields).encode() + b"\n")


def ask_to_confirm(folder: Path, confirmation: Confirmation) -> None:
    """Leave a confirmation for the relay, which takes it within seconds, or at its next start."""
    fields = {
        "wall": confirmation.wall_s,
        "boot": confirmation.boot_s,
        "boot_id": confirmation.boot_id,
    }
    write_durably(folder / CONFIRM, json.dumps(fields).encode() + b"\n")


def take_confirmation(folder: Path) -> Confirmation | None:
    """Return the confirmation that waits, and remove it: it counts once. Raises `Damaged`."""
    path = folder / CONFIRM
    try:
        fields = _read(path)
    finally:
        path.unlink(missing_ok=True)
    if fields is None:
        return None
    return Confirmation(_seconds(fields, "wall"), _seconds(fields, "boot"), _text(fields, "boot_id"))


def write_durably(path: Path, data: bytes) -> None:
    """Replace the file at `path`, readable by its owner alone; both file and folder are synced."""
    new = path.with_name(path.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> dict[str, object] | None:
    try:
        with path.open("rb") as file:
            data = file.read(_BYTES_MAX)
    except FileNotFoundError:
        return None
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise Damaged(f"The file {path} is damaged.")
    return fields


def _seconds(fields: dict[str, object], name: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Damaged(f"The clock file has no {name}.")
    if not math.isfinite(value) or not 0 <= value <= INTEGER_MAX:
        raise Damaged(f"The clock file has an impossible {name}.")
    return float(value)


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Damaged(f"The clock file has no {name}.")
    return value
