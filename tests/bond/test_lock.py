from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bond.letters import ANNA, BERTA, CLARA, DAY_S, NOW_S, Keeper, lock_for, seed, wish

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond.lock import (
    YEAR_S,
    DateGate,
    GuardiansGate,
    Hold,
    KeptChain,
    Lock,
    SilenceGate,
    Strength,
    Wish,
    describe,
    plan,
    strength,
)
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, Mistaken, Retired
from twinbell.wire.beacon import QUICKNET, RETIRED, keeper_of, round_at, time_of

DORA = Keeper("Dora")
SOON, LATER = 30 * DAY_S, 400 * DAY_S
SILENCE = SilenceGate(HybridIdentity(seed("silence")).recipient.public, bytes(16))
GUARDIANS = GuardiansGate(HybridIdentity(seed("guardians")).recipient.public, 2, 3)


def used(lock):
    """Return the ways by their keepers' names."""
    return [[lock.chains[gate.chain].keeper for gate in way] for way in lock.ways]


def as_sets(lock):
    return [set(way) for way in used(lock)]


# What is chosen


def test_of_three_keepers_any_two_open_it_however_far_the_day():
    pairs = [{"Anna", "Berta"}, {"Anna", "Clara"}, {"Berta", "Clara"}]

    for in_s in (SOON, LATER):
        assert as_sets(lock_for(ANNA, BERTA, CLARA, in_s=in_s)) == pairs


def test_of_two_keepers_both_hold_a_near_day_and_either_opens_a_far_one():
    assert as_sets(lock_for(ANNA, BERTA, in_s=SOON)) == [{"Anna", "Berta"}]
    assert as_sets(lock_for(ANNA, BERTA, in_s=YEAR_S)) == [{"Anna", "Berta"}]
    assert as_sets(lock_for(ANNA, BERTA, in_s=YEAR_S + 1)) == [{"Anna"}, {"Berta"}]


def test_one_keeper_is_all_there_is():
    assert used(lock_for(ANNA)) == [["Anna"]]


@pytest.mark.parametrize("keepers", [(ANNA, BERTA), (ANNA, BERTA, CLARA), (ANNA, BERTA, CLARA, DORA)])
@pytest.mark.parametrize("in_s", [SOON, LATER])
def test_the_writer_can_choose_which_danger_is_greater(keepers, in_s):
    names = [keeper.name for keeper in keepers]

    secrecy = lock_for(*keepers, in_s=in_s, hold=Hold.SECRECY)
    survival = lock_for(*keepers, in_s=in_s, hold=Hold.SURVIVAL)

    assert as_sets(secrecy) == [set(names)]
    assert as_sets(survival) == [{name} for name in names]


def test_chains_of_one_keeper_count_once():
    second = KeptChain(BERTA.kept.chain, "Anna")

    lock = plan(letter=bytes(16), wish=wish(), chains=[ANNA.kept, second, CLARA.kept], now_s=NOW_S)

    assert [kept.chain for kept in lock.chains] == [ANNA.kept.chain, CLARA.kept.chain]


def test_of_more_than_three_the_first_three_count():
    assert [kept.keeper for kept in lock_for(ANNA, BERTA, CLARA, DORA).chains] == ["Anna", "Berta", "Clara"]


def test_a_chain_that_has_ended_is_left_out(monkeypatch):
    monkeypatch.setattr("twinbell.bond.lock.RETIRED", RETIRED | {ANNA.kept.chain.hash})

    assert used(lock_for(ANNA, BERTA)) == [["Berta"]]
    with pytest.raises(Retired):
        lock_for(ANNA)


def test_a_later_day_needs_a_beacon_and_today_none():
    with pytest.raises(Mistaken):
        lock_for()

    assert lock_for(in_s=None).is_open


def test_the_writer_keeps_the_key_for_a_far_day_unless_told_otherwise():
    assert not lock_for(ANNA, in_s=SOON).keep
    assert lock_for(ANNA, in_s=LATER).keep
    assert not lock_for(ANNA, in_s=LATER, keep=False).keep
    assert lock_for(ANNA, in_s=SOON, keep=True).keep


def test_sealing_to_the_public_chain_needs_nothing_but_what_is_pinned():
    lock = plan(letter=bytes(16), wish=wish(), chains=[KeptChain(QUICKNET, keeper_of(QUICKNET))], now_s=NOW_S)

    assert lock.chains[0].keeper == "League of Entropy"
    assert lock.rounds() == [(lock.chains[0], round_at(QUICKNET, NOW_S + 20))]


