"""Durable delivery of 1 KiB, beside others, in one series: `python -m bench.delivery [--short] [peer …]`.

The server runs on CPU 0, the generator on CPU 1. Every peer acknowledges after fsync. Repetitions are
interleaved, so that a machine that drifts drifts for all; only ratios from one series count. Prints a table
and writes `bench/results/delivery.json`. Exit 0 if the bars are met, 1 if not.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.peers import NAMES, PEERS, ROOT, SETTLE_S, TOOLS, Server, free_port, installed, wait_for

LOADS = ((100, 1), (100, 16))
RESULTS = ROOT / "bench" / "results"
# Against Redis in the same series: at least, at least, at most.
BARS = {"100x1": 0.9, "100x16": 0.5, "p50_ms": 1.5}
THREE_TIMES = ("nats", "rabbitmq", "prosody", "synapse")


def generate(client: str, port: int, server: Server, *extra: str) -> dict[str, float]:
    """Run the generator once, and sample the server while it measures."""
    python = str(TOOLS / "bin/python") if (TOOLS / "bin/python").exists() else sys.executable
    process = subprocess.Popen(
        ["taskset", "-c", "1", python, "-m", "bench.load", client, "--port", str(port), *extra],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    before = after = (0.0, 0.0)
    result: dict[str, float] = {}
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("START"):
            before = (server.cpu_s(), time.monotonic())
        elif line.startswith("END"):
            after = (server.cpu_s(), time.monotonic())
        else:
            result = json.loads(line)
    if process.wait() or not result:
        raise RuntimeError(f"the generator for {client} failed")
    if result["undelivered"] or result["misordered"] or result["lost_connections"]:
        raise RuntimeError(f"{client} lost something: {result}")
    result["server_us"] = (after[0] - before[0]) / max(1, result["n"]) * 1e6
    return result


def measure(peer: str, seconds: float) -> dict[str, dict[str, float]]:
    port = free_port()
    server = PEERS[peer](port)
    try:
        wait_for(port)
        time.sleep(SETTLE_S[peer])
        runs = {"latency": generate(peer, port, server, "--latency", "--secs", str(seconds))}
        for pairs, window in LOADS:
            load = ("--pairs", str(pairs), "--window", str(window), "--secs", str(seconds))
            runs[f"{pairs}x{window}"] = generate(peer, port, server, *load)
        return runs
    finally:
        server.stop()


def median(runs: list[dict[str, dict[str, float]]], load: str, figure: str) -> float:
    return statistics.median(run[load][figure] for run in runs)


def summary(runs: dict[str, list[dict[str, dict[str, float]]]]) -> dict[str, dict[str, float]]:
    return {
        peer: {
            "100x1": median(of, "100x1", "per_s"),
            "100x1_us": median(of, "100x1", "server_us"),
            "100x16": median(of, "100x16", "per_s"),
            "100x16_us": median(of, "100x16", "server_us"),
            "p50_ms": median(of, "latency", "p50_ms"),
            "p99_ms": median(of, "latency", "p99_ms"),
        }
        for peer, of in runs.items()
        if of
    }


def table(figures: dict[str, dict[str, float]]) -> str:
    base = figures.get("redis", next(iter(figures.values())))
    lines = [
        "| server | 100 x 1, msg/s | CPU µs | 100 x 16, msg/s | CPU µs | one pair, p50 / p99 ms |",
        "|---|---|---|---|---|---|",
    ]
    for peer, figure in figures.items():
        one, many = figure["100x1"], figure["100x16"]
        lines.append(
            f"| {NAMES[peer]} | {one:,.0f} ({one / base['100x1']:.2f}) | {figure['100x1_us']:.1f}"
            f" | {many:,.0f} ({many / base['100x16']:.2f}) | {figure['100x16_us']:.1f}"
            f" | {figure['p50_ms']:.2f} / {figure['p99_ms']:.2f} ({figure['p50_ms'] / base['p50_ms']:.2f}) |"
        )
    return "\n".join(lines)


def met(figures: dict[str, dict[str, float]]) -> dict[str, bool]:
    """Return which bars are met, as far as the peers were measured."""
    ours = figures.get("twinbell")
    answer: dict[str, bool] = {}
    if ours is None:
        return answer
    if base := figures.get("redis"):
        answer["window 1 ≥ 0.9 Redis"] = ours["100x1"] >= BARS["100x1"] * base["100x1"]
        answer["window 16 ≥ 0.5 Redis"] = ours["100x16"] >= BARS["100x16"] * base["100x16"]
        answer["p50 ≤ 1.5 Redis"] = ours["p50_ms"] <= BARS["p50_ms"] * base["p50_ms"]
    for peer in THREE_TIMES:
        if peer in figures:
            both = all(ours[load] >= 3 * figures[peer][load] for load in ("100x1", "100x16"))
            answer[f"3 x {peer}"] = both
    return answer


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peers", nargs="*", help="which to measure; all that are installed by default")
    parser.add_argument("--short", action="store_true", help="one repetition of two seconds")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--secs", type=float, default=5.0)
    args = parser.parse_args()
    reps, seconds = (1, 2.0) if args.short else (args.reps, args.secs)
    peers = [peer for peer in PEERS if (not args.peers or peer in args.peers) and installed(peer)]
    runs: dict[str, list[dict[str, dict[str, float]]]] = {peer: [] for peer in peers}
    for repetition in range(reps):
        for peer in peers:
            runs[peer].append(measure(peer, seconds))
            print(f"{repetition + 1}/{reps} {peer}", file=sys.stderr)
    figures = summary(runs)
    bars = met(figures)
    RESULTS.mkdir(exist_ok=True)
    Path(RESULTS / "delivery.json").write_text(
        json.dumps({"when": time.strftime("%F %T"), "summary": figures, "bars": bars, "runs": runs}, indent=1)
    )
    print(table(figures))
    for bar, is_met in bars.items():
        print(f"{'met   ' if is_met else 'MISSED'}  {bar}")
    return 0 if all(bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
