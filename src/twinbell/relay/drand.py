"""drand's HTTP, as its clients expect it: the relay's own chain, and those that it mirrors.

    /info  /health  /chains  /public/{round}  /public/latest          the relay's own chain
    /{chainhash}/…                                                    a chain by its hash
    /v2/chains  /v2/chains/{chainhash}/info|health|rounds/{round}     the newer form
    /v2/beacons  /v2/beacons/{id}/…                                   by name

A round before its time is 425, a malformed one 400, an unknown chain 404, each an RFC 9457 problem. A past
round never changes and may be kept by any cache for ever; the latest only until the next. Browsers of
any origin may read: all of this is public.
"""

import functools
import json
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from twinbell.clock import Clock, SystemClock
from twinbell.errors import NotFound, NotYet, TwinbellError
from twinbell.relay.clockgate import State
from twinbell.relay.keeper import Keeper
from twinbell.relay.witness import WitnessChain
from twinbell.wire import problems
from twinbell.wire.beacon import ROUND_MAX, Beacon, Chain, current_round, time_of
from twinbell.wire.problems import Denied, Problem

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
NEVER = "no-store"

# `User-Agent` is named because drand-client sets it, which in Firefox makes a preflight.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "User-Agent, Content-Type, Accept",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": "86400",
}

_Handler = Callable[[web.Request], Awaitable[web.Response]]


class Drand:
    """The routes of the beacon. `routes` is for the application; nothing here starts or stops."""

    def __init__(
        self, keeper: Keeper, witnesses: Sequence[WitnessChain] = (), *, clock: Clock | None = None
    ) -> None:
        self._keeper = keeper
        self._witnesses = tuple(witnesses)
        self._clock = clock or SystemClock()

    @property
    def chains(self) -> list[Chain]:
        """The chains whose rounds are handed out: the relay's own first."""
        mirrored = (witness.chain for witness in self._witnesses)
        return [self._keeper.chain, *(chain for chain in mirrored if chain is not None)]

    def routes(self) -> list[web.RouteDef]:
        """Return every route, each answering GET, HEAD and a browser's preflight."""
        table: list[tuple[str, _Handler]] = [
            ("/chains", self._chains),
            ("/v2/chains", self._chains),
            ("/v2/beacons", self._beacon_ids),
        ]
        for prefix in ("", "/{chain:[0-9a-f]{64}}"):
            table += [
                (f"{prefix}/info", self._info),
                (f"{prefix}/health", self._health),
                (f"{prefix}/public/latest", self._latest),
                (f"{prefix}/public/{{round}}", self._round),
            ]
        for prefix in ("/v2/chains/{chain}", "/v2/beacons/{id}"):
            table += [
                (f"{prefix}/info", self._info_v2),
                (f"{prefix}/health", self._health),
                (f"{prefix}/rounds/latest", self._latest),
                (f"{prefix}/rounds/{{round}}", self._round),
            ]
        routes = []
        for path, handler in table:
            routes.append(web.get(path, _told(handler)))  # aiohttp answers HEAD from it
            routes.append(web.options(path, _preflight))
        return routes

    async def _chains(self, request: web.Request) -> web.Response:
        return _json([chain.hash.hex() for chain in self.chains], BRIEFLY)

    async def _beacon_ids(self, request: web.Request) -> web.Response:
        return _json([chain.beacon_id for chain in self.chains], BRIEFLY)

    async def _info(self, request: web.Request) -> web.Response:
        return _json(self._chain(request).document(), FOREVER if "chain" in request.match_info else BRIEFLY)

    async def _info_v2(self, request: web.Request) -> web.Response:
        caching = FOREVER if "chain" in request.match_info else BRIEFLY
        return _json(self._chain(request).document_v2(), caching)

    async def _health(self, request: web.Request) -> web.Response:
        chain = self._chain(request)
        if chain is self._keeper.chain:
            current, expected = self._keeper.current(), self._keeper.expected()
        else:
            newest = self._witness(chain).newest
            current, expected = newest.round if newest else 0, self._expected(chain)
        # As drand has it: one round behind is still well.
        status = 200 if current >= expected - 1 or chain is not self._keeper.chain else 503
        return _json({"current": current, "expected": expected}, NEVER, status=status)

    async def _latest(self, request: web.Request) -> web.Response:
        chain = self._chain(request)
        if chain is not self._keeper.chain:
            return self._answer(request, await self._latest_mirrored(chain), NEVER)
        reading = self._keeper.read()
        round = current_round(chain, reading.gate_s)
        if round == 0:
            raise NotYet("This chain has not begun.", round=1, opens_s=chain.genesis_s)
        left_s = int(time_of(chain, round + 1) - reading.gate_s)
        fresh = f"public, max-age={left_s}, must-revalidate" if left_s >= 1 else NEVER
        return self._answer(
            request,
            await self._keeper.beacon(round),
            fresh if reading.state is State.STEADY else NEVER,
        )

    async def _latest_mirrored(self, chain: Chain) -> Beacon:
        newest = self._expected(chain)
        try:
            return await self._witness(chain).round(newest)
        except Denied:  # its keepers take a moment to agree on a round
            return await self._witness(chain).round(max(1, newest - 1))

    async def _round(self, request: web.Request) -> web.Response:
        chain = self._chain(request)
        round = parse_round(request.match_info["round"])
        return self._answer(request, await self._beacon(chain, round), FOREVER)

    async def _beacon(self, chain: Chain, round: int) -> Beacon:
        if chain is self._keeper.chain:
            return await self._keeper.beacon(round)
        # The keepers of another chain are not even asked before its time.
        if round > self._expected(chain):
            raise NotYet(f"Round {round} has not come.", round=round, opens_s=time_of(chain, round))
        return await self._witness(chain).round(round)

    def _answer(self, request: web.Request, beacon: Beacon, caching: str) -> web.Response:
        newer = request.path.startswith("/v2/")
        return _json(beacon.document_v2() if newer else beacon.document(), caching)

    def _chain(self, request: web.Request) -> Chain:
        named, beacon_id = request.match_info.get("chain"), request.match_info.get("id")
        for chain in self.chains:
            if named == chain.hash.hex() or beacon_id == chain.beacon_id:
                return chain
        if named is None and beacon_id is None:
            return self._keeper.chain
        raise NotFound("This relay does not hand out the rounds of that chain.")

    def _witness(self, chain: Chain) -> WitnessChain:
        return next(witness for witness in self._witnesses if witness.chain is chain)

    def _expected(self, chain: Chain) -> int:
        return current_round(chain, self._clock.wall_s())


