"""Sealing to a moment and opening after it, for `twinbell age`: which chain, which round, whose signature."""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.errors import Damaged, Mistaken, NotForMe, NotFound, NotYet, Retired, Unreachable

if TYPE_CHECKING:
    from twinbell.age.header import Stanza
    from twinbell.age.tlock import TlockRecipient
    from twinbell.bond.gate import Wish
    from twinbell.wire.beacon import Beacon, Chain

TYPE = "tlock"
QUICKNET = "quicknet"
_BEACON_BYTES_MAX = 4096
_ROUND_DIGITS = 16


def add_sealing_options(parser: argparse.ArgumentParser) -> None:
    """Add what seals to a moment."""
    moment = parser.add_mutually_exclusive_group()
    moment.add_argument("--opens", metavar="WHEN", help="seal to a moment: 2027-10-10, 'in 3 months'")
    moment.add_argument("--round", metavar="N", help="seal to a round of the chain")
    parser.add_argument(
        "--zone", metavar="ZONE", help="the time zone of --opens, as Asia/Tokyo; yours if not given"
    )
    parser.add_argument(
        "--feb29", choices=("feb-28", "mar-1"), help="what 29 February means in a year that has none"
    )
    parser.add_argument(
        "--chain",
        metavar="INFO",
        help="the beacon chain: a drand info document, file or URL; quicknet if not given",
    )


def add_opening_options(parser: argparse.ArgumentParser) -> None:
    """Add what opens after a moment."""
    parser.add_argument(
        "--chain",
        metavar="INFO",
        action="append",
        default=[],
        help="a beacon chain beside quicknet: a drand info document, file or URL; may be repeated",
    )
    parser.add_argument(
        "--beacon",
        metavar="FILE",
        action="append",
        default=[],
        help="a drand round document: opens without a network; may be repeated",
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """A round of a chain, to seal to."""

    chain: "Chain"
    round: int
    wish: "Wish | None" = None

    def recipient(self) -> "TlockRecipient":
        """Return the recipient that opens with this round."""
        from twinbell.age.tlock import TlockRecipient

        return TlockRecipient(self.chain.hash, self.chain.public_key, self.round)

    @property
    def opens_s(self) -> int:
        from twinbell.wire.beacon import time_of

        return time_of(self.chain, self.round)

    def record(self) -> dict[str, object]:
        """Return the moment for JSON."""
        wish: dict[str, object] = {"opens": self.wish.local, "zone": self.wish.zone} if self.wish else {}
        return {"round": self.round, "chain": self.chain.hash.hex(), "opens_s": self.opens_s} | wish

    def __str__(self) -> str:
        """When it opens, and who holds it back."""
        from twinbell.wire.beacon import keeper_of

        wished = f"{self.wish.words}: " if self.wish else ""
        return f"{wished}{spoken(self.opens_s)}, with round {self.round} of {keeper_of(self.chain)}"


def moment(args: argparse.Namespace) -> Moment | None:
    """Return the moment that the command line seals to, None if it names none."""
    if args.opens is None and (args.zone or args.feb29):
        raise Mistaken("--zone and --feb29 go with --opens.")
    if args.opens is None and args.round is None:
        if args.chain is not None:
            raise Mistaken("--chain goes with --opens or --round.")
        return None
    from twinbell.wire.beacon import round_at

    chain = _chain(args.chain)
    if args.opens is not None:
        wish = _wish(args)
        return Moment(chain, round_at(chain, wish.instant_s), wish)
    if not (args.round.isascii() and args.round.isdigit() and len(args.round) <= _ROUND_DIGITS):
        raise Mistaken("A round is a number from 1 to 2^53 - 1.")
    return Moment(chain, int(args.round))


def spoken(second: int) -> str:
    """Return a moment in words."""
    from twinbell.bond import civil

    at = civil.utc(second)
    return f"{at.weekday} {at.date}, {at.time} UTC"


class TimeLock:
    """An identity for every chain that is known here; asks nobody unless a file is locked to a round."""

    def __init__(self, chains: Sequence[str], beacons: Sequence[str]) -> None:
        self._infos = chains
        self._beacons = beacons

    def unwrap(self, stanzas: "Sequence[Stanza]") -> bytes | None:
        """Return the file key once the round has come.

        Raises `NotYet` before, `Unreachable` if nobody hands out the round, `Retired` for a chain that ended,
        `NotForMe` for a chain that is not known here.
        """
        if not any(stanza.type == TYPE for stanza in stanzas):
            return None
        from twinbell.age.tlock import TlockIdentity, round_and_chain
        from twinbell.wire.beacon import QUICKNET as QUICKNET_CHAIN
        from twinbell.wire.beacon import RETIRED

        chains = {chain.hash: chain for chain in (QUICKNET_CHAIN, *map(_chain, self._infos))}
        unknown = b""
        for stanza in stanzas:
            named = round_and_chain(stanza)
            if named is None:
                continue
            if named[1] not in chains:
                if named[1] in RETIRED:
                    raise Retired
                unknown = named[1]
                continue
            chain = chains[named[1]]
            return TlockIdentity(chain.hash, chain.public_key, self._signatures(chain)).unwrap(stanzas)
        raise NotForMe(
            f"This is locked to the chain {unknown.hex()}, which is not known here.",
            hint="`--chain INFO` makes it known.",
        )

    def _signatures(self, chain: "Chain") -> Callable[[int], bytes | None]:
        from twinbell.client.beacon import Memory, Rounds, sources_for
        from twinbell.wire.beacon import keeper_of, time_of, verify

        given: dict[int, Beacon] = {}
        for name in self._beacons:
            beacon = read_beacon(name)
            given[beacon.round] = beacon
        relays = [info.partition("#")[0] for info in self._infos if "://" in info]

        def signature_of(round: int) -> bytes | None:
            opens_s = time_of(chain, round)
            if round in given:
                verify(chain, given[round])
                return given[round].signature
            if given:
                raise Unreachable(
                    f"This needs round {round} of {keeper_of(chain)}, and --beacon holds "
                    f"{', '.join(str(other) for other in sorted(given))}.",
                    hint="Without --beacon the round is asked for over the network.",
                )
            try:
                rounds = Rounds(Memory(), sources_for(chain, relays))
                return rounds.beacon(chain, round, now_s=time.time()).signature
            except NotYet:
                raise NotYet(
                    f"This opens on {spoken(opens_s)}, with round {round} of {keeper_of(chain)}.",
                    round=round,
                    opens_s=opens_s,
                ) from None
            except Unreachable as error:
                error.hint = "A round document opens it as well: --beacon FILE."
                raise

        return signature_of


def read_beacon(name: str) -> "Beacon":
    """Return the round in a drand round document."""
    from twinbell.wire.beacon import Beacon

    try:
        with Path(name).open("rb") as file:
            document = file.read(_BEACON_BYTES_MAX + 1)
    except OSError as error:
        raise NotFound(f"The file {name} can't be read: {error.strerror}.") from None
    try:
        return Beacon.parse(document)
    except Damaged as error:
        raise Damaged(f"{name} holds no round. {error}") from None


def _chain(info: str | None) -> "Chain":
    from twinbell.wire import beacon

    if info is None or info == QUICKNET:
        return beacon.QUICKNET
    from twinbell.client.beacon import read_chain

    return read_chain(info)


def _wish(args: argparse.Namespace) -> "Wish":
    import os

    from twinbell.client import wish, zone

    feb29 = wish.Feb29(args.feb29) if args.feb29 else None
    return wish.parse(args.opens, now_s=time.time(), zone=args.zone or zone.here(os.environ), feb29=feb29)
