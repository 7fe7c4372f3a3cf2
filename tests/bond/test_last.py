"""Last letters: armed, released, regained; who can open one, and who cannot."""

from dataclasses import replace
from itertools import combinations

import pytest
from tests.bond.guards import DAY_S, STOP, WATCH, Guarded, alive, away, share
from tests.bond.letters import ADA, GRACE, NOW_S, seed
from tests.crypto.test_shares import forge

from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import seal
from twinbell.bond import last
from twinbell.bond import watchevent as we
from twinbell.bond.fate import AtParting, BothSilent, Fate
from twinbell.bond.gate import SilenceGate
from twinbell.errors import Damaged, Mistaken, NotForMe
from twinbell.wire.limits import WATCH_PARCEL_BYTES_MAX
from twinbell.wire.silence import Answer

EVERY = [(1, 1)] + [(k, n) for n in range(2, 8) for k in range(2, n + 1)]
READER = [GRACE.letter.recipient.public, GRACE.kit.recipient.public]


@pytest.mark.parametrize(("k", "n"), EVERY)
def test_every_k_guardians_open_a_gate_and_no_fewer_do(k, n):
    drawn = seed(f"{k} of {n}")
    armed = last.arm(k, n, random=lambda length: drawn[:length])

    for some in combinations(armed.words, k):
        assert last.regain(armed.gate, some) == last.Regained(drawn, ())
    for fewer in combinations(armed.words, k - 1):
        assert last.regain(armed.gate, fewer) is None
        with pytest.raises(Damaged, match=r"needed|no shares"):
            from twinbell.crypto import shares

            shares.combine(fewer)


@pytest.mark.parametrize(("k", "n"), [(k, n) for k, n in EVERY if 1 < k < n])
def test_a_false_share_among_one_more_than_needed_is_named_and_stops_nobody(k, n):
    armed = last.arm(k, n)
    for liar in range(k + 1):
        words = list(armed.words[: k + 1])
        words[liar] = forge(words[liar])

        regained = last.regain(armed.gate, words)

        assert regained is not None and regained.false == (liar,)
        assert HybridIdentity(regained.seed).recipient.public == armed.gate.recipient


def test_shares_of_an_older_arming_and_what_is_no_share_are_named():
    old, new = last.arm(2, 3), last.arm(2, 3)

    regained = last.regain(new.gate, [old.words[0], new.words[1], "acid " * 33, new.words[2], new.words[1]])

    assert regained is not None and regained.false == (0, 2)


def test_two_that_do_not_fit_are_refused_and_the_same_one_twice_is_one():
    old, new = last.arm(2, 3), last.arm(2, 3)

    with pytest.raises(Damaged, match="one of them is false"):
        last.regain(new.gate, [old.words[0], new.words[1]])
    assert last.regain(new.gate, [new.words[1], new.words[1].upper()]) is None


def test_the_shares_of_another_gate_open_nothing():
    one, other = last.arm(2, 2), last.arm(2, 2)

    with pytest.raises(Damaged):
        last.regain(one.gate, other.words)


def test_a_share_says_which_gate_it_is_of():
    armed = last.arm(2, 3)

    given = armed.share(2, watch=WATCH, epoch=4)

    assert (given.words, given.k, given.n, given.epoch) == (armed.words[2], 2, 3, 4)
    assert given.gate == last.gate_hash(armed.gate.recipient)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 2), (3, 2), (2, 17)])
def test_a_gate_that_makes_no_sense_is_not_made(k, n):
    with pytest.raises(Mistaken):
        last.arm(k, n)


# Parcels.


def test_a_parcel_opens_to_the_reader_and_their_paper_alone():
    made = last.silence(WATCH, READER)

    assert len(made.parcel) <= WATCH_PARCEL_BYTES_MAX
    for identity in (GRACE.letter, GRACE.kit):
        key = HybridIdentity(last.open_parcel(made.parcel, [identity], made.gate))
        assert key.recipient.public == made.gate.recipient
    with pytest.raises(NotForMe):
        last.open_parcel(made.parcel, [ADA.letter], made.gate)


@pytest.mark.parametrize(
    "plain",
    [b"", b"\xff", b"AGE-SECRET-KEY-PQ-1", f"{ADA.letter}\n".encode(), f"{ADA.letter}\n\n".encode()],
    ids=["nothing", "no text", "half a key", "another key", "more"],
)
def test_a_parcel_with_something_else_in_it_is_damaged(plain):
    gate = SilenceGate(GRACE.kit.recipient.public, WATCH)

    with pytest.raises(Damaged):
        last.open_parcel(seal(plain, [GRACE.letter.recipient]), [GRACE.letter], gate)


