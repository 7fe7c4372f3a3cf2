"""A bond has a kind: both have asked for the same one, or there is none."""

from dataclasses import replace

import pytest
from tests.bond.people import NOW_S, RELAY, Person, pair, ring_true

from twinbell.bond import bell, control
from twinbell.bond.bell import Outcome
from twinbell.bond.code import Code, Form
from twinbell.bond.control import Standing
from twinbell.bond.keys import Bundle, Keyring, Kind
from twinbell.bond.pendant import Pendant
from twinbell.encoding import decode_map
from twinbell.errors import Damaged, Mistaken

NAMEPLATE, SECRET = "a" * 26, "b" * 25 + "a"


@pytest.mark.parametrize("form", Form)
def test_both_sides_of_a_guardians_bell_have_a_guardians_bond(form):
    ana, ben = (Person(name, kind=Kind.GUARDIAN) for name in ("Ana", "Ben"))
    giver = ana.gives(form)
    answerer = ben.answers(str(giver.code))

    giver, answerer = ring_true(giver, answerer)

    ours = Pendant.begin(ana.keyring, ana.device, giver.joined)
    assert (ours.kind, ours.peer.kind) == (Kind.GUARDIAN, Kind.GUARDIAN)
    assert answerer.joined.peer.kind is Kind.GUARDIAN
    assert Pendant.from_bytes(ours.to_bytes()) == ours


@pytest.mark.parametrize("form", Form)
def test_the_code_says_what_for_before_anybody_answers(form):
    code = Person("Ana", kind=Kind.GUARDIAN).gives(form).code

    assert code.kind is Kind.GUARDIAN
    assert Code.parse(str(code)) == code
    assert "-guardian" in str(code)


@pytest.mark.parametrize(
    "text", ["7 Crater Lamp violin guardian@relay.example", "7-crater-lamp-violin-GUARDIAN@relay.example"]
)
def test_the_mark_may_be_typed_as_it_was_heard(text):
    assert Code.parse(text).kind is Kind.GUARDIAN
    assert str(Code.parse(text)) == "7-crater-lamp-violin-guardian@relay.example"


def test_a_code_without_the_mark_is_of_a_pair_and_written_as_ever():
    link = f"{RELAY}/bell#{NAMEPLATE}-{SECRET}"

    assert Code.parse(link).kind is Kind.PAIR
    assert str(Code.parse(link)) == link
    assert Code.parse(f"{link}-guardian").kind is Kind.GUARDIAN
    with pytest.raises(Mistaken):
        Code.parse(f"{link}-heir")


def test_who_means_another_kind_does_not_answer():
    code = Person("Ana", kind=Kind.GUARDIAN).gives().code

    with pytest.raises(Mistaken, match="another kind"):
        Person("Ben").answers(code)


@pytest.mark.parametrize("kind", Kind)
def test_two_who_mean_different_kinds_have_no_bond(kind):
    other = Kind.PAIR if kind is Kind.GUARDIAN else Kind.GUARDIAN
    giver = Person("Ana", kind=kind).gives()
    answerer = Person("Ben", kind=other).answers(replace(giver.code, kind=other))

    answerer = bell.step(answerer, bell.Message(1, giver.m1), NOW_S)
    giver = bell.step(giver, bell.Message(2, answerer.m2), NOW_S)
    giver = bell.step(giver, bell.Check(), NOW_S)
    answerer = bell.step(answerer, bell.Message(3, giver.m3), NOW_S)

    assert answerer.outcome is Outcome.BURNT
    assert "guardian" in answerer.reason


def test_a_side_that_is_saved_keeps_its_kind():
    ana = Person("Ana", kind=Kind.GUARDIAN)
    giver = ana.gives()
    answerer = Person("Ben", kind=Kind.GUARDIAN).answers(giver.code)

    assert type(giver).from_record(giver.to_record()).code == giver.code
    assert type(answerer).from_record(answerer.to_record()) == answerer


def test_a_pair_says_nothing_of_its_kind():
    ana = Person("Ana")

    assert "kind" not in ana.keyring.to_record()
    record = decode_map(ana.bundle, bytes_max=8192)["record"]
    assert isinstance(record, bytes)
    assert "kind" not in decode_map(record, bytes_max=8192)
    assert "watch" not in ana.keyring.to_record()


def test_a_kind_that_is_not_known_is_refused():
    record = Person("Ana").keyring.to_record()

    for kind in ("pair", "heir", 7):
        with pytest.raises(Damaged):
            Keyring.from_record(record | {"kind": kind})


def test_new_keys_do_not_change_what_a_bond_is_for():
    ana, ben = pair(kind=Kind.GUARDIAN)
    after = ana.keyring.with_epoch(ana.device, NOW_S, lambda n: bytes([7]) * n)
    good = control.sign_epoch(ana.keyring, after, NOW_S)
    bad = control.sign_epoch(ana.keyring, replace(after, kind=Kind.PAIR), NOW_S)

    accepted = control.accept_epoch(control.judge(good, ben.keyring, ben.standing), ben.peer, Standing())

    assert accepted and isinstance(accepted[0], Bundle) and accepted[0].kind is Kind.GUARDIAN
    with pytest.raises(Damaged):
        control.accept_epoch(control.judge(bad, ben.keyring, ben.standing), ben.peer, Standing())
