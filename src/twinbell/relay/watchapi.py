"""The requests about watches, as `docs/spec/watch.md` has them, in the manner of `api.py`.

Bodies are read and checked for what they are before anybody is looked up, so that what is malformed is
malformed for every watch, there or not.
"""

from typing import Protocol

from aiohttp import web

from twinbell.relay.requests import NO_STORE, body_of, bytes_answer, id_of, token_of
from twinbell.relay.watch import Watches
from twinbell.wire.life import Life
from twinbell.wire.limits import (
    WATCH_CHANNELS_BYTES_MAX,
    WATCH_DOORBELL_BYTES_MAX,
    WATCH_LIFE_BYTES_MAX,
    WATCH_PARCEL_BYTES_MAX,
    WATCH_TERMS_BYTES_MAX,
    WATCH_VOTE_BYTES_MAX,
)
from twinbell.wire.mailbox import CBOR_TYPE
from twinbell.wire.problems import Denied, Problem
from twinbell.wire.terms import STOP_BYTES
from twinbell.wire.watch import Channels, Doorbell, parse_stop, trial_from_bytes, vote_of


class Owner(Protocol):
    """What these routes need of the relay."""

    watches: Watches

    def address_of(self, peer: str, forwarded: str | None) -> str: ...
    def stranger(self, address: str) -> None: ...


class WatchApi:
    """The routes, bound to a relay."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def routes(self) -> list[web.RouteDef]:
        at = "/v1/watches/{watch}"
        return [
            web.put(at, self.put),
            web.get(at, self.look, allow_head=False),
            web.delete(at, self.delete),
            web.post(f"{at}/life", self.live),
            web.post(f"{at}/vote", self.vote),
            web.post(f"{at}/stop", self.stop),
            web.put(f"{at}/parcels/{{letter}}", self.put_parcel),
            web.get(f"{at}/parcels/{{letter}}", self.fetch, allow_head=False),
            web.delete(f"{at}/parcels/{{letter}}", self.drop_parcel),
            web.put(f"{at}/channels", self.put_channels),
            web.post(f"{at}/channels/test", self.try_channel),
            web.put(f"{at}/doorbell", self.put_doorbell),
        ]

    async def put(self, request: web.Request) -> web.Response:
        watch, token = id_of(request, "watch"), token_of(request)
        body = await body_of(request, WATCH_TERMS_BYTES_MAX)
        if not self._owner.watches.exists(watch):
            self._stranger(request)
        made = await self._owner.watches.put(watch, token.hash, body)
        return _done(201 if made else 200)

    async def look(self, request: web.Request) -> web.Response:
        watch, token = id_of(request, "watch"), token_of(request)
        return bytes_answer(self._owner.watches.view(watch, token.hash), CBOR_TYPE)

    async def delete(self, request: web.Request) -> web.Response:
        await self._owner.watches.delete(id_of(request, "watch"), token_of(request).hash)
        return web.Response(status=204, headers=NO_STORE)

    async def live(self, request: web.Request) -> web.Response:
        watch = id_of(request, "watch")
        await self._owner.watches.live(watch, Life.parse(await body_of(request, WATCH_LIFE_BYTES_MAX)))
        return _done()

    async def vote(self, request: web.Request) -> web.Response:
        watch, token = id_of(request, "watch"), token_of(request)
        signed = vote_of(await body_of(request, WATCH_VOTE_BYTES_MAX))
        await self._owner.watches.vote(watch, token.hash, signed)
        return _done()

    async def stop(self, request: web.Request) -> web.Response:
        watch = id_of(request, "watch")
        code = parse_stop(await body_of(request, STOP_BYTES))
        self._stranger(request)
        await self._owner.watches.stop(watch, code)
        return _done()

    async def put_parcel(self, request: web.Request) -> web.Response:
        watch, letter, token = id_of(request, "watch"), id_of(request, "letter"), token_of(request)
        body = await body_of(request, WATCH_PARCEL_BYTES_MAX)
        if not body:
            raise Denied(Problem.MALFORMED, "A parcel is not empty.")
        await self._owner.watches.put_parcel(watch, token.hash, letter, body)
        return _done()

    async def fetch(self, request: web.Request) -> web.Response:
        watch, letter, token = id_of(request, "watch"), id_of(request, "letter"), token_of(request)
        body = await self._owner.watches.fetch(watch, token.hash, letter)
        return bytes_answer(body, "application/octet-stream")

    async def drop_parcel(self, request: web.Request) -> web.Response:
        watch, letter, token = id_of(request, "watch"), id_of(request, "letter"), token_of(request)
        await self._owner.watches.drop_parcel(watch, token.hash, letter)
        return web.Response(status=204, headers=NO_STORE)

    async def put_channels(self, request: web.Request) -> web.Response:
        watch, token = id_of(request, "watch"), token_of(request)
        channels = Channels.parse(await body_of(request, WATCH_CHANNELS_BYTES_MAX))
        await self._owner.watches.put_channels(watch, token.hash, channels)
        return _done()

    async def try_channel(self, request: web.Request) -> web.Response:
        watch, token = id_of(request, "watch"), token_of(request)
        name = trial_from_bytes(await body_of(request, WATCH_DOORBELL_BYTES_MAX))
        self._stranger(request)  # each sends something to somebody
        trial = await self._owner.watches.try_channel(watch, token.hash, name)
        return bytes_answer(trial.to_bytes(), CBOR_TYPE)

    async def put_doorbell(self, request: web.Request) -> web.Response:
        watch, token = id_of(request, "watch"), token_of(request)
        doorbell = Doorbell.parse(await body_of(request, WATCH_DOORBELL_BYTES_MAX))
        await self._owner.watches.put_doorbell(watch, token.hash, doorbell)
        return _done()

    def _stranger(self, request: web.Request) -> None:
        address = self._owner.address_of(request.remote or "local", request.headers.get("X-Forwarded-For"))
        self._owner.stranger(address)


def _done(status: int = 200) -> web.Response:
    return bytes_answer(b"{}", "application/json", status=status)