def test_a_parcel_is_read_only_up_to_its_limit():
    with pytest.raises(Damaged):
        last.open_parcel(bytes(WATCH_PARCEL_BYTES_MAX + 1), [GRACE.letter], last.silence(WATCH, READER).gate)


# When a guardian may release.


@pytest.fixture
def two():
    two = Guarded().seated(epoch=1, armed=True)
    two.does("ana", we.ShareGiven(share()))
    two.now_s += 37 * DAY_S
    return two


def ruling(two, answer=Answer.NO):
    return last.may_release(two.seat, two.seat.shares[0], answer=answer, writer="Ana", now_s=two.now_s)


def test_a_guardian_may_release_after_the_wait_and_their_own_no(two):
    assert ruling(two) == last.Ruling()
    assert ruling(two).allowed


@pytest.mark.parametrize(
    ("answer", "says"), [(None, "Say first"), (Answer.UNKNOWN, "Say first"), (Answer.YES, "heard from Ana")]
)
def test_nobody_releases_who_has_not_said_no(two, answer, says):
    assert says in ruling(two, answer).refusal


def test_a_sign_of_life_holds_a_share_back_for_as_long_as_the_terms_say(two):
    seen_s = two.now_s
    two.looks(life=alive(seen_s))

    assert "too new" in ruling(two).refusal
    two.now_s = seen_s + 37 * DAY_S - 1
    assert not ruling(two).allowed
    two.now_s += 1
    assert ruling(two).allowed


def test_a_share_that_has_just_come_is_a_sign_of_life_itself(two):
    two.now_s -= 1

    assert "too new" in ruling(two).refusal


def test_an_absence_holds_a_share_back_and_the_wait_begins_after_it(two):
    until_s = two.now_s + 10 * DAY_S
    two.looks(life=away(two.now_s, until_s))

    assert "away" in ruling(two).refusal
    two.now_s = until_s
    assert "too new" in ruling(two).refusal
    two.now_s += 37 * DAY_S
    assert ruling(two).allowed


def test_a_stopped_watch_opens_nothing(two):
    two.looks(stop=STOP)

    assert "stopped" in ruling(two).refusal


def test_a_watch_that_is_armed_anew_after_a_stop_is_not_stopped(two):
    two.looks(stop=STOP)

    two.give_seat(number=2, epoch=2, armed=True, stop=b"n" * 32)

    assert two.seat.given.terms == two.signed(number=2, epoch=2, armed=True, stop=b"n" * 32)
    assert ruling(two).allowed


def test_duress_warns_for_forty_days(two):
    day = two.now_s // DAY_S
    two.looks(note=two.note(True, day))

    assert ruling(two).allowed
    assert "not free" in ruling(two).warning
    two.now_s = day * DAY_S + last.DURESS_S
    assert ruling(two) == last.Ruling()


def test_shorter_terms_do_not_help_whoever_made_them(two):
    two.looks(life=alive(two.now_s - 2 * DAY_S))
    two.give_seat(number=2, epoch=1, armed=True, every=1, grace=3)

    assert "too new" in ruling(two).refusal


def test_without_a_seat_nothing_is_released(two):
    seat = replace(two.seat, given=None)

    assert not last.may_release(seat, seat.shares[0], answer=Answer.NO, writer="Ana", now_s=NOW_S).allowed


# Fates.


@pytest.mark.parametrize("parting", AtParting)
@pytest.mark.parametrize("silent", BothSilent)
def test_a_fate_is_said_in_words_and_comes_back(parting, silent):
    fate = Fate(at_parting=parting, both_silent=silent, heir="Olga" if silent is BothSilent.HEIR else "")

    words = fate.words(reader="Grace", floor="10 October 2027")

    assert Fate.from_record(fate.to_record()) == fate
    assert words.count(".") == 2 and "Grace" in words
    assert ("Olga" in words) == (silent is BothSilent.HEIR)


@pytest.mark.parametrize(
    "changes", [{"parting": "sell"}, {"silent": "wait"}, {"heir": "Olga"}, {"heir": "\x07"}], ids=str
)
def test_a_fate_that_makes_no_sense_is_refused(changes):
    with pytest.raises(Damaged):
        Fate.from_record(Fate().to_record() | changes)
    with pytest.raises(Mistaken):
        Fate(heir="Olga")
