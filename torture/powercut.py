"""X2: cut the power at any moment, and lose nothing that was acknowledged.

A writer uses the relay's own store, epochs and blobs, and says on its output what is durable. strace records
every system call that touches its folder. Then the disk is rebuilt as a power cut at a random moment could
have left it: what was synced is there; each write that was not is there, torn at 512 bytes, or missing; a
file whose folder was not synced may be gone. The relay's own code opens it and must find everything that
was acknowledged: envelopes, epochs, whole blobs, and a database that passes its integrity check.

The known faults: `synchronous=normal` must lose something, `off` as well, and so must folders that are
never synced.
"""

import argparse
import asyncio
import codecs
import contextlib
import hashlib
import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CALLS = "openat,close,pwrite64,write,lseek,fsync,fdatasync,ftruncate,unlink"
BOX = b"m" * 16
TORN_BYTES = 512
FAULTS = ("normal", "off", "names")


# --- the writer, which runs under strace


async def write(data: Path, synchronous: str, count: int) -> None:
    """Keep envelopes in groups, now and then a blob and an epoch, and say so on standard output."""
    from twinbell.relay.blob import make_folder
    from twinbell.relay.epochs import Epochs
    from twinbell.relay.store import Job, Keep
    from twinbell.relay.store.sqlite import SqliteStore
    from twinbell.relay.store.writer import Writer
    from twinbell.wire.mailbox import Setting

    store, epochs = SqliteStore(data / "relay.db", synchronous=synchronous), Epochs(data / "epochs.log")
    store._writer.execute("pragma wal_autocheckpoint=20")  # many checkpoints, which are the hard part
    blobs = make_folder(data)
    seen: list[Any] = []

    def done(group: list[Any]) -> None:
        for change in group:
            seen.append(change)
            if isinstance(change, Job):
                change.caller.set_result(None)
            else:
                assert change.error is None
                say(f"envelope {change.seq} {hashlib.sha256(change.body).hexdigest()}")

    writer = Writer(store, folder=data, reserve_bytes=0, on_done=done)
    setting = Setting(epoch=1, collect={"aa" * 8: bytes(32)}, deposit={"peer": b"p" * 32})
    await writer.run(lambda: store.put_mailbox(BOX, b"o" * 32, setting, 1))
    seq = 0
    while seq < count:
        for _ in range(1 + seq % 5):
            seq += 1
            writer.put(Keep(1, seq, seq, secrets.token_bytes(16), 0, 60, (), secrets.token_bytes(700)))
        while len(seen) < seq:  # noqa: ASYNC110  (the writer's thread is what is waited for)
            await asyncio.sleep(0)
        if seq % 4 == 0:
            epochs.note(BOX, seq)
            say(f"epoch {seq} -")
        if seq % 7 == 0:
            keep_blob(blobs, secrets.token_bytes(3000))
    await writer.stop()


def keep_blob(folder: Path, body: bytes) -> None:
    """As `relay.blob` does it: write, sync the file, sync its folder, and only then say so."""
    from twinbell.relay.blob import _open_at, _sync, _write

    digest = hashlib.sha256(body).hexdigest()
    path = folder / digest[:2] / digest[:40]
    file = _open_at(path, 0)
    _write(file, body)
    _sync(file, path.parent)
    os.close(file)
    say(f"blob {digest[:40]} {digest}")


def say(line: str) -> None:
    os.write(1, f"ACK {line}\n".encode())


