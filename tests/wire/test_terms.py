"""Terms, and who may change what in them: every field, either way, in every standing of the watch."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.watches import GUARDIANS, HAND, KEY, SEATS, STOP, TERMS, WATCH

from twinbell.crypto.kdf import sha256
from twinbell.crypto.signing import SigningKey
from twinbell.encoding import decode_map, encode
from twinbell.errors import Conflict, Damaged, Refused, Stale, TwinbellError
from twinbell.wire.limits import WATCH_TERMS_BYTES_MAX
from twinbell.wire.signed import Signed, sign
from twinbell.wire.silence import Stage
from twinbell.wire.terms import LABEL_TERMS, Change, Terms, change, consent, is_stricter, open_terms

OVER = (Stage.SILENT, Stage.RETURNED, Stage.STOPPED)
OTHER_KEY = SigningKey(b"x" * 32).verify_key.raw

# Each field of the terms: changes that lead to silence never sooner, and those that may.
STRICTER: dict[str, list[Any]] = {
    "every": [31, 400],
    "grace": [8, 400],
    "veto": [8, 400],
    "k": [3],
    "guardians": [GUARDIANS[:2], GUARDIANS[1:3], (GUARDIANS[2], GUARDIANS[0], GUARDIANS[1])],
    "hands": [(HAND.verify_key.raw, OTHER_KEY)],
}
LOOSER: dict[str, list[Any]] = {
    "every": [29, 1],
    "grace": [6, 3],
    "veto": [6, 1],
    "k": [2],
    "guardians": [
        GUARDIANS,
        (*GUARDIANS[:2], GUARDIANS[3]),
        (*GUARDIANS[:2], replace(GUARDIANS[2], token=b"t" * 32)),
        (*GUARDIANS[:2], consent(SEATS[2], WATCH, 20_001, token=bytes([3]) * 32)),
    ],
    "hands": [(), (OTHER_KEY,)],
    "zone": ["Europe/Berlin"],
    "reader": [b"q" * 32],
    "owner": [b"p" * 32],
    "stop": [b"t" * 32],
}
NEVER = {"key": [OTHER_KEY], "unit_s": [2], "rehearsal": [True]}
# These say when the others change; the tests below are about them.
RUNNING = {"number", "epoch", "armed"}

HELD = {
    "never armed": replace(TERMS, epoch=0, armed=False),
    "armed": TERMS,
    "disarmed": replace(TERMS, armed=False),
}
CELLS = [
    (name, value, kind, standing, stage, rearmed)
    for kind, table in (("stricter", STRICTER), ("looser", LOOSER), ("same", {"zone": ["Asia/Tokyo"]}))
    for name, values in table.items()
    for value in values
    for standing in HELD
    for stage in Stage
    for rearmed in (False, True)
]


def base_of(name, kind):
    """Terms from which the change of `name` is possible: k goes down from three."""
    return {"k": 3} if name == "k" and kind == "looser" else {}


def test_the_table_speaks_of_every_field():
    assert {*STRICTER} | {*LOOSER} | {*NEVER} | RUNNING == {field.name for field in fields(Terms)}
    assert len(CELLS) > 600


@pytest.mark.parametrize(("name", "value", "kind", "standing", "stage", "rearmed"), CELLS)
def test_stricter_is_at_once_and_looser_waits(name, value, kind, standing, stage, rearmed):
    held = replace(HELD[standing], **base_of(name, kind))
    new = replace(held, **{"number": 8, name: value})
    if rearmed:
        new = replace(new, epoch=held.epoch + 1, armed=True)
    if stage is Stage.STOPPED and name != "stop":
        new = replace(new, stop=b"u" * 32)

    expected: Change | type[Conflict]
    if stage in OVER and not rearmed:
        expected = Conflict  # whatever it is, a watch that is over is armed anew or left alone
    elif standing == "never armed" or kind != "looser" or (stage is Stage.STOPPED and name == "stop"):
        expected = Change.AT_ONCE
    else:
        expected = Conflict if stage in OVER else Change.PENDING

    if isinstance(expected, Change):
        assert change(held, new, stage=stage) is expected
    else:
        with pytest.raises(expected):
            change(held, new, stage=stage)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("standing", HELD)
@pytest.mark.parametrize("rearmed", [False, True])
def test_a_watch_stays_the_watch_that_it_is(stage, standing, rearmed):
    held = HELD[standing]
    other = replace(held, number=8, key=OTHER_KEY, stop=b"u" * 32)
    rehearsal = replace(held, number=8, unit_s=2, rehearsal=True, stop=b"u" * 32)

    for new in (other, rehearsal):
        with pytest.raises(Conflict, match="Start a new one"):
            change(held, replace(new, epoch=held.epoch + rearmed, armed=new.armed or rearmed), stage=stage)


@pytest.mark.parametrize("number", [2, 6, 7])
def test_a_number_that_is_taken_is_stale(number):
    with pytest.raises(Stale) as caught:
        change(TERMS, replace(TERMS, number=number))

    assert caught.value.newest == 7


def test_a_relay_that_missed_some_takes_a_higher_number():
    assert change(TERMS, replace(TERMS, number=12)) is Change.AT_ONCE


def test_newer_terms_take_the_place_of_those_that_wait():
    waiting = replace(TERMS, number=8, every=5)

    assert change(TERMS, replace(TERMS, number=9, every=6), pending=waiting) is Change.PENDING
    assert change(TERMS, replace(TERMS, number=9), pending=waiting) is Change.AT_ONCE  # back to the old ones
    with pytest.raises(Stale) as caught:
        change(TERMS, replace(TERMS, number=8, every=6), pending=waiting)
    assert caught.value.newest == 8


@pytest.mark.parametrize(
    ("held", "new", "expected"),
    [
        ({}, {"armed": False}, Change.AT_ONCE),
        ({}, {"epoch": 3}, Change.AT_ONCE),
        ({}, {"epoch": 5}, Change.AT_ONCE),
        ({}, {"epoch": 1}, Conflict),
        ({}, {"epoch": 3, "armed": False}, Conflict),
        ({"armed": False}, {"armed": True}, Conflict),
        ({"armed": False}, {"armed": True, "epoch": 3}, Change.AT_ONCE),
        ({"armed": False, "epoch": 0}, {"armed": True, "epoch": 1, "every": 1}, Change.AT_ONCE),
        ({"armed": False, "epoch": 0, "k": 5, "guardians": ()}, {"k": 2}, Change.AT_ONCE),
    ],
)
def test_arming_is_a_higher_epoch(held, new, expected):
    old = replace(TERMS, **held)
    later = replace(old, **({"number": 8} | new))

    if isinstance(expected, Change):
        assert change(old, later) is expected
    else:
        with pytest.raises(expected) as caught:
            change(old, later)
        assert type(caught.value) is expected


def test_what_was_armed_once_is_never_loosened_at_once_again():
    disarmed = replace(TERMS, number=8, armed=False)
    shorter = replace(disarmed, number=9, every=1)

    assert change(TERMS, disarmed) is Change.AT_ONCE
    assert change(disarmed, shorter) is Change.PENDING
    assert change(disarmed, replace(shorter, epoch=3, armed=True)) is Change.PENDING


def test_a_stopped_watch_wants_another_code():
    with pytest.raises(Conflict, match="another one"):
        change(TERMS, replace(TERMS, number=8, epoch=3), stage=Stage.STOPPED)


durations = st.integers(3, 400)
some_terms = st.builds(
    lambda every, grace, veto, k, seats, armed: replace(
        TERMS,
        every=every,
        grace=grace,
        veto=veto,
        k=min(k, len(seats)),
        guardians=tuple(GUARDIANS[n] for n in seats),
        armed=armed,
    ),
    durations,
    durations,
    durations,
    st.integers(2, 4),
    st.permutations(range(4)).flatmap(lambda order: st.integers(2, 4).map(lambda n: order[:n])),
    st.booleans(),
)


@given(some_terms, some_terms)
def test_stricter_both_ways_means_the_same(one, other):
    if is_stricter(one, other) and is_stricter(other, one):
        assert (one.wait_s, one.k, {*one.guardians}) == (other.wait_s, other.k, {*other.guardians})


@given(some_terms, some_terms, some_terms)
def test_stricter_than_stricter_is_stricter(one, two, three):
    if is_stricter(one, two) and is_stricter(two, three):
        assert is_stricter(one, three)


@given(some_terms)
def test_terms_come_back_as_they_went(terms):
    signed = terms.sign(KEY)

    assert open_terms(Signed.parse(signed.to_bytes(), bytes_max=WATCH_TERMS_BYTES_MAX), WATCH) == terms


def test_the_largest_terms_fit():
    seats = [SigningKey(bytes([100 + n]) * 32) for n in range(7)]
    hands = tuple(SigningKey(bytes([200 + n]) * 32).verify_key.raw for n in range(4))
    guardians = tuple(consent(key, WATCH, 2**32 - 1, token=bytes([n]) * 32) for n, key in enumerate(seats))
    terms = replace(TERMS, number=2**53 - 1, zone="x" * 64, guardians=guardians, hands=hands, k=7)

    assert len(terms.sign(KEY).to_bytes()) <= WATCH_TERMS_BYTES_MAX // 2


def written(**changed):
    record = decode_map(TERMS.to_bytes(), bytes_max=9_999) | changed
    return encode({name: value for name, value in record.items() if value is not ...})


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"type": "watch-vote"},
        {"more": 1},
        {"zone": ...},
        {"zone": "in Tokyo"},
        {"zone": ""},
        {"watch": bytes(16)},
        {"key": bytes(32)},
        {"number": 0},
        {"number": 1},
        {"epoch": 0},
        {"epoch": 8},
        {"unit": 3600},
        {"unit": 2},
        {"unit": 61, "rehearsal": True},
        {"rehearsal": True},
        {"every": 0},
        {"every": 401},
        {"every": True},
        {"grace": 2},
        {"veto": 0},
        {"veto": 401},
        {"k": 0},
        {"k": 1},
        {"k": 4},
        {"guardians": []},
        {"guardians": [GUARDIANS[0].to_value()]},
        {"guardians": [each.to_value() for each in (*GUARDIANS[:2], GUARDIANS[0])]},
        {"guardians": [each.to_value() | {"more": 1} for each in GUARDIANS]},
        {"guardians": [each.to_value() for each in GUARDIANS] * 2},
        {"hands": [b"short"]},
        {"hands": [7]},
        {"hands": [HAND.verify_key.raw] * 2},
        {"hands": [GUARDIANS[0].seat]},
        {"hands": [SigningKey(bytes([n]) * 32).verify_key.raw for n in range(50, 55)]},
        {"reader": TERMS.owner},
        {"owner": b"o"},
        {"stop": None},
        {"armed": 1},
    ],
)
def test_terms_that_do_not_fit_are_damaged(changed):
    with pytest.raises(Damaged):
        Terms.parse(written(**changed))


def test_one_guardian_alone_may_be_enough():
    assert replace(TERMS, guardians=GUARDIANS[:1], k=1).rule().k == 1


def test_a_rehearsal_is_the_same_in_seconds():
    terms = replace(TERMS, unit_s=2, rehearsal=True, every=1, grace=1, veto=1)

    assert Terms.parse(terms.to_bytes()) == terms
    assert (terms.rule().every_s, terms.wait_s) == (2, 6)


def test_whoever_did_not_consent_is_no_guardian():
    stranger = replace(GUARDIANS[2], consent=GUARDIANS[1].consent)
    elsewhere = consent(SEATS[2], bytes(16), 20_000, token=bytes([3]) * 32)
    other_day = replace(GUARDIANS[2], day=20_001)

    for guardian in (stranger, elsewhere, other_day):
        terms = replace(TERMS, guardians=(*GUARDIANS[:2], guardian))
        with pytest.raises(Damaged, match="has not consented"):
            open_terms(terms.sign(KEY), WATCH)


def test_nobody_else_signs_terms():
    record = TERMS.to_bytes()

    for signed in (
        TERMS.sign(HAND),
        sign(KEY, b"twinbell/v1/watch-alive", record),
        Signed(record, bytes(64)),
        Signed(replace(TERMS, number=8).to_bytes(), TERMS.sign(KEY).by),
    ):
        with pytest.raises(Damaged):
            open_terms(signed, WATCH)
    with pytest.raises(Damaged, match="another watch"):
        open_terms(sign(KEY, LABEL_TERMS, record), bytes(16))


def test_the_stop_code_is_sixteen_bytes_that_fit():
    terms = replace(TERMS, stop=sha256(STOP))

    terms.check_stop(STOP)
    for code in (b"", STOP[:15], bytes(16), sha256(STOP)):
        with pytest.raises(Refused):
            terms.check_stop(code)


@given(st.binary(max_size=300))
def test_bytes_from_outside_are_terms_or_damaged(data):
    try:
        Signed.parse(data, bytes_max=WATCH_TERMS_BYTES_MAX)
        Terms.parse(data)
    except TwinbellError as error:
        assert isinstance(error, Damaged)
