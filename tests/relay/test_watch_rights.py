"""Who may change what of a watch: every role, every request, every stage (test E9).

For each stage one relay, and for each request a watch of its own that has come there. First all try who may
not: each gets the answer that a watch which is not there would give, to the byte, and nothing changes. Then
those who may, and what the stage says to it.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.relay.push_service import push_service
from tests.relay.running import Answer, Person, Running
from tests.relay.watching import LETTER, PARCEL, Seat, Watched, count, days, watching

from twinbell.crypto.kdf import sha256
from twinbell.crypto.signing import SigningKey
from twinbell.relay.socket import UNAUTHORISED_S
from twinbell.wire import watch as wire
from twinbell.wire.auth import Token
from twinbell.wire.life import Alive, Away, Life, notes_hash
from twinbell.wire.silence import Answer as Said
from twinbell.wire.silence import Stage
from twinbell.wire.terms import Terms, consent
from twinbell.wire.watch import Ballot, Channels, Doorbell
from twinbell.wire.watchview import View

ROLES = ("owner", "guardian", "reader", "stranger", "nobody", "other owner")
OWNER = ("owner",)
OVER = (Stage.SILENT, Stage.RETURNED, Stage.STOPPED)


@pytest.fixture(scope="module")
def service():
    with push_service() as it:
        yield it


def token_of(watched: Watched, role: str) -> Token | None:
    return {
        "owner": watched.owner,
        "guardian": watched.seats[0].token,
        "reader": watched.reader,
        "stranger": Token.generate(),
        "nobody": None,
        "other owner": OTHER.owner,
    }[role]


def with_hand() -> Watched:
    """A watch with a hand, so that there is one to take away."""
    watched = Watched()
    watched.terms = replace(watched.terms, hands=(HAND,))
    return watched


HAND = SigningKey.generate().verify_key.raw
OTHER = Watched()
SPARE = Person()


@dataclass(frozen=True)
class Request:
    """One request: who may, and by stage the slug that it gets; `ok` where none is named."""

    make: Callable[[Watched, Running], tuple[str, str, bytes | None]]
    may: tuple[str, ...]
    said: dict[Stage, str] = field(default_factory=dict)


def put(**changed: Any) -> Callable[[Watched, Running], tuple[str, str, bytes | None]]:
    """The next terms, with these changes; a callable is asked what the old ones say."""

    def make(watched: Watched, relay: Running) -> tuple[str, str, bytes | None]:
        old = watched.terms
        values = {name: value(watched) if callable(value) else value for name, value in changed.items()}
        terms: Terms = replace(old, number=old.number + 1, **values)
        return "PUT", wire.path(watched.id), terms.sign(watched.key).to_bytes()

    return make


def send(
    method: str, path: Callable[[bytes], str], body: bytes | None = None
) -> Callable[[Watched, Running], tuple[str, str, bytes | None]]:
    return lambda watched, relay: (method, path(watched.id), body)


def life(*, away: bool = False, forged: bool = False) -> Any:
    def make(watched: Watched, relay: Running) -> tuple[str, str, bytes | None]:
        now_s, key = int(relay.clock.wall_s()), SigningKey.generate() if forged else watched.key
        if away:
            signed = Away(watch=watched.id, n=now_s, from_s=now_s, until_s=now_s + 86_400).sign(key)
        else:
            alive = Alive(watch=watched.id, epoch=1, n=now_s, day=1, notes=notes_hash({}))
            signed = alive.sign(key)
        return "POST", wire.life_path(watched.id), Life(signed).to_bytes()

    return make


def vote(said: Said, *, as_seat: int = 0) -> Any:
    def make(watched: Watched, relay: Running) -> tuple[str, str, bytes | None]:
        ballot = watched.ballot(relay, as_seat, said, n=int(relay.clock.wall_s()) + 1)
        return "POST", wire.vote_path(watched.id), ballot.to_bytes()

    return make


def parcel(watch: bytes) -> str:
    return wire.parcel_path(watch, LETTER)


NOT_OVER = dict.fromkeys(OVER, "conflict")
VOTES = dict.fromkeys((Stage.KEPT, Stage.LATE), "not-yet") | dict.fromkeys(OVER, "gone")
DOORBELL = Doorbell(SPARE.box, SPARE.peer.secret).to_bytes()
ANYBODY = ROLES
NEW_SEAT = Seat()

REQUESTS: dict[str, Request] = {
    "look": Request(send("GET", wire.path), ("owner", "guardian", "reader")),
    "stricter terms": Request(put(every=31), OWNER, NOT_OVER),
    "looser terms": Request(put(every=1), OWNER, NOT_OVER),
    "shorter veto": Request(put(veto=1), OWNER, NOT_OVER),
    "fewer to agree": Request(
        put(k=1, guardians=lambda w: w.terms.guardians[:1]), OWNER, NOT_OVER
    ),
    "another guardian": Request(
        put(
            guardians=lambda w: (
                *w.terms.guardians[:2],
                consent(NEW_SEAT.key, w.id, 20_000, token=NEW_SEAT.token.hash),
            )
        ),
        OWNER,
        NOT_OVER,
    ),
    "another reader": Request(put(reader=Token.generate().hash), OWNER, NOT_OVER),
    "another owner": Request(put(owner=Token.generate().hash), OWNER, NOT_OVER),
    "another zone": Request(put(zone="Asia/Tokyo"), OWNER, NOT_OVER),
    "a hand": Request(put(hands=(HAND, SigningKey.generate().verify_key.raw)), OWNER, NOT_OVER),
    "no hand": Request(put(hands=()), OWNER, NOT_OVER),
    "another unit": Request(
        put(unit_s=2, rehearsal=True), OWNER, dict.fromkeys(Stage, "conflict")
    ),
    "an unknown guardian": Request(  # who never consented to this watch
        put(guardians=OTHER.terms.guardians), (), {}
    ),
    "arm anew": Request(put(epoch=2), OWNER, {Stage.STOPPED: "conflict"}),
    "arm anew, another code": Request(
        put(epoch=2, stop=sha256(bytes(16))),
        OWNER,
        {Stage.SILENT: "conflict", Stage.RETURNED: "conflict"},
    ),
    "channels": Request(send("PUT", wire.channels_path, Channels(()).to_bytes()), OWNER),
    "test a channel": Request(send("POST", wire.trial_path, wire.trial_to_bytes("phone")), OWNER),
    "a parcel": Request(send("PUT", parcel, b"another"), OWNER, NOT_OVER),
    "drop a parcel": Request(send("DELETE", parcel), OWNER),
    "fetch a parcel": Request(
        send("GET", parcel),
        ("reader",),
        dict.fromkeys((Stage.KEPT, Stage.LATE, Stage.ASKING, Stage.VETO), "not-yet")
        | dict.fromkeys((Stage.RETURNED, Stage.STOPPED), "gone"),
    ),
    "a doorbell": Request(send("PUT", wire.doorbell_path, DOORBELL), ("guardian", "reader")),
    "alive": Request(life(), ANYBODY),
    "away": Request(life(away=True), ANYBODY),
    "a forged alive": Request(life(forged=True), ()),
    "a forged away": Request(life(away=True, forged=True), ()),
    "a no": Request(vote(Said.NO), ("guardian",), VOTES),
    "a yes": Request(vote(Said.YES), ("guardian",), VOTES),
    "an unknown": Request(vote(Said.UNKNOWN), ("guardian",), VOTES),
    "another's no": Request(vote(Said.NO, as_seat=1), ()),
    "the code": Request(lambda w, _: ("POST", wire.stop_path(w.id), w.code), ANYBODY),
    "a wrong code": Request(send("POST", wire.stop_path, secrets.token_bytes(16)), ()),
    "end it": Request(send("DELETE", wire.path), OWNER),
}  # fmt: skip


def ask(relay: Running, watched: Watched, name: str, role: str) -> Answer:
    method, path, body = REQUESTS[name].make(watched, relay)
    return relay.ask(method, path, token_of(watched, role), body)


def slug_of(answer: Answer) -> str:
    return "ok" if answer.status < 300 else answer.slug


def seen(watched: Watched, relay: Running) -> Any:
    """All that the writer and the recipient can see of it, but for what time alone does."""
    return [replace(watched.view(relay, token), counted=0) for token in (watched.owner, watched.reader)]


def bring(relay: Running, everybody: list[Watched], stage: Stage) -> None:
    """Bring many watches to a stage at once."""
    if stage is Stage.STOPPED:
        for watched in everybody:
            watched.stop(relay)
    elif stage is not Stage.KEPT:
        days(relay, 30 if stage is Stage.LATE else 37)
        if stage in (Stage.VETO, Stage.SILENT, Stage.RETURNED):
            for watched in everybody:
                for seat in (0, 1):
                    assert watched.vote(relay, seat, Said.NO).status == 200
        if stage in (Stage.SILENT, Stage.RETURNED):
            days(relay, 7)
        if stage is Stage.RETURNED:
            for watched in everybody:
                assert watched.alive(relay).status == 200
    count(relay, 10)
    assert {watched.stage(relay) for watched in everybody} == {stage}


@pytest.mark.parametrize("stage", Stage)
def test_only_the_listed_cells_succeed(stage, service, tmp_path, monkeypatch):
    monkeypatch.setattr("twinbell.relay.api.UNAUTHORISED_S", 0)
    with watching(tmp_path / "data", service) as relay:
        SPARE.register(relay)
        OTHER.put(relay)
        everybody = {name: with_hand() for name in REQUESTS}
        for watched in everybody.values():
            assert watched.put(relay).status == 201
            watched.call_by(relay, service)
            watched.parcel(relay)
        bring(relay, list(everybody.values()), stage)
        absent = relay.ask("GET", wire.path(bytes(16)), Token.generate())
        wrong: list[Any] = []

        for name, request in REQUESTS.items():
            watched = everybody[name]
            before = seen(watched, relay)
            for role in ROLES:
                if role in request.may:
                    continue
                answer = ask(relay, watched, name, role)
                malformed = answer.status == 400 and name == "an unknown guardian"
                if not malformed and (answer.status, answer.body) != (401, absent.body):
                    wrong.append((name, role, answer))
            if seen(watched, relay) != before:
                wrong.append((name, "changed something"))
            for role in request.may:
                slug = slug_of(ask(relay, watched, name, role))
                if slug != request.said.get(stage, "ok"):
                    wrong.append((name, role, slug))

        assert not wrong
        assert len(REQUESTS) * len(ROLES) * len(Stage) > 600


@pytest.mark.parametrize(
    "name", ["looser terms", "shorter veto", "fewer to agree", "another guardian", "another reader",
             "another owner", "another zone", "no hand"]
)  # fmt: skip
def test_what_is_looser_waits_as_long_as_the_old_terms_and_can_be_seen(name, service, tmp_path):
    with watching(tmp_path / "data", service) as relay:
        watched = with_hand()
        watched.put(relay)
        before = watched.view(relay)
        assert slug_of(ask(relay, watched, name, "owner")) == "ok"

        for token in (watched.owner, watched.seats[2].token, watched.reader):
            view = watched.view(relay, token)
            assert view.terms == before.terms
            assert view.pending is not None
            assert view.pending.at - view.counted == watched.terms.wait_s
        for _ in range(4):
            days(relay, 10.9)
            watched.alive(relay)
        assert watched.view(relay).terms == before.terms
        days(relay, 0.5)

        reader = relay.ask("GET", wire.path(watched.id), watched.reader)
        guardian = View.parse(relay.ask("GET", wire.path(watched.id), watched.seats[0].token).body)
        assert Terms.parse(guardian.terms.record).number == 2
        assert guardian.pending is None
        assert (reader.status == 200) == (name != "another reader")


def test_looser_terms_that_wait_are_taken_back_at_once(service, tmp_path):
    with watching(tmp_path / "data", service) as relay:
        watched = Watched()
        watched.put(relay)
        watched.change(relay, every=1)
        assert watched.view(relay).pending is not None

        watched.change(relay, every=30)

        view = watched.view(relay)
        assert view.pending is None
        assert Terms.parse(view.terms.record).number == 3
        days(relay, 50)
        assert Terms.parse(watched.view(relay).terms.record).every == 30


def test_terms_may_be_repeated_and_not_replayed(service, tmp_path):
    with watching(tmp_path / "data", service) as relay:
        watched = Watched()
        first = watched.terms
        watched.put(relay)
        watched.change(relay, every=40)
        assert watched.put(relay).status == 200

        answer = watched.put(relay, first)

        assert (answer.slug, Terms.parse(watched.view(relay).terms.record).every) == ("stale", 40)


def test_who_ended_a_watch_cannot_make_a_looser_one_of_its_name(service, tmp_path):
    with watching(tmp_path / "data", service) as relay:
        watched = Watched()
        watched.put(relay)
        relay.ask("DELETE", wire.path(watched.id), watched.owner)

        assert watched.change(relay, every=1).slug == "gone"
    with watching(tmp_path / "data", service) as relay:
        assert watched.put(relay).slug == "gone"


@pytest.mark.parametrize("name", [name for name in REQUESTS if name != "an unknown guardian"])
def test_a_watch_that_is_not_there_answers_as_one_that_is_not_yours(name, service, tmp_path):
    """The same bytes, the same headers, and no sooner."""
    with watching(tmp_path / "data", service) as relay:
        there, absent = Watched(), Watched()
        there.put(relay)
        answers = []
        for watched in (there, absent):
            method, path, body = REQUESTS[name].make(watched, relay)
            if name in ("alive", "away"):  # a stranger has no key
                _, _, body = REQUESTS[f"a forged {name}"].make(watched, relay)
            elif name == "the code":
                body = bytes(16)
            started_s = time.monotonic()
            answers.append(relay.ask(method, path, Token.generate(), body))
            assert time.monotonic() - started_s >= UNAUTHORISED_S

        first, second = ((a.status, a.body, {**a.headers, "date": ""}) for a in answers)
        assert first == second
        assert first[0] == 401


def test_making_watches_has_a_budget(service, tmp_path):
    with watching(tmp_path / "data", service, strangers_per_minute=1) as relay:
        statuses = [Watched().put(relay).status for _ in range(7)]

        assert statuses == [201] * 5 + [429] * 2


def test_codes_cannot_be_tried_without_end(service, tmp_path):
    with watching(tmp_path / "data", service, strangers_per_minute=2) as relay:
        watched = Watched()
        watched.put(relay)
        statuses = {watched.stop(relay, secrets.token_bytes(16)).status for _ in range(20)}

        assert statuses == {401, 429}
        assert watched.stage(relay) is Stage.KEPT


def test_an_answer_for_an_older_epoch_counts_for_nothing(service, tmp_path):
    with watching(tmp_path / "data", service) as relay:
        watched = Watched().begin(relay, service).reach(relay, Stage.ASKING)
        seat = watched.seats[0]
        old = Ballot(
            watch=watched.id, epoch=9, seat=seat.seat, answer=Said.NO, n=int(relay.clock.wall_s())
        ).sign(seat.key)

        answer = relay.ask("POST", wire.vote_path(watched.id), seat.token, old.to_bytes())

        assert answer.slug == "malformed"
        assert watched.view(relay).votes == ()


def test_a_parcel_is_small_and_they_are_few(service, tmp_path):
    with watching(tmp_path / "data", service) as relay:
        watched = Watched()
        watched.put(relay)
        assert watched.parcel(relay, body=bytes(8_193)).status == 413
        assert watched.parcel(relay, body=b"").slug == "malformed"
        assert {watched.parcel(relay, bytes([n]) * 16, PARCEL).status for n in range(64)} == {200}
        assert watched.parcel(relay, bytes([99]) * 16, PARCEL).slug == "full"
        assert watched.parcel(relay, bytes(16), b"in place of the old one").status == 200
