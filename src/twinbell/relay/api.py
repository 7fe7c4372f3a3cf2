"""The relay's HTTP: each request of `docs/spec/relay.md`, and errors turned into problems.

Routes read what came, check it once, and call the noun that it is about. Whatever they raise becomes one
RFC 9457 document in `answered`. A refused token is answered at a set time after the request, so neither its
bytes nor its time tell an absent mailbox from somebody else's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from twinbell.errors import Damaged, NotFound, Stale, TwinbellError, Unauthorised
from twinbell.relay import log
from twinbell.relay.blob import Blobs
from twinbell.relay.front import Handler
from twinbell.relay.live import Live
from twinbell.relay.mailbox import SINK, Mailboxes
from twinbell.relay.origin import Origins
from twinbell.relay.pairing import Pairings
from twinbell.relay.push import Push
from twinbell.relay.requests import (
    NO_STORE,
    body_of,
    bytes_answer,
    id_of,
    json_answer,
    number_of,
    of_status,
    parts_of,
    refusal,
    token_of,
)
from twinbell.relay.socket import UNAUTHORISED_S
from twinbell.relay.store import DEPOSIT_NAMES, Broken, Full, Store
from twinbell.relay.store.writer import Writer
from twinbell.wire import blob as wire_blob
from twinbell.wire import mailbox as wire_mailbox
from twinbell.wire import push as wire_push
from twinbell.wire.auth import Right
from twinbell.wire.limits import (
    BLOB_BYTES_MAX,
    BODY_S,
    ENVELOPE_BYTES_MAX,
    PAGE_ENVELOPES_MAX,
    PUSH_BODY_BYTES_MAX,
    SETTING_BYTES_MAX,
    SLOT_BYTES_MAX,
)
from twinbell.wire.mailbox import Receipt, Setting
from twinbell.wire.problems import Denied, Problem, of

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_CURSOR_BYTES_MAX = 256
_FOR_PAGES = "/v1/"  # what pages of allowed origins may use; the beacon is open to all, the rest to none


class Owner(Protocol):
    """What the routes need of the relay."""

    mailboxes: Mailboxes
    pairings: Pairings
    blobs: Blobs
    store: Store
    writer: Writer
    origins: Origins
    push: Push
    stopping: bool

    def address_of(self, peer: str, forwarded: str | None) -> str: ...
    def request(self, address: str) -> None: ...
    def stranger(self, address: str) -> None: ...
    def about(self) -> dict[str, object]: ...
    def health(self) -> tuple[int, dict[str, object]]: ...
    def metrics(self) -> str: ...


class Waiting:
    """A request that waits for a commit, as a `Caller` of the mailboxes."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None:
        if not self.answer.done():
            self.answer.set_result(Receipt(seq, arrived_s))

    def acked(self, upto: int) -> None:
        if not self.answer.done():
            self.answer.set_result(upto)

    def refused(self, problem: Problem, about: bytes) -> None:
        if not self.answer.done():
            self.answer.set_exception(Denied(problem))


