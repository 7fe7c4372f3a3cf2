import secrets
import time

import pytest
from tests.jumping_clock import JumpingClock
from tests.relay.running import Person, running
from websockets.exceptions import ConnectionClosed

from twinbell.wire import frame, mailbox
from twinbell.wire.auth import Right, Token
from twinbell.wire.limits import DEVICE_ASLEEP_S, ENVELOPE_BYTES_MAX
from twinbell.wire.problems import Problem

DAY_S = 86_400


def test_a_mailbox_is_created_once_and_then_replaced(relay):
    person = Person()
    path, body = mailbox.path(person.box), person.setting().to_bytes()

    first = relay.ask("PUT", path, person.owner, body)
    again = relay.ask("PUT", path, person.owner, body)

    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body


def test_an_older_epoch_is_refused(relay):
    person = Person().register(relay, epoch=5)

    answer = relay.ask("PUT", mailbox.path(person.box), person.owner, person.setting(epoch=4).to_bytes())

    assert (answer.status, answer.slug) == (409, "conflict")


def test_what_is_left_is_collected_in_order_and_gone_when_acknowledged(relay, person):
    for number in range(5):
        person.deposit(relay, b"envelope %d" % number)

    page = person.collect(relay)
    answer = person.acknowledge(relay, page.envelopes[3].seq)
    rest = person.collect(relay)

    assert [kept.body for kept in page.envelopes] == [b"envelope %d" % number for number in range(5)]
    assert answer.status == 200
    assert [kept.body for kept in rest.envelopes] == [b"envelope 4"]


def test_arrival_is_told_by_the_minute(relay, person):
    relay.clock.leap(17)

    receipt = mailbox.Receipt.parse(person.deposit(relay, b"x").body)

    assert receipt.arrived_s % 60 == 0
    assert 0 <= relay.clock.wall_s() - receipt.arrived_s < 60


def test_the_same_deposit_again_has_the_same_answer(relay, person):
    id_ = secrets.token_bytes(16)

    first, again = (person.deposit(relay, b"once", id_=id_) for _ in range(2))

    assert first.status == again.status == 200
    assert first.body == again.body
    assert len(person.collect(relay).envelopes) == 1


@pytest.mark.parametrize("by", ["peer", "self"])
def test_the_same_id_with_anything_else_is_a_conflict(relay, person, by):
    id_ = secrets.token_bytes(16)
    person.deposit(relay, b"once", id_=id_)

    answer = (
        person.deposit(relay, b"twice", id_=id_)
        if by == "peer"
        else person.deposit(relay, b"once", id_=id_, token=person.own)
    )

    assert (answer.status, answer.slug) == (409, "conflict")
    assert [kept.body for kept in person.collect(relay).envelopes] == [b"once"]


@pytest.mark.parametrize("length", [0, ENVELOPE_BYTES_MAX + 1])
def test_an_envelope_has_one_byte_to_sixteen_thousand(relay, person, length):
    answer = person.deposit(relay, bytes(length))

    assert answer.status == (400 if length == 0 else 413)
    assert person.deposit(relay, bytes(ENVELOPE_BYTES_MAX)).status == 200


def test_pages_hold_what_was_asked_for(relay, person):
    for _ in range(7):
        person.deposit(relay, b"x")

    answer = relay.ask("GET", mailbox.envelopes_path(person.box, after=0, limit=3), person.phone)
    page = mailbox.Page.parse(answer.body)

    assert len(page.envelopes) == 3
    assert page.more


def test_every_token_has_its_own_right_and_no_other(relay, person):
    collect = mailbox.envelopes_path(person.box)
    put = mailbox.envelope_path(person.box, bytes(16))

    assert relay.ask("GET", collect, person.peer).status == 401
    assert relay.ask("GET", collect, person.owner).status == 401
    assert relay.ask("PUT", put, person.phone, b"x").status == 401
    assert relay.ask("PUT", put, person.owner, b"x").status == 401
    assert relay.ask("PUT", mailbox.path(person.box), person.phone, person.setting().to_bytes()).status == 401


def test_an_envelope_stays_until_every_device_has_it(relay):
    person = Person().register(relay, tablet=True)
    person.deposit(relay, b"for both")
    seq = person.collect(relay).envelopes[0].seq

    person.acknowledge(relay, seq)

    assert person.collect(relay).envelopes == ()
    assert person.collect(relay, token=person.tablet).envelopes[0].body == b"for both"
    person.acknowledge(relay, seq, token=person.tablet)
    assert person.collect(relay, token=person.tablet, after=0).envelopes == ()


def test_cursors_survive_a_restart(data):
    person = Person()
    with running(data) as relay:
        person.register(relay, tablet=True)
        first, second = (mailbox.Receipt.parse(person.deposit(relay, body).body).seq for body in (b"1", b"2"))
        person.acknowledge(relay, second)
        person.acknowledge(relay, first, token=person.tablet)

    with running(data) as relay:
        third = mailbox.Receipt.parse(person.deposit(relay, b"3").body).seq

        assert [kept.body for kept in person.collect(relay).envelopes] == [b"3"]
        assert [kept.body for kept in person.collect(relay, token=person.tablet).envelopes] == [b"2", b"3"]
        assert third > second  # no seq is given twice, also if its envelope is gone