# --- the recording


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to the disk, or one acknowledgement."""

    kind: str  # create, write, truncate, sync, syncdir, unlink, ack
    path: str = ""
    offset: int = 0
    data: bytes = b""


def record(folder: Path, synchronous: str, count: int) -> list[Event]:
    """Run the writer under strace and return what it did, in the order in which it was finished."""
    data, trace = folder / "live", folder / "trace"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    writer = [sys.executable, "-m", "torture.powercut", "--write", str(data), synchronous, str(count)]
    subprocess.run(
        ["strace", "-f", "-o", str(trace), "-xx", "-s", "1000000", "-e", f"trace={CALLS}", *writer],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return list(Reader(str(data)).events(finished(trace)))


def finished(trace: Path) -> Iterator[str]:
    """Yield each system call as one line when it returned, also those that another thread interrupted."""
    begun: dict[str, str] = {}
    for line in trace.read_text("ascii").splitlines():
        pid, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[pid] = call.removesuffix("<unfinished ...>")
            continue
        if match := re.match(r"<\.\.\. \w+ resumed>", call):
            call = begun.pop(pid, "") + call[match.end() :]
        yield call


@dataclass
class Reader:
    """Follows file descriptors, so that each call is known by the path and the place it touched."""

    data: str
    files: dict[int, str] = field(default_factory=dict)
    folders: dict[int, str] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    appends: set[int] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)

    def events(self, calls: Iterator[str]) -> Iterator[Event]:
        for call in calls:
            yield from self.event(call)

    def event(self, call: str) -> Iterator[Event]:
        if match := re.match(r'openat\(\S+ "([^"]*)", (\S+?)(?:, \S+)?\)\s+= (\d+)', call):
            yield from self.opened(text(match[1]), match[2], int(match[3]))
            return
        if match := re.match(r'unlink\("([^"]*)"\)\s+= 0', call):
            if text(match[1]).startswith(self.data):
                yield Event("unlink", self.short(text(match[1])))
            return
        match = re.match(r"(\w+)\((\d+)(.*)\)\s+= (-?\d+)", call)
        if match is None or int(match[4]) < 0:
            return
        name, file, rest, result = match[1], int(match[2]), match[3], int(match[4])
        if name == "write" and file == 1:
            for line in blob_of(rest).decode().splitlines():
                if line.startswith("ACK "):
                    yield Event("ack", line.removeprefix("ACK "))
        elif name in ("fsync", "fdatasync") and file in self.folders:
            yield Event("syncdir", self.folders[file])
        elif file in self.files:
            yield from self.touched(name, file, rest, result)
        if name == "close":
            for known in (self.files, self.folders, self.places):
                known.pop(file, None)
            self.appends.discard(file)

    def opened(self, path: str, flags: str, file: int) -> Iterator[Event]:
        if not path.startswith(self.data):
            return
        short = self.short(path)
        if Path(path).is_dir():
            self.folders[file] = short
            return
        self.files[file], self.places[file] = short, 0
        if "O_APPEND" in flags:
            self.appends.add(file)
        if "O_CREAT" in flags and short not in self.sizes:
            self.sizes[short] = 0
            yield Event("create", short)

    def touched(self, name: str, file: int, rest: str, result: int) -> Iterator[Event]:
        path = self.files[file]
        if name == "pwrite64":
            match = re.match(r', "[^"]*", \d+, (\d+)', rest)
            assert match is not None
            yield self.written(path, int(match[1]), blob_of(rest)[:result])
        elif name == "write":
            place = self.sizes.get(path, 0) if file in self.appends else self.places[file]
            yield self.written(path, place, blob_of(rest)[:result])
            self.places[file] = place + result
        elif name == "lseek":
            self.places[file] = result
        elif name == "ftruncate":
            length = int(rest.lstrip(", "))
            self.sizes[path] = length
            yield Event("truncate", path, length)
        elif name in ("fsync", "fdatasync"):
            yield Event("sync", path)

    def written(self, path: str, offset: int, data: bytes) -> Event:
        self.sizes[path] = max(self.sizes.get(path, 0), offset + len(data))
        return Event("write", path, offset, data)

    def short(self, path: str) -> str:
        return path.removeprefix(self.data).lstrip("/")


def text(escaped: str) -> str:
    return bytes(codecs.escape_decode(escaped.encode())[0]).decode()


def blob_of(rest: str) -> bytes:
    match = re.match(r', "([^"]*)"', rest)
    assert match is not None
    return bytes(codecs.escape_decode(match[1].encode())[0])


# --- the cut


def replay(events: list[Event], out: Path, chance: random.Random) -> list[str]:
    """Build the disk that a cut after `events` could leave, and return what was acknowledged before."""
    synced: dict[str, int] = {}
    folders: dict[str, int] = {}
    for number, event in enumerate(events):
        if event.kind == "sync":
            synced[event.path] = number
        elif event.kind == "syncdir":
            folders[event.path] = number
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    acknowledged, vanished = [], set()
    for number, event in enumerate(events):
        path = out / event.path
        if event.kind == "ack":
            acknowledged.append(event.path)
        elif event.path.endswith("-shm") or event.path in vanished:
            continue  # shared memory is no promise, and is made anew
        elif event.kind == "create":
            parent = os.path.dirname(event.path)  # noqa: PTH120
            if folders.get(parent, -1) < number and chance.random() < 0.3:
                vanished.add(event.path)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        elif event.kind == "unlink":
            path.unlink(missing_ok=True)
        elif event.kind in ("write", "truncate"):
            change(path, event, durable=number < synced.get(event.path, -1), chance=chance)
    return acknowledged


def change(path: Path, event: Event, *, durable: bool, chance: random.Random) -> None:
    luck = 1.0 if durable else chance.random()
    if luck < 0.5:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        if event.kind == "truncate":
            file.truncate(event.offset)
            return
        data = event.data
        if luck < 0.75:
            data = data[: chance.randrange(0, len(data) + 1, TORN_BYTES)]
        file.seek(event.offset)
        file.write(data)


def verdict(out: Path, acknowledged: list[str]) -> tuple[int, bool]:
    """Open what is left with the relay's own code; return how much is lost and whether it is whole."""
    import apsw

    from twinbell.relay.epochs import Epochs
    from twinbell.relay.store.sqlite import SqliteStore

    promised: dict[str, dict[str, str]] = {"envelope": {}, "epoch": {}, "blob": {}}
    for line in acknowledged:
        kind, name, digest = line.split(" ")
        promised[kind][name] = digest
    kept: dict[str, str] = {}
    try:
        store = SqliteStore(out / "relay.db")
        with contextlib.closing(store):
            row = store._reader.execute("pragma integrity_check").fetchone()
            whole = row is not None and row[0] == "ok"
            for each in store.envelopes_at(range(1, 1_000)):
                kept[str(each.seq)] = hashlib.sha256(each.body).hexdigest()
    except (apsw.Error, TypeError):  # rows of a corrupt file may hold anything
        whole = False
    lost = sum(kept.get(seq) != digest for seq, digest in promised["envelope"].items())
    epochs = Epochs(out / "epochs.log")
    lost += epochs.of(BOX) < max((int(epoch) for epoch in promised["epoch"]), default=0)
    epochs.close()
    for name, digest in promised["blob"].items():
        path = out / "blobs" / name[:2] / name
        lost += not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest
    return lost, whole