@given(
    st.integers(1, 10**9),
    st.lists(st.sampled_from([ANNA, BERTA, CLARA, DORA]), min_size=1),
    st.sampled_from([None, *Hold]),
)
@settings(max_examples=50)
def test_no_lock_opens_before_its_wish(in_s, keepers, hold):
    lock = lock_for(*keepers, in_s=in_s, hold=hold)

    assert lock.wish is not None
    assert lock.opens_s is not None
    assert lock.wish.instant_s <= lock.opens_s < lock.wish.instant_s + 3
    assert all(time_of(kept.chain, round) >= lock.wish.instant_s for kept, round in lock.rounds())
    assert Lock.parse(lock.encode()) == lock


# How strong it is


def last_letter(**changes: Any) -> Lock:
    near = lock_for(ANNA)
    fields: dict[str, Any] = {
        "letter": near.letter,
        "wish": near.wish,
        "chains": near.chains,
        "ways": ((SILENCE, GUARDIANS), (near.ways[0][0], GUARDIANS)),
        "keep": True,
    }
    return Lock(**(fields | changes))


def test_strength_is_the_weakest_way_and_of_a_way_the_strongest_gate():
    date = lock_for(ANNA).ways[0][0]

    assert strength(lock_for(ANNA)) is Strength.MATHEMATICS
    assert strength(last_letter()) is Strength.GUARDIANS
    assert strength(last_letter(ways=((date,), (SILENCE,)))) is Strength.COURTESY
    assert strength(last_letter(ways=((date, SILENCE),))) is Strength.MATHEMATICS
    assert strength(last_letter(ways=((SILENCE, GUARDIANS), (date,)))) is Strength.GUARDIANS
    assert strength(lock_for(in_s=None)) is Strength.NOTHING


def test_a_chain_kept_by_one_of_the_two_is_courtesy():
    near, far = lock_for(ANNA, BERTA, in_s=SOON), lock_for(ANNA, BERTA, in_s=LATER)

    assert strength(lock_for(ANNA), ours={"Anna"}) is Strength.COURTESY
    assert strength(near, ours={"Anna"}) is Strength.MATHEMATICS
    assert strength(far, ours={"Anna"}) is Strength.COURTESY
    assert strength(lock_for(ANNA, BERTA, CLARA), ours={"Anna"}) is Strength.MATHEMATICS
    assert strength(lock_for(ANNA, BERTA, CLARA), ours={"Anna", "Berta"}) is Strength.COURTESY


def test_what_holds_it_back_is_said_in_words():
    near, far = lock_for(ANNA, BERTA, in_s=SOON), lock_for(ANNA, BERTA, in_s=LATER)

    assert describe(lock_for(in_s=None)) == "Nothing holds this letter back: it opens at once."
    assert describe(lock_for(ANNA)) == (
        "It opens on Sunday 22 November 2026, 11:00:20 (UTC). Anna holds it back: it alone could open it "
        "early, and if it ends before that day, the letter stays locked for ever. Held by mathematics. "
        "Until then the writer can't open it either."
    )
    assert "Anna and Berta hold it back together: none of them alone can open it early" in describe(near)
    assert "Any one of Anna and Berta opens it" in describe(far)
    assert "Any two of Anna, Berta and Clara open it" in describe(lock_for(ANNA, BERTA, CLARA))
    assert "Anna is run by one of the two" in describe(near, ours={"Anna"})
    assert "needs the writer's silence, as the relay sees it and 2 of 3 guardians or else round" in describe(
        last_letter()
    )
    assert "Held by guardians" in describe(last_letter())


# What makes no sense


@pytest.mark.parametrize(
    "changes",
    [
        {"letter": bytes(15)},
        {"ways": ()},
        {"ways": ((), (SILENCE,)), "wish": None, "chains": ()},
        {"ways": ((SILENCE,), (SILENCE,)), "wish": None, "chains": ()},
        {"ways": ((GUARDIANS, SILENCE),), "wish": None, "chains": ()},
        {"ways": ((SILENCE, SILENCE),), "wish": None, "chains": ()},
        {"ways": ((SILENCE,),)},
        {"wish": None},
        {"chains": ()},
        {"chains": (ANNA.kept, BERTA.kept)},
        {"chains": (ANNA.kept, ANNA.kept)},
        {"ways": ((DateGate(0, 1),),)},
        {"ways": ((DateGate(0, round_at(ANNA.kept.chain, NOW_S + 20) + 1),),)},
        {"ways": ((DateGate(1, round_at(ANNA.kept.chain, NOW_S + 20)),),)},
    ],
)
def test_a_lock_that_makes_no_sense_is_not_made(changes):
    with pytest.raises(Mistaken):
        last_letter(**changes)


