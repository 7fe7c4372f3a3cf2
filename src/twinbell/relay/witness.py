"""Other chains: they witness what time it is, and their rounds are handed out here as well.

A witness is a chain pinned by its hash, asked over drand's HTTP at one address. Whatever it answers is
verified before it moves the gate or goes to anybody, so the address need not be trusted. A letter
that waits for quicknet then opens with nothing but its relay within reach.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from twinbell.errors import Damaged, Mistaken, TwinbellError, Unreachable
from twinbell.relay.clockfile import write_durably
from twinbell.wire.beacon import DOCUMENT_BYTES_MAX, QUICKNET, Beacon, Chain, time_of, verify
from twinbell.wire.problems import Denied, Problem

if TYPE_CHECKING:
    import aiohttp

CACHE_ROUNDS = 4096
ASKING_MAX = 16  # rounds being fetched at once from one chain
ANSWER_S = 10  # a keeper that is slower is as good as silent
POLL_S = 60
POLL_ANXIOUS_S = 10  # while the gate does not believe the clock
KNOWN = {QUICKNET.hash: QUICKNET}


class WitnessChain:
    """One other chain, at one address. `chain` is None until its description was had and compared."""

    def __init__(self, url: str, chain_hash: bytes) -> None:
        self.url = url
        self.chain_hash = chain_hash
        self.chain: Chain | None = KNOWN.get(chain_hash)
        self.newest: Beacon | None = None
        self._session: aiohttp.ClientSession | None = None
        self._known: OrderedDict[int, Beacon] = OrderedDict()
        self._asking: dict[int, asyncio.Task[Beacon]] = {}
        self._verifier = ThreadPoolExecutor(max_workers=1, thread_name_prefix="witness")

    @classmethod
    def parse(cls, text: str) -> "WitnessChain":
        """Return the witness that `URL[#hash]` names; without a hash it is quicknet. Raises `Mistaken`."""
        url, _, named = text.partition("#")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise Mistaken(f"A witness is a URL, with a chain hash behind a #, not {text!r}.")
        if named and (len(named) != 64 or set(named) - set("0123456789abcdef")):
            raise Mistaken("The hash of a witness chain is 64 hex digits in lower case.")
        return cls(url.rstrip("/"), bytes.fromhex(named) if named else QUICKNET.hash)

    async def ready(self, folder: Path) -> Chain:
        """Return the chain, from what is known, from `folder`, or from the address; compared by its hash.

        Raises `Unreachable` or `Damaged`.
        """
        if self.chain is None:
            path = folder / f"witness-{self.chain_hash.hex()[:16]}.json"
            if path.exists():
                self.chain = Chain.parse(path.read_bytes())
            else:
                chain = Chain.parse(await self._get("/info"))
                if chain.hash != self.chain_hash:
                    raise Damaged(f"The chain at {self.url} is another one than the one that was pinned.")
                write_durably(path, json.dumps(chain.document()).encode())
                self.chain = chain
            if self.chain.hash != self.chain_hash:
                self.chain = None
                raise Damaged(f"The file {path} describes another chain.")
        return self.chain

    async def latest(self) -> Beacon:
        """Ask for the newest round, verified; raise `Unreachable` or `Damaged`."""
        beacon = await self._fetch("latest")
        if self.newest is None or beacon.round > self.newest.round:
            self.newest = beacon
        return beacon

    async def round(self, round: int) -> Beacon:
        """Return a round, verified. Raises `Denied` when its keepers do not answer, or too many ask."""
        known = self._known.get(round)
        if known is not None:
            self._known.move_to_end(round)
            return known
        task = self._asking.get(round)
        if task is None:
            if len(self._asking) >= ASKING_MAX:
                raise Denied(Problem.TOO_FAST, "Too many rounds are asked for at once.", retry_s=1)
            task = asyncio.create_task(self._fetch(str(round)))
            self._asking[round] = task
            task.add_done_callback(lambda done: self._keep(round, done))
        try:
            beacon = await asyncio.shield(task)
        except (Unreachable, Damaged):
            raise Denied(Problem.UPSTREAM, retry_s=POLL_ANXIOUS_S) from None
        if beacon.round != round:
            raise Denied(Problem.UPSTREAM, retry_s=POLL_ANXIOUS_S)
        return beacon

    async def stop(self) -> None:
        """Hang up."""
        for task in list(self._asking.values()):
            task.cancel()
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._verifier.shutdown(wait=False, cancel_futures=True)

    async def _fetch(self, which: str) -> Beacon:
        chain = self.chain
        if chain is None:
            raise Unreachable(f"The description of the chain at {self.url} is not known yet.")
        beacon = Beacon.parse(await self._get(f"/public/{which}"))
        # A pairing takes two milliseconds: too long for the loop that delivers envelopes.
        await asyncio.get_running_loop().run_in_executor(self._verifier, verify, chain, beacon)
        return beacon

    async def _get(self, path: str) -> bytes:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_S),
                headers={"Accept": "application/json"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        base = self.url
        if not base.endswith(self.chain_hash.hex()):
            base = f"{base}/{self.chain_hash.hex()}"
        try:
            async with self._session.get(base + path, allow_redirects=False) as response:
                if response.status != 200:
                    raise Unreachable(f"The chain at {self.url} answers {response.status}.")
                body = await response.content.read(DOCUMENT_BYTES_MAX + 1)
                while len(body) <= DOCUMENT_BYTES_MAX and not response.content.at_eof():
                    body += await response.content.read(DOCUMENT_BYTES_MAX + 1)
                return body
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unreachable(f"The chain at {self.url} cannot be reached.") from None

    def _keep(self, round: int, done: "asyncio.Task[Beacon]") -> None:
        self._asking.pop(round, None)
        if done.cancelled() or done.exception() is not None or done.result().round != round:
            return
        self._known[round] = done.result()
        if len(self._known) > CACHE_ROUNDS:
            self._known.popitem(last=False)


async def newest_time(witnesses: "list[WitnessChain]", folder: Path) -> int | None:
    """Return the latest time that any witness proves now; None if none can be reached."""
    times = []
    for witness in witnesses:
        try:
            chain = await witness.ready(folder)
            times.append(time_of(chain, (await witness.latest()).round))
        except TwinbellError:
            continue
    return max(times, default=None)


async def poll(
    ask: Callable[[], Awaitable[None]], *, anxious: Callable[[], bool], stopping: asyncio.Event
) -> None:
    """Ask the witnesses now, then once a minute, oftener while the gate is `anxious`."""
    waited_s = POLL_S
    while not stopping.is_set():
        if waited_s >= (POLL_ANXIOUS_S if anxious() else POLL_S):
            waited_s = 0
            await ask()
        try:
            await asyncio.wait_for(stopping.wait(), 1)
        except TimeoutError:
            waited_s += 1