def run(folder: Path, synchronous: str, *, cuts: int, count: int, seed: int) -> dict[str, int]:
    """Record one writer, cut it `cuts` times, and count."""
    events = record(folder, "full" if synchronous == "names" else synchronous, count)
    if synchronous == "names":
        events = [event for event in events if event.kind != "syncdir"]
    chance = random.Random(seed)
    lossy = corrupt = worst = 0
    for _ in range(cuts):
        acknowledged = replay(events[: chance.randrange(1, len(events) + 1)], folder / "cut", chance)
        lost, whole = verdict(folder / "cut", acknowledged)
        lossy += lost > 0
        worst = max(worst, lost)
        corrupt += not whole
    return {"events": len(events), "cuts": cuts, "lossy": lossy, "worst": worst, "corrupt": corrupt}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--long", action="store_true", help="20,000 cuts")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--write", nargs=3, metavar=("DIR", "SYNC", "COUNT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.write:
        asyncio.run(write(Path(args.write[0]), args.write[1], int(args.write[2])))
        return 0
    if shutil.which("strace") is None:
        print("strace is not installed.")
        return 1
    cuts = 20_000 if args.long else args.cuts
    folder = Path(tempfile.mkdtemp(prefix="twinbell-powercut-"))
    try:
        results = {
            mode: run(folder, mode, cuts=of, count=150, seed=args.seed)
            for mode, of in (
                ("full", cuts),
                ("normal", max(60, cuts // 5)),
                ("off", max(60, cuts // 5)),
                ("names", 60),
            )
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    held = not results["full"]["lossy"] and not results["full"]["corrupt"]
    caught = all(results[mode]["lossy"] or results[mode]["corrupt"] for mode in FAULTS)
    print(json.dumps({"seed": args.seed, "held": held, "caught": caught, **results}))
    return 0 if held and caught else 1


if __name__ == "__main__":
    sys.exit(main())
