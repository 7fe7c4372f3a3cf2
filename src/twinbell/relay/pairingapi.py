"""The requests about bells on their way, as `docs/spec/pairing.md` has them, in the manner of `api.py`."""

from typing import Protocol

from aiohttp import web

from twinbell.errors import Damaged
from twinbell.relay.pairing import Pairings
from twinbell.relay.requests import NO_STORE, body_of, bytes_answer, json_answer, number_of, token_of
from twinbell.wire.auth import Token
from twinbell.wire.limits import PAIRING_M1_BYTES_MAX, PAIRING_PART_BYTES_MAX, PAIRING_WAIT_S_MAX
from twinbell.wire.pairing import Form, parse_nameplate, parse_part


class Owner(Protocol):
    """What these routes need of the relay."""

    pairings: Pairings

    def address_of(self, peer: str, forwarded: str | None) -> str: ...
    def stranger(self, address: str) -> None: ...


class PairingApi:
    """The routes, bound to a relay."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def routes(self) -> list[web.RouteDef]:
        at = "/v1/pairings/{nameplate}"
        return [
            web.post("/v1/pairings", self.open_pairing),
            web.get(at, self.first_message),
            web.put(f"{at}/{{part}}", self.put_message),
            web.get(f"{at}/{{part}}", self.get_message),
            web.delete(at, self.burn_pairing),
        ]

    async def open_pairing(self, request: web.Request) -> web.Response:
        self._stranger(request)
        token = token_of(request)
        try:
            form = Form(request.query.get("form", ""))
        except ValueError:
            raise Damaged("A bell is spoken or a link.") from None
        m1 = await body_of(request, PAIRING_M1_BYTES_MAX)
        if not m1:
            raise Damaged("A bell begins with a message.")
        opened, is_new = await self._owner.pairings.open(token.hash, form, m1)
        return bytes_answer(opened.to_bytes(), "application/json", status=201 if is_new else 200)

    async def first_message(self, request: web.Request) -> web.Response:
        self._stranger(request)
        m1 = self._owner.pairings.first(parse_nameplate(request.match_info["nameplate"]))
        return bytes_answer(m1, "application/octet-stream")

    async def put_message(self, request: web.Request) -> web.Response:
        nameplate, part, token = _message(request)
        body = await body_of(request, PAIRING_PART_BYTES_MAX)
        if not body:
            raise Damaged("This message is empty.")
        await self._owner.pairings.put(nameplate, part, token.hash, body)
        return json_answer({})

    async def get_message(self, request: web.Request) -> web.Response:
        nameplate, part, token = _message(request)
        wait_s = number_of(request, "wait", 3600) or 0
        body = await self._owner.pairings.wait(nameplate, part, token.hash, min(wait_s, PAIRING_WAIT_S_MAX))
        if body is None:
            return web.Response(status=204, headers=NO_STORE)
        return bytes_answer(body, "application/octet-stream")

    async def burn_pairing(self, request: web.Request) -> web.Response:
        nameplate = parse_nameplate(request.match_info["nameplate"])
        await self._owner.pairings.burn(nameplate, token_of(request).hash)
        return web.Response(status=204, headers=NO_STORE)

    def _stranger(self, request: web.Request) -> None:
        forwarded = request.headers.get("X-Forwarded-For")
        self._owner.stranger(self._owner.address_of(request.remote or "local", forwarded))


def _message(request: web.Request) -> tuple[str, int, Token]:
    nameplate = parse_nameplate(request.match_info["nameplate"])
    return nameplate, parse_part(request.match_info["part"]), token_of(request)
