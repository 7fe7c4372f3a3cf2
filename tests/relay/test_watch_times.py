"""A watch through outages, crashes, wrong clocks and backups: nobody is silent by those (tests E5-E7, L4)."""

import shutil
import sqlite3

import pytest
from tests.jumping_clock import JumpingClock
from tests.relay.push_service import push_service
from tests.relay.watching import DAY, PARCEL, Watched, count, days, watching

from twinbell.relay.counter import load
from twinbell.wire.silence import Answer as Said
from twinbell.wire.silence import Stage
from twinbell.wire.watch import doorbell
from twinbell.wire.watchview import Why


@pytest.fixture(scope="module")
def service():
    with push_service() as it:
        yield it


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def everybody(watched):
    return [*(seat.inbox for seat in watched.seats), watched.inbox]


def rings(relay, watched):
    return [[kept.body for kept in inbox.collect(relay).envelopes] for inbox in everybody(watched)]


@pytest.mark.parametrize("down_days", [1, 3, 7, 30, 365])
@pytest.mark.parametrize("reboot", [False, True])
@pytest.mark.parametrize("stage", [Stage.KEPT, Stage.LATE, Stage.ASKING, Stage.VETO])
def test_an_outage_moves_no_watch(data, service, down_days, reboot, stage):
    """0 prompts and 0 releases, and the window is longer by the whole gap."""
    clock = JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service).reach(relay, stage)
        count(relay, 1)
        before, rung = watched.view(relay), rings(relay, watched)
    knocks = len(service.knocks)
    if reboot:
        clock.reboot(down_days * DAY)
    else:
        clock.pass_(down_days * DAY)

    with watching(data, service, clock=clock) as relay:
        relay.relay.beacon.keeper.confirm()  # after days without a witness, a person must
        relay.do(relay.relay.counter.tick())
        relay.do(relay.relay.vigil.once())
        after = watched.view(relay)

        assert (after.stage, after.marks) == (before.stage, before.marks)
        assert 0 <= after.counted - before.counted <= 1
        assert rings(relay, watched) == rung
        assert len(service.knocks) == knocks
        assert sum(gap.seconds for gap in after.gaps) == pytest.approx(down_days * DAY, abs=5)


def test_a_wall_clock_would_have_fired(data, service):
    """The control: after an outage of a year, by the wall every window is long over."""
    clock = JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service)
        view = watched.view(relay)
        began_s = clock.wall_s()
    clock.pass_(365 * DAY)

    assert clock.wall_s() - began_s > (view.marks.late - view.start) * 3


@pytest.mark.parametrize("leap_s", [1, -1, 288, -288, 3_600, -3_600, DAY, -DAY, 365 * DAY, -365 * DAY])
@pytest.mark.parametrize("stage", [Stage.KEPT, Stage.LATE, Stage.ASKING, Stage.VETO, Stage.SILENT])
def test_a_leap_of_the_clock_moves_no_watch(data, service, leap_s, stage):
    with watching(data, service) as relay:
        watched = Watched().begin(relay, service).reach(relay, stage)
        before = watched.view(relay)

        relay.clock.leap(leap_s)
        relay.do(relay.relay.vigil.once())
        after = watched.view(relay)

        assert (after.stage, after.marks) == (before.stage, before.marks)
        assert 0 <= after.counted - before.counted <= 1


@pytest.mark.parametrize("wall", [0.0, 2**31 - 2.0, 2**32 - 2.0])
def test_a_watch_goes_on_at_strange_times(data, service, wall):
    with watching(data, service) as relay:
        watched = Watched().begin(relay, service)
        relay.clock.wall = wall
        days(relay, 1)

        assert watched.stage(relay) is Stage.KEPT


def test_a_suspended_machine_is_a_gap(data, service):
    with watching(data, service) as relay:
        watched = Watched().begin(relay, service)
        relay.clock.pass_(40 * DAY)
        relay.do(relay.relay.counter.tick())
        relay.do(relay.relay.vigil.once())
        view = watched.view(relay)

        assert (view.stage, view.counted - view.start) == (Stage.KEPT, 300)
        (gap,) = view.gaps
        assert (gap.why, gap.seconds) == (Why.DOWN, 40 * DAY - 300)


def test_an_older_database_gives_every_watch_a_full_window(data, service, tmp_path):
    """A backup of sixty days ago is put back: nothing fires, nobody is asked, and all begins anew."""
    clock = JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service).reach(relay, Stage.VETO)
    shutil.copy(data / "relay.db", tmp_path / "backup.db")
    with watching(data, service, clock=clock) as relay:
        watched.alive(relay)
        for _ in range(3):
            days(relay, 20)
            watched.alive(relay)
        counted = watched.view(relay).counted
    clock.pass_(600)
    for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", data / "relay.db")

    with watching(data, service, clock=clock) as relay:
        relay.do(relay.relay.vigil.once())
        view = watched.view(relay)
        assert view.counted >= counted
        assert (view.stage, view.start, view.called) == (Stage.KEPT, view.floor, 0)
        assert view.gaps[-1].why is Why.RESTORED
        assert "twinbell_watches_restored 1" in relay.ask("GET", "/metrics").body.decode()
        assert watched.fetch(relay).slug == "not-yet"
        days(relay, 29.9)
        assert watched.stage(relay) is Stage.KEPT
        days(relay, 0.2)
        assert watched.stage(relay) is Stage.LATE, "and not for ever"

    with watching(data, service, clock=clock) as relay:
        assert watched.view(relay).floor == view.floor, "a second start keeps the floor"


