"""What must not carry over in a watch: answers to other terms, terms that waited for its end, a second no."""

import secrets
import shutil

import pytest
from tests.jumping_clock import JumpingClock
from tests.relay.push_service import push_service
from tests.relay.watching import Watched, days, watching

from twinbell.crypto.kdf import sha256
from twinbell.wire.silence import Answer as Said
from twinbell.wire.silence import Stage
from twinbell.wire.terms import Terms


@pytest.fixture(scope="module")
def service():
    with push_service() as it:
        yield it


@pytest.fixture
def relay(service, tmp_path):
    with watching(tmp_path / "data", service) as it:
        yield it


def test_answers_given_while_all_were_needed_are_no_silence_once_fewer_are(relay, service):
    watched = Watched().begin(relay, service)
    assert watched.change(relay, k=3).status == 200
    assert watched.change(relay, k=2).status == 200  # waits 44 days
    days(relay, 37.1)
    for seat in (0, 1):
        assert watched.vote(relay, seat, Said.NO).status == 200
    assert watched.stage(relay) is Stage.ASKING

    days(relay, 7)

    view = watched.view(relay)
    assert view.pending is None
    assert view.stage is Stage.KEPT
    assert watched.fetch(relay).status != 200


def test_terms_that_waited_do_not_arm_a_watch_that_was_stopped(relay, service):
    watched = Watched().begin(relay, service)
    code, other = watched.code, secrets.token_bytes(16)
    assert watched.change(relay, epoch=2, every=5, stop=sha256(other)).status == 200
    assert watched.stop(relay, code).status == 200

    days(relay, 50)

    view = watched.view(relay)
    assert view.stage is Stage.STOPPED
    assert view.pending is None


def test_terms_that_waited_take_no_letter_back_that_may_be_read(relay, service):
    watched = Watched().begin(relay, service)
    days(relay, 5)
    assert watched.change(relay, every=29).status == 200  # waits until day 49
    days(relay, 32)
    for seat in (0, 1):
        assert watched.vote(relay, seat, Said.NO).status == 200
    days(relay, 7)
    assert watched.stage(relay) is Stage.SILENT

    days(relay, 10)

    assert watched.stage(relay) is Stage.SILENT
    assert watched.fetch(relay).status == 200


def test_looser_terms_that_were_taken_back_do_not_hold_once_a_backup_is_put_back(service, tmp_path):
    data, clock = tmp_path / "data", JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service)
        assert watched.change(relay, every=1).status == 200
    shutil.copy(data / "relay.db", tmp_path / "backup.db")
    with watching(data, service, clock=clock) as relay:
        assert watched.change(relay, every=30).status == 200
        days(relay, 50)
    for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", data / "relay.db")

    with watching(data, service, clock=clock) as relay:
        days(relay, 1)

        view = watched.view(relay)
        assert Terms.parse(view.terms.record).every == 30
        assert view.pending is not None
        assert view.pending.at == view.floor + watched.terms.wait_s


def test_a_no_that_is_said_again_puts_nothing_off(relay, service):
    watched = Watched().begin(relay, service).reach(relay, Stage.VETO)
    silent = watched.view(relay).marks.silent
    days(relay, 3)

    for seat in (0, 1):
        assert watched.vote(relay, seat, Said.NO).status == 200

    assert watched.view(relay).marks.silent == silent
