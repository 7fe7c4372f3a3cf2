"""A watch at a real relay: its writer, guardians and recipient, and time that is made to count."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.jumping_clock import NOON_S, JumpingClock
from tests.relay.push_service import Browser, PushService
from tests.relay.running import Answer, Asked, Person, Running, running

from twinbell.crypto.kdf import sha256
from twinbell.crypto.signing import SigningKey
from twinbell.relay.counter import BEAT_MAX_S
from twinbell.wire import watch as wire
from twinbell.wire.auth import Token
from twinbell.wire.life import Alive, Away, Life, notes_hash
from twinbell.wire.signed import Signed
from twinbell.wire.silence import Answer as Said
from twinbell.wire.silence import Stage
from twinbell.wire.terms import Terms, consent, watch_id
from twinbell.wire.watch import Ballot, Channels, Doorbell, PushChannel
from twinbell.wire.watchview import View

DAY = 86_400
LETTER = bytes(range(16))
PARCEL = b"age-encryption.org/v1 opaque"


def count(relay: Running, seconds: float) -> None:
    """Let time pass that counts: no beat comes later than it may; sweep each hour, and at the end."""

    async def pass_() -> None:
        left, since = seconds, 0.0
        while left > 0:
            step = min(left, BEAT_MAX_S)
            relay.clock.pass_(step)
            relay.relay.counter.now()
            left, since = left - step, since + step
            if since >= 3600:
                since = 0.0
                await vigil.once()
                await reminded()
        await vigil.once()
        await reminded()
        await vigil.once()

    async def reminded() -> None:
        while vigil._tasks:
            await asyncio.gather(*vigil._tasks)

    vigil = relay.relay.vigil
    relay.do(pass_())


def days(relay: Running, number: float) -> None:
    count(relay, number * DAY)


@dataclass
class Seat:
    """A guardian: the key that votes, the token that looks, and a mailbox at this relay."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    token: Token = field(default_factory=Token.generate)
    inbox: Person = field(default_factory=Person)

    @property
    def seat(self) -> bytes:
        return self.key.verify_key.raw


