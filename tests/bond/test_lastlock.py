"""The lock of a last letter: its ways, its strength, what is said of it, and how it opens."""

import pytest
from tests.bond.letters import (
    ANNA,
    BERTA,
    CLARA,
    DAY_S,
    GRACE,
    NO_KEYS,
    NOW_S,
    keys_of,
    lock_for,
    open_letter,
    wish,
    write,
)

from twinbell.bond import last, letter, way
from twinbell.bond.gate import DateGate, GuardiansGate, SilenceGate
from twinbell.bond.lastlock import describe_last, is_last, plan_last
from twinbell.bond.lock import Hold, Lock, Strength, describe, strength
from twinbell.bond.way import Keys
from twinbell.errors import Mistaken, NotYet

WATCH = b"w" * 16
READER = [GRACE.letter.recipient.public, GRACE.kit.recipient.public]
SILENCE = last.silence(WATCH, READER)
ARMED = last.arm(2, 3)
FAR_S = NOW_S + 366 * DAY_S


def last_lock(*keepers, in_s=FAR_S - NOW_S, armed=ARMED, hold=None):
    return plan_last(
        letter=bytes(16),
        silence=SILENCE.gate,
        guardians=armed.gate,
        floor=wish(NOW_S + in_s),
        chains=[keeper.kept for keeper in keepers or (ANNA,)],
        now_s=NOW_S,
        hold=hold,
    )


def seeds(*, silent=False, guardians=()):
    """Return the seeds of the gates that are open."""
    found = {}
    if silent:
        found[SILENCE.gate.recipient] = last.open_parcel(SILENCE.parcel, [GRACE.letter], SILENCE.gate)
    regained = last.regain(ARMED.gate, [ARMED.words[n] for n in guardians])
    if regained:
        found[ARMED.gate.recipient] = regained.seed
    return found


def test_there_is_a_way_by_silence_and_one_by_the_floor():
    lock = last_lock(ANNA)

    assert lock.ways[0] == (SILENCE.gate, ARMED.gate)
    assert [type(gate) for gate in lock.ways[1]] == [DateGate, GuardiansGate]
    assert lock.keep and lock.wish is not None and lock.opens_s is None
    assert Lock.parse(lock.encode()) == lock


@pytest.mark.parametrize(
    ("keepers", "in_days", "ways"),
    [([ANNA], 366, 1), ([ANNA, BERTA], 300, 1), ([ANNA, BERTA], 400, 2), ([ANNA, BERTA, CLARA], 366, 3)],
)
def test_each_way_of_the_floor_is_a_way_with_guardians(keepers, in_days, ways):
    lock = last_lock(*keepers, in_s=in_days * DAY_S)

    assert len(lock.ways) == 1 + ways
    assert all(isinstance(each[-1], GuardiansGate) for each in lock.ways)
    assert is_last(lock)


@pytest.mark.parametrize("hold", [None, *Hold])
@pytest.mark.parametrize("ours", [(), ("Anna",), ("Anna", "Berta", "Clara")])
def test_its_strength_is_that_of_the_guardians(hold, ours):
    assert strength(last_lock(ANNA, BERTA, CLARA, hold=hold), ours=ours) is Strength.GUARDIANS


def test_a_floor_in_the_past_or_without_a_chain_is_no_floor():
    with pytest.raises(Mistaken):
        last_lock(ANNA, in_s=0)
    with pytest.raises(Mistaken):
        plan_last(
            letter=bytes(16),
            silence=SILENCE.gate,
            guardians=ARMED.gate,
            floor=wish(FAR_S),
            chains=[],
            now_s=NOW_S,
        )


def test_other_locks_are_not_those_of_last_letters():
    last_one = last_lock()
    alone = Lock(
        letter=bytes(16), wish=None, chains=(), ways=((SilenceGate(b"r" * 1216, WATCH),),), keep=True
    )

    assert not is_last(lock_for(ANNA)) and not is_last(lock_for(in_s=None)) and not is_last(alone)
    assert not is_last(
        Lock(letter=bytes(16), wish=last_one.wish, chains=last_one.chains, ways=last_one.ways[1:], keep=True)
    )
    with pytest.raises(Mistaken):
        describe_last(lock_for(ANNA), writer="Ada", reader="Grace", relay="relay.example")


# Opening: the reader's own program, and what it says while something is missing.


@pytest.mark.parametrize(
    ("silent", "guardians", "rounds", "way_"),
    [(True, (0, 2), (), 1), (False, (1, 2), (ANNA,), 2), (True, (0, 1, 2), (ANNA,), 1)],
)
def test_it_opens_by_silence_or_by_the_floor_and_always_by_guardians(silent, guardians, rounds, way_):
    data, _ = write(last_lock(ANNA), files={"a.txt": b"for you"})

    opened, files = open_letter(data, keys_of(*rounds, seeds=seeds(silent=silent, guardians=guardians)))

    assert opened.way == way_ and opened.broken == ()
    assert files == {"a.txt": b"for you"}


