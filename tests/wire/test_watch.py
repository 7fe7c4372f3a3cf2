"""What is said to a watch: signs of life, answers, channels, doorbells, and the view of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.watches import GUARDIANS, HAND, KEY, SEATS, TERMS, WATCH

from twinbell.crypto import xwing
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged
from twinbell.wire import life, watch
from twinbell.wire.life import Alive, Away, Life, Note, notes_hash, open_life
from twinbell.wire.limits import (
    WATCH_CHANNELS_BYTES_MAX,
    WATCH_GAPS_MAX,
    WATCH_LIFE_BYTES_MAX,
    WATCH_NOTE_BYTES,
    WATCH_VIEW_BYTES_MAX,
    WATCH_VOTE_BYTES_MAX,
)
from twinbell.wire.push import Subscription
from twinbell.wire.signed import Signed
from twinbell.wire.silence import Answer, Marks, Reminder, Stage
from twinbell.wire.watch import AppriseChannel, Ballot, Channels, Doorbell, PushChannel, Trial, open_vote
from twinbell.wire.watchview import ChannelState, Gap, Part, Pending, View, Why

NOW_S = 1_790_000_000
NOTES = {guardian.seat: bytes(WATCH_NOTE_BYTES) for guardian in TERMS.guardians}
ALIVE = Alive(watch=WATCH, epoch=2, n=NOW_S, day=20_717, notes=notes_hash(NOTES))
AWAY = Away(watch=WATCH, n=NOW_S, from_s=NOW_S, until_s=NOW_S + 60 * 86_400)
BALLOT = Ballot(watch=WATCH, epoch=2, seat=GUARDIANS[1].seat, answer=Answer.NO, n=NOW_S)
SUBSCRIPTION = Subscription("https://push.example/abc", b"\x04" + bytes(range(64)), bytes(16))


# --- signs of life


@pytest.mark.parametrize("key", [KEY, HAND])
def test_the_watchs_key_and_the_hands_sign_life(key):
    assert open_life(ALIVE.sign(key), TERMS) == ALIVE


def test_an_absence_is_said_by_the_writer_alone():
    assert open_life(AWAY.sign(KEY), TERMS) == AWAY
    with pytest.raises(Damaged):
        open_life(AWAY.sign(HAND), TERMS)


def test_nobody_else_signs_life_and_no_signature_stands_for_another_thing():
    for signed in (
        ALIVE.sign(SEATS[0]),
        Signed(ALIVE.to_bytes(), AWAY.sign(KEY).by),
        Signed(replace(ALIVE, n=NOW_S + 1).to_bytes(), ALIVE.sign(KEY).by),
        replace(ALIVE, watch=bytes(16)).sign(KEY),
        replace(AWAY, watch=bytes(16)).sign(KEY),
        BALLOT.sign(KEY),
        TERMS.sign(KEY),
    ):
        with pytest.raises(Damaged):
            open_life(signed, TERMS)


def test_a_hand_that_the_terms_do_not_name_signs_nothing():
    with pytest.raises(Damaged):
        open_life(ALIVE.sign(HAND), replace(TERMS, hands=()))


@pytest.mark.parametrize(
    "absence",
    [
        {"until_s": NOW_S},
        {"until_s": NOW_S - 1},
        {"until_s": NOW_S + 400 * 86_400 + 1},
        {"from_s": NOW_S + 61 * 86_400},
    ],
)
def test_an_absence_ends_after_it_begins_and_within_400_days(absence):
    with pytest.raises(Damaged):
        Away.parse(replace(AWAY, **absence).to_bytes())


def test_an_absence_is_ended_by_zero():
    over = replace(AWAY, from_s=0, until_s=0)

    assert Away.parse(over.to_bytes()) == over


def test_a_sign_of_life_travels_with_its_notes():
    body = Life(ALIVE.sign(KEY), NOTES).to_bytes()

    assert Life.parse(body).open_(TERMS) == ALIVE
    assert Life.parse(Life(AWAY.sign(KEY)).to_bytes()).open_(TERMS) == AWAY


def test_notes_are_those_that_were_signed():
    seat = GUARDIANS[0].seat
    for notes in ({}, {seat: NOTES[seat]}, NOTES | {seat: b"\x01" * WATCH_NOTE_BYTES}):
        with pytest.raises(Damaged, match="not those"):
            Life.parse(Life(ALIVE.sign(KEY), notes).to_bytes()).open_(TERMS)
    with pytest.raises(Damaged, match="no notes"):
        Life(AWAY.sign(KEY), NOTES).open_(TERMS)


@pytest.mark.parametrize(
    "notes",
    [
        {"00" * 31: bytes(WATCH_NOTE_BYTES)},
        {"AB" * 32: bytes(WATCH_NOTE_BYTES)},
        {"ab " * 32: bytes(WATCH_NOTE_BYTES)},
        {"no": bytes(WATCH_NOTE_BYTES)},
        {"ab" * 32: bytes(WATCH_NOTE_BYTES - 1)},
        {"ab" * 32: 7},
        {f"{n:064x}": bytes(WATCH_NOTE_BYTES) for n in range(8)},
    ],
)
def test_notes_that_are_none_are_damaged(notes):
    body = encode({"signed": ALIVE.sign(KEY).to_value(), "notes": notes})

    with pytest.raises(Damaged):
        Life.parse(body)


def test_seven_notes_fit():
    notes = {bytes([n]) * 32: bytes(WATCH_NOTE_BYTES) for n in range(7)}

    assert len(Life(ALIVE.sign(KEY), notes).to_bytes()) <= WATCH_LIFE_BYTES_MAX


def test_the_next_number_is_now_or_one_more():
    assert life.next_n(NOW_S, NOW_S - 9) == NOW_S
    assert life.next_n(NOW_S, NOW_S + 9) == NOW_S + 10


# --- notes


@pytest.mark.parametrize("note", [Note(False, 20_717), Note(True, 0), Note(True, 2**32 - 1)])
def test_a_note_is_read_by_its_guardian_alone(note):
    seed = xwing.generate()
    data = note.seal(xwing.public(seed), WATCH)

    assert len(data) == WATCH_NOTE_BYTES
    assert Note.open_(seed, data, WATCH) == note
    for other, where in ((xwing.generate(), WATCH), (seed, bytes(16))):
        with pytest.raises(Damaged):
            Note.open_(other, data, where)
    with pytest.raises(Damaged):
        Note.open_(seed, data[:-1], WATCH)


# --- answers


@pytest.mark.parametrize("answer", Answer)
def test_a_guardian_answers(answer):
    ballot = replace(BALLOT, answer=answer)
    body = ballot.sign(SEATS[1]).to_bytes()

    assert len(body) <= WATCH_VOTE_BYTES_MAX
    assert open_vote(watch.vote_of(body), TERMS) == ballot


def test_an_answer_is_by_the_guardian_whom_it_names_in_this_epoch():
    for signed in (
        BALLOT.sign(SEATS[0]),
        BALLOT.sign(KEY),
        replace(BALLOT, seat=SEATS[3].verify_key.raw).sign(SEATS[3]),
        replace(BALLOT, epoch=1).sign(SEATS[1]),
        replace(BALLOT, watch=bytes(16)).sign(SEATS[1]),
        Signed(replace(BALLOT, answer=Answer.YES).to_bytes(), BALLOT.sign(SEATS[1]).by),
    ):
        with pytest.raises(Damaged):
            open_vote(signed, TERMS)


@pytest.mark.parametrize("changed", [{"answer": "perhaps"}, {"n": 0}, {"more": 1}, {"seat": b""}, {"v": 2}])
def test_an_answer_that_is_none_is_damaged(changed):
    with pytest.raises(Damaged):
        Ballot.parse(encode(decode_map(BALLOT.to_bytes(), bytes_max=999) | changed))


# --- channels, doorbells


def test_channels_come_back_as_they_went_and_do_not_print_themselves():
    channels = Channels((PushChannel("phone", SUBSCRIPTION), AppriseChannel("mail", "mailto://a:b@c.d")))

    assert Channels.parse(channels.to_bytes()) == channels
    assert "push.example" not in repr(channels)
    assert "a:b" not in repr(channels)


def test_the_largest_channels_fit():
    longest = Subscription("https://" + "x" * 2_040, SUBSCRIPTION.p256dh, SUBSCRIPTION.auth)
    channels = Channels(tuple(PushChannel(f"{n}" + "灯" * 31, longest) for n in range(8)))

    assert Channels.parse(channels.to_bytes()) == channels
    assert len(channels.to_bytes()) <= WATCH_CHANNELS_BYTES_MAX


@pytest.mark.parametrize(
    "channels",
    [
        [{"name": "a", "kind": "sms"}],
        [{"name": "a", "kind": "apprise"}],
        [{"name": "a", "kind": "apprise", "url": "mail to"}],
        [{"name": "a", "kind": "apprise", "url": "no address"}],
        [{"name": "a", "kind": "apprise", "url": "x://y", "more": 1}],
        [{"name": "a", "kind": "apprise", "url": "x://" + "y" * 1_021}],
        [{"name": "a", "kind": "push", "subscription": b"{}"}],
        [{"name": "", "kind": "apprise", "url": "x://y"}],
        [{"name": " ", "kind": "apprise", "url": "x://y"}],
        [{"name": "a\x1b[2J", "kind": "apprise", "url": "x://y"}],
        [{"name": "a" * 33, "kind": "apprise", "url": "x://y"}],
        [{"name": "a", "kind": "apprise", "url": "x://y"}] * 2,
        [{"name": f"{n}", "kind": "apprise", "url": "x://y"} for n in range(9)],
        ["a"],
    ],
)
def test_channels_that_are_none_are_damaged(channels):
    with pytest.raises(Damaged):
        Channels.parse(encode({"v": 1, "type": "watch-channels", "channels": channels}))


def test_a_trial_asks_and_answers():
    assert watch.trial_from_bytes(watch.trial_to_bytes("mail")) == "mail"
    assert Trial.parse(Trial(False, "Nobody answered.").to_bytes()) == Trial(False, "Nobody answered.")


def test_a_doorbell_says_which_watch_and_nothing_else():
    envelope = watch.doorbell(WATCH)

    assert (len(envelope), envelope[0]) == (4_096, 2)
    assert watch.rung(envelope, [bytes(16), WATCH]) == WATCH
    assert watch.rung(envelope, [bytes(16)]) is None
    assert watch.rung(envelope[:-1] + b"\x01", [WATCH]) is None
    assert watch.rung(b"\x01" + envelope[1:], [WATCH]) is None


def test_where_to_ring_does_not_print_its_token():
    where = Doorbell(bytes(16), b"\xab" * 32)

    assert Doorbell.parse(where.to_bytes()) == where
    assert "ab" not in repr(where).replace("Doorbell(box=", "")


def test_a_stop_code_is_sixteen_bytes():
    assert watch.parse_stop(bytes(16)) == bytes(16)
    with pytest.raises(Damaged):
        watch.parse_stop(bytes(15))


# --- the view

VIEW = View(
    part=Part.OWNER,
    stage=Stage.VETO,
    counted=5_000_000,
    start=1_000_000,
    marks=Marks(late=3_592_000, asking=4_196_800, veto=4_200_000, silent=None),
    floor=900_000,
    gaps=(Gap(NOW_S, 7_200, Why.DOWN), Gap(NOW_S + 9_000, 60, Why.CLOCK)),
    terms=TERMS.sign(KEY),
    pending=Pending(replace(TERMS, number=8, every=9).sign(KEY), 9_000_000),
    life=ALIVE.sign(KEY),
    note=bytes(WATCH_NOTE_BYTES),
    away=AWAY.sign(KEY),
    votes=(BALLOT.sign(SEATS[1]),),
    asked=(GUARDIANS[0].seat, GUARDIANS[1].seat),
    stop=bytes(16),
    called=3,
    accepted=(Reminder("mail", 3_592_001),),
    channels=(ChannelState("mail", "apprise", 3_592_001), ChannelState("phone", "push", None)),
    parcels=(bytes(16),),
    fetched=(bytes(16),),
)
BARE = View(
    part=Part.READER,
    stage=Stage.KEPT,
    counted=0,
    start=0,
    marks=Marks(late=9, asking=None, veto=None, silent=None),
    floor=0,
    terms=TERMS.sign(KEY),
)


@pytest.mark.parametrize("view", [VIEW, BARE])
def test_a_view_comes_back_as_it_went(view):
    assert View.parse(view.to_bytes()) == view


def test_the_largest_view_fits():
    gaps = tuple(Gap(NOW_S, 2**40, Why.RESTORED) for _ in range(WATCH_GAPS_MAX))
    view = replace(
        VIEW,
        gaps=gaps,
        votes=VIEW.votes * 7,
        accepted=(Reminder("灯" * 32, 2**40),) * 64,
        channels=(ChannelState("灯" * 32, "apprise", 2**40),) * 8,
        parcels=(bytes(16),) * 64,
        fetched=(bytes(16),) * 64,
    )

    assert View.parse(view.to_bytes()) == view
    assert len(view.to_bytes()) <= WATCH_VIEW_BYTES_MAX // 2


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"type": "watch"},
        {"part": "peer"},
        {"stage": "dead"},
        {"counted": -1},
        {"late": None},
        {"asking": -1},
        {"floor": True},
        {"gaps": [{"began": 1, "seconds": 0, "why": "down"}]},
        {"gaps": [{"began": 1, "seconds": 1, "why": "rain"}]},
        {"gaps": [[1, 1, "down"]]},
        {"terms": b""},
        {"terms": {"record": b"", "by": bytes(63)}},
        {"pending": {"terms": TERMS.sign(KEY).to_value()}},
        {"life": {"record": bytes(513), "by": bytes(64)}},
        {"note": bytes(1)},
        {"stop": bytes(15)},
        {"votes": [BALLOT.sign(SEATS[1]).to_value()] * 8},
        {"asked": [bytes(31)]},
        {"accepted": [{"channel": 1, "at": 1}]},
        {"channels": [{"name": "a", "accepted": 1}]},
        {"parcels": [bytes(17)]},
    ],
)
def test_a_view_that_is_none_is_damaged(changed):
    with pytest.raises(Damaged):
        View.parse(encode(decode_map(VIEW.to_bytes(), bytes_max=WATCH_VIEW_BYTES_MAX) | changed))


@pytest.mark.parametrize(
    "parse", [Alive.parse, Away.parse, Ballot.parse, Life.parse, Channels.parse, Doorbell.parse, View.parse]
)
@given(data=st.binary(max_size=200))
def test_bytes_from_outside_are_read_or_damaged(parse, data):
    with pytest.raises(Damaged):
        parse(data)
