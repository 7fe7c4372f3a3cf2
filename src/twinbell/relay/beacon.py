"""The beacon of a relay: its own chain, the chains that witness for it, and the HTTP of both.

This is what the relay's application holds; the parts are `keeper.py` (signs), `witness.py` (asks) and
`drand.py` (answers).
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.clock import Clock, SystemClock
from twinbell.relay import beaconkey, log
from twinbell.relay.clockgate import Reading, State
from twinbell.relay.keeper import Keeper
from twinbell.relay.witness import WitnessChain, newest_time, poll

if TYPE_CHECKING:
    from aiohttp import web


class RelayBeacon:
    """Everything about rounds in one relay. Made by `open`, then `start`, at last `stop`."""

    def __init__(self, keeper: Keeper, witnesses: Sequence[WitnessChain], clock: Clock) -> None:
        from twinbell.relay.drand import Drand

        self.keeper = keeper
        self.witnesses = list(witnesses)
        self._drand = Drand(keeper, self.witnesses, clock=clock)
        self._answered = True
        self._stopping = asyncio.Event()
        self._polling: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        data: Path,
        *,
        period_s: int | None = None,
        witnesses: Sequence[str] = (),
        clock: Clock | None = None,
        boot_id: str | None = None,
    ) -> "RelayBeacon":
        """Return the beacon of a data folder, made there at the first start.

        `witnesses` are `URL[#chainhash]`. Raises `Refused` when the relay must not start with this
        beacon: another period, a key that is gone or open to others, a clock that cannot be right.
        """
        clock = clock or SystemClock()
        chains = [WitnessChain.parse(text) for text in witnesses]
        folder = beaconkey.make_folder(data)
        witness_s = None
        try:
            if chains and beaconkey.load(folder, period_s=period_s) is None:
                witness_s = await newest_time(chains, folder)
            keeper = Keeper.open(data, period_s=period_s, clock=clock, boot_id=boot_id, witness_s=witness_s)
        except BaseException:
            for chain in chains:
                await chain.stop()
            raise
        return cls(keeper, chains, clock)

    async def start(self) -> None:
        """Begin to keep the clock, and to ask the witnesses."""
        await self.keeper.start()
        if self.witnesses:
            self._polling = asyncio.create_task(
                poll(
                    self.ask_witnesses,
                    anxious=lambda: self.keeper.read().state is not State.STEADY,
                    stopping=self._stopping,
                )
            )

    async def ask_witnesses(self) -> None:
        """Ask every witness for its newest round, and tell the gate what they prove."""
        time_s = await newest_time(self.witnesses, self.keeper.folder)
        if time_s is not None:
            self.keeper.witnessed(time_s)
        if (time_s is not None) != self._answered:
            self._answered = time_s is not None
            log.warn("A witness answers again." if self._answered else "No witness of the clock answers.")

    async def stop(self) -> None:
        """End everything and write the clock a last time; safe to repeat."""
        self._stopping.set()
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
            self._polling = None
        for witness in self.witnesses:
            await witness.stop()
        await self.keeper.stop()

    def routes(self) -> "list[web.RouteDef]":
        """Return the routes of drand's HTTP, for the relay's application."""
        return self._drand.routes()

    def documents(self) -> list[dict[str, object]]:
        """Return the info documents of the chains that are handed out, the relay's own first."""
        return [chain.document() for chain in self._drand.chains]

    def read(self) -> Reading:
        """Return what the clock gate says now."""
        return self.keeper.read()

    def is_backed_up(self) -> bool:
        """Tell whether the key of the relay's own chain was ever written down as words."""
        return self.keeper.is_backed_up()
