"""Sealing and opening a large file, beside `age`, in one series: `python -m bench.age [--mib N] [--runs N]`.

Whole processes from file to file on one disk, start-up included, to the one kind of recipient that both know
(X25519); ours to a post-quantum one besides. Runs take turns, so that a machine that drifts drifts for all,
and what was written is flushed before the next begins, so that nobody pays for another's pages. Only ratios
from one series count. Exit 0 if the bars are met, 1 if not.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR_RATIO = 1.5
BAR_PEAK_MIB = 96
OURS = [sys.executable, "-m", "twinbell.cli", "age"]


def once(command: list[str], made: Path, plain: Path) -> tuple[float, float]:
    """Run one command that makes a file; return its seconds and its peak memory in MiB.

    Before it a file of that size is written and removed, so that everybody finds pages that were just freed:
    a virtual machine gives memory back to its host, and who comes first would pay for fetching it again.
    """
    made.unlink(missing_ok=True)
    os.sync()
    shutil.copyfile(plain, made)
    made.unlink()
    begun_s = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - begun_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed")
    return took_s, used.ru_maxrss / 1024


def series(folder: Path, mib: int, runs: int) -> dict[str, list[tuple[float, float]]]:
    """Run everything `runs` times in turn."""
    plain, opened = folder / "plain", folder / "opened"
    with plain.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(1 << 20))
    classic, hybrid = folder / "classic.txt", folder / "hybrid.txt"
    subprocess.run([*OURS, "keygen", "--x25519", "-o", classic], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*OURS, "keygen", "-o", hybrid], check=True, stderr=subprocess.DEVNULL)
    to = {key: folder / f"{key.stem}.pub" for key in (classic, hybrid)}
    for key, public in to.items():
        subprocess.run([*OURS, "keygen", "-y", key, "-o", public], check=True)
    by_age, by_us, by_pq = (folder / f"{name}.age" for name in ("age", "ours", "hybrid"))
    steps: dict[str, tuple[list[object], Path]] = {
        "age seals": (["age", "-R", to[classic], "-o", by_age, plain], by_age),
        "ours seals": ([*OURS, "encrypt", "-R", to[classic], "-o", by_us, plain], by_us),
        "ours seals, post-quantum": ([*OURS, "encrypt", "-R", to[hybrid], "-o", by_pq, plain], by_pq),
        "age opens": (["age", "-d", "-i", classic, "-o", opened, by_us], opened),
        "ours opens": ([*OURS, "decrypt", "-i", classic, "-o", opened, by_age], opened),
        "ours opens, post-quantum": ([*OURS, "decrypt", "-i", hybrid, "-o", opened, by_pq], opened),
    }  # fmt: skip
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for command, made in steps.values():  # once for nothing: what is opened must have been sealed
        once([str(word) for word in command], made, plain)
    chance = random.Random(1)
    for _ in range(runs):
        # In another order each time: how fast a disk takes a file depends on who wrote the one before.
        for name in chance.sample(list(steps), len(steps)):
            command, made = steps[name]
            results[name].append(once([str(word) for word in command], made, plain))
    if subprocess.run(["cmp", plain, opened]).returncode:
        raise RuntimeError("what came out is not what went in")
    return results


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.age", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mib", type=int, default=1024, help="size of the file")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--dir", help="where the files lie: on the disk that is meant")
    parser.add_argument("--short", action="store_true", help="128 MiB, three times")
    args = parser.parse_args()
    if not shutil.which("age"):
        print("skipped: age is not installed")
        return 0
    mib, runs = (128, 3) if args.short else (args.mib, args.runs)
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        results = series(Path(folder), mib, runs)
    print(f"{mib} MiB, {runs} runs each, medians (best)")
    medians = {}
    for name, each in results.items():
        seconds = [took_s for took_s, _ in each]
        medians[name] = statistics.median(seconds)
        peak = max(peak for _, peak in each)
        rate = mib * (1 << 20) / 1e6
        print(
            f"  {name:26} {rate / medians[name]:6.0f} MB/s ({rate / min(seconds):.0f})   peak {peak:4.0f} MiB"
        )
    ratios = {verb: medians[f"age {verb}"] / medians[f"ours {verb}"] for verb in ("seals", "opens")}
    best = {
        verb: min(took for took, _ in results[f"age {verb}"])
        / min(took for took, _ in results[f"ours {verb}"])
        for verb in ratios
    }
    peak = max(peak for name, each in results.items() if name.startswith("ours") for _, peak in each)
    for verb, ratio in ratios.items():
        print(f"ours {verb} {ratio:.2f} times as fast as age (best runs {best[verb]:.2f}; bar {BAR_RATIO})")
    print(f"peak memory {peak:.0f} MiB (bar {BAR_PEAK_MIB})")
    return 0 if min(ratios.values()) >= BAR_RATIO and peak < BAR_PEAK_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