@dataclass
class Watched:
    """A writer with a watch, and everybody around it."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    owner: Token = field(default_factory=Token.generate)
    reader: Token = field(default_factory=Token.generate)
    seats: list[Seat] = field(default_factory=lambda: [Seat(), Seat(), Seat()])
    inbox: Person = field(default_factory=Person)
    code: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    terms: Terms = field(init=False)

    def __post_init__(self) -> None:
        self.terms = Terms(
            key=self.key.verify_key.raw,
            number=1,
            epoch=1,
            unit_s=DAY,
            every=30,
            grace=7,
            veto=7,
            zone="Europe/Berlin",
            k=2,
            guardians=tuple(consent(s.key, self.id, 20_000, token=s.token.hash) for s in self.seats),
            reader=self.reader.hash,
            owner=self.owner.hash,
            stop=sha256(self.code),
            armed=True,
        )

    @property
    def id(self) -> bytes:
        return watch_id(self.key.verify_key.raw)

    # --- the writer

    def put(self, relay: Asked, terms: Terms | None = None, *, token: Token | None = None) -> Answer:
        body = (terms or self.terms).sign(self.key).to_bytes()
        return relay.ask("PUT", wire.path(self.id), token or self.owner, body)

    def change(self, relay: Asked, **changed: Any) -> Answer:
        """Put the next terms, which are the writer's from then on if the relay took them."""
        terms = replace(self.terms, number=self.terms.number + 1, **changed)
        answer = self.put(relay, terms)
        if answer.status == 200:
            self.terms = terms
        return answer

    def channels(self, relay: Asked, *channels: wire.Channel) -> Answer:
        return relay.ask("PUT", wire.channels_path(self.id), self.owner, Channels(channels).to_bytes())

    def call_by(self, relay: Asked, service: PushService) -> Answer:
        """Be reminded on two devices."""
        return self.channels(
            relay,
            *(PushChannel(name, Browser.subscribe(service, name).subscription) for name in ("phone", "desk")),
        )

    def alive(
        self, relay: Asked, *, n: int | None = None, key: SigningKey | None = None, notes: Any = None
    ) -> Answer:
        notes = notes or {}
        record = Alive(
            watch=self.id,
            epoch=self.terms.epoch,
            n=n or int(relay.clock.wall_s()),
            day=20_000,
            notes=notes_hash(notes),
        )
        return self.bring(relay, Life(record.sign(key or self.key), notes))

    def away(self, relay: Asked, until_s: int) -> Answer:
        now_s = int(relay.clock.wall_s())
        record = Away(watch=self.id, n=now_s, from_s=now_s if until_s else 0, until_s=until_s)
        return self.bring(relay, Life(record.sign(self.key)))

    def bring(self, relay: Asked, life: Life) -> Answer:
        return relay.ask("POST", wire.life_path(self.id), None, life.to_bytes())

    def parcel(self, relay: Asked, letter: bytes = LETTER, body: bytes = PARCEL) -> Answer:
        return relay.ask("PUT", wire.parcel_path(self.id, letter), self.owner, body)

    # --- the others

    def vote(self, relay: Asked, seat: int, said: Said, *, n: int | None = None) -> Answer:
        who = self.seats[seat]
        return relay.ask(
            "POST", wire.vote_path(self.id), who.token, self.ballot(relay, seat, said, n=n).to_bytes()
        )

    def ballot(self, relay: Asked, seat: int, said: Said, *, n: int | None = None) -> Signed:
        who = self.seats[seat]
        ballot = Ballot(
            watch=self.id,
            epoch=self.terms.epoch,
            seat=who.seat,
            answer=said,
            n=n or int(relay.clock.wall_s()),
        )
        return ballot.sign(who.key)

    def stop(self, relay: Asked, code: bytes | None = None) -> Answer:
        return relay.ask("POST", wire.stop_path(self.id), None, self.code if code is None else code)

    def fetch(self, relay: Asked, letter: bytes = LETTER, *, token: Token | None = None) -> Answer:
        return relay.ask("GET", wire.parcel_path(self.id, letter), token or self.reader)

    def view(self, relay: Asked, token: Token | None = None) -> View:
        answer = relay.ask("GET", wire.path(self.id), token or self.owner)
        assert answer.status == 200, answer
        return View.parse(answer.body)

    def stage(self, relay: Asked) -> Stage:
        return self.view(relay).stage

    def hang(self, relay: Asked) -> None:
        """Hang a doorbell for every guardian and for the recipient."""
        for inbox, token in [*((s.inbox, s.token) for s in self.seats), (self.inbox, self.reader)]:
            inbox.register(relay)
            body = Doorbell(inbox.box, inbox.peer.secret).to_bytes()
            answer = relay.ask("PUT", wire.doorbell_path(self.id), token, body)
            assert answer.status == 200, answer

    # --- on the way to a stage

    def begin(self, relay: Asked, service: PushService) -> "Watched":
        """Put the watch, with two channels, doorbells and a parcel."""
        assert self.put(relay).status == 201
        assert self.call_by(relay, service).status == 200
        assert self.parcel(relay).status == 200
        self.hang(relay)
        return self

    def reach(self, relay: Running, stage: Stage) -> "Watched":
        """Let time pass, and let guardians answer, until this stage; the writer is silent."""
        ahead = {
            Stage.LATE: self._late,
            Stage.ASKING: self._asking,
            Stage.VETO: self._veto,
            Stage.SILENT: self._silent,
            Stage.RETURNED: self._returned,
            Stage.STOPPED: lambda relay: self.stop(relay),
        }
        if stage is not Stage.KEPT:
            ahead[stage](relay)
        assert self.stage(relay) is stage
        return self

    def _late(self, relay: Running) -> None:
        days(relay, self.terms.every)

    def _asking(self, relay: Running) -> None:
        self._late(relay)
        days(relay, self.terms.grace)

    def _veto(self, relay: Running) -> None:
        self._asking(relay)
        for seat in range(self.terms.k):
            assert self.vote(relay, seat, Said.NO).status == 200

    def _silent(self, relay: Running) -> None:
        self._veto(relay)
        days(relay, self.terms.veto)

    def _returned(self, relay: Running) -> None:
        self._silent(relay)
        assert self.alive(relay).status == 200


@contextmanager
def watching(data: Path, service: PushService, **settings: Any) -> Iterator[Running]:
    """A relay that may knock at this service. Its vigil looks when a test tells it to, and not by itself."""
    clock = settings.pop("clock", None) or JumpingClock(NOON_S)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("twinbell.relay.vigil.BEAT_S", 86_400.0)
        with running(data, clock=clock, push_services=[service.origin], **settings) as relay:
            yield relay