class Api:
    """The routes, bound to a relay."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def application(self, extra: list[web.RouteDef]) -> web.Application:
        """Return the application; `extra` are those of other nouns."""
        app = web.Application(middlewares=[self.answered])
        app.router.add_routes(
            [
                web.get("/v1/about", self.about),
                web.get("/healthz", self.health),
                web.get("/metrics", self.metrics),
                web.put("/v1/mailboxes/{box}", self.put_mailbox),
                web.put("/v1/mailboxes/{box}/envelopes/{id}", self.deposit),
                web.get("/v1/mailboxes/{box}/envelopes", self.collect),
                web.post("/v1/mailboxes/{box}/cursor", self.move_cursor),
                web.get("/v1/mailboxes/{box}/slot", self.get_slot),
                web.put("/v1/mailboxes/{box}/slot", self.put_slot),
                web.get(wire_push.KEY_PATH, self.push_key),
                web.put("/v1/mailboxes/{box}/push", self.put_push),
                web.delete("/v1/mailboxes/{box}/push", self.drop_push),
                web.post("/v1/mailboxes/{box}/blobs/{id}", self.begin_blob),
                web.head("/v1/mailboxes/{box}/blobs/{id}", self.blob_offset),
                web.patch("/v1/mailboxes/{box}/blobs/{id}", self.append_blob),
                web.get("/v1/mailboxes/{box}/blobs/{id}", self.get_blob, allow_head=False),
                *extra,
            ]
        )
        app.on_response_prepare.append(self._sign)
        return app

    @web.middleware
    async def answered(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Answer one request, or refuse it with one problem."""
        started_s = asyncio.get_running_loop().time()
        front = request.protocol.front if isinstance(request.protocol, Handler) else None
        if front is not None:
            front.begun()
        try:
            return await self._refused_alike(request, handler, started_s)
        finally:
            if front is not None:
                front.answered()

    async def _refused_alike(
        self, request: web.Request, handler: _Handler, started_s: float
    ) -> web.StreamResponse:
        newest = None
        try:
            self._owner.request(self._address(request))
            if self._owner.stopping:
                raise Denied(Problem.STOPPING)
            if request.headers.get("Content-Encoding", "identity") != "identity":
                raise Denied(Problem.MALFORMED, "The relay takes no compressed bodies.")
            if request.method == "OPTIONS" and request.path.startswith(_FOR_PAGES):
                return self._preflight(request)
            return await handler(request)
        except Unauthorised:
            problem, detail, retry_s = self._stranger(request)
            loop = asyncio.get_running_loop()
            await asyncio.sleep(started_s + UNAUTHORISED_S - loop.time())
        except Denied as denied:
            problem, detail, retry_s = denied.problem, denied.detail, denied.retry_s
        except TwinbellError as error:
            problem, detail, retry_s = of(error), str(error), 0
            newest = error.newest if isinstance(error, Stale) else None
        except Full:
            problem, detail, retry_s = Problem.FULL, "", 0
        except TimeoutError:  # an OSError too, but the client's, not the disk's
            problem, detail, retry_s = Problem.SLOW, "", 0
        except (Broken, OSError) as error:
            if isinstance(error, ConnectionError):
                raise
            log.fault(error)
            problem, detail, retry_s = Problem.READ_ONLY, "", 0
        except web.HTTPException as error:
            problem, detail, retry_s = of_status(error.status), "", 0
        except ConnectionError:
            raise
        except Exception as error:
            log.fault(error)
            problem, detail, retry_s = Problem.FAULT, "", 0
        return refusal(request, problem, detail, retry_s=retry_s, newest=newest)

    def _preflight(self, request: web.Request) -> web.Response:
        """Answer a browser that asks whether a page may ask."""
        headers = self._owner.origins.preflight(request.headers.get("Origin"))
        if not headers:
            raise Denied(Problem.ORIGIN)
        return web.Response(status=204, headers=headers)

    async def _sign(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Say who answers, but not which versions of what, and let pages read that were allowed to."""
        answer.headers["Server"] = "twinbell"
        origin = request.headers.get("Origin")
        if origin is not None and request.path.startswith(_FOR_PAGES):
            for name, value in self._owner.origins.cors(origin).items():
                answer.headers.setdefault(name, value)

    def _stranger(self, request: web.Request) -> tuple[Problem, str, int]:
        try:
            self._owner.stranger(self._address(request))
        except Denied as denied:
            return denied.problem, "", denied.retry_s
        return Problem.UNAUTHORISED, "", 0

    def _address(self, request: web.Request) -> str:
        return self._owner.address_of(request.remote or "local", request.headers.get("X-Forwarded-For"))

    # --- about the relay

    async def about(self, request: web.Request) -> web.Response:
        return json_answer(self._owner.about(), headers={"Access-Control-Allow-Origin": "*"})

    async def health(self, request: web.Request) -> web.Response:
        status, fields = self._owner.health()
        return json_answer(fields, status=status)

    async def metrics(self, request: web.Request) -> web.Response:
        return web.Response(
            body=self._owner.metrics().encode(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    # --- mailboxes

    async def put_mailbox(self, request: web.Request) -> web.Response:
        box, token = id_of(request, "box"), token_of(request)
        setting = Setting.parse(await body_of(request, SETTING_BYTES_MAX))
        if self._owner.mailboxes.find(box) is None:
            self._owner.stranger(self._address(request))
        created = await self._owner.mailboxes.put(box, token.hash, setting)
        return json_answer({"epoch": setting.epoch}, status=201 if created else 200)

    async def deposit(self, request: web.Request) -> web.Response:
        live, _, name = self._authorise(request, Right.DEPOSIT)
        id_ = id_of(request, "id")
        blobs = wire_blob.parse_blobs_header(request.headers.get(wire_blob.BLOBS_HEADER))
        body = await body_of(request, ENVELOPE_BYTES_MAX)
        if not body:
            raise Damaged(f"An envelope is 1 to {ENVELOPE_BYTES_MAX} bytes.")
        waiting = Waiting()
        self._owner.mailboxes.deposit(live, name, id_, blobs, body, waiting)
        receipt: Receipt = await waiting.answer
        return bytes_answer(receipt.to_bytes(), "application/json")

    async def collect(self, request: web.Request) -> web.Response:
        live, _, device = self._authorise(request, Right.COLLECT)
        after = number_of(request, "after", 2**53)
        limit = number_of(request, "limit", PAGE_ENVELOPES_MAX)
        page = self._owner.mailboxes.page(live, device, after, limit)
        headers = {wire_mailbox.MISSED_HEADER: "1"} if live.devices[device].missed else {}
        return bytes_answer(page.to_bytes(), wire_mailbox.CBOR_TYPE, headers=headers)

    async def move_cursor(self, request: web.Request) -> web.Response:
        live, _, device = self._authorise(request, Right.COLLECT)
        upto = wire_mailbox.cursor_from_bytes(await body_of(request, _CURSOR_BYTES_MAX))
        waiting = Waiting()
        self._owner.mailboxes.collected_upto(live, device, upto, waiting)
        await waiting.answer
        return bytes_answer(wire_mailbox.cursor_to_bytes(upto), "application/json")

    async def get_slot(self, request: web.Request) -> web.Response:
        live, _, _ = self._authorise(request, Right.COLLECT, Right.OWNER)
        found = self._owner.store.slot(live.number, number_of(request, "version", 2**53))
        if found is None:
            raise NotFound("There is nothing in this slot yet.")
        return bytes_answer(found[1], wire_mailbox.SLOT_TYPE, headers={"ETag": f'"{found[0]}"'})

    async def put_slot(self, request: web.Request) -> web.Response:
        live, _, _ = self._authorise(request, Right.COLLECT, Right.OWNER)
        version = request.headers.get("If-Match", "").strip('"')
        if not (version.isascii() and version.isdigit()) or len(version) > 15:
            raise Damaged("If-Match says which version this replaces; 0 is the first.")
        body = await body_of(request, SLOT_BYTES_MAX)
        if not body:
            raise Damaged("A slot is not emptied.")
        try:
            newest = await self._owner.writer.run(
                lambda: self._owner.store.put_slot(live.number, int(version), body)
            )
        except TwinbellError as error:
            raise Denied(Problem.STALE) from error
        return json_answer({"version": newest}, headers={"ETag": f'"{newest}"'})

    # --- push

    async def push_key(self, request: web.Request) -> web.Response:
        return bytes_answer(wire_push.key_to_bytes(self._owner.push.public), "application/json")

    async def put_push(self, request: web.Request) -> web.Response:
        live, _, device = self._authorise(request, Right.COLLECT)
        subscription = wire_push.Subscription.parse(await body_of(request, PUSH_BODY_BYTES_MAX))
        await self._owner.push.put(live, device, subscription)
        return json_answer({})

    async def drop_push(self, request: web.Request) -> web.Response:
        live, _, device = self._authorise(request, Right.COLLECT)
        await self._owner.push.drop(live, device)
        return web.Response(status=204, headers=NO_STORE)

    # --- blobs

    async def begin_blob(self, request: web.Request) -> web.Response:
        live, which = self._depositor(request)
        length = wire_blob.parse_length(request.query.get("length"))
        blob, is_new = await self._owner.blobs.begin(live, id_of(request, "id"), which, length)
        return bytes_answer(
            wire_blob.offset_to_bytes(blob.offset),
            "application/json",
            status=201 if is_new else 200,
            headers={wire_blob.OFFSET_HEADER: str(blob.offset)},
        )

    async def blob_offset(self, request: web.Request) -> web.Response:
        live, which = self._depositor(request)
        blob = self._owner.blobs.find(live, id_of(request, "id"), which)
        return web.Response(headers={**NO_STORE, wire_blob.OFFSET_HEADER: str(blob.offset)})

    async def append_blob(self, request: web.Request) -> web.Response:
        live, which = self._depositor(request)
        offset = wire_blob.parse_length(request.headers.get(wire_blob.OFFSET_HEADER))
        if request.content_length is not None and request.content_length > BLOB_BYTES_MAX:
            raise Denied(Problem.TOO_LARGE)
        reached = await self._owner.blobs.append(live, id_of(request, "id"), which, offset, parts_of(request))
        return web.Response(status=204, headers={wire_blob.OFFSET_HEADER: str(reached)})

    async def get_blob(self, request: web.Request) -> web.StreamResponse:
        live, _, _ = self._authorise(request, Right.COLLECT)
        id_ = id_of(request, "id")
        blob = self._owner.blobs.find(live, id_)
        try:
            wanted = wire_blob.parse_range(request.headers.get("Range"), blob.length)
        except Damaged as error:
            raise Denied(Problem.RANGE) from error
        start, end = wanted or (0, blob.length)
        answer = web.StreamResponse(
            status=206 if wanted else 200,
            headers={
                **NO_STORE,
                "Accept-Ranges": "bytes",
                "Content-Type": "application/octet-stream",
                "Content-Length": str(end - start),
                **({"Content-Range": f"bytes {start}-{end - 1}/{blob.length}"} if wanted else {}),
            },
        )
        await answer.prepare(request)
        async for part in self._owner.blobs.read(live, id_, start, end):
            async with asyncio.timeout(BODY_S):  # a reader that does not read is not waited for
                await answer.write(part)
        await answer.write_eof()
        return answer

    # --- rights

    def _authorise(self, request: web.Request, *rights: Right) -> tuple[Live, Right, str]:
        return self._owner.mailboxes.authorise(id_of(request, "box"), token_of(request).hash, *rights)

    def _depositor(self, request: web.Request) -> tuple[Live, int]:
        live, _, name = self._authorise(request, Right.DEPOSIT)
        return live, DEPOSIT_NAMES.index(name) if name else SINK
