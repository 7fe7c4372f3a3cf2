"""The bell, state by state: what it becomes, what it refuses, and that a crash anywhere loses nothing."""

import secrets
from dataclasses import fields, replace

import pytest
from tests.bond.people import NAMEPLATES, NOW_S, Person, ring_true

from twinbell.bond import bell
from twinbell.bond.bell import Giver, Outcome, State
from twinbell.bond.code import Form
from twinbell.encoding import decode_map, encode
from twinbell.errors import Burnt, Damaged, Mistaken


@pytest.mark.parametrize("form", Form)
def test_two_who_share_the_code_are_joined_with_the_same_words(form):
    ana, ben = Person("Ana"), Person("Ben")
    giver = ana.gives(form)

    giver, answerer = ring_true(giver, ben.answers(str(giver.code)))

    assert giver.outcome is answerer.outcome is Outcome.JOINED
    ours, theirs = giver.joined, answerer.joined
    assert ours.bond.id == theirs.bond.id
    assert ours.bond.words == theirs.bond.words
    assert ours.bond.role.other is theirs.bond.role
    assert ours.peer.signed == ben.bundle
    assert theirs.peer.signed == ana.bundle


def test_messages_fit_into_what_the_relay_takes():
    giver, answerer = joined()

    assert len(giver.m1) <= 4096
    assert max(map(len, (answerer.m2, giver.m3, answerer.m4))) <= 16_384


def test_a_wrong_word_burns_the_bell_and_both_are_told():
    giver = Person("Ana").gives()
    wrong = replace(giver.code, secret="lamp-lamp-lamp")

    giver, answerer = until_m2(giver, Person("Eve").answers(wrong))
    giver = bell.step(giver, bell.Check(), NOW_S)
    answerer = bell.step(answerer, bell.Gone(), NOW_S)

    assert giver.outcome is Outcome.WRONG_CODE
    assert bell.todo(giver) == (bell.Burn(),)
    assert answerer.outcome is Outcome.WRONG_CODE
    assert "seems" in answerer.reason
    assert giver.m3 == b""


def test_there_is_no_second_guess():
    giver = Person("Ana").gives()
    right = bell.step(Person("Ben").answers(giver.code), bell.Message(1, giver.m1), NOW_S)
    giver, _ = until_m2(giver, Person("Eve").answers(replace(giver.code, secret="lamp-lamp-lamp")))

    events: list[bell.Event] = [bell.Message(2, right.m2), bell.Check()] * 2
    for event in events:
        giver = bell.step(giver, event, NOW_S)

    assert giver.outcome is Outcome.WRONG_CODE


def test_a_second_answer_is_not_even_looked_at():
    giver = Person("Ana").gives()
    first = bell.step(Person("Ben").answers(giver.code), bell.Message(1, giver.m1), NOW_S)
    second = bell.step(Person("Eve").answers(giver.code), bell.Message(1, giver.m1), NOW_S)

    giver = bell.step(giver, bell.Message(2, first.m2), NOW_S)
    giver = bell.step(giver, bell.Message(2, second.m2), NOW_S)

    assert giver.m2 == first.m2


def test_a_giver_that_wakes_up_spent_is_burnt():
    giver, _ = until_m2(Person("Ana").gives(), None)
    assert giver.state is State.SPENT

    woken = Giver.from_record(giver.to_record())

    assert woken.outcome is Outcome.BURNT
    assert bell.step(woken, bell.Check(), NOW_S) == woken


def test_spent_is_a_state_of_its_own_that_is_saved_before_the_tag_is_checked():
    giver, _ = until_m2(Person("Ana").gives(), None)

    assert bell.todo(giver) == (bell.Check(),)
    assert giver.session is None


def test_whoever_comes_after_ten_minutes_is_too_late():
    giver = Person("Ana").gives()
    answerer = bell.step(Person("Ben").answers(giver.code), bell.Message(1, giver.m1), NOW_S)
    late_s = NOW_S + bell.ANSWER_WITHIN_S + bell.FETCH_SLACK_S + 1

    giver = bell.step(giver, bell.Message(2, answerer.m2), late_s)

    assert giver.state is State.EXPIRED
    assert giver.outcome is Outcome.BURNT
    assert giver.session is None


