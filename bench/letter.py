"""A letter with one large attachment: written, received and opened, each in a process of its own.

`python -m bench.letter [--mib N]`. What it costs beyond the two layers of age are three hashes: of the file
before and while it is sealed, and of the letter. Also how long a small one takes to open. Prints rates and
peak memory; exit 0 if the bars are met, 1 if not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR_PEAK_MIB = 96
BAR_SMALL_MS = 30
STEPS = ("write", "receive", "open")


def step(name: str, folder: Path) -> None:
    """Do one thing, in this process."""
    from tests.bond.letters import ADA, ANNA, BOND, FOUR, GRACE, NOW_S, keys_of, lock_for

    from twinbell.bond import letter

    plain, sealed = folder / "plain", folder / "letter.age"
    begun_s = time.perf_counter()
    if name == "write":
        film = letter.Attachment(
            "film.bin",
            "application/octet-stream",
            plain.stat().st_size,
            lambda: plain.open("rb", buffering=0),
        )
        with sealed.open("wb", buffering=0) as out:
            letter.write(
                out, lock=lock_for(ANNA), bond=BOND, signer=ADA.signer, recipients=FOUR, written_s=NOW_S,
                writer="Ada", reader="Grace", subject="A film", text="Dear Grace", attachments=[film],
            )  # fmt: skip
    else:
        with sealed.open("rb", buffering=0) as src, (folder / "out").open("wb", buffering=0) as out:
            if name == "receive":
                letter.receive(src, [GRACE.letter])
            else:
                letter.open_(
                    src, [GRACE.letter], bond=BOND, writers=[ADA.signer.verify_key], keys=keys_of(ANNA),
                    into=lambda number, note: out,
                )  # fmt: skip
    print(time.perf_counter() - begun_s)


def measure(name: str, folder: Path) -> tuple[float, float]:
    """Do one thing in a process of its own; return its seconds without start-up, and its peak in MiB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.letter", "--step", name, "--dir", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{name} failed")
    return float(said), used.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.letter", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--mib", type=int, default=1024, help="size of the attachment")
    parser.add_argument("--dir", help="where the files lie: on the disk that is meant")
    parser.add_argument("--short", action="store_true", help="128 MiB")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        step(args.step, Path(args.dir))
        return 0
    mib = 128 if args.short else args.mib
    peaks = []
    with tempfile.TemporaryDirectory(dir=args.dir) as name:
        folder = Path(name)
        with (folder / "plain").open("wb") as file:
            for _ in range(mib):
                file.write(os.urandom(1 << 20))
        print(f"a letter with a file of {mib} MiB")
        for each in STEPS:
            os.sync()
            took_s, peak = measure(each, folder)
            peaks.append(peak)
            print(f"  {each:8} {mib * (1 << 20) / 1e6 / took_s:6.0f} MB/s   peak {peak:4.0f} MiB", flush=True)
        if subprocess.run(["cmp", folder / "plain", folder / "out"]).returncode:
            raise RuntimeError("what came out is not what went in")
        (folder / "plain").write_bytes(os.urandom(10 * 1024))
        measure("write", folder)
        small = min(measure("open", folder)[0] for _ in range(5)) * 1e3
    print(
        f"with a file of 10 KiB it opens in {small:.1f} ms (bar {BAR_SMALL_MS}); peak bar {BAR_PEAK_MIB} MiB"
    )
    return 0 if max(peaks) < BAR_PEAK_MIB and small <= BAR_SMALL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
