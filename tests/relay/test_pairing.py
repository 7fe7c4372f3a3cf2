import threading
import time

import pytest
from tests.jumping_clock import JumpingClock
from tests.relay.running import Running, running

from twinbell.wire import pairing
from twinbell.wire.auth import Token
from twinbell.wire.limits import PAIRING_ANSWER_S, PAIRING_FINISH_S
from twinbell.wire.pairing import Form, Opened


def hang(relay: Running, giver: Token, form: Form = Form.SPOKEN, m1: bytes = b"m1"):
    return relay.ask("POST", pairing.open_path(form), giver, m1)


def nameplate_of(answer) -> str:
    assert answer.status in (200, 201), answer
    return Opened.parse(answer.body).nameplate


def put(relay: Running, nameplate: str, part: int, token: Token, body: bytes):
    return relay.ask("PUT", pairing.part_path(nameplate, part), token, body)


def get(relay: Running, nameplate: str, part: int, token: Token, wait_s: int = 0):
    return relay.ask("GET", pairing.part_path(nameplate, part, wait_s=wait_s), token)


@pytest.fixture
def giver() -> Token:
    return Token.generate()


@pytest.fixture
def answerer() -> Token:
    return Token.generate()


@pytest.mark.parametrize("form", Form)
def test_four_messages_make_a_pair(relay, giver, answerer, form):
    nameplate = nameplate_of(hang(relay, giver, form))

    assert relay.ask("GET", pairing.path(nameplate)).body == b"m1"
    assert put(relay, nameplate, 2, answerer, b"m2").status == 200
    assert get(relay, nameplate, 2, giver).body == b"m2"
    assert put(relay, nameplate, 3, giver, b"m3").status == 200
    assert get(relay, nameplate, 3, answerer).body == b"m3"
    assert put(relay, nameplate, 4, answerer, b"m4").status == 200
    assert get(relay, nameplate, 4, giver).body == b"m4"


def test_opening_again_gives_the_same_nameplate(relay, giver):
    first, again, other = hang(relay, giver), hang(relay, giver), hang(relay, giver, m1=b"other")

    assert (first.status, again.status, other.status) == (201, 200, 409)
    assert first.body == again.body


def test_opening_twice_at_once_hangs_one_bell(relay, giver):
    answers = []
    hands = [threading.Thread(target=lambda: answers.append(hang(relay, giver))) for _ in range(8)]

    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert {answer.status for answer in answers} <= {200, 201}
    assert len({answer.body for answer in answers}) == 1


def test_a_spoken_nameplate_is_short_and_a_link_is_not(relay, giver, answerer):
    assert len(nameplate_of(hang(relay, giver, Form.SPOKEN))) <= 3
    assert len(nameplate_of(hang(relay, answerer, Form.LINK))) == 26


def test_there_is_one_answer_to_a_bell(relay, giver, answerer):
    nameplate, third = nameplate_of(hang(relay, giver)), Token.generate()

    first = put(relay, nameplate, 2, answerer, b"m2")
    repeat = put(relay, nameplate, 2, answerer, b"m2")
    changed = put(relay, nameplate, 2, answerer, b"m2!")
    crowded = put(relay, nameplate, 2, third, b"m2")

    assert [answer.status for answer in (first, repeat, changed, crowded)] == [200, 200, 409, 409]
    assert get(relay, nameplate, 2, giver).body == b"m2"


def test_each_message_is_set_by_its_own_hand_and_in_order(relay, giver, answerer):
    nameplate = nameplate_of(hang(relay, giver))

    assert put(relay, nameplate, 3, giver, b"m3").status == 409
    assert put(relay, nameplate, 2, giver, b"m2").status == 409
    assert put(relay, nameplate, 2, answerer, b"m2").status == 200
    assert put(relay, nameplate, 3, answerer, b"m3").status == 401
    assert put(relay, nameplate, 4, answerer, b"m4").status == 409
    assert put(relay, nameplate, 4, giver, b"m4").status == 401
    assert get(relay, nameplate, 2, Token.generate()).status == 401


