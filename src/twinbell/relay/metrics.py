"""`/metrics` in Prometheus' text form: sums over everybody, never an id, an address or a mailbox."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One number; `kind` is counter or gauge."""

    name: str
    kind: str
    help: str
    value: float


def text(metrics: Iterable[Metric]) -> str:
    """Return the metrics as a scraper reads them."""
    lines = []
    for metric in metrics:
        name = f"twinbell_{metric.name}"
        lines += [f"# HELP {name} {metric.help}", f"# TYPE {name} {metric.kind}", f"{name} {metric.value:g}"]
    return "\n".join(lines) + "\n"
