"""Web Push: one knock of one length for a device that is away, to services on the list alone (test O13)."""

import base64
import json

import pytest
from py_vapid import Vapid02
from tests.relay.push_service import Browser, push_service
from tests.relay.running import Person, eventually, running

from twinbell.errors import Damaged, Refused
from twinbell.relay import push as relay_push
from twinbell.relay.pushkey import PushKey
from twinbell.wire import frame
from twinbell.wire import push as wire_push
from twinbell.wire.auth import Token
from twinbell.wire.limits import PUSH_PLAIN_BYTES
from twinbell.wire.push import Subscription


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(relay_push, "SOON_S", (0.001, 0.002))
    monkeypatch.setattr(relay_push, "AGAIN_S", (0.01, 0.01))


@pytest.fixture(scope="module")
def service():
    with push_service() as it:
        yield it


@pytest.fixture(scope="module")
def relay(service, tmp_path_factory):
    data = tmp_path_factory.mktemp("push") / "data"
    with running(data, push_services=[service.origin], deposits_per_minute=1_000_000) as it:
        yield it


@pytest.fixture(autouse=True)
def nothing_left(service):
    service.knocks.clear()
    service.answers.clear()


@pytest.fixture
def browser(service):
    return Browser.subscribe(service)


def put(relay, person, subscription, *, token=None):
    return relay.ask("PUT", wire_push.path(person.box), token or person.phone, subscription.to_bytes())


def number_of(relay, person):
    live = relay.relay.mailboxes.find(person.box)
    assert live is not None
    return live.number


def quiet(relay):
    """Wait until no knock is due or under way."""

    async def none():
        push = relay.relay.push
        return not push._due and not push._tasks

    assert eventually(lambda: relay.do(none()))


def test_a_relay_tells_the_key_that_a_subscription_must_name(relay):
    answer = relay.ask("GET", "/v1/push")

    assert wire_push.key_from_bytes(answer.body) == relay.relay.push.public


def test_a_device_that_is_away_is_told_once_until_it_collected(relay, service, person, browser):
    assert put(relay, person, browser.subscription).status == 200

    for _ in range(5):
        person.deposit(relay, b"x" * 4096)
    quiet(relay)
    person.deposit(relay, b"one more")
    quiet(relay)
    assert len(service.knocks) == 1

    page = person.collect(relay)
    person.acknowledge(relay, page.envelopes[-1].seq)
    person.deposit(relay, b"after it came")
    quiet(relay)
    assert len(service.knocks) == 2


def test_a_knock_says_nothing_and_who_knocks(relay, service, person, browser):
    put(relay, person, browser.subscription)

    person.deposit(relay, b"secret words")
    quiet(relay)

    (knock,) = service.knocks
    assert browser.opens(knock.body) == bytes(PUSH_PLAIN_BYTES)
    assert knock.headers["content-encoding"] == "aes128gcm"
    assert knock.headers["ttl"] == "86400"
    said = knock.headers["authorization"]
    assert Vapid02.verify(said)
    claims = json.loads(base64.urlsafe_b64decode(said.split("t=")[1].split(".")[1] + "=="))
    assert claims["aud"] == service.origin
    assert said.endswith("k=" + wire_push.to_text(relay.relay.push.public))
    told = repr(knock.headers) + knock.path
    assert person.box.hex() not in told
    assert "cookie" not in knock.headers


def test_a_thousand_knocks_have_one_length(relay, service):
    """Whatever came, how much of it, and to whom."""
    people = [(Person().register(relay), Browser.subscribe(service)) for _ in range(50)]
    for person, browser in people:
        put(relay, person, browser.subscription)

    for times in range(20):
        for person, _ in people:
            person.deposit(relay, bytes([1 + times]) * (1 + 811 * times))
        quiet(relay)
        for person, _ in people:
            page = person.collect(relay)
            person.acknowledge(relay, page.envelopes[-1].seq)

    assert len(service.knocks) == 1_000
    assert len({len(knock.body) for knock in service.knocks}) == 1
    assert len({knock.headers["content-length"] for knock in service.knocks}) == 1
    assert len({len(knock.headers["authorization"]) for knock in service.knocks}) == 1
    assert len({knock.body for knock in service.knocks}) == 1_000
    by_path = {browser.subscription.endpoint.removeprefix(service.origin): browser for _, browser in people}
    assert {by_path[knock.path].opens(knock.body) for knock in service.knocks} == {bytes(PUSH_PLAIN_BYTES)}


