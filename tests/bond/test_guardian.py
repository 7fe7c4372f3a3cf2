"""What writer, guardian and reader say to each other, and how one becomes a guardian."""

import pytest
from tests.bond.guards import (
    DAY_S,
    KEY,
    OTHER,
    WATCH,
    Guarded,
    ask,
    reader_seat,
    refused,
    says,
    share,
    signed,
)
from tests.bond.people import NOW_S, RELAY

from twinbell.bond import event as ev
from twinbell.bond import guardian as gm
from twinbell.bond import watchevent as we
from twinbell.bond.keys import Kind
from twinbell.bond.message import read
from twinbell.bond.watchkeep import belongs
from twinbell.errors import Damaged, Mistaken, Refused


@pytest.fixture
def two():
    return Guarded()


CONTENTS = [
    ask(rehearsal=True),
    gm.GuardianAnswer(WATCH, True, b"s" * 32, 20_000, b"c" * 64),
    gm.GuardianAnswer(WATCH, False),
    gm.GuardianSeat(RELAY, WATCH, b"k" * 32, b"t" * 32, b"terms"),
    share(),
    gm.ShareOver(WATCH, 2),
    gm.ShareRelease(WATCH, 1, b"g" * 32, share().words),
    gm.GuardianOver(WATCH),
    gm.GuardianDone(WATCH, 20_000),
    reader_seat(),
    gm.Rehearsed(WATCH, b"p" * 32, 20_000),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.kind)
def test_a_content_reads_as_it_was_written(content):
    assert read(content.kind, content.to_record()) == content


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.kind)
def test_a_content_without_one_of_its_fields_is_damaged(content):
    for name in content.to_record().keys() - {"seat", "consent"}:
        with pytest.raises(Damaged):
            read(content.kind, {key: value for key, value in content.to_record().items() if key != name})


@pytest.mark.parametrize(
    "changes",
    [{"every": 0}, {"veto": 401}, {"reader": "\x1b[2J"}, {"relay": "relay"}, {"watch": b"w"}],
    ids=str,
)
def test_what_makes_no_sense_is_damaged(changes):
    with pytest.raises(Damaged):
        read("guardian-ask", ask().to_record() | changes)


@pytest.mark.parametrize("words", ["Abandon ability", "acid!", "acid\nacid", "säure", "a" * 297])
def test_words_of_a_share_are_plain_words(words):
    with pytest.raises(Damaged):
        read("share", share().to_record() | {"words": words})


def test_every_kind_belongs_into_one_kind_of_bond():
    for content in CONTENTS:
        assert belongs(content, Kind.PAIR) is not belongs(content, Kind.GUARDIAN)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.kind)
def test_what_comes_in_a_bond_of_the_wrong_kind_is_told_and_not_taken_in(content):
    wrong = Kind.PAIR if belongs(content, Kind.GUARDIAN) else Kind.GUARDIAN
    two = Guarded(wrong)
    before = two.ben.keyring

    says(two, "ana", content)

    assert two.heard("ben", we.Misplaced) == [we.Misplaced(content.kind)]
    assert two.ben.keyring == before


def test_nobody_says_in_a_bond_what_belongs_into_another():
    two = Guarded(Kind.PAIR)

    for event in (we.GuardianAsked(ask()), we.GuardianEnded(WATCH)):
        with pytest.raises(Mistaken):
            two.does("ana", event)
    with pytest.raises(Mistaken):
        Guarded().does("ana", we.ReaderNamed(reader_seat()))


# Asking.


def test_a_guardian_is_told_what_for_and_nothing_is_answered_by_itself(two):
    two.does("ana", we.GuardianAsked(ask()))

    assert two.heard("ben", we.GuardianWanted) == [we.GuardianWanted(ask())]
    assert not two.caused("ben", ev.Deposit)
    assert not two.appointed.answered


def test_a_yes_brings_a_consent_that_terms_can_hold(two):
    two.agrees()

    assert two.heard("ana", we.GuardianSaid) == [we.GuardianSaid(WATCH, True)]
    two.guardian.check(WATCH)
    assert two.appointed.day == NOW_S // DAY_S
    assert two.seat.seed != two.appointed.seat


def test_a_no_leaves_nothing(two):
    two.does("ana", we.GuardianAsked(ask()))
    two.does("ben", we.GuardianAnswered(WATCH, False))

    assert two.heard("ana", we.GuardianSaid) == [we.GuardianSaid(WATCH, False)]
    assert two.appointed.answered and not two.appointed.agreed
    assert two.seat is None


def test_a_guardian_who_is_asked_again_has_the_seat_of_before(two):
    two.agrees()
    before = two.appointed
    two.now_s += 366 * DAY_S

    two.agrees()

    assert two.appointed.seat == before.seat
    assert two.appointed.token == before.token
    assert two.appointed.day == before.day + 366


