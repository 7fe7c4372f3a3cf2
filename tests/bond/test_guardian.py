"""What writer, guardian and reader say to each other, and what each of them keeps of it."""

from dataclasses import replace

import pytest
from tests.bond.guards import (
    DAY_S,
    KEY,
    OTHER,
    READER,
    STOP,
    WATCH,
    Guarded,
    alive,
    ask,
    away,
    reader_seat,
    signed,
    terms,
)
from tests.bond.people import NOW_S, RELAY

from twinbell.bond import event as ev
from twinbell.bond import guardian as gm
from twinbell.bond import guarding, lifecycle
from twinbell.bond import watchevent as we
from twinbell.bond.keys import Keyring, Kind
from twinbell.bond.last import arm
from twinbell.bond.message import read
from twinbell.bond.watchkeep import belongs
from twinbell.bond.watchkeys import Owned
from twinbell.bond.writing import deposit
from twinbell.errors import Damaged, Mistaken, Refused


@pytest.fixture
def two():
    return Guarded()


def says(two, who, content):
    """Let one send a content as a program that does not keep to the rules would."""
    two.sides[who], effects = deposit(two.sides[who], content, two.now_s, lambda n: bytes(n), by_person=True)
    for effect in effects:
        two.deliver(who, effect)


def refused(two, who):
    return [news.kind for news in two.heard(who, we.WatchRefused)]


ARMED = arm(2, 3)


def share(place=0, epoch=1, armed=ARMED):
    return armed.share(place, watch=WATCH, epoch=epoch)


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


# Shares.


def test_a_share_is_kept_and_saved_at_once(two):
    two.seated()
    two.effects.clear()

    two.does("ana", we.ShareGiven(share()))

    assert two.heard("ben", we.ShareCame) == [we.ShareCame(WATCH, 1)]
    (held,) = two.seat.shares
    assert (held.share, held.since_s) == (share(), two.now_s)
    (slot,) = two.caused("ben", ev.SaveSlot)
    seat = Keyring.open(slot.sealed, two.ben.device.age_seed).watch.seat(WATCH)
    assert seat is not None
    assert seat.shares == (held,)


def test_shares_of_several_armings_are_kept_until_the_old_ones_are_over(two):
    two.seated()
    two.does("ana", we.ShareGiven(share(epoch=1)))
    two.does("ana", we.ShareGiven(share(epoch=2, armed=arm(2, 3))))
    assert [held.share.epoch for held in two.seat.shares] == [1, 2]

    two.does("ana", we.SharesOver(WATCH, 2))

    assert [held.share.epoch for held in two.seat.shares] == [2]
    assert two.heard("ben", we.SharesGone) == [we.SharesGone(WATCH, 2)]


def test_the_only_shares_do_not_go(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))

    two.does("ana", we.SharesOver(WATCH, 9))

    assert refused(two, "ben") == ["share-over"]
    assert len(two.seat.shares) == 1


def test_a_share_is_not_replaced_by_another_of_the_same_arming(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))

    two.does("ana", we.ShareGiven(share(armed=arm(2, 3))))

    assert refused(two, "ben") == ["share"]
    assert two.seat.shares[0].share == share()


def test_words_that_are_no_share_are_refused(two):
    two.seated()
    words = share().words.split()
    for text in (" ".join([words[1], words[0], *words[2:]]), " ".join(words[:20]), "acid"):
        says(two, "ana", gm.Share(WATCH, 1, share().gate, text, 2, 3))
    says(two, "ana", gm.Share(WATCH, 1, share().gate, share().words, 3, 3))

    assert refused(two, "ben") == ["share"] * 4
    assert two.seat.shares == ()


def test_a_released_share_reaches_the_reader(two):
    release = gm.ShareRelease(WATCH, 1, share().gate, share().words)

    two.does("ana", we.ShareReleased(release))
    two.does("ana", we.ShareReleased(release))

    assert two.heard("ben", we.ShareArrived) == [we.ShareArrived(WATCH, 1)]
    assert two.kept("ben").released == (release,)


def test_either_may_end_it_and_both_let_go(two):
    for who, other in (("ana", "ben"), ("ben", "ana")):
        two = Guarded().seated()

        two.does(who, we.GuardianEnded(WATCH))

        assert two.heard(other, we.GuardianGone) == [we.GuardianGone(WATCH)]
        assert (two.appointed, two.seat) == (None, None)


# Rehearsals.


def test_a_guardian_says_that_they_did_their_part(two):
    two.seated()

    two.does("ben", we.RehearsalDone(WATCH))

    day = NOW_S // DAY_S
    assert two.heard("ana", we.GuardianRehearsed) == [we.GuardianRehearsed(WATCH, day)]
    assert two.appointed.done_day == day


def test_what_was_asked_for_a_rehearsal_is_good_for_a_rehearsal_alone(two):
    two.does("ana", we.GuardianAsked(ask(rehearsal=True)))
    two.does("ben", we.GuardianAnswered(WATCH, True))

    two.give_seat()

    assert refused(two, "ben") == ["guardian-seat"]


# Coming back from paper.


def test_a_guardian_who_came_back_is_given_seat_and_share_again(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))
    appointed, before = two.seat, two.seat.shares
    two.without_paper("ben")
    two.sides["ben"] = replace(
        two.ben,
        keyring=replace(
            two.ben.keyring, watch=replace(two.kept("ben"), seats=(replace(appointed, shares=()),))
        ),
    )

    two.sides["ana"], effects = guarding.given_again(two.ana, two.now_s, lambda n: bytes(n))
    for effect in effects:
        two.deliver("ana", effect)

    assert two.seat.shares == before


