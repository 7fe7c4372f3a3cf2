"""Rooms at the relay: two seats, nothing kept, and nothing handed to anybody but the other seat."""

import secrets
import socket

import pytest
from tests.relay.running import Person, eventually, running
from tests.relay.test_hardening import UPGRADE, masked
from websockets.exceptions import ConnectionClosed

from twinbell.wire import frame
from twinbell.wire.limits import ROOM_SAY_BYTES_MAX, ROOM_SAYS_BURST, ROOMS_PER_SOCKET_MAX
from twinbell.wire.problems import Problem
from twinbell.wire.room import Enter, Entered, Left, Say


class Place:
    """One room, and how to enter it."""

    def __init__(self):
        self.room, self.token = secrets.token_bytes(16), secrets.token_bytes(32)

    def seat(self, index, channel=1):
        return Enter(channel, self.room, index, self.token)


@pytest.fixture
def place():
    return Place()


def test_both_are_told_when_the_second_comes_and_the_first_knows_that_it_was_first(relay, place):
    with relay.socket() as ana, relay.socket() as ben:
        ana.send(place.seat(0, channel=3))
        alone = ana.receive()
        ben.send(place.seat(1, channel=9))

        assert alone == Entered(3, 1, 0)
        assert ben.receive() == Entered(9, 2, 1)
        assert ana.receive() == Entered(3, 2, 1)


def test_what_one_says_reaches_the_other_as_it_was_and_nobody_else(relay, place):
    with relay.socket() as ana, relay.socket() as ben, relay.socket() as cat:
        meet(place, ana, ben)
        cat.send(Place().seat(0))
        cat.receive()

        ana.send(Say(1, 1, b"a" * ROOM_SAY_BYTES_MAX), Say(1, 1, b"b"))
        ben.send(Say(1, 1, b"c"))

        assert [ben.receive().body for _ in range(2)] == [b"a" * ROOM_SAY_BYTES_MAX, b"b"]
        assert ana.receive() == Say(1, 1, b"c")
        with pytest.raises(TimeoutError):
            cat.receive(timeout=0.2)


def test_who_is_alone_speaks_to_nobody_and_the_next_one_hears_nothing_of_it(relay, place):
    with relay.socket() as ana, relay.socket() as ben:
        ana.send(place.seat(0))
        ana.receive()
        ana.send(Say(1, 0, b"nobody hears this"), Say(1, 1, b"nor this"))
        ben.send(place.seat(1))
        ben.receive()
        ana.receive()

        ana.send(Say(1, 1, b"hello"))

        assert ben.receive() == Say(1, 1, b"hello")


def test_leaving_is_told_and_what_is_still_on_its_way_to_the_one_who_left_goes_to_nobody(relay, place):
    with relay.socket() as ana, relay.socket() as ben, relay.socket() as again:
        meet(place, ana, ben)
        ben.send(Left(1))
        left = ana.receive()
        again.send(place.seat(1))
        company = again.receive()

        ana.send(Say(1, 1, b"for ben"), Say(1, 2, b"for whoever came"))

        assert left == Left(1)
        assert company == Entered(1, 2, 2)
        assert ana.receive() == Entered(1, 2, 2)
        assert again.receive() == Say(1, 2, b"for whoever came")


def test_a_connection_that_ends_leaves(relay, place):
    with relay.socket() as ana:
        with relay.socket() as ben:
            meet(place, ana, ben)

        assert ana.receive() == Left(1)


def test_a_room_is_forgotten_with_the_last_who_leaves(relay, place):
    with relay.socket() as ana, relay.socket() as ben:
        meet(place, ana, ben)
        assert len(relay.relay.rooms) == 1

    eventually(lambda: len(relay.relay.rooms) == 0)
    other = Place()
    other.room = place.room  # now another token is as good as the first
    with relay.socket() as cat:
        cat.send(other.seat(0))

        assert cat.receive() == Entered(1, 1, 0)


def test_who_has_another_token_does_not_come_in_and_nobody_is_disturbed(relay, place):
    stranger = Place()
    stranger.room = place.room
    with relay.socket() as ana, relay.socket() as cat:
        ana.send(place.seat(0))
        ana.receive()

        cat.send(stranger.seat(1))

        assert cat.receive() == frame.Trouble(1, Problem.UNAUTHORISED)
        with pytest.raises(TimeoutError):
            ana.receive(timeout=0.2)


def test_a_seat_passes_to_who_comes_last_and_both_others_are_told(relay, place):
    with relay.socket() as ana, relay.socket() as ben, relay.socket() as again:
        meet(place, ana, ben)

        again.send(place.seat(1))

        assert again.receive() == Entered(1, 2, 2)
        assert ben.receive() == frame.Trouble(1, Problem.TAKEN)
        assert [ana.receive(), ana.receive()] == [Left(1), Entered(1, 2, 2)]
        with pytest.raises(ConnectionClosed):  # it had no other channel
            ben.receive()


