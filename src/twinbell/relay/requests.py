"""What routes read of a request, and the shape of their answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from twinbell.errors import Damaged
from twinbell.wire.auth import Token, parse_header
from twinbell.wire.limits import BODY_S
from twinbell.wire.mailbox import parse_id
from twinbell.wire.problems import CONTENT_TYPE, Denied, Problem, document

NO_STORE = {"Cache-Control": "no-store"}


def id_of(request: web.Request, name: str) -> bytes:
    return parse_id(request.match_info[name])


def token_of(request: web.Request) -> Token:
    return parse_header(request.headers.get("Authorization"))


def number_of(request: web.Request, name: str, most: int) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > most:
        raise Damaged(f"{name} is a whole number up to {most}.")
    return int(text)


async def body_of(request: web.Request, bytes_max: int) -> bytes:
    """Return the whole body, which must come in time and be no longer than `bytes_max`."""
    if request.content_length is not None and request.content_length > bytes_max:
        raise Denied(Problem.TOO_LARGE)
    body = bytearray()
    async with asyncio.timeout(BODY_S):
        async for part in request.content.iter_any():
            body += part
            if len(body) > bytes_max:
                raise Denied(Problem.TOO_LARGE)
    return bytes(body)


async def parts_of(request: web.Request) -> AsyncIterator[bytes]:
    """Yield a large body as it comes; each next part must come in time."""
    parts = request.content.iter_any()
    while True:
        try:
            async with asyncio.timeout(BODY_S):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        yield part


def of_status(status: int) -> Problem:
    for problem in Problem:
        if problem.status == status:
            return problem
    return Problem.NOT_FOUND if status < 500 else Problem.FAULT


def refusal(
    request: web.Request, problem: Problem, detail: str, *, retry_s: int = 0, newest: int | None = None
) -> web.Response:
    """Answer with one problem document."""
    answer = web.Response(
        status=problem.status,
        body=document(problem, detail, retry_s=retry_s, newest=newest),
        headers={"Content-Type": CONTENT_TYPE, **NO_STORE},
    )
    if retry_s:
        answer.headers["Retry-After"] = str(retry_s)
    if not request.content.at_eof():
        answer.force_close()  # what is left of the body is not worth reading
    return answer


def json_answer(
    fields: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return bytes_answer(json.dumps(fields).encode(), "application/json", status=status, headers=headers)


def bytes_answer(
    body: bytes, content_type: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        status=status, body=body, headers={**NO_STORE, "Content-Type": content_type, **(headers or {})}
    )