def test_a_snapshot_of_the_whole_machine_is_noticed_by_what_others_show(data, service, tmp_path):
    clock = JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service)
        days(relay, 20)
    shutil.copytree(data, tmp_path / "snapshot")
    with watching(data, service, clock=clock) as relay:
        assert watched.change(relay, every=40).status == 200
        assert watched.change(relay, every=41).status == 200
        days(relay, 1)
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "snapshot", data)

    with watching(data, service, clock=clock) as relay:
        days(relay, 9)
        assert watched.view(relay).start < watched.view(relay).counted
        assert watched.put(relay).status == 200, "newer terms than this relay ever saw the predecessors of"
        view = watched.view(relay)
        assert (view.start, view.marks.late) == (view.counted, view.counted + 41 * DAY)

        days(relay, 5)
        assert watched.alive(relay).status == 200
        assert watched.view(relay).start == watched.view(relay).counted


def test_a_damaged_counter_is_taken_for_a_restored_database(data, service):
    clock = JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service).reach(relay, Stage.LATE)
    (data / "watch" / "counter").write_text("{")

    with watching(data, service, clock=clock) as relay:
        assert watched.stage(relay) is Stage.KEPT


def test_the_file_follows_the_database(data, service):
    with watching(data, service) as relay:
        Watched().begin(relay, service)
        count(relay, 1_000)
        relay.do(relay.relay.counter.tick())
        saved = load(data / "watch" / "counter")
        assert saved is not None
        assert saved.counted == relay.relay.counter.count.counted
        stored = relay.relay.store.watches.counter()
        assert stored is not None
        assert stored.counted >= saved.counted


@pytest.mark.parametrize("stage", [Stage.ASKING, Stage.VETO, Stage.SILENT, Stage.STOPPED])
def test_a_crash_between_flip_and_act_repeats_the_act(data, service, stage, monkeypatch):
    """The flip is durable before anybody is rung, and everybody has the envelope once in the end."""
    clock = JumpingClock()
    with watching(data, service, clock=clock) as relay:
        watched = Watched().begin(relay, service)
        vigil = relay.relay.vigil

        acts = vigil.act

        async def crash():
            if any(flip.stage is stage for flip in relay.relay.store.watches.flips(0, 100)):
                raise OSError("the power went")
            await acts()

        watched.reach(relay, {Stage.VETO: Stage.ASKING, Stage.SILENT: Stage.VETO}.get(stage, Stage.KEPT))
        count(relay, 1)
        monkeypatch.setattr(vigil, "act", crash)
        with pytest.raises(OSError, match="power"):
            if stage is Stage.VETO:
                watched.vote(relay, 0, Said.NO)
                watched.vote(relay, 1, Said.NO)
            elif stage is Stage.STOPPED:
                watched.stop(relay)
            days(relay, 40)
        for inbox in everybody(watched):  # what they were asked before
            if page := inbox.collect(relay).envelopes:
                inbox.acknowledge(relay, page[-1].seq)
        flips = relay.relay.store.watches.flips(0, 100)

    with watching(data, service, clock=clock) as relay:
        assert relay.relay.store.watches.flips(0, 100) == flips
        one = [doorbell(watched.id)]
        asked = [one, one, [], []] if stage is Stage.ASKING else [one] * 4
        for _ in range(3):
            relay.do(relay.relay.vigil.act())
            assert rings(relay, watched) == asked
        assert relay.relay.store.watches.flips(0, 100) == []
        # And the other crash: everybody was rung, but the flip was not forgotten.
        relay.do(relay.relay.writer.run(lambda: _again(relay, flips)))
        relay.do(relay.relay.vigil.act())
        assert rings(relay, watched) == asked, "the id of the envelope follows from the flip"
        if stage is Stage.SILENT:
            assert watched.fetch(relay).body == PARCEL


def _again(relay, flips):
    for flip in flips:
        relay.relay.store.watches_written.add_flip(flip.watch, flip.stage, flip.at, flip.first)


def test_a_full_mailbox_is_rung_later(data, service):
    with watching(data, service, peer_envelopes=1) as relay:
        watched = Watched().begin(relay, service)
        inbox = watched.seats[0].inbox
        inbox.deposit(relay, b"something else")
        watched.reach(relay, Stage.ASKING)
        assert len(relay.relay.store.watches.flips(0, 100)) == 1

        inbox.acknowledge(relay, inbox.collect(relay).envelopes[-1].seq)
        count(relay, 61)

        assert [kept.body for kept in inbox.collect(relay).envelopes] == [doorbell(watched.id)]
        assert relay.relay.store.watches.flips(0, 100) == []


def test_one_watch_that_cannot_be_settled_holds_back_no_other(data, service):
    with watching(data, service) as relay:
        broken, sound = Watched().begin(relay, service), Watched().begin(relay, service)
        row = relay.relay.store.watches.find(broken.id)
        assert row is not None
        number = row.number
        with sqlite3.connect(data / "relay.db") as database:
            database.execute(
                "insert into watch_record values (?, 'pending', 0, x'00')", (number,)
            )  # what no request could have written
        database.close()
        relay.do(relay.relay.writer.run(lambda: relay.relay.store.watches_written.put_off(number, 0)))

        days(relay, 44.1)  # when those terms would come to hold

        assert sound.stage(relay) is Stage.ASKING
