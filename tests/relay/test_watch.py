"""A watch at a relay: from the last sign of life to silence, and back (promises EARLY and LATE)."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.relay.push_service import Browser, push_service
from tests.relay.watching import DAY, LETTER, PARCEL, Watched, count, days, watching

from twinbell.crypto.signing import SigningKey
from twinbell.wire import watch as wire
from twinbell.wire.auth import Token
from twinbell.wire.limits import WATCH_NOTE_BYTES
from twinbell.wire.mailbox import parse_json
from twinbell.wire.silence import Answer as Said
from twinbell.wire.silence import Stage
from twinbell.wire.watch import doorbell


@pytest.fixture(scope="module")
def service():
    with push_service() as it:
        yield it


@pytest.fixture
def relay(service, tmp_path):
    with watching(tmp_path / "data", service) as it:
        yield it


@pytest.fixture
def watched(relay, service):
    return Watched().begin(relay, service)


def rung(relay, inbox):
    """What lies in a mailbox; take it."""
    page = inbox.collect(relay)
    if page.envelopes:
        inbox.acknowledge(relay, page.envelopes[-1].seq)
    return [kept.body for kept in page.envelopes]


def test_from_silence_to_the_parcel(relay, watched):
    assert watched.stage(relay) is Stage.KEPT

    days(relay, 29.9)
    assert watched.stage(relay) is Stage.KEPT
    days(relay, 0.2)
    assert watched.stage(relay) is Stage.LATE
    days(relay, 7)
    view = watched.view(relay)
    assert view.stage is Stage.ASKING
    assert view.asked == tuple(s.seat for s in watched.seats[:2])
    assert {each.channel for each in view.accepted} == {"phone", "desk"}

    assert watched.vote(relay, 0, Said.NO).status == 200
    assert watched.stage(relay) is Stage.ASKING
    assert watched.vote(relay, 1, Said.NO).status == 200
    assert watched.stage(relay) is Stage.VETO
    days(relay, 6.9)
    assert watched.fetch(relay).slug == "not-yet"
    days(relay, 0.2)
    assert watched.stage(relay) is Stage.SILENT
    assert watched.fetch(relay).body == PARCEL
    assert watched.view(relay).fetched == (LETTER,)


def test_a_sign_of_life_begins_anew_at_every_stage(relay, watched):
    for stage in (Stage.LATE, Stage.ASKING, Stage.VETO):
        watched.reach(relay, stage)
        assert watched.alive(relay).status == 200
        view = watched.view(relay)
        assert (view.stage, view.start, view.called) == (Stage.KEPT, view.counted, 0)


def test_after_silence_a_sign_of_life_closes_what_was_not_fetched(relay, watched):
    other = bytes(16)
    watched.parcel(relay, other, b"second")
    watched.reach(relay, Stage.SILENT)
    assert watched.fetch(relay).status == 200

    assert watched.alive(relay).status == 200

    view = watched.view(relay)
    assert (view.stage, view.parcels) == (Stage.RETURNED, (LETTER,))
    assert [watched.fetch(relay, letter).slug for letter in (LETTER, other)] == ["gone", "gone"]
    days(relay, 100)
    assert watched.stage(relay) is Stage.RETURNED
    assert watched.change(relay, epoch=2).status == 200
    assert watched.stage(relay) is Stage.KEPT


def test_the_code_on_paper_stops_it_at_every_stage(relay, service):
    for stage in (Stage.KEPT, Stage.LATE, Stage.ASKING, Stage.VETO, Stage.SILENT, Stage.RETURNED):
        watched = Watched().begin(relay, service).reach(relay, stage)
        assert watched.stop(relay, b"x" * 16).slug == "unauthorised"
        assert watched.stop(relay).status == 200
        assert watched.stop(relay).status == 200, "it may be repeated"
        view = watched.view(relay, watched.seats[0].token)
        assert (view.stage, view.stop) == (Stage.STOPPED, watched.code)
        assert watched.view(relay).parcels == ()
        assert watched.fetch(relay).slug == "gone"


def test_a_yes_is_a_sign_of_life_by_another_word(relay, watched):
    watched.reach(relay, Stage.VETO)
    count(relay, 10)

    assert watched.vote(relay, 2, Said.YES).status == 200

    view = watched.view(relay)
    assert (view.stage, view.start) == (Stage.KEPT, view.counted)
    assert len(view.votes) == 1


def test_a_guardian_may_take_a_no_back(relay, watched):
    watched.reach(relay, Stage.ASKING)
    watched.vote(relay, 0, Said.NO)
    count(relay, 60)
    watched.vote(relay, 0, Said.UNKNOWN)
    watched.vote(relay, 1, Said.NO)

    assert watched.stage(relay) is Stage.ASKING
    assert len(watched.view(relay).asked) == 3, "whoever does not know makes room for one"


def test_an_older_answer_does_not_undo_a_newer_one(relay, watched):
    watched.reach(relay, Stage.ASKING)
    now = int(relay.clock.wall_s())
    assert watched.vote(relay, 0, Said.NO, n=now).status == 200
    assert watched.vote(relay, 0, Said.NO, n=now).status == 200, "a repeat"

    answer = watched.vote(relay, 0, Said.UNKNOWN, n=now - 1)

    assert (answer.slug, newest_of(answer)) == ("stale", now)


def newest_of(answer):

    return parse_json(answer.body)["newest"]


def test_nobody_is_asked_who_was_never_called(relay, service):
    watched = Watched()
    watched.put(relay)
    days(relay, 60)

    assert watched.stage(relay) is Stage.LATE, "there is no channel"

    watched.call_by(relay, service)
    days(relay, 3)
    assert watched.stage(relay) is Stage.ASKING


def test_one_channel_is_not_enough(relay, service):
    watched = Watched()
    watched.put(relay)
    watched.call_by(relay, service)
    both = watched.view(relay).channels
    assert len(both) == 2

    watched.channels(relay, wire.PushChannel("phone", Browser.subscribe(service).subscription))
    days(relay, 50)

    assert watched.stage(relay) is Stage.LATE
    assert watched.view(relay).called >= 3


def test_a_reminder_counts_once_its_service_accepted_it(relay, service, watched):
    days(relay, 29.9)
    service.answers += [500] * 1_000
    days(relay, 20)
    assert (watched.stage(relay), watched.view(relay).called) == (Stage.LATE, 0)

    service.answers.clear()
    days(relay, 1)
    assert watched.view(relay).called == 2
    days(relay, 2.5)
    assert watched.stage(relay) is Stage.ASKING


def test_an_absence_is_planned_and_ends(relay, watched):
    until = int(relay.clock.wall_s()) + 60 * DAY
    assert watched.away(relay, until).status == 200
    days(relay, 89)
    view = watched.view(relay, watched.seats[0].token)
    assert view.stage is Stage.KEPT
    days(relay, 2)
    assert watched.stage(relay) is Stage.LATE

    assert watched.away(relay, int(relay.clock.wall_s()) + 60 * DAY).status == 200
    assert watched.view(relay, watched.seats[0].token).away is not None
    count(relay, 10)
    assert watched.away(relay, 0).status == 200
    view = watched.view(relay)
    assert (view.away, view.start) == (None, view.counted)


def test_an_older_sign_of_life_is_stale_and_a_repeat_is_not(relay, watched):
    now = int(relay.clock.wall_s())
    assert watched.alive(relay, n=now).status == 200
    count(relay, 100)
    start = watched.view(relay).start
    assert watched.alive(relay, n=now).status == 200
    assert watched.view(relay).start == start, "a repeat is no new sign of life"

    answer = watched.alive(relay, n=now - 1)

    assert (answer.status, answer.slug, newest_of(answer)) == (412, "stale", now)
    assert watched.alive(relay, n=now + 1).status == 200
    assert watched.alive(relay, n=now + 10 * DAY).slug == "conflict", "none could follow"


def test_only_the_watch_and_its_hands_sign_life(relay, service):
    hand = SigningKey.generate()
    watched = Watched()

    watched.terms = replace(watched.terms, hands=(hand.verify_key.raw,))
    watched.put(relay)

    assert watched.alive(relay, key=SigningKey.generate()).slug == "unauthorised"
    assert watched.alive(relay, key=hand).status == 200


def test_a_guardian_gets_a_new_note_once_in_seven_days(relay, watched):
    seat = watched.seats[0]

    def note(byte):
        return {seat.seat: bytes([byte]) * WATCH_NOTE_BYTES}

    def seen():
        return watched.view(relay, seat.token).note[:1]

    assert seen() == b""
    watched.alive(relay, notes=note(1))
    assert seen() == b"\1"
    days(relay, 3)
    watched.alive(relay, notes=note(2))
    assert seen() == b"\1"
    days(relay, 3.9)
    watched.alive(relay, notes=note(3))
    assert seen() == b"\1"
    days(relay, 0.2)
    assert seen() == b"\3"
    assert watched.view(relay, watched.seats[1].token).note == b""
    assert watched.view(relay, watched.reader).note == b""
    days(relay, 20)
    watched.alive(relay, notes=note(4))
    assert seen() == b"\4"


def test_a_flip_rings_whom_it_concerns(relay, watched):
    first, second, third = (s.inbox for s in watched.seats)
    everybody = (first, second, third, watched.inbox)
    watched.reach(relay, Stage.ASKING)

    assert [rung(relay, each) for each in everybody] == [[doorbell(watched.id)]] * 2 + [[], []]

    watched.vote(relay, 0, Said.UNKNOWN)
    count(relay, 1)
    assert [len(rung(relay, each)) for each in everybody] == [0, 0, 1, 0], "room for one more"

    days(relay, 3)
    assert [len(rung(relay, each)) for each in everybody] == [0, 1, 1, 0], "who has not answered"

    watched.vote(relay, 1, Said.NO)
    watched.vote(relay, 2, Said.NO)
    count(relay, 1)
    assert [len(rung(relay, each)) for each in everybody] == [1, 1, 1, 1], "all see a veto"

    days(relay, 7.1)
    assert [len(rung(relay, each)) for each in everybody] == [1, 1, 1, 1]
    days(relay, 30)
    assert [rung(relay, each) for each in everybody] == [[]] * 4, "and then no more"


def test_an_ended_watch_is_not_made_again(relay, watched):
    assert relay.ask("DELETE", wire.path(watched.id), watched.seats[0].token).slug == "unauthorised"
    assert relay.ask("DELETE", wire.path(watched.id), watched.owner).status == 204

    assert relay.ask("GET", wire.path(watched.id), watched.owner).slug == "unauthorised"
    assert watched.put(relay).slug == "gone"
    assert watched.change(relay, every=1).slug == "gone"


def test_a_rehearsal_goes_the_whole_way_in_seconds_and_then_goes(relay, service):
    watched = Watched()

    watched.terms = replace(watched.terms, unit_s=2, every=2, grace=2, veto=2, rehearsal=True)
    watched.begin(relay, service)
    for _ in range(40):
        count(relay, 1)
        if watched.stage(relay) is Stage.ASKING:
            break
    assert watched.stage(relay) is Stage.ASKING
    watched.vote(relay, 0, Said.NO)
    watched.vote(relay, 1, Said.NO)
    count(relay, 4)
    assert watched.fetch(relay).body == PARCEL

    days(relay, 7.1)

    assert relay.ask("GET", wire.path(watched.id), watched.owner).slug == "unauthorised"


def test_a_rehearsal_that_nobody_ends_stops_calling(relay, service):
    watched = Watched()

    watched.terms = replace(watched.terms, unit_s=60, every=1, grace=1, veto=1, rehearsal=True)
    watched.begin(relay, service)
    before = len(service.knocks)
    for _ in range(40):
        count(relay, 60)

    assert len(service.knocks) == before + 6  # on two ways, three times a minute apart


def test_in_a_rehearsal_a_refused_reminder_is_not_tried_every_second(relay, service):
    watched = Watched()
    watched.terms = replace(watched.terms, unit_s=2, every=2, grace=2, veto=2, rehearsal=True)
    watched.begin(relay, service)
    service.answers += [500] * 1_000
    before = len(service.knocks)
    for _ in range(500):
        count(relay, 10)
    service.answers.clear()

    assert 2 * 55 < len(service.knocks) - before <= 2 * 61  # on two ways each minute, for an hour


def test_in_a_rehearsal_a_guardian_is_asked_again_after_a_day(relay, service):
    watched = Watched()
    watched.terms = replace(watched.terms, unit_s=2, every=2, grace=2, veto=2, rehearsal=True)
    watched.begin(relay, service)
    for _ in range(20):
        count(relay, 1)
    assert watched.stage(relay) is Stage.ASKING
    rung = relay.relay.vigil.rung

    count(relay, 20_000)
    assert relay.relay.vigil.rung == rung
    count(relay, 70_000)
    assert relay.relay.vigil.rung == rung + 3


def test_a_channel_is_tested(relay, service, watched):
    def try_(name):
        return relay.ask("POST", wire.trial_path(watched.id), watched.owner, wire.trial_to_bytes(name))

    before = len(service.knocks)
    assert wire.Trial.parse(try_("phone").body) == wire.Trial(True)
    assert len(service.knocks) == before + 1
    service.answers.append(410)
    assert wire.Trial.parse(try_("phone").body) == wire.Trial(False, "refused")
    assert try_("other").slug == "not-found"
    assert watched.view(relay).called == 0


def test_a_watch_that_is_not_armed_is_late_at_most(relay, service):

    watched = Watched()
    watched.terms = replace(watched.terms, armed=False, epoch=0)
    watched.begin(relay, service)
    knocks = len(service.knocks)
    days(relay, 100)

    assert watched.stage(relay) is Stage.LATE
    assert len(service.knocks) == knocks

    assert watched.change(relay, armed=True, epoch=1).status == 200
    assert watched.stage(relay) is Stage.KEPT


def test_nobody_is_called_at_night(relay, service, watched):

    hours = []
    seen = len(service.knocks)

    for _ in range(34 * 24):
        count(relay, 3_600)
        if len(service.knocks) > seen:
            seen = len(service.knocks)
            hours.append(datetime.fromtimestamp(relay.clock.wall_s(), ZoneInfo("Europe/Berlin")).hour)

    assert hours
    assert all(9 <= hour <= 21 for hour in hours)


def test_whoever_has_no_right_sees_nothing(relay, watched):
    for token in (Token.generate(), None):
        assert relay.ask("GET", wire.path(watched.id), token).slug == "unauthorised"
