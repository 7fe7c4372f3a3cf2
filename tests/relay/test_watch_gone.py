"""Old tokens, keys and codes are worth nothing once their watch has let go of them (test A1)."""

import shutil
from dataclasses import replace

import pytest
from tests.jumping_clock import JumpingClock
from tests.relay.push_service import push_service
from tests.relay.test_watch_rights import REQUESTS, ROLES, vote
from tests.relay.watching import LETTER, Watched, count, days, watching

from twinbell.crypto.kdf import sha256
from twinbell.crypto.signing import SigningKey
from twinbell.wire import watch as wire
from twinbell.wire.auth import Token
from twinbell.wire.silence import Answer as Said
from twinbell.wire.silence import Stage

TRIES = 1_000


@pytest.fixture(scope="module")
def service():
    with push_service() as it:
        yield it


@pytest.fixture
def relay(service, tmp_path, monkeypatch):
    monkeypatch.setattr("twinbell.relay.api.UNAUTHORISED_S", 0)
    with watching(tmp_path / "data", service) as relay:
        yield relay


def strangers_answer(relay):
    answer = relay.ask("GET", wire.path(bytes(16)), Token.generate())
    assert answer.status == 401
    return answer.status, answer.body


def test_who_was_dismissed_as_a_guardian_has_no_right_and_no_word_left(relay, service):
    watched = Watched().begin(relay, service).reach(relay, Stage.ASKING)
    for seat in (1, 2):
        assert watched.vote(relay, seat, Said.NO).status == 200
    count(relay, 1)
    assert watched.stage(relay) is Stage.VETO
    gone = watched.seats[2]
    assert watched.view(relay, gone.token).part == "seat"
    rung = len(gone.inbox.collect(relay).envelopes)

    assert watched.change(relay, guardians=watched.terms.guardians[:2]).status == 200

    assert watched.stage(relay) is Stage.ASKING, "their answer counts no longer"
    for name, request in REQUESTS.items():
        if "alive" in name or "away" in name or "code" in name:
            continue  # what needs no token is not by this one
        method, path, body = request.make(watched, relay)
        if request.may == ("guardian",):
            method, path, body = vote(Said.NO, as_seat=2)(watched, relay)
        answer = relay.ask(method, path, gone.token, body)
        assert answer.status in (400, 401), name
    assert (watched.vote(relay, 2, Said.YES).status, watched.stage(relay)) == (401, Stage.ASKING)
    assert watched.vote(relay, 0, Said.NO).status == 200
    days(relay, 8)
    assert watched.stage(relay) is Stage.SILENT
    assert len(gone.inbox.collect(relay).envelopes) == rung, "and nobody rings them any more"


def test_of_a_watch_that_was_ended_a_thousand_tries_find_nothing(relay, service):
    """By every request and everybody who had a part: also a hand, the code, and what was signed before."""
    hand = SigningKey.generate()
    watched = Watched()
    watched.terms = replace(watched.terms, hands=(hand.verify_key.raw,))
    watched.begin(relay, service).reach(relay, Stage.ASKING)
    assert watched.alive(relay, key=hand).status == 200
    tokens = {
        "owner": watched.owner,
        "reader": watched.reader,
        **{f"guardian {n}": seat.token for n, seat in enumerate(watched.seats)},
        "nobody": None,
    }
    requests = {
        **{name: request.make for name, request in REQUESTS.items()},
        **{f"a no of seat {n}": vote(Said.NO, as_seat=n) for n in range(3)},
    }
    asked = [(name, *make(watched, relay), who) for name, make in requests.items() for who in tokens]
    assert len(ROLES) * len(asked) > TRIES

    assert relay.ask("DELETE", wire.path(watched.id), watched.owner).status == 204

    said = strangers_answer(relay)
    rung = [len(seat.inbox.collect(relay).envelopes) for seat in watched.seats]
    for number in range(TRIES):
        name, method, path, body, who = asked[number % len(asked)]
        answer = relay.ask(method, path, tokens[who], body)
        if answer.slug == "gone" or (answer.status == 400 and name == "an unknown guardian"):
            assert method == "PUT" and path == wire.path(watched.id), name  # its name is never taken again
        else:
            assert (answer.status, answer.body) == said, (name, who)
    assert watched.alive(relay, key=hand).status == 401
    assert watched.stop(relay).status == 401
    days(relay, 50)
    assert [len(seat.inbox.collect(relay).envelopes) for seat in watched.seats] == rung