@pytest.mark.parametrize(
    ("silent", "guardians", "rounds", "says"),
    [
        (False, (), (), "the writer has not fallen silent"),
        (False, (0, 1), (), "the writer has not fallen silent"),
        (True, (), (), "2 of 3 guardians must help"),
        (True, (1,), (), "2 of 3 guardians must help"),
        (False, (), (ANNA,), "2 of 3 guardians must help"),
        (True, (2,), (ANNA,), "2 of 3 guardians must help"),
    ],
)
def test_while_something_is_missing_it_says_what(silent, guardians, rounds, says):
    data, _ = write(last_lock(ANNA))

    with pytest.raises(NotYet, match=says):
        open_letter(data, keys_of(*rounds, seeds=seeds(silent=silent, guardians=guardians)))


def test_the_writer_opens_it_with_the_key_that_was_kept():
    data, sealed = write(last_lock(ANNA))

    assert sealed.key is not None
    assert open_letter(data, key=sealed.key)[0].way is None


def test_its_outside_is_checked_when_it_comes():
    import io

    lock = last_lock(ANNA, BERTA)
    data, _ = write(lock)

    assert letter.receive(io.BytesIO(data), [GRACE.letter]).lock == lock
    assert letter.inspect(io.BytesIO(data), [GRACE.kit]) == lock


def test_a_seed_of_another_gate_is_not_taken():
    lock = last_lock(ANNA)
    from twinbell.age.hybrid import HybridIdentity
    from twinbell.errors import Damaged

    built = way.build(lock, 1, HybridIdentity(b"k" * 32), bytes(32))

    with pytest.raises(Damaged):
        way.open_way(lock, 1, built, Keys(NO_KEYS.signature_of, lambda recipient: b"x" * 32))


# What is said of it.


def test_the_table_says_what_holds_it_back_and_who_could_open_it_early():
    lock = last_lock(ANNA)

    said = describe_last(
        lock, writer="Ada", reader="Grace", relay="relay.example", guardians=["Ben", "Olga", "Max"]
    )

    assert [row.strength for row in said.rows] == [Strength.GUARDIANS, Strength.MATHEMATICS]
    assert said.strength is Strength.GUARDIANS
    assert (
        said.rows[0].way == "Once Ada has been silent and relay.example has said so: 2 of Ben, Olga and Max."
    )
    assert (
        said.rows[0].early
        == "relay.example and 2 of Ben, Olga and Max, together with Grace, could open it this way early."
    )
    assert said.rows[1].way.startswith(f"From {lock.wish.words} on, silent or not: 2 of Ben")
    assert said.rows[1].early.startswith("Anna and 2 of Ben, Olga and Max, together with Grace")
    assert "It is lost if fewer than 2 of 3 guardians still have their share." in said.sentences
    assert "The devices of Ada can open it at any time." in said.sentences
    assert str(said).endswith(said.sentences[-1])


@pytest.mark.parametrize(
    ("keepers", "in_days", "says"),
    [
        ([ANNA, BERTA], 300, "Anna and Berta and 2 of 3 guardians"),
        ([ANNA, BERTA], 400, "any one of Anna and Berta and 2 of 3 guardians"),
        ([ANNA, BERTA, CLARA], 366, "any 2 of Anna, Berta and Clara and 2 of 3 guardians"),
    ],
)
def test_it_says_whose_chains_one_would_need(keepers, in_days, says):
    said = describe_last(last_lock(*keepers, in_s=in_days * DAY_S), writer="Ada", reader="Grace", relay="r")

    assert said.rows[1].early.startswith(says[0].upper() + says[1:])
    assert len(said.rows) == 2


def test_a_floor_kept_by_one_of_the_two_is_said_to_hold_nobody_back():
    said = describe_last(last_lock(ANNA), writer="Ada", reader="Grace", relay="r", ours=["Anna"])

    assert said.rows[1].strength is Strength.GUARDIANS
    assert any("Anna is run by one of the two" in sentence for sentence in said.sentences)


def test_one_guardian_alone_is_said_to_need_nobody_else():
    said = describe_last(
        last_lock(ANNA, armed=last.arm(1, 1)), writer="Ada", reader="Grace", relay="r", guardians=["Ben"]
    )

    assert "needs nobody else" in str(said) and "It is lost if the guardian" in str(said)


def test_the_short_description_of_any_lock_still_fits():
    said = describe(last_lock(ANNA))

    assert said.startswith("It opens when what it waits for has come to pass.")
    assert "Held by guardians." in said
