"""A million watches: `python -m bench.watches [--short]`.

One relay has a million watches in its store (the short form: 100,000), each with signed terms. Of them 10,000
become due at one moment. What is measured is how long its vigil takes to settle them all, what it takes when
nothing is due, and by how much the process grows meanwhile. The bars: a second, a millisecond, 16 MiB.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from twinbell.clock import SystemClock
from twinbell.crypto.kdf import sha256
from twinbell.crypto.signing import SigningKey
from twinbell.relay.app import Relay
from twinbell.relay.settings import load
from twinbell.relay.stages import under
from twinbell.relay.store.watchrows import Record, Row
from twinbell.wire.silence import Stage
from twinbell.wire.terms import Terms, consent, watch_id

DUE = 10_000
BAR_S, BAR_IDLE_S, BAR_MIB = 1.0, 0.001, 16
AT_ONCE = 10_000  # rows a transaction while the store is filled


def terms() -> tuple[Terms, bytes]:
    """The terms that all of them have; a sweep reads what a row says of them, never the record."""
    key = SigningKey.generate()
    watch = watch_id(key.verify_key.raw)
    made = Terms(
        key=key.verify_key.raw,
        number=1,
        epoch=1,
        unit_s=86_400,
        every=30,
        grace=7,
        veto=7,
        zone="Europe/Berlin",
        k=2,
        guardians=tuple(
            consent(SigningKey.generate(), watch, 20_000, token=sha256(bytes([n]))) for n in range(3)
        ),
        reader=sha256(b"reader"),
        owner=sha256(b"owner"),
        stop=sha256(b"stop"),
        armed=True,
    )
    return made, made.sign(key).to_bytes()


async def fill(relay: Relay, count: int, made: Terms, signed: bytes, now: int) -> None:
    """Put `count` watches that come due one after the other within the month before `now` + 30 days."""
    tables, far = relay.store.watches_written, now + 86_400

    def some(start: int) -> None:
        for number in range(start, min(start + AT_ONCE, count)):
            row = Row(id=os.urandom(16), base=now, rule=made.rule(), zone="", tokens=(), due=far + number)
            put = tables.put(under(row, made))
            tables.put_record(put, "terms", Record(now, signed))

    for start in range(0, count, AT_ONCE):
        await relay.writer.run(lambda start=start: some(start))


def come_due(relay: Relay, now: int) -> None:
    """Let 10,000 of them, far apart on the disk, have been silent for long enough."""
    on = relay.store.watches_written._on
    on.execute(
        "update watch set base=?, due=? where number in"
        " (select number from watch where number % (select count(*) / ? from watch) = 0 limit ?)",
        (now - 30 * 86_400, now, DUE, DUE),
    )


def mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def measure(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="twinbell-bench-") as folder:
        flags = {"listen": "127.0.0.1:0", "data": folder, "web": "none", "reserve_mib": 1}
        relay = Relay(load(flags, environment={}), clock=SystemClock())
        await relay.start()
        for task in relay._rounds:  # this bench beats by itself
            task.cancel()
        made, signed = terms()
        relay.counter.count = replace(relay.counter.count, counted=60 * 86_400.0)
        now = relay.counter.now()
        began = time.perf_counter()
        await fill(relay, count, made, signed, now)
        filled_s = time.perf_counter() - began
        await relay.vigil.settle()
        idle = []
        for _ in range(100):
            began = time.perf_counter()
            await relay.vigil.settle()
            idle.append(time.perf_counter() - began)
        await relay.writer.run(lambda: come_due(relay, now))
        before = mib()
        began, worked = time.perf_counter(), time.process_time()
        await relay.vigil.settle()
        swept_s, worked_s = time.perf_counter() - began, time.process_time() - worked
        grown = mib() - before
        late = relay.store.watches.counts()[Stage.LATE]
        assert late == DUE, f"{late} are late"
        size = (Path(folder) / "relay.db").stat().st_size / 2**20
        await relay.stop()
        return {
            "watches": count,
            "due": DUE,
            "filled_s": filled_s,
            "swept_s": swept_s,
            "worked_s": worked_s,
            "idle_s": statistics.median(idle),
            "grown_mib": grown,
            "database_mib": size,
        }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.watches", description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a tenth of them")
    args = parser.parse_args()
    found = asyncio.run(measure(100_000 if args.short else 1_000_000))
    print(json.dumps(found))
    print(
        f"{found['watches']:,.0f} watches ({found['database_mib']:,.0f} MiB): {DUE:,} due ones settled in "
        f"{found['swept_s']:.2f} s ({found['worked_s']:.2f} s of a processor), an idle look "
        f"{found['idle_s'] * 1e6:.0f} µs, grown by {found['grown_mib']:.1f} MiB"
    )
    met = found["swept_s"] <= BAR_S and found["idle_s"] <= BAR_IDLE_S and found["grown_mib"] <= BAR_MIB
    print("Bars met." if met else f"Bars missed: {BAR_S} s, {BAR_IDLE_S * 1000} ms, {BAR_MIB} MiB.")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
