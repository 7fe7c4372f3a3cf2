"""Web Push at work: who wishes to be woken, and when the relay knocks at their push service.

Theory of operation. When an envelope from the other person is kept for a mailbox in which a device is
subscribed and not attached, one knock goes out after a short random wait, and no second one until that device
collected. It says nothing and has always the same length. So a push service learns that a phone was woken,
and neither how much came nor exactly when.

The way of an envelope looks at one set, `waiting`: the mailboxes in which somebody would be told. All else
happens beside it, with deadlines. Subscriptions are in the database, bound to a device of a mailbox: with the
device's token they go.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from twinbell.clock import Clock
from twinbell.errors import Damaged, NotFound
from twinbell.relay import log
from twinbell.relay.live import Live
from twinbell.relay.pushkey import PushKey, check_point
from twinbell.relay.store import DEPOSIT_NAMES, Store
from twinbell.relay.store.writer import Writer
from twinbell.wire.limits import PAGE_ENVELOPES_MAX, PUSH_ANSWER_S, PUSH_TRIES, PUSH_UNDER_WAY_MAX
from twinbell.wire.push import Services, Subscription

if TYPE_CHECKING:
    import aiohttp

SOON_S = (0.5, 3.0)  # before a knock: long enough that its time tells nothing, short enough for a ring
AGAIN_S = (15.0, 120.0)  # before the second and the third try
AT_ONCE = 16  # connections to push services
_PEER = DEPOSIT_NAMES.index("peer")
_GONE = (401, 403, 404, 410)  # the subscription has ended, or was made for another key


class Push:
    """All subscriptions of a relay. Without a key it takes none and knocks at nobody."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        key: PushKey | None,
        services: Services,
        find: Callable[[bytes], Live | None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._services = services
        self._find = find
        self.writer: Writer  # set by whoever composes the relay
        self.waiting: set[int] = set(store.pushes.mailboxes()) if key else set()
        self.told: dict[int, set[str]] = {}  # devices that were told and have not collected since
        self._due: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._stopping = False
        self.sent = 0

    @property
    def public(self) -> bytes:
        """The relay's public key; raises `NotFound` where it does not push."""
        if self._key is None:
            raise NotFound("This relay does not push.")
        return self._key.public

    # --- subscriptions

    async def put(self, live: Live, device: str, subscription: Subscription) -> None:
        """Keep the device's subscription in place of the one before."""
        self.check(subscription)
        await self.writer.run(lambda: self._store.pushes_written.put(live.number, device, subscription))
        self.collected(live, device)

    def check(self, subscription: Subscription) -> None:
        """Raise `NotFound` or `Damaged` if this relay would never knock there."""
        _ = self.public
        self._services.origin(subscription.endpoint)
        check_point(subscription)

    async def drop(self, live: Live, device: str) -> None:
        """Forget the device's subscription; there need not be one."""
        await self.writer.run(lambda: self._store.pushes_written.drop(live.number, device))

    # --- what the mailboxes tell

    def kept(self, live: Live) -> None:
        """An envelope was kept, or a listener left, in a mailbox of `waiting`."""
        if live.number in self._due:
            return
        if len({listener.device for listener in live.listeners}) >= len(live.devices):
            return  # everybody is here
        if len(self._due) + len(self._tasks) >= PUSH_UNDER_WAY_MAX:
            return
        self._due.add(live.number)
        asyncio.get_running_loop().call_later(wait_s(), self._begin, live.number, live.box)

    def collected(self, live: Live, device: str) -> None:
        """A device came for what waits: from now on it may be told again."""
        told = self.told.get(live.number)
        if told is not None:
            told.discard(device)
            if not told:
                del self.told[live.number]
        if self._key is not None:
            self.waiting.add(live.number)

    async def stop(self) -> None:
        """Forget what is under way: after the next start, the next envelope tells."""
        self._stopping = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    # --- telling

    def _begin(self, number: int, box: bytes) -> None:
        self._due.discard(number)
        live = None if self._stopping else self._find(box)
        if live is None:
            return
        untold = self.told.setdefault(number, set())
        there = dict(self._store.pushes.of(number))
        for device, subscription in there.items():
            if device not in untold and self._wants(live, device):
                untold.add(device)
                task = asyncio.get_running_loop().create_task(self._tell(live, device, subscription))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        if not untold:
            del self.told[number]
        if there.keys() <= untold:
            self.waiting.discard(number)  # nobody is left to be told: its envelopes cost nothing again

    def _wants(self, live: Live, device: str) -> bool:
        """Tell whether this device is away, and something from the other person waits for it."""
        state = live.devices.get(device)
        if state is None or any(listener.device == device for listener in live.listeners):
            return False
        waiting = live.waiting.after(state.cursor, PAGE_ENVELOPES_MAX)
        return any(deposit == _PEER for _, _, deposit in waiting)

    async def _tell(self, live: Live, device: str, subscription: Subscription) -> None:
        """Knock until it is heard or has been tried often enough."""
        for attempt in range(PUSH_TRIES):
            if attempt:
                await asyncio.sleep(AGAIN_S[attempt - 1])
                if device not in self.told.get(live.number, ()):  # it came by itself
                    return
            try:
                status = await self.knock(subscription)
            except Damaged:  # the operator took this service from the list
                status = _GONE[0]
            if 200 <= status < 300:
                self.sent += 1
                return
            if status in _GONE:
                await self.drop(live, device)
                return
        self.collected(live, device)  # in vain: the next envelope may try again

    async def knock(self, subscription: Subscription) -> int:
        """Send one push and return the status that came, or 0 if none did.

        Raises `NotFound` where this relay does not push, and `Damaged` for a service that is not allowed.
        """
        import aiohttp

        _ = self.public
        assert self._key is not None
        origin = self._services.origin(subscription.endpoint)
        key, now_s = self._key, self._clock.wall_s()
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=PUSH_ANSWER_S),
                connector=aiohttp.TCPConnector(limit=AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        try:
            # A key agreement and a signature take half a millisecond: not on the loop that delivers.
            headers, body = await asyncio.to_thread(key.message, subscription, origin=origin, now_s=now_s)
            # No redirects: they could lead to where no endpoint may.
            async with self._session.post(
                subscription.endpoint, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
        except Exception as error:
            log.fault(error)
            return 0


def wait_s() -> float:
    """Return how long the next knock waits, at random."""
    least, most = SOON_S
    return least + (most - least) * secrets.randbelow(1001) / 1000