def test_an_answer_that_nobody_asked_for_is_refused(two):
    says(two, "ben", gm.GuardianAnswer(WATCH, True, b"s" * 32, 20_000, b"c" * 64))

    assert refused(two, "ana") == ["guardian-answer"]
    assert two.kept("ana").appointed == ()


def test_a_consent_by_somebody_else_is_refused(two):
    two.does("ana", we.GuardianAsked(ask()))
    says(two, "ben", gm.GuardianAnswer(WATCH, True, OTHER.verify_key.raw, 20_000, b"c" * 64))

    assert refused(two, "ana") == ["guardian-answer"]
    assert not two.appointed.agreed


def test_more_asks_than_a_bond_keeps_are_refused(two):
    for n in range(7):
        says(two, "ana", ask(watch=bytes([n]) * 16))

    assert refused(two, "ben") == ["guardian-ask"]
    assert len(two.kept("ben").seats) == 6


def test_of_rehearsals_the_last_one_is_kept(two):
    two.seated()
    for n in range(9):
        two.does("ana", we.GuardianEnded(bytes([n]) * 16))
        says(two, "ana", ask(watch=bytes([n]) * 16, rehearsal=True))

    assert [seat.watch for seat in two.kept("ben").seats] == [WATCH, bytes([8]) * 16]


# Seats.


def test_a_guardian_with_a_seat_knows_the_terms_and_how_to_look(two):
    two.seated()

    assert two.heard("ben", we.SeatTaken) == [we.SeatTaken(WATCH)]
    assert two.seat.given.token == two.appointed.token
    assert two.seat.held(two.now_s) == two.appointed.given


def test_no_seat_is_given_to_who_has_not_agreed(two):
    two.does("ana", we.GuardianAsked(ask()))

    with pytest.raises(Refused):
        two.does("ana", we.SeatGiven(RELAY, WATCH, KEY.verify_key.raw, signed()))
    with pytest.raises(Refused):
        two.does("ana", we.ShareGiven(share()))


def test_terms_without_this_guardian_or_with_a_changed_signature_are_refused(two):
    two.agrees()
    token = two.appointed.token
    good = two.signed()
    for data in (signed(), good[:-1] + bytes([good[-1] ^ 1]), b"", good + b"\0"):
        says(two, "ana", gm.GuardianSeat(RELAY, WATCH, KEY.verify_key.raw, token, data))
    says(two, "ana", gm.GuardianSeat(RELAY, WATCH, KEY.verify_key.raw, b"x" * 32, good))
    says(two, "ana", gm.GuardianSeat(RELAY, WATCH, OTHER.verify_key.raw, token, good))

    assert refused(two, "ben") == ["guardian-seat"] * 6
    assert two.seat.given is None


def test_a_seat_before_a_yes_is_refused(two):
    two.does("ana", we.GuardianAsked(ask()))
    says(two, "ana", gm.GuardianSeat(RELAY, WATCH, KEY.verify_key.raw, b"t" * 32, signed()))

    assert refused(two, "ben") == ["guardian-seat"]


def test_stricter_terms_hold_at_once_and_looser_ones_after_the_old_wait(two):
    two.seated(epoch=1, armed=True)
    two.give_seat(number=2, epoch=1, armed=True, every=60)
    assert two.heard("ben", we.TermsChanged) == [we.TermsChanged(WATCH, 0)]

    two.give_seat(number=3, epoch=1, armed=True, every=1)

    from_s = two.now_s + (60 + 7 + 7) * DAY_S
    assert two.heard("ben", we.TermsChanged)[-1] == we.TermsChanged(WATCH, from_s)
    assert two.seat.held(from_s - 1).terms == two.signed(number=2, epoch=1, armed=True, every=60)
    assert two.seat.held(from_s).terms == two.signed(number=3, epoch=1, armed=True, every=1)


def test_looser_terms_that_are_said_again_do_not_wait_anew(two):
    two.seated(epoch=1, armed=True)
    loose = {"number": 2, "epoch": 1, "armed": True, "every": 1}
    two.give_seat(**loose)
    from_s = two.seat.coming_s

    two.now_s += 10 * DAY_S
    two.give_seat(**loose)

    assert two.seat.coming_s == from_s


def test_looser_terms_that_were_waited_for_hold_when_others_come(two):
    two.seated(epoch=1, armed=True)
    two.give_seat(number=2, epoch=1, armed=True, every=10)
    two.now_s = two.seat.coming_s

    two.give_seat(number=3, epoch=1, armed=True, every=20)

    assert two.seat.held(two.now_s).terms == two.signed(number=3, epoch=1, armed=True, every=20)
    assert two.seat.coming is None


def test_older_terms_change_nothing(two):
    two.seated(number=5)
    two.give_seat(number=4)

    assert two.seat.given.terms == two.signed(number=5)