def parse_round(text: str) -> int:
    """Return the round that a path names; raise `Denied` unless it is plain decimal, from 1 to 2^53 - 1."""
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 16:
        round = int(text)
        if round <= ROUND_MAX:
            return round
    raise Denied(Problem.MALFORMED, "A round is a number from 1 to 2^53 - 1, in plain digits.")


def _told(handler: _Handler) -> _Handler:
    """Return `handler` with every refusal told as a problem that browsers can read, and no cache keeps."""

    @functools.wraps(handler)
    async def told(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except TwinbellError as error:
            return _problem(error)

    return told


async def _preflight(request: web.Request) -> web.Response:
    return web.Response(status=204, headers=CORS)


def _problem(error: TwinbellError) -> web.Response:
    problem = problems.of(error)
    retry_s = error.retry_s if isinstance(error, Denied) else 0
    body = problems.document(problem, str(error), retry_s=retry_s)
    if isinstance(error, NotYet):
        body = json.dumps(json.loads(body) | {"round": error.round, "opens": error.opens_s}).encode()
    headers = {**CORS, "Cache-Control": NEVER}
    if retry_s:
        headers["Retry-After"] = str(retry_s)
    return web.Response(status=problem.status, body=body, content_type=problems.CONTENT_TYPE, headers=headers)


def _json(fields: object, caching: str, *, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(fields).encode(),
        content_type="application/json",
        headers={**CORS, "Cache-Control": caching},
    )
