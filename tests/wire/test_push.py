import json

import pytest

from twinbell.errors import Damaged, Mistaken
from twinbell.wire import push
from twinbell.wire.limits import PUSH_ENDPOINT_CHARS_MAX
from twinbell.wire.push import SERVICES, Services, Subscription

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA"
POINT = b"\x04" + bytes(range(64))
AUTH = bytes(range(16))


def written(**changed):
    fields = json.loads(Subscription(ENDPOINT, POINT, AUTH).to_bytes()) | changed
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()


def test_a_subscription_comes_back_as_it_went():
    subscription = Subscription(ENDPOINT, POINT, AUTH)

    assert Subscription.parse(subscription.to_bytes()) == subscription


def test_a_subscription_does_not_print_itself():
    assert repr(Subscription(ENDPOINT, POINT, AUTH)) == "Subscription()"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        written(endpoint=...),
        written(auth=...),
        written(more=1),
        written(endpoint=7),
        written(endpoint=""),
        written(endpoint="ftp://x"),
        written(endpoint="https://a b"),
        written(endpoint="https://a\n"),
        written(endpoint="https://é.example/"),
        written(endpoint="https://" + "x" * PUSH_ENDPOINT_CHARS_MAX),
        written(p256dh=push.to_text(POINT[:-1])),
        written(p256dh=push.to_text(b"\x02" + POINT[1:])),
        written(p256dh=push.to_text(POINT) + "="),
        written(p256dh="!" * 87),
        written(p256dh=None),
        written(auth=push.to_text(AUTH + b"x")),
        written(auth="AAECAwQFBgcICQoLDA0OD-"),
    ],
)
def test_what_is_no_subscription_is_refused(data):
    with pytest.raises(Damaged):
        Subscription.parse(data)


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com"),
        (ENDPOINT, "https://updates.push.services.mozilla.com"),
        ("https://web.push.apple.com/QGh1", "https://web.push.apple.com"),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", "https://wns2-par02p.notify.windows.com"),
    ],
)
def test_the_known_services_may_be_knocked_at(endpoint, origin):
    assert Services(SERVICES).origin(endpoint) == origin


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:443/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://FCM.googleapis.com/x",
        "https://fcm.googleapis.com./x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://push.apple.com/x",
        "https://evilpush.apple.com/x",
        "https://x.push.apple.com.evil.example/",
        "https://evil.example/.push.apple.com",
        "https://evil.example?.push.apple.com",
        "https://evil.example#.push.apple.com",
        "https://evil.example\\.push.apple.com/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:8140/x",
        "http://localhost:8140/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https:fcm.googleapis.com/x",
        "https:///x",
        "https://fcm.googleapis.com:x/",
        "",
    ],
)
def test_nobody_else_may(endpoint):
    with pytest.raises(Damaged):
        Services(SERVICES).origin(endpoint)


def test_a_port_of_this_machine_only_where_it_was_named_in_full():
    services = Services(["http://127.0.0.1:9000"])

    assert services.origin("http://127.0.0.1:9000/push/1") == "http://127.0.0.1:9000"
    for other in ("http://127.0.0.1:9001/", "http://localhost:9000/", "https://127.0.0.1:9000/"):
        with pytest.raises(Damaged):
            services.origin(other)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "*",
        "*.",
        "*.com.",
        "com",
        "https://push.example",
        "http://10.0.0.1:80",
        "a*.b.c",
        "http://localhost",
    ],
)
def test_what_is_no_name_of_a_service_is_refused(name):
    with pytest.raises(Mistaken):
        Services([name])


def test_the_key_of_a_relay_comes_back_as_it_went():
    assert push.key_from_bytes(push.key_to_bytes(POINT)) == POINT
    for data in (b"{}", b'{"key": "AAAA"}', b'{"key": 1}'):
        with pytest.raises(Damaged):
            push.key_from_bytes(data)