def test_gates_stand_in_the_order_of_their_layers():
    near = lock_for(ANNA, BERTA, in_s=SOON)
    (way,) = near.ways

    assert [near.chains[g.chain].chain.hash for g in way] == sorted(  # type: ignore[union-attr]
        kept.chain.hash for kept in near.chains
    )
    with pytest.raises(Mistaken):
        replace(near, ways=(tuple(reversed(way)),))


@pytest.mark.parametrize(
    "make",
    [
        lambda: SilenceGate(bytes(1215), bytes(16)),
        lambda: SilenceGate(bytes(1216), bytes(15)),
        lambda: GuardiansGate(bytes(1216), 3, 2),
        lambda: GuardiansGate(bytes(1216), 0, 2),
        lambda: GuardiansGate(bytes(1216), 2, 17),
        lambda: DateGate(8, 1),
        lambda: DateGate(0, 0),
        lambda: DateGate(0, 2**53),
        lambda: KeptChain(QUICKNET, ""),
        lambda: KeptChain(QUICKNET, "\x1b[2J"),
        lambda: KeptChain(QUICKNET, "a\u202eb"),
        lambda: KeptChain(QUICKNET, "x" * 65),
        lambda: Wish(local="2027-10-10", zone="Etc/UTC", tzdata="2026f", instant_s=1_823_126_400),
        lambda: Wish(local="2027-10-10T00:00", zone="", tzdata="2026f", instant_s=1_823_126_400),
        lambda: Wish(local="2027-10-10T00:00", zone="../x y", tzdata="2026f", instant_s=1_823_126_400),
        lambda: Wish(local="2027-10-12T00:00", zone="Etc/UTC", tzdata="2026f", instant_s=1_823_126_400),
    ],
)
def test_a_part_that_makes_no_sense_is_not_made(make):
    with pytest.raises(Mistaken):
        make()


# The record


def test_a_lock_is_read_as_it_was_written():
    for lock in (lock_for(ANNA), lock_for(ANNA, BERTA, CLARA), lock_for(in_s=None), last_letter()):
        assert Lock.parse(lock.encode()) == lock
        assert Lock.parse(lock.encode()).hash == lock.hash


def edited(path, value):
    record: Any = decode_map(last_letter().encode(), bytes_max=65536)
    *way, last = path
    target = record
    for step in way:
        target = target[step]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return encode(record)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["v"], 2),
        (["type"], "look"),
        (["letter"], b"short"),
        (["keep"], 1),
        (["keep"], None),
        (["more"], True),
        (["wish", "more"], 1),
        (["wish", "instant"], -1),
        (["wish", "instant"], 1),
        (["wish", "zone"], "a b"),
        (["wish", "local"], "soon"),
        (["chains", 0, "keeper"], ""),
        (["chains", 0, "chain", "key"], bytes(96)),
        (["chains", 0, "chain", "period"], 4),
        (["chains"], []),
        (["ways"], []),
        (["ways"], [1]),
        (["ways", 0], 7),
        (["ways", 0, 0, "kind"], "magic"),
        (["ways", 0, 0, "recipient"], bytes(1)),
        (["ways", 0, 0, "more"], 1),
        (["ways", 0, 1, "threshold"], 4),
        (["ways", 1, 0, "round"], 5),
        (["ways", 1, 0, "chain"], 1),
    ],
)
def test_a_lock_that_was_changed_or_says_more_is_damaged(path, value):
    with pytest.raises(Damaged):
        Lock.parse(edited(path, value))


def test_the_editor_of_the_test_before_changes_nothing_by_itself():
    assert Lock.parse(edited(["keep"], True)) == last_letter()


@given(st.binary(max_size=60), st.integers(0, 3000))
@settings(max_examples=50)
def test_any_bytes_are_a_lock_or_damaged(junk, at):
    data = bytearray(last_letter().encode())
    data[at : at + len(junk)] = junk

    try:
        lock = Lock.parse(bytes(data))
    except Damaged:
        return
    assert lock.encode() == bytes(data)