def test_a_device_that_never_comes_back_holds_nothing_for_ever(data):
    clock, person = JumpingClock(), Person()
    with running(data, clock=clock) as relay:
        person.register(relay, tablet=True)
        seq = mailbox.Receipt.parse(person.deposit(relay, b"old").body).seq
        clock.pass_(DEVICE_ASLEEP_S + 2 * DAY_S)
        person.collect(relay)
        person.acknowledge(relay, seq)
        relay.sweep()

        answer = relay.ask("GET", mailbox.envelopes_path(person.box), person.tablet)

        assert mailbox.Page.parse(answer.body).envelopes == ()
        assert answer.headers["twinbell-missed"] == "1"


def test_nothing_is_dropped_that_no_device_has(data):
    clock, person = JumpingClock(), Person()
    with running(data, clock=clock) as relay:
        person.register(relay)
        person.deposit(relay, b"patient")
        clock.pass_(5 * DEVICE_ASLEEP_S)
        relay.sweep()

        assert person.collect(relay).envelopes[0].body == b"patient"


def test_a_listener_is_pushed_what_waited_and_what_comes(relay, person):
    person.deposit(relay, b"before")
    with relay.socket() as wire:
        wire.send(frame.Attach(7, person.box, person.phone.secret))

        attached, before = wire.receive(), wire.receive()
        person.deposit(relay, b"after")
        after = wire.receive()

    assert attached == frame.Attached(7, Right.COLLECT, 0)
    assert (before.body, after.body) == (b"before", b"after")
    assert before.channel == after.channel == 7


def test_a_large_backlog_comes_in_order_and_whole(relay, person):
    bodies = [b"%06d" % number + bytes(4000) for number in range(150)]
    with relay.socket() as sender:
        sender.send(frame.Attach(1, person.box, person.peer.secret))
        sender.receive()
        sender.send(*(frame.Deposit(1, secrets.token_bytes(16), (), body) for body in bodies))
        for _ in bodies:
            assert isinstance(sender.receive(), frame.Deposited)

    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret))
        wire.receive()

        assert [wire.receive().body for _ in bodies] == bodies


def test_one_socket_has_many_channels(relay):
    first, second = Person().register(relay), Person().register(relay)
    with relay.socket() as wire:
        wire.send(
            frame.Attach(1, first.box, first.phone.secret),
            frame.Attach(2, second.box, second.phone.secret),
            frame.Attach(3, first.box, first.peer.secret),
            frame.Attach(4, second.box, second.peer.secret),
        )
        for _ in range(4):
            assert isinstance(wire.receive(), frame.Attached)

        wire.send(frame.Deposit(3, bytes(16), (), b"one"), frame.Deposit(4, bytes(16), (), b"two"))
        got = {(f.channel, f.body) for f in (wire.receive_until(frame.Envelope) for _ in range(2))}

    assert got == {(1, b"one"), (2, b"two")}


def test_an_acknowledgement_on_the_socket_is_answered_and_lasts(relay, person):
    person.deposit(relay, b"x")
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret))
        wire.receive()
        envelope = wire.receive()

        wire.send(frame.Ack(1, envelope.seq))

        assert wire.receive() == frame.Acked(1, envelope.seq)
    assert person.collect(relay, after=0).envelopes == ()


def test_a_deposit_on_the_socket_repeats_safely(relay, person):
    deposit = frame.Deposit(1, secrets.token_bytes(16), (), b"once")
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.peer.secret), deposit, deposit)
        wire.receive()
        first, again = wire.receive(), wire.receive()

        wire.send(deposit._replace(body=b"twice"))
        trouble = wire.receive()

    assert first == again
    assert trouble == frame.Trouble(1, Problem.CONFLICT, deposit.id)
    assert len(person.collect(relay).envelopes) == 1


def test_a_token_that_was_replaced_loses_its_channels_within_a_second(relay, person):
    with relay.socket() as wire:
        wire.send(
            frame.Attach(1, person.box, person.peer.secret), frame.Attach(2, person.box, person.phone.secret)
        )
        wire.receive()
        wire.receive()
        old, person.peer, person.phone = (person.peer, person.phone), Token.generate(), Token.generate()

        begun_s = time.monotonic()
        person.register(relay, epoch=2)
        troubles = {wire.receive(1), wire.receive(1)}
        with pytest.raises(ConnectionClosed):
            wire.receive(1)

    assert time.monotonic() - begun_s < 1
    assert troubles == {frame.Trouble(1, Problem.UNAUTHORISED), frame.Trouble(2, Problem.UNAUTHORISED)}
    assert person.deposit(relay, b"x", token=old[0]).status == 401
    assert relay.ask("GET", mailbox.envelopes_path(person.box), old[1]).status == 401
    assert person.deposit(relay, b"x").status == 200