def test_a_device_that_listens_is_not_told_and_is_when_it_left_without_it(relay, service, person, browser):
    put(relay, person, browser.subscription)
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret))
        wire.receive_until(frame.Attached)
        person.deposit(relay, b"heard and never acknowledged")
        wire.receive_until(frame.Envelope)
        quiet(relay)
        assert service.knocks == []

    eventually(lambda: service.knocks)
    quiet(relay)
    assert len(service.knocks) == 1


def test_a_device_that_has_everything_is_not_told_when_it_leaves(relay, service, person, browser):
    put(relay, person, browser.subscription)
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret))
        wire.receive_until(frame.Attached)
        person.deposit(relay, b"x")
        wire.send(frame.Ack(1, wire.receive_until(frame.Envelope).seq))
        wire.receive_until(frame.Acked)

    eventually(lambda: not relay.relay.mailboxes.find(person.box).listeners)
    quiet(relay)
    assert service.knocks == []


def test_of_two_devices_the_one_that_is_away_is_told(relay, service):
    person = Person().register(relay, tablet=True)
    phone, tablet = Browser.subscribe(service, "phone"), Browser.subscribe(service, "tablet")
    put(relay, person, phone.subscription)
    put(relay, person, tablet.subscription, token=person.tablet)
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret))
        wire.receive_until(frame.Attached)
        person.deposit(relay, b"x")
        wire.send(frame.Ack(1, wire.receive_until(frame.Envelope).seq))
        wire.receive_until(frame.Acked)
        quiet(relay)

    assert [knock.path for knock in service.knocks] == ["/push/tablet"]


def test_what_ones_own_devices_leave_wakes_nobody(relay, service, person, browser):
    put(relay, person, browser.subscription)

    person.deposit(relay, b"from the tablet", token=person.own)
    quiet(relay)

    assert service.knocks == []


def test_a_mailbox_without_a_subscription_is_not_looked_at(relay, person):
    person.deposit(relay, b"x")

    assert number_of(relay, person) not in relay.relay.push.waiting


def test_once_all_are_told_an_envelope_costs_one_look(relay, person, browser):
    put(relay, person, browser.subscription)
    number = number_of(relay, person)
    assert number in relay.relay.push.waiting

    person.deposit(relay, b"x")
    quiet(relay)

    assert number not in relay.relay.push.waiting


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_subscription_that_has_ended_is_forgotten(relay, service, person, browser, status):
    put(relay, person, browser.subscription)
    service.answers[:] = [status]

    person.deposit(relay, b"x")
    quiet(relay)

    assert relay.relay.store.pushes.of(number_of(relay, person)) == []
    assert len(service.knocks) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_is_tried_again(relay, service, person, browser, status):
    put(relay, person, browser.subscription)
    service.answers[:] = [status, status]

    person.deposit(relay, b"x")
    quiet(relay)

    assert len(service.knocks) == 3


def test_a_service_that_stays_away_is_tried_with_the_next_envelope(relay, service, person, browser):
    put(relay, person, browser.subscription)
    service.answers[:] = [500, 500, 500]

    person.deposit(relay, b"x")
    quiet(relay)
    person.deposit(relay, b"y")
    quiet(relay)

    assert len(service.knocks) == 4


def test_a_redirect_is_not_followed(relay, service, person, browser):
    put(relay, person, browser.subscription)
    service.answers[:] = [302, 307, 308]

    person.deposit(relay, b"x")
    quiet(relay)

    assert {knock.path for knock in service.knocks} == {
        browser.subscription.endpoint.removeprefix(service.origin)
    }


