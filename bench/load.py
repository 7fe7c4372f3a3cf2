"""The load generator: both ends of N pairs, in one process, against one server.

    python -m bench.load twinbell --port P --pairs 100 --window 16 --secs 5

A message counts when the sender has the server's acknowledgement and the receiver has the payload; the
receiver's own acknowledgement, which deletes it, has then been sent. Window: messages in flight for each
pair. Payloads are 1 KiB, numbered, and their order is checked. Prints START and END around the measured time
(whoever started this samples the server then), and one line of JSON.
"""

import argparse
import asyncio
import gc
import importlib
import json
import os
import time

import uvloop
from bench.clients import LOST, Pair, percentile

LATE_S = 30  # without anything that arrives: what is missing then is lost
# The class is imported when it is measured: each stands on what its protocol needs, and no more.
CLIENTS = {
    "twinbell": "Twinbell",
    "redis": "Redis",
    "nats": "Nats",
    "rabbitmq": "Rabbit",
    "prosody": "Prosody",
    "synapse": "Synapse",
}


async def throughput(pairs: list[Pair], args: argparse.Namespace) -> dict[str, float]:
    def done() -> int:
        return sum(min(pair.acked, pair.got) for pair in pairs)

    for pair in pairs:
        pair.window = args.window
        pair.pump()
    await asyncio.sleep(args.warm)
    print("START", flush=True)
    before, at, cpu = done(), time.perf_counter(), time.process_time()
    await asyncio.sleep(args.secs)
    count, took = done() - before, time.perf_counter() - at
    cpu = (time.process_time() - cpu) / took
    print("END", flush=True)
    for pair in pairs:
        pair.window = 0
    undelivered, quiet_s = sum(pair.sent - pair.got for pair in pairs), 0.0
    while undelivered and quiet_s < LATE_S:  # what is in flight arrives late, not never
        await asyncio.sleep(0.1)
        left = sum(pair.sent - pair.got for pair in pairs)
        undelivered, quiet_s = left, quiet_s + 0.1 if left == undelivered else 0.0
    return {"n": count, "per_s": count / took, "generator_cpu": cpu, "undelivered": undelivered}


async def latency(pairs: list[Pair], args: argparse.Namespace) -> dict[str, float]:
    """One pair, so many messages a second whether or not the last one has arrived."""
    pair = pairs[0]
    pair.timed = True
    for phase, seconds in (("warm", 0.7), ("run", args.secs)):
        if phase == "run":
            pair.delivery.clear()
            pair.answer.clear()
            print("START", flush=True)
        end = time.perf_counter() + seconds
        due = time.perf_counter()
        while time.perf_counter() < end:
            pair.fire()
            due += 1 / pair.rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
        if phase == "run":
            print("END", flush=True)
        for _ in range(50):
            await asyncio.sleep(0.1)
            if pair.sent == pair.got and pair.sent == pair.acked:
                break
    return {
        "n": len(pair.delivery),
        "p50_ms": percentile(pair.delivery, 50) * 1e3,
        "p99_ms": percentile(pair.delivery, 99) * 1e3,
        "ack_p50_ms": percentile(pair.answer, 50) * 1e3,
        "ack_p99_ms": percentile(pair.answer, 99) * 1e3,
        "undelivered": pair.sent - pair.got,
    }


async def run(args: argparse.Namespace) -> None:
    gc.disable()
    client = getattr(importlib.import_module(f"bench.clients.{args.client}"), CLIENTS[args.client])
    args.pairs = min(args.pairs, client.pairs_max)
    if hasattr(client, "setup"):
        await client.setup(args)
    pairs = [client(index, args) for index in range(args.pairs)]
    for start in range(0, args.pairs, 20):
        await asyncio.gather(*(pair.open() for pair in pairs[start : start + 20]))
    result = await (latency if args.latency else throughput)(pairs, args)
    result["misordered"] = sum(pair.misordered for pair in pairs if pair.is_ordered)
    result["lost_connections"] = len(LOST)
    print(json.dumps(result), flush=True)
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pairs", type=int, default=1)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--secs", type=float, default=5)
    parser.add_argument("--warm", type=float, default=1.2)
    parser.add_argument("--latency", action="store_true")
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