def test_once_the_tag_was_good_there_are_seven_days_to_finish():
    giver = Person("Ana").gives()
    giver, answerer = until_m2(giver, Person("Ben").answers(giver.code))
    giver = bell.step(giver, bell.Check(), NOW_S)
    later_s = NOW_S + 6 * 86_400

    answerer = bell.step(answerer, bell.Message(3, giver.m3), later_s)
    giver = bell.step(giver, bell.Message(4, answerer.m4), later_s)

    assert giver.outcome is answerer.outcome is Outcome.JOINED


def test_a_bell_that_is_not_finished_in_seven_days_is_over():
    giver = Person("Ana").gives()
    giver, answerer = until_m2(giver, Person("Ben").answers(giver.code))
    giver = bell.step(giver, bell.Check(), NOW_S)
    late_s = NOW_S + bell.FINISH_WITHIN_S + 1

    assert bell.step(giver, bell.Tick(), late_s).outcome is Outcome.BURNT
    assert bell.step(answerer, bell.Tick(), late_s).outcome is Outcome.BURNT


def test_a_bell_that_somebody_else_answered_first_is_burnt_for_the_second():
    giver = Person("Ana").gives()
    answerer = bell.step(Person("Ben").answers(giver.code), bell.Message(1, giver.m1), NOW_S)

    answerer = bell.step(answerer, bell.Refused(2), NOW_S)

    assert answerer.outcome is Outcome.BURNT
    assert "somebody else" in answerer.reason


def test_a_giver_in_whose_place_something_else_stands_at_the_relay_is_burnt():
    giver, _ = until_m2(Person("Ana").gives(), None)
    giver = bell.step(giver, bell.Check(), NOW_S)

    assert bell.step(giver, bell.Refused(3), NOW_S).outcome is Outcome.BURNT
    assert bell.step(giver, bell.Refused(4), NOW_S) == giver


def test_a_side_that_was_saved_by_a_stranger_is_damaged():
    record = Person("Ana").gives().to_record()

    for name, value in (("state", "asleep"), ("form", "sung"), ("v", 2), ("type", "taker"), ("sid", b"")):
        with pytest.raises(Damaged):
            Giver.from_record(record | {name: value})


def test_a_burnt_bell_that_the_relay_tells_of_is_worded_as_hearsay():
    giver = bell.step(Person("Ana").gives(), bell.Gone(), NOW_S)

    assert giver.outcome is Outcome.BURNT
    assert "seems" in giver.reason
    with pytest.raises(Burnt, match="seems"):
        _ = giver.joined


