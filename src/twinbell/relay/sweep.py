"""What a relay does when nobody asks: once a minute it forgets what is over."""

import asyncio

from twinbell.clock import Clock
from twinbell.relay import log
from twinbell.relay.blob import Blobs
from twinbell.relay.guard import Guard
from twinbell.relay.mailbox import Mailboxes
from twinbell.relay.pairing import Pairings
from twinbell.wire.limits import BLOB_ORPHAN_S

EVERY_S = 60
_DAY_S = 86_400


class Sweep:
    """Bells that expired, uploads that nobody named, devices that sleep, addresses that were quiet."""

    def __init__(
        self, *, clock: Clock, guard: Guard, mailboxes: Mailboxes, pairings: Pairings, blobs: Blobs
    ) -> None:
        self._clock = clock
        self._guard = guard
        self._mailboxes = mailboxes
        self._pairings = pairings
        self._blobs = blobs

    async def run(self) -> None:
        """Sweep for ever; whatever goes wrong once is tried again a minute later."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.once()
            except Exception as error:
                log.fault(error)

    async def once(self) -> None:
        """Sweep now."""
        self._guard.forget()
        self._mailboxes.end_sinks()
        self._mailboxes.sleep()
        self._mailboxes.forget_idle_beyond()
        await self._pairings.sweep()
        today = int(self._clock.wall_s()) // _DAY_S
        await self._blobs.sweep_orphans(today - BLOB_ORPHAN_S // _DAY_S)