def test_a_seat_can_be_taken_again_on_the_same_socket(relay, place):
    with relay.socket() as ana:
        ana.send(place.seat(0, channel=1), place.seat(0, channel=2))

        assert ana.receive() == Entered(1, 1, 0)
        assert ana.receive() == Entered(2, 1, 0)
        assert ana.receive() == frame.Trouble(1, Problem.TAKEN)
        assert len(relay.relay.rooms) == 1


def test_a_room_and_mailboxes_share_a_socket_and_its_numbers(relay, place, person):
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret), place.seat(0, channel=2))
        wire.receive_until(Entered)
        wire.send(Left(2))
        person.deposit(relay, b"a ring")
        assert wire.receive_until(frame.Envelope).body == b"a ring"

        wire.send(place.seat(0, channel=1))

        with pytest.raises(ConnectionClosed):
            wire.receive()


def test_a_socket_is_in_so_many_rooms_at_once(relay):
    with relay.socket() as wire:
        for channel in range(ROOMS_PER_SOCKET_MAX):
            wire.send(Place().seat(0, channel=channel))
            wire.receive()

        wire.send(Place().seat(0, channel=99))

        with pytest.raises(ConnectionClosed):
            wire.receive()


@pytest.mark.parametrize("wrong", [Entered(1, 1, 0), Say(1, 1, b"x").to_bytes()[:7], b"\x0d\x00\x01"])
def test_what_only_a_relay_says_and_what_is_no_frame_ends_the_connection(relay, place, wrong):
    with relay.socket() as wire:
        wire.send(place.seat(0))
        wire.receive()

        wire.connection.send(wrong if isinstance(wrong, bytes) else wrong.to_bytes())

        with pytest.raises(ConnectionClosed):
            wire.receive()


def test_who_says_too_much_is_put_out_and_the_other_is_told(relay, place):
    with relay.socket() as ana, relay.socket() as ben:
        meet(place, ana, ben)

        ana.send(*(Say(1, 1, b"x") for _ in range(ROOM_SAYS_BURST + 1)))

        assert ana.receive() == frame.Trouble(1, Problem.TOO_FAST)
        assert [ben.receive() for _ in range(ROOM_SAYS_BURST)] == [Say(1, 1, b"x")] * ROOM_SAYS_BURST
        assert ben.receive() == Left(1)


def test_the_budget_comes_back_with_time(relay, place):
    with relay.socket() as ana, relay.socket() as ben:
        meet(place, ana, ben)
        for _ in range(3):
            ana.send(*(Say(1, 1, b"x") for _ in range(ROOM_SAYS_BURST)))
            for _ in range(ROOM_SAYS_BURST):
                ben.receive()
            relay.clock.pass_(60)

        ana.send(Say(1, 1, b"last"))

        assert ben.receive().body == b"last"


def test_a_stranger_makes_so_many_rooms_and_no_more(data):
    with running(data, strangers_per_minute=1) as relay:
        answers = []
        for _ in range(6):
            with relay.socket() as wire:
                wire.send(Place().seat(0))
                answers.append(wire.receive())

        assert answers == [Entered(1, 1, 0)] * 5 + [frame.Trouble(1, Problem.TOO_FAST)]


def test_a_reader_that_does_not_read_costs_a_bounded_buffer(relay, place):
    with (
        relay.socket() as ana,
        socket.create_connection(("127.0.0.1", relay.port)) as link,
    ):
        ana.send(place.seat(0))
        ana.receive()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(UPGRADE + b"\r\n" + masked(0x82, place.seat(1).to_bytes()))
        ana.receive()

        for _ in range(100):
            ana.send(*(Say(1, 1, bytes(ROOM_SAY_BYTES_MAX)) for _ in range(ROOM_SAYS_BURST)))
            ana.send(Place().seat(0, channel=2), Left(2))  # its answer says that all before was read
            answer = ana.receive()
            if answer == Left(1):
                break
            relay.clock.pass_(60)

        assert answer == Left(1)


def test_a_relay_that_starts_anew_knows_no_room(data, place):
    with running(data) as relay, relay.socket() as ana:
        ana.send(place.seat(0))
        ana.receive()

    with running(data) as relay, relay.socket() as ben:
        ben.send(place.seat(1))

        assert ben.receive() == Entered(1, 1, 0)


def test_nothing_of_a_room_is_on_the_disk_of_the_relay(data, place):
    said = b"only for you " * 30
    with running(data) as relay, relay.socket() as ana, relay.socket() as ben:
        Person().register(relay)  # so that something is written at all
        meet(place, ana, ben)
        ana.send(Say(1, 1, said))
        assert ben.receive().body == said

    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    hashes = [frame.Attach(0, place.room, place.token).to_bytes()[3:19], place.token]
    assert written
    assert not [secret for secret in (said[:13], *hashes) if secret in written]


def meet(place, ana, ben):
    ana.send(place.seat(0))
    assert ana.receive() == Entered(1, 1, 0)
    ben.send(place.seat(1))
    assert ben.receive() == Entered(1, 2, 1)
    assert ana.receive() == Entered(1, 2, 1)