def test_a_giver_cannot_answer_its_own_bell():
    ana = Person("Ana")
    giver = ana.gives()

    giver, answerer = ring_true(giver, ana.answers(giver.code))

    assert answerer.outcome is Outcome.BURNT
    assert giver.outcome is not Outcome.JOINED


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_changed_message_never_joins(number):
    ana, ben = Person("Ana"), Person("Ben")
    placed = ana.gives()
    clean, answered = ring_true(placed, ben.answers(placed.code))
    message = {1: clean.m1, 2: answered.m2, 3: clean.m3, 4: answered.m4}[number]

    for at in range(0, len(message), max(1, len(message) // 40)):
        changed = message[:at] + bytes([message[at] ^ 0x10]) + message[at + 1 :]
        giver, answerer = placed, ben.answers(placed.code)
        answerer = bell.step(answerer, bell.Message(1, changed if number == 1 else giver.m1), NOW_S)
        giver = bell.step(giver, bell.Message(2, changed if number == 2 else answerer.m2), NOW_S)
        giver = bell.step(giver, bell.Check(), NOW_S)
        answerer = bell.step(answerer, bell.Message(3, changed if number == 3 else giver.m3), NOW_S)
        giver = bell.step(giver, bell.Message(4, changed if number == 4 else answerer.m4), NOW_S)

        # Whoever changes m4 can keep the giver from joining, as by losing it; nobody joins somebody else.
        assert giver.outcome is not Outcome.JOINED
        assert number == 4 or answerer.outcome is not Outcome.JOINED


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "garbage", [b"", b"\xa0", b"\xff" * 64, encode({"v": 1, "type": "bell-9"}), bytes(20_000)]
)
def test_garbage_never_raises_and_never_joins(number, garbage):
    giver, answerer = Person("Ana").gives(), Person("Ben").answers(Person("Ana").gives().code)
    if number > 1:
        answerer = bell.step(answerer, bell.Message(1, giver.m1), NOW_S)

    giver = bell.step(bell.step(giver, bell.Message(number, garbage), NOW_S), bell.Check(), NOW_S)
    answerer = bell.step(answerer, bell.Message(number, garbage), NOW_S)

    assert giver.outcome is not Outcome.JOINED
    assert answerer.outcome is not Outcome.JOINED


def test_a_giver_that_opens_another_nonce_than_it_promised_is_found_out():
    ana, ben = Person("Ana"), Person("Ben")
    giver = ana.gives()
    giver, answerer = until_m2(giver, ben.answers(giver.code))
    giver = bell.step(giver, bell.Check(), NOW_S)
    m3 = decode_map(giver.m3, bytes_max=16_384) | {"nonce": secrets.token_bytes(32)}

    answerer = bell.step(answerer, bell.Message(3, encode(m3)), NOW_S)

    assert answerer.outcome is Outcome.BURNT


def test_a_relay_that_names_the_bell_strangely_burns_it():
    giver = bell.give(Person("Ana").bundle, form=Form.SPOKEN, relay="https://relay.example", now_s=NOW_S)

    with pytest.raises(Mistaken):
        _ = giver.code
    assert bell.step(giver, bell.Placed("7-crater"), NOW_S).outcome is Outcome.BURNT


def test_what_does_not_belong_to_a_state_changes_nothing():
    giver, answerer = joined()
    events: list[bell.Event] = [
        bell.Placed("9"),
        bell.Message(2, b"x"),
        bell.Message(4, b"x"),
        bell.Check(),
        bell.Tick(),
        bell.Gone(),
    ]

    for event in events:
        assert bell.step(giver, event, NOW_S) == giver
    assert bell.step(answerer, bell.Stored(4), NOW_S).state is State.DONE
    assert bell.todo(bell.step(answerer, bell.Stored(4), NOW_S)) == ()
    assert bell.todo(giver) == ()


class Crash(Exception):
    """The machine stops here."""


class Journal:
    """One side and what was saved of it, beside a relay in memory; stops after so many lines."""

    def __init__(self, relay, side, crash_at):
        self.relay, self.crash_at, self.lines = relay, crash_at, 0
        self.saved = b""
        self.side = side

    def line(self):
        self.lines += 1
        if self.lines == self.crash_at:
            raise Crash

    def take(self, event):
        self.side = bell.step(self.side, event, NOW_S)
        self.line()
        self.saved = encode(self.side.to_record())
        self.line()

    def wake(self):
        kind = type(self.side)
        self.side = kind.from_record(decode_map(self.saved, bytes_max=1 << 20))

    def work(self):
        """Do what there is to do, until nothing is or one must wait for the other."""
        while True:
            moved = False
            for todo in bell.todo(self.side):
                event = self.relay.does(type(self.side), todo)
                self.line()
                if event is None:
                    continue
                before = self.side
                self.take(event)
                moved = moved or self.side != before
                if moved:
                    break
            if not moved:
                return


class Relay:
    """A pairing mailbox: messages are set once, and repeating is safe."""

    def __init__(self):
        self.messages = {}
        self.burnt = False

    def does(self, side, todo):
        if self.burnt:
            return bell.Gone()
        match todo:
            case bell.Place(form, m1):
                self.messages.setdefault(1, m1)
                return bell.Placed(NAMEPLATES[form])
            case bell.Put(number, data):
                if self.messages.setdefault(number, data) != data:
                    return bell.Refused(number)
                return bell.Stored(number)
            case bell.Fetch(number):
                return bell.Message(number, self.messages[number]) if number in self.messages else None
            case bell.Check():
                return bell.Check()
            case bell.Burn():
                self.burnt = True
                return None


@pytest.mark.parametrize("who", ["giver", "answerer"])
def test_a_crash_at_any_line_of_a_bell_joins_or_burns_both_and_never_half(who):
    ends = set()
    for crash_at in range(1, 40):
        ana, ben, relay = Person("Ana"), Person("Ben"), Relay()
        giver = Journal(
            relay, bell.give(ana.bundle, form=Form.SPOKEN, relay="https://relay.example", now_s=NOW_S), 0
        )
        giver.saved = encode(giver.side.to_record())
        giver.work()
        answerer = Journal(relay, ben.answers(giver.side.code), 0)
        answerer.saved = encode(answerer.side.to_record())
        (giver if who == "giver" else answerer).crash_at = crash_at
        giver.lines = 0
        crashed = False
        for _ in range(8):
            for journal in (answerer, giver):
                try:
                    journal.work()
                except Crash:
                    crashed = True
                    journal.wake()
        ends.add((giver.side.outcome, answerer.side.outcome))
        if not crashed:
            break

        assert giver.side.outcome is not None
        assert (giver.side.outcome is Outcome.JOINED) == (answerer.side.outcome is Outcome.JOINED)
    assert not crashed
    assert (Outcome.JOINED, Outcome.JOINED) in ends
    if who == "giver":  # a crash between saving SPENT and looking at the tag
        assert any(outcome is Outcome.BURNT for outcome, _ in ends)


def test_every_state_of_both_sides_is_saved_and_loaded_whole():
    ana, ben = Person("Ana"), Person("Ben")
    giver = bell.give(ana.bundle, form=Form.LINK, relay="https://relay.example", now_s=NOW_S)
    sides = [giver, giver := bell.step(giver, bell.Placed("a" * 26), NOW_S)]
    sides += [
        answerer := ben.answers(giver.code),
        answerer := bell.step(answerer, bell.Message(1, giver.m1), NOW_S),
    ]
    giver = bell.step(giver, bell.Message(2, answerer.m2), NOW_S)
    sides += [giver := bell.step(giver, bell.Check(), NOW_S)]
    sides += [answerer := bell.step(answerer, bell.Message(3, giver.m3), NOW_S)]
    sides += [bell.step(giver, bell.Message(4, answerer.m4), NOW_S), bell.step(giver, bell.Gone(), NOW_S)]

    for side in sides:
        record = decode_map(encode(side.to_record()), bytes_max=1 << 20)
        assert type(side).from_record(record) == side


def test_a_side_that_is_over_keeps_no_key():
    giver, _ = until_m2(Person("Ana").gives(), None)
    wrong = bell.step(giver, bell.Gone(), NOW_S)
    giver = bell.step(Person("Ana").gives(), bell.Gone(), NOW_S)

    assert (giver.scalar, giver.kem_seed, giver.session) == (b"", b"", None)
    assert wrong.session is None


def test_printing_a_side_shows_no_secret():
    giver, answerer = joined()
    confirmed = Person("Ana").gives()

    for side in (giver, answerer, confirmed):
        shown = repr(side)
        for name in (
            "secret",
            "token",
            "scalar",
            "kem_seed",
            "tag_a",
            "nonce" if isinstance(side, Giver) else "token",
        ):
            value = getattr(side, name, b"")
            value = value.encode() if isinstance(value, str) else value
            assert not value or repr(value)[2:-1] not in shown
        if side.session:
            assert repr(side.session.key_a)[2:-1] not in shown
        assert all(field.name != "secret" or not field.repr for field in fields(side))


def joined():
    giver = Person("Ana").gives()
    return ring_true(giver, Person("Ben").answers(giver.code))


def until_m2(giver, answerer):
    """Bring a bell to where the giver is SPENT."""
    answerer = answerer or Person("Ben").answers(giver.code)
    answerer = bell.step(answerer, bell.Message(1, giver.m1), NOW_S)
    return bell.step(giver, bell.Message(2, answerer.m2), NOW_S), answerer