def test_a_reader_who_was_replaced_gets_nothing(relay, service):
    watched = Watched().begin(relay, service)
    old = watched.reader
    new = Token.generate()
    assert watched.change(relay, reader=new.hash).status == 200
    assert watched.view(relay, old).stage is Stage.KEPT, "looser terms wait, and the old hold until then"
    days(relay, 44.1)

    said = strangers_answer(relay)
    answers = [relay.ask("GET", wire.path(watched.id), old), watched.fetch(relay, token=old)]
    assert [(answer.status, answer.body) for answer in answers] == [said, said]
    assert watched.view(relay, new).part == "reader"


def ends(relay, watched):
    assert relay.ask("DELETE", wire.path(watched.id), watched.owner).status == 204


def stops(relay, watched):
    assert watched.stop(relay).status == 200


@pytest.mark.parametrize("over", [ends, stops])
def test_a_backup_brings_no_watch_back_that_is_over(service, tmp_path, monkeypatch, over):
    """Nobody signs life for it any more: who had kept a guardian's key could make it silent."""
    monkeypatch.setattr("twinbell.relay.api.UNAUTHORISED_S", 0)
    data, clock = tmp_path / "data", JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched, other = Watched().begin(relay, service), Watched().begin(relay, service)
    shutil.copy(data / "relay.db", tmp_path / "backup.db")
    with watching(data, service, clock=clock) as relay:
        over(relay, watched)
    for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", data / "relay.db")

    for _ in range(2):  # and a second start does no more than the first
        with watching(data, service, clock=clock) as relay:
            if over is ends:
                assert relay.ask("GET", wire.path(watched.id), watched.owner).status == 401
                assert watched.put(relay).slug == "gone"
            else:
                assert (watched.stage(relay), watched.view(relay).parcels) == (Stage.STOPPED, ())
            assert watched.fetch(relay).status in (401, 410)
            assert (other.stage(relay), other.view(relay).parcels) == (Stage.KEPT, (LETTER,))


def test_a_watch_that_was_armed_anew_after_a_stop_goes_on_after_a_start(service, tmp_path):
    data, clock, code = tmp_path / "data", JumpingClock(), bytes(16)
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service).reach(relay, Stage.STOPPED)
        assert watched.change(relay, epoch=2, stop=sha256(code)).status == 200

    with watching(data, service, clock=clock) as relay:
        assert watched.stage(relay) is Stage.KEPT


def test_a_backup_gives_a_right_back_only_until_its_writer_has_come(service, tmp_path, monkeypatch):
    monkeypatch.setattr("twinbell.relay.api.UNAUTHORISED_S", 0)
    data, clock = tmp_path / "data", JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service).reach(relay, Stage.ASKING)
    shutil.copytree(data, tmp_path / "snapshot")
    with watching(data, service, clock=clock) as relay:
        assert watched.change(relay, guardians=watched.terms.guardians[:2]).status == 200
        assert watched.change(relay, every=31).status == 200
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "snapshot", data)

    with watching(data, service, clock=clock) as relay:
        assert watched.view(relay, watched.seats[2].token).part == "seat"
        assert watched.put(relay).status == 200, "the terms that the writer's program knows"
        assert relay.ask("GET", wire.path(watched.id), watched.seats[2].token).status == 401
        assert watched.stage(relay) is Stage.KEPT, "and a full window is before it"