def test_where_the_words_are_gone_the_writer_is_told_to_arm_again(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))
    two.does("ana", we.ShareSafe(WATCH))
    assert two.appointed.share is None

    two.sides["ana"], effects = guarding.given_again(two.ana, two.now_s, lambda n: bytes(n))

    assert ev.Tell(we.ShareDoubtful(WATCH)) in effects
    assert two.appointed.doubtful
    two.does("ana", we.ShareGiven(share(epoch=2, armed=arm(2, 3))))
    assert not two.appointed.doubtful


# What a guardian believes of a relay.


def test_a_sign_of_life_counts_where_it_is_signed_and_newer(two):
    two.seated()
    two.looks(life=alive(two.now_s - 50))
    two.looks(life=alive(two.now_s - 90))
    two.looks(life=alive(two.now_s, by=OTHER))
    two.looks(life=b"nothing")

    assert (two.seat.life_s, two.seat.life_n) == (two.now_s - 50, two.now_s - 50)


def test_a_sign_of_life_from_a_clock_ahead_counts_as_of_now(two):
    two.seated()

    two.looks(life=alive(two.now_s + 3600))

    assert two.seat.life_s == two.now_s


def test_an_absence_is_known_until_it_is_taken_back(two):
    two.seated()
    two.looks(life=away(two.now_s, two.now_s + 100 * DAY_S))
    assert two.seat.away_s == two.now_s + 100 * DAY_S
    two.looks(life=alive(two.now_s + 1))
    assert two.seat.away_s == two.now_s + 100 * DAY_S

    two.looks(life=away(two.now_s + 2, 0))

    assert two.seat.away_s == 0


def test_a_note_of_duress_is_told_and_an_empty_one_is_not(two):
    two.seated()
    day = two.now_s // DAY_S
    two.looks(note=two.note(False, day))
    two.looks(note=b"x" * 1264)
    assert not two.heard("ben", we.DuressSeen)

    two.looks(note=two.note(True, day))
    two.looks(note=two.note(True, day))

    assert two.heard("ben", we.DuressSeen) == [we.DuressSeen(WATCH)]
    assert two.seat.duress_s == day * DAY_S


def test_a_stop_code_is_believed_by_its_hash(two):
    two.seated()
    two.looks(stop=bytes(16))
    assert not two.seat.stopped

    two.looks(stop=STOP)

    assert two.heard("ben", we.StopSeen) == [we.StopSeen(WATCH)]
    assert two.seat.stopped == terms().stop


def test_terms_that_a_relay_shows_count_as_if_the_writer_had_sent_them(two):
    two.seated()

    two.looks(terms=two.signed(number=2, every=60))
    two.looks(terms=signed(number=3))

    assert two.seat.given.terms == two.signed(number=2, every=60)
    assert not refused(two, "ben")


# The reader, in the bond of the pair.


def test_the_reader_is_told_of_the_watch_and_its_guardians():
    two = Guarded(Kind.PAIR)

    two.does("ana", we.ReaderNamed(reader_seat()))

    assert two.heard("ben", we.ReaderSeated) == [we.ReaderSeated(WATCH, ("Ben", "Olga"))]
    assert two.kept("ben").reader(WATCH).token == READER


def test_a_reader_keeps_to_the_newest_terms():
    two = Guarded(Kind.PAIR)
    two.does("ana", we.ReaderNamed(reader_seat(terms=signed(number=3))))

    two.does("ana", we.ReaderNamed(reader_seat(terms=signed(number=2))))
    two.does("ana", we.ReaderNamed(reader_seat(token=b"x" * 32)))

    assert two.kept("ben").reader(WATCH).terms == signed(number=3)
    assert refused(two, "ben") == ["reader-seat"]


def owned(**changes):
    fields = {
        "watch": WATCH, "seed": KEY.seed, "owner": b"o" * 32, "reader": READER, "stop": terms().stop,
        "terms": signed(), "gate": b"g" * 1216, "number": 1,
    }  # fmt: skip
    return Owned(**(fields | changes))


def test_the_writer_hears_that_the_rehearsal_was_read():
    two = Guarded(Kind.PAIR)
    two.does("ben", we.RehearsalRead(WATCH, b"p" * 32))
    assert refused(two, "ana") == []  # a rehearsal that is over

    two.does("ana", we.WatchKept(owned(rehearsal=True)))
    two.does("ben", we.RehearsalRead(WATCH, b"p" * 32))

    assert two.heard("ana", we.RehearsalOpened) == [we.RehearsalOpened(WATCH, b"p" * 32, NOW_S // DAY_S)]


def test_a_watch_that_is_kept_is_in_the_slot_and_one_that_is_counted_on_waits():
    two = Guarded(Kind.PAIR)
    two.does("ana", we.WatchKept(owned()))
    (slot,) = two.caused("ana", ev.SaveSlot)
    assert Keyring.open(slot.sealed, two.ana.device.age_seed).watch.of(WATCH) == owned()

    two.does("ana", we.WatchKept(owned(life_n=9), save=False))

    assert two.kept("ana").of(WATCH).life_n == 9
    assert len(two.caused("ana", ev.SaveSlot)) == 1
    two.does("ana", we.WatchForgotten(WATCH))
    assert two.kept("ana").of(WATCH) is None


def test_a_watch_does_not_belong_into_a_guardians_bond(two):
    with pytest.raises(Mistaken):
        two.does("ana", we.WatchKept(owned()))


def test_nothing_goes_from_a_bond_that_is_ended(two):
    two.seated()
    two.does("ana", ev.Parted())

    with pytest.raises(Refused):
        lifecycle.step(two.ana, we.ShareGiven(share()), two.now_s)