def test_a_long_poll_ends_when_the_message_comes(relay, giver, answerer):
    nameplate = nameplate_of(hang(relay, giver))
    got: list[bytes] = []
    waiter = threading.Thread(target=lambda: got.append(get(relay, nameplate, 2, giver, wait_s=20).body))

    begun_s = time.monotonic()
    waiter.start()
    put(relay, nameplate, 2, answerer, b"m2")
    waiter.join(15)

    assert got == [b"m2"]
    assert time.monotonic() - begun_s < 10


def test_what_has_not_come_is_no_content(relay, giver):
    nameplate = nameplate_of(hang(relay, giver))

    assert get(relay, nameplate, 2, giver).status == 204


def test_either_hand_burns_a_bell_and_the_other_is_told(relay, giver, answerer):
    nameplate = nameplate_of(hang(relay, giver))
    put(relay, nameplate, 2, answerer, b"m2")

    stranger = relay.ask("DELETE", pairing.path(nameplate), Token.generate())
    burnt, again = (relay.ask("DELETE", pairing.path(nameplate), answerer) for _ in range(2))
    told = get(relay, nameplate, 3, answerer), get(relay, nameplate, 2, giver)
    others = relay.ask("GET", pairing.path(nameplate))

    assert (stranger.status, burnt.status, again.status) == (401, 204, 204)
    assert [(answer.status, answer.slug) for answer in (*told, others)] == [(410, "burnt")] * 3


def test_burning_ends_a_long_poll(relay, giver, answerer):
    nameplate = nameplate_of(hang(relay, giver))
    got: list[int] = []
    waiter = threading.Thread(target=lambda: got.append(get(relay, nameplate, 2, giver, wait_s=20).status))
    waiter.start()

    relay.ask("DELETE", pairing.path(nameplate), giver)
    waiter.join(15)

    assert got == [410]


def test_a_bell_waits_ten_minutes_and_then_seven_days(data, giver, answerer):
    clock, late = JumpingClock(), Token.generate()
    with running(data, clock=clock) as relay:
        answered, unanswered = nameplate_of(hang(relay, giver)), nameplate_of(hang(relay, late))
        clock.pass_(PAIRING_ANSWER_S - 1)
        assert put(relay, answered, 2, answerer, b"m2").status == 200
        clock.pass_(2)
        assert put(relay, unanswered, 2, answerer, b"m2").status == 410

        clock.pass_(PAIRING_FINISH_S - 10)
        assert put(relay, answered, 3, giver, b"m3").status == 200
        clock.pass_(20)
        assert put(relay, answered, 4, answerer, b"m4").status == 410

        clock.pass_(3600)
        relay.sweep()
        assert relay.ask("GET", pairing.path(answered)).status == 404


def test_a_bell_survives_a_restart(data, giver, answerer):
    clock = JumpingClock()
    with running(data, clock=clock) as relay:
        nameplate = nameplate_of(hang(relay, giver))
        put(relay, nameplate, 2, answerer, b"m2")

    with running(data, clock=clock) as relay:
        assert get(relay, nameplate, 2, giver).body == b"m2"
        assert put(relay, nameplate, 3, giver, b"m3").status == 200


@pytest.mark.parametrize(
    "nameplate", ["0", "007", "x", "12345678901", "a" * 25, "A" * 26, "1" * 26, "%2e%2e"]
)
def test_what_is_no_nameplate_is_malformed(relay, nameplate):
    assert relay.ask("GET", pairing.path(nameplate)).status == 400


def test_hanging_bells_has_a_budget(data):
    with running(data, strangers_per_minute=2) as relay:
        answers = [hang(relay, Token.generate()) for _ in range(11)]

        assert [answer.status for answer in answers] == [201] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        relay.clock.pass_(60)
        assert hang(relay, Token.generate()).status == 201
