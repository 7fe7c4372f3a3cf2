"""What makes the bytes: atheris where it is installed, else Hypothesis. Both begin from seeds and corpus."""

import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
FOUND = HERE / "found"
CONTROL = "control"  # a parser that is wrong on purpose: a fuzzer that does not catch it tells nothing
INPUT_BYTES_MAX = 8192


def names() -> list[str]:
    """Return every target, the control among them."""
    return sorted(path.stem for path in (HERE / "targets").glob("[a-z]*.py"))


def load(name: str) -> ModuleType:
    """Return the target with this name."""
    return import_module(f"fuzz.targets.{name}")


def kept(name: str) -> Iterator[bytes]:
    """Yield what the corpus keeps for a target."""
    for path in sorted((CORPUS / name).glob("*")):
        yield path.read_bytes()


def guided() -> bool:
    """Tell whether coverage guides the bytes."""
    return find_spec("atheris") is not None


def run(name: str, seconds: float) -> int:
    """Feed a target for a while; return 0 if its invariant held."""
    return _with_atheris(name, seconds) if guided() else _with_hypothesis(name, seconds)


def _with_atheris(name: str, seconds: float) -> int:
    import atheris

    with atheris.instrument_imports(include=["twinbell", "fuzz"]):
        target = load(name)
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as fresh:
        for number, data in enumerate(target.seeds()):
            Path(fresh, f"seed{number}").write_bytes(data)
        folders = [fresh, *([str(CORPUS / name)] if (CORPUS / name).is_dir() else [])]
        options = [
            f"-max_total_time={max(1, round(seconds))}",
            f"-max_len={INPUT_BYTES_MAX}",
            "-timeout=5",
            "-verbosity=0",
            f"-artifact_prefix={fresh if name == CONTROL else FOUND}/{name}-",
        ]
        atheris.Setup(["fuzz", *options, *folders], lambda data: target.one(data) and None)
        atheris.Fuzz()  # ends the process by itself
    return 0


def _with_hypothesis(name: str, seconds: float) -> int:
    from hypothesis import HealthCheck, given, seed, settings
    from hypothesis import strategies as st

    target = load(name)
    starts = [*target.seeds(), *kept(name)]
    edits = st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=4
    )
    changed = st.builds(_edited, st.sampled_from(starts), edits) if starts else st.binary()

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.binary(max_size=64), changed))
    def hold(data: bytes) -> None:
        target.one(data)

    for start in starts:
        target.one(start)
    until_s = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < until_s:
        seed(turn)(hold)()
        turn += 1
    return 0


def _edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, cut, put in edits:
        at = round(where * len(data))
        data = data[:at] + put + data[at + cut :]
    return data
