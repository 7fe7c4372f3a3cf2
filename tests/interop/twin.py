"""Python's side of a comparison of twins: a process that web/tests asks what Python makes of something.

One JSON object a line comes in, `do` names a function of this file, the rest are its arguments; one goes
out. `web/tests/twin.ts` is the side that asks. Bytes are hex.
"""

import binascii
import json
import sys
from datetime import UTC, datetime
from typing import Any

from torture import wishes

from twinbell.client import wish, zone

Answer = dict[str, Any]


def zones() -> Answer:
    """Return the names of all zones, and the version of the tz database."""
    installed = zone.installed()
    return {"names": sorted(installed.names), "version": installed.version}


def instants(name: str, years: list[int]) -> Answer:
    """Return local times of these years that are easily got wrong, the instant of each, and some offsets."""
    rules = zone.installed().load(name)
    locals_ = [local for year in years for local in wishes.times(year, rules)]
    jumps = [second for year in years for second in wishes.jumps(year, rules)]
    quiet = [
        int(datetime(year, month, 15, tzinfo=UTC).timestamp()) for year in years for month in range(1, 13)
    ]
    seconds = sorted({*quiet, *jumps, *(jump - 1 for jump in jumps)})
    return {
        "times": [[_count(local), wish.instant(local, rules)] for local in locals_],
        "offsets": [[second, _count(_shows(second, name)) - second] for second in seconds],
    }


def quote(data: str) -> Answer:
    """Return text with CRLF line ends as quoted-printable, as letters have it."""
    quoted = binascii.b2a_qp(bytes.fromhex(data)).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return {"data": quoted.hex()}


def unquote(data: str) -> Answer:
    """Return what is quoted, also where it is quoted badly."""
    return {"data": binascii.a2b_qp(bytes.fromhex(data)).hex()}


def _shows(second: int, name: str) -> datetime:
    return datetime.fromtimestamp(second, zone.installed().load(name)).replace(tzinfo=None)


def _count(local: datetime) -> int:
    return int(local.replace(tzinfo=UTC).timestamp())


ASKED = {each.__name__: each for each in (zones, instants, quote, unquote)}


def main() -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = ASKED[request.pop("do")](**request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