def test_a_subscription_can_be_replaced_and_taken_back(relay, service, person, browser):
    put(relay, person, Browser.subscribe(service, "old").subscription)
    put(relay, person, browser.subscription)
    person.deposit(relay, b"x")
    quiet(relay)
    taken = [relay.ask("DELETE", wire_push.path(person.box), person.phone) for _ in range(2)]
    person.collect(relay)
    person.deposit(relay, b"y")
    quiet(relay)

    assert [answer.status for answer in taken] == [204, 204]
    assert [f"{service.origin}{knock.path}" for knock in service.knocks] == [browser.subscription.endpoint]


def test_with_the_right_of_a_device_its_subscription_ends(relay, service):
    person = Person().register(relay, tablet=True)
    put(relay, person, Browser.subscribe(service, "phone").subscription)
    put(relay, person, Browser.subscribe(service, "tablet").subscription, token=person.tablet)

    person.register(relay, epoch=2)
    person.deposit(relay, b"x")
    quiet(relay)

    assert [knock.path for knock in service.knocks] == ["/push/phone"]
    refused = put(relay, person, Browser.subscribe(service).subscription, token=person.tablet)
    assert refused.slug == "unauthorised"


def test_only_a_device_may_say_where_it_is_woken(relay, person, browser):
    for token in (person.owner, person.peer, person.own, Token.generate()):
        assert put(relay, person, browser.subscription, token=token).slug == "unauthorised"
        assert relay.ask("DELETE", wire_push.path(person.box), token).slug == "unauthorised"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:{other}/x",
        "http://localhost:{port}/x",
        "https://fcm.googleapis.com/x",
        "https://10.0.0.1/",
    ],
)
def test_the_relay_is_sent_to_nobody_who_is_not_on_its_list(relay, service, person, browser, endpoint):
    port = int(service.origin.rpartition(":")[2])
    address = endpoint.format(port=port, other=relay.port)
    subscription = Subscription(address, browser.subscription.p256dh, browser.subscription.auth)

    assert put(relay, person, subscription).slug == "malformed"


def test_a_key_that_is_no_point_is_refused(relay, person, browser):
    subscription = Subscription(browser.subscription.endpoint, b"\x04" + bytes(64), browser.subscription.auth)

    assert put(relay, person, subscription).slug == "malformed"


def test_subscriptions_and_the_key_outlive_a_restart(service, data, browser):
    person = Person()
    with running(data, push_services=[service.origin]) as relay:
        person.register(relay)
        put(relay, person, browser.subscription)
        key = relay.relay.push.public

    with running(data, push_services=[service.origin]) as relay:
        person.deposit(relay, b"x")
        quiet(relay)
        assert relay.relay.push.public == key

    assert len(service.knocks) == 1
    assert (data / "push" / "key").stat().st_mode & 0o077 == 0


def test_a_service_that_was_taken_from_the_list_is_not_knocked_at(service, data, browser):
    person = Person()
    with running(data, push_services=[service.origin]) as relay:
        person.register(relay)
        put(relay, person, browser.subscription)

    with running(data) as relay:
        person.deposit(relay, b"x")
        quiet(relay)
        assert relay.relay.store.pushes.of(number_of(relay, person)) == []

    assert service.knocks == []


def test_a_relay_that_does_not_push_says_so(data, browser):
    person = Person()
    with running(data, no_push=True) as relay:
        person.register(relay)

        assert relay.ask("GET", "/v1/push").slug == "not-found"
        assert put(relay, person, browser.subscription).slug == "not-found"
        assert not (data / "push").exists()


def test_a_key_that_others_can_read_is_refused(tmp_path):
    PushKey.open(tmp_path, contact="mailto:nobody@localhost")
    path = tmp_path / "push" / "key"

    path.chmod(0o644)
    with pytest.raises(Refused):
        PushKey.open(tmp_path, contact="mailto:nobody@localhost")
    path.chmod(0o600)
    path.write_text("not a key")
    with pytest.raises(Damaged):
        PushKey.open(tmp_path, contact="mailto:nobody@localhost")


def test_a_knock_waits_a_while_that_nobody_can_foresee(monkeypatch):
    monkeypatch.undo()

    waits = [relay_push.wait_s() for _ in range(500)]

    assert len(set(waits)) > 200
    assert 0.5 <= min(waits) < 1
    assert 2.5 < max(waits) <= 3.0
