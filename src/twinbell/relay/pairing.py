"""Pairing mailboxes at work: nameplates, four messages that are set once, and those who wait for them.

Ten minutes from the first message to the second; then seven days to finish. Whoever knows the nameplate may
read message 1 and set message 2, once; the token that came with it is the answerer's from then on. Either
of the two may burn the mailbox. A burnt or expired one is remembered for ten minutes, so that the other
side is told, and its nameplate is not given again before that.
"""

import asyncio
import base64
import secrets
from dataclasses import replace

from twinbell.clock import Clock
from twinbell.errors import Burnt, Conflict, NotFound, Unauthorised
from twinbell.relay.store import Pairing, Store
from twinbell.relay.store.writer import Writer
from twinbell.wire.limits import NAMEPLATE_LINK_CHARS, PAIRING_ANSWER_S, PAIRING_FINISH_S
from twinbell.wire.pairing import Form, Opened

REMEMBERED_S = 600  # a burnt bell is told to the other side, not just gone
_TRIES = 50
_SPOKEN_FIRST_MAX = 999  # three digits while they last


class Pairings:
    """All bells that hang at this relay."""

    def __init__(self, *, store: Store, writer: Writer, clock: Clock) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._waiting: dict[str, set[asyncio.Event]] = {}

    async def open(self, giver: bytes, form: Form, m1: bytes) -> tuple[Opened, bool]:
        """Hang a bell; return where, and whether it is new. Repeating it gives the same answer."""
        known = self._store.pairings.of_giver(giver)
        is_new = known is None
        while known is None:
            known = await self._hang(giver, form, m1)  # None: somebody else was faster with this nameplate
        if known.parts[0] != m1:
            raise Conflict("This token already opened another bell.")
        self._check_alive(known)
        return Opened(known.nameplate, known.expires_s), is_new

    async def _hang(self, giver: bytes, form: Form, m1: bytes) -> Pairing | None:
        pairing = Pairing(
            nameplate=self._free_nameplate(form),
            giver=giver,
            answerer=None,
            parts=(m1, None, None, None),
            expires_s=int(self._clock.wall_s()) + PAIRING_ANSWER_S,
            burnt=False,
        )
        hung: Pairing | None = await self._writer.run(lambda: self._store.pairings_written.open(pairing))
        return hung

    def first(self, nameplate: str) -> bytes:
        """Return message 1."""
        pairing = self._find(nameplate)
        self._check_alive(pairing)
        m1 = pairing.parts[0]
        assert m1 is not None
        return m1

    async def put(self, nameplate: str, part: int, token_hash: bytes, body: bytes) -> None:
        """Set message 2, 3 or 4, once; the same bytes by the same hand again are fine."""
        pairing = self._find(nameplate)
        self._check_alive(pairing)
        owner = pairing.giver if part == 3 else pairing.answerer
        if part == 2 and owner is None:
            owner = token_hash
            if token_hash == pairing.giver:
                raise Conflict("A bell is not answered by its giver.")
        there = pairing.parts[part - 1]
        if there is not None:
            if (there, owner) != (body, token_hash):
                raise Conflict("This bell was answered already.")
            return
        if owner != token_hash:
            raise Unauthorised
        if pairing.parts[part - 2] is None:
            raise Conflict("A message before this one is missing.")
        await self._change(_with(pairing, part, token_hash, body, self._clock.wall_s()))

    def part(self, nameplate: str, part: int, token_hash: bytes) -> bytes | None:
        """Return message 2, 3 or 4, or None if it has not come."""
        pairing = self._find(nameplate)
        if token_hash not in (pairing.giver, pairing.answerer):
            raise Unauthorised
        self._check_alive(pairing)
        return pairing.parts[part - 1]

    async def wait(self, nameplate: str, part: int, token_hash: bytes, wait_s: float) -> bytes | None:
        """Return the message as soon as it is there, None if it does not come in time."""
        came = asyncio.Event()
        waiting = self._waiting.setdefault(nameplate, set())
        waiting.add(came)
        try:
            body = self.part(nameplate, part, token_hash)
            if body is None and wait_s > 0:
                try:
                    async with asyncio.timeout(wait_s):
                        while body is None:
                            await came.wait()
                            came.clear()
                            body = self.part(nameplate, part, token_hash)
                except TimeoutError:
                    return None
            return body
        finally:
            waiting.discard(came)
            if not waiting:
                self._waiting.pop(nameplate, None)

    async def burn(self, nameplate: str, token_hash: bytes) -> None:
        """End a bell before its time; safe to repeat."""
        pairing = self._find(nameplate)
        if token_hash not in (pairing.giver, pairing.answerer):
            raise Unauthorised
        if not pairing.burnt:
            # Nothing in it is needed any more, so it does not stay on the disk either.
            await self._change(replace(pairing, burnt=True, parts=(pairing.parts[0], None, None, None)))

    async def sweep(self) -> int:
        """Forget what expired a while ago."""
        before_s = int(self._clock.wall_s()) - REMEMBERED_S
        return int(await self._writer.run(lambda: self._store.pairings_written.sweep(before_s)))

    def wake_all(self) -> None:
        """Let every long poll look again: the relay is stopping."""
        for waiting in self._waiting.values():
            for came in waiting:
                came.set()

    async def _change(self, pairing: Pairing) -> None:
        before = self._find(pairing.nameplate)
        await self._writer.run(lambda: self._store.pairings_written.change(pairing, before))
        for came in self._waiting.get(pairing.nameplate, ()):
            came.set()

    def _find(self, nameplate: str) -> Pairing:
        pairing = self._store.pairings.find(nameplate)
        if pairing is None:
            raise NotFound("No bell of that number hangs here.")
        return pairing

    def _check_alive(self, pairing: Pairing) -> None:
        if pairing.burnt or self._clock.wall_s() >= pairing.expires_s:
            raise Burnt

    def _free_nameplate(self, form: Form) -> str:
        if form is Form.LINK:
            random = base64.b32encode(secrets.token_bytes(16)).decode().lower()
            return random[:NAMEPLATE_LINK_CHARS]
        top = _SPOKEN_FIRST_MAX
        while True:
            for _ in range(_TRIES):
                nameplate = str(1 + secrets.randbelow(top))
                if self._store.pairings.find(nameplate) is None:
                    return nameplate
            top = top * 10 + 9


def _with(pairing: Pairing, part: int, token_hash: bytes, body: bytes, now_s: float) -> Pairing:
    """Return the pairing with one message more."""
    m1, m2, m3, m4 = pairing.parts
    if part == 2:
        return replace(
            pairing, answerer=token_hash, parts=(m1, body, m3, m4), expires_s=int(now_s) + PAIRING_FINISH_S
        )
    if part == 3:
        return replace(pairing, parts=(m1, m2, body, m4))
    return replace(pairing, parts=(m1, m2, m3, body))