def test_a_sink_is_answered_as_before_and_keeps_nothing(data):
    clock, person, ex = JumpingClock(), Person(), None
    with running(data, clock=clock) as relay:
        person.register(relay)
        before = person.deposit(relay, b"before")
        ex, person.peer = person.peer, Token.generate()
        until_s = int(clock.wall_s()) + 30 * DAY_S
        person.register(relay, epoch=2, sinks={ex.hash.hex(): until_s})

        id_ = secrets.token_bytes(16)
        after, again = (person.deposit(relay, b"after", id_=id_, token=ex) for _ in range(2))
        other = person.deposit(relay, b"other", id_=id_, token=ex)
        with relay.socket() as wire:
            wire.send(frame.Attach(1, person.box, ex.secret), frame.Deposit(1, bytes(16), (), b"x"))
            on_the_socket = wire.receive(), wire.receive()

        assert before.status == after.status == 200
        assert before.headers.keys() == after.headers.keys()
        assert mailbox.Receipt.parse(after.body).seq > mailbox.Receipt.parse(before.body).seq
        assert after.body == again.body
        assert other.status == 409
        assert on_the_socket[0] == frame.Attached(1, Right.DEPOSIT, 0)
        assert isinstance(on_the_socket[1], frame.Deposited)
        assert [kept.body for kept in person.collect(relay).envelopes] == [b"before"]

        clock.pass_(31 * DAY_S)
        assert person.deposit(relay, b"late", token=ex).status == 401


def test_a_full_token_leaves_the_other_one_room(data):
    person = Person()
    with running(data, peer_envelopes=3) as relay:
        person.register(relay)
        for _ in range(3):
            assert person.deposit(relay, b"x").status == 200

        full, own = person.deposit(relay, b"x"), person.deposit(relay, b"x", token=person.own)

        assert (full.status, full.slug) == (507, "full")
        assert own.status == 200
        person.acknowledge(relay, person.collect(relay).envelopes[0].seq)
        assert person.deposit(relay, b"x").status == 200


def test_a_token_that_is_too_fast_is_told_so(data):
    person = Person()
    with running(data, deposits_per_minute=5) as relay:
        person.register(relay)

        answers = [person.deposit(relay, b"x") for _ in range(6)]

        assert [answer.status for answer in answers] == [200] * 5 + [429]
        relay.clock.pass_(60)
        assert person.deposit(relay, b"x").status == 200


def test_a_mailbox_from_an_old_backup_waits_for_its_owner(data):
    person = Person()
    with running(data) as relay:
        person.register(relay, epoch=1)
        person.deposit(relay, b"kept")
    backup = (data / "relay.db").read_bytes()
    with running(data) as relay:
        old, person.peer = person.peer, Token.generate()
        person.register(relay, epoch=2)
    (data / "relay.db").write_bytes(backup)  # the log of epochs is no part of a backup

    with running(data) as relay:
        answer = person.deposit(relay, b"back again", token=old)
        health = relay.ask("GET", "/healthz")

        assert (answer.status, answer.slug) == (503, "frozen")
        assert b"restored" in health.body
        assert person.collect(relay).envelopes[0].body == b"kept"
        assert (
            relay.ask(
                "PUT", mailbox.path(person.box), person.owner, person.setting(epoch=1).to_bytes()
            ).status
            == 409
        )
        person.register(relay, epoch=2)
        assert person.deposit(relay, b"x").status == 200
        assert person.deposit(relay, b"x", token=old).status == 401


def test_a_client_that_knows_a_newer_epoch_freezes_the_mailbox(relay, person):
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret, epoch=2))
        wire.receive()

        assert person.deposit(relay, b"x").slug == "frozen"
        person.register(relay, epoch=2)
        assert person.deposit(relay, b"x").status == 200


def test_the_slot_is_replaced_by_compare_and_set(relay, person):
    path = mailbox.slot_path(person.box)

    def put(version, body):
        return relay.ask("PUT", path, person.phone, body, {"If-Match": f'"{version}"'})

    assert relay.ask("GET", path, person.phone).status == 404
    assert put(0, b"one").body == b'{"version": 1}'
    assert put(0, b"one").body == b'{"version": 1}'  # a repeat
    assert (put(0, b"two").status, put(0, b"two").slug) == (412, "stale")
    assert [put(version, b"v%d" % version).status for version in (1, 2, 3)] == [200] * 3
    newest = relay.ask("GET", path, person.owner)
    assert (newest.body, newest.headers["etag"]) == (b"v3", '"4"')
    assert relay.ask("GET", mailbox.slot_path(person.box, version=2), person.phone).body == b"v1"
    assert relay.ask("GET", mailbox.slot_path(person.box, version=1), person.phone).status == 404
    assert relay.ask("GET", path, person.peer).status == 401
    assert put(4, bytes(65_537)).status == 413
