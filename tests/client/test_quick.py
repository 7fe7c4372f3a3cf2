"""The short way to send does what the long one does: same bodies, same record, envelopes that open."""

import socket
import threading
from dataclasses import replace

import pytest

from twinbell.bond import envelope, event, pendant
from twinbell.bond.lifecycle import step
from twinbell.bond.message import Ring
from twinbell.client import mail, quick
from twinbell.client.quick import Sender
from twinbell.errors import (
    Conflict,
    Damaged,
    NotFound,
    OverQuota,
    TwinbellError,
    Unauthorised,
    Unreachable,
)

DAY_S = 86_400


@pytest.fixture(params=["nothing came", "something came", "receipts"])
def mine(request, two):
    """A pendant with an empty or a longer past."""
    mei, jun = two
    if request.param != "nothing came":
        for _ in range(3):
            jun.ring(jun.bond())
        mei.catch_up()
    found = mei.bond().pendant
    if request.param == "receipts":
        found = replace(found, receipts_ours=True, receipts_theirs=True)
    return found


@pytest.mark.parametrize("later_s", [0, 2 * DAY_S, 9 * DAY_S])
def test_a_ring_is_what_the_rules_make_of_it(mine, two, later_s):
    now_s = two[0]._home.now_s + later_s
    after, (deposit,) = step(mine, event.RingWanted(Ring((120, 40, 120))), now_s)
    assert isinstance(deposit, event.Deposit)

    record, n, body = Sender(mine.to_bytes()).wrote("ring", {"pattern": [120, 40, 120]}, now_s=now_s)

    assert (n, body) == (deposit.n, deposit.body)
    assert record == after.to_bytes()


def test_an_envelope_opens_for_the_other_one_and_for_nobody_else(two):
    mei, jun = two
    sender = Sender(mei.bond().pendant_bytes)

    sealed = sender.seal(b"a body")

    theirs, ours = jun.bond().pendant.keyring, mei.bond().pendant.keyring
    assert envelope.open_own(sealed, theirs).body == b"a body"
    with pytest.raises(TwinbellError):
        envelope.open_own(sealed, ours)
    assert not sender.is_stale(sealed)
    assert sender.is_stale(sealed) == mei.bond().pendant.is_stale(sealed)
    changed = sealed[:1] + b"\0\0\0\0" + sealed[5:]
    assert sender.is_stale(changed) and mei.bond().pendant.is_stale(changed)


def test_it_goes_where_the_long_way_goes(two):
    mei, _ = two
    inbox = mei.bond().pendant.peer.inbox
    sender = Sender(mei.bond().pendant_bytes)

    assert (sender.relay, sender.box, sender.token) == (inbox.relay, inbox.box, inbox.deposit)


def test_its_constants_are_those_of_the_bond():
    assert quick.LABEL_ENVELOPE == envelope.LABEL_ENVELOPE
    assert quick.ENVELOPE_VERSION == envelope.VERSION_BYTE
    assert quick.BODY_BYTES_MAX == envelope.BODY_BYTES_MAX
    assert quick.PLAIN_BYTES == envelope.PLAIN_BYTES
    assert quick.PENDANT_BYTES_MAX == pendant.PENDANT_BYTES_MAX


def test_every_pattern_with_a_name_is_a_ring():
    for pattern in mail.PATTERNS.values():
        Ring(pattern)


@pytest.mark.parametrize("data", [b"", b"\xa0", b"\x80", pytest.param(b"\xa2av\x01dtypegpendant", id="odd")])
def test_what_is_no_pendant_is_damaged(data):
    with pytest.raises(Damaged):
        Sender(data)


def test_an_envelope_of_the_short_way_is_in_the_mailbox_once(two):
    mei, jun = two
    to = Sender(mei.bond().pendant_bytes)
    deposit_id, sealed = quick.fresh_id(), to.seal(b"x")

    for _ in range(3):
        quick.deposit(to.relay, to.box, to.token, deposit_id, sealed)

    row = jun.bond()
    page = jun._home.relay(row.relay).collect(to.box, row.pendant.device.collect, after=0)
    assert [kept.body for kept in page.envelopes].count(sealed) == 1
    with pytest.raises(Conflict):
        quick.deposit(to.relay, to.box, to.token, deposit_id, to.seal(b"y"))
    with pytest.raises(Unauthorised):
        quick.deposit(to.relay, to.box, bytes(32), quick.fresh_id(), sealed)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 404 no\r\n\r\n", NotFound),
        (b"HTTP/1.1 507 full\r\n\r\n", OverQuota),
        (b"HTTP/1.1 503 later\r\n\r\n", Unreachable),
        (b"HTTP/1.1 400 what\r\n\r\n", TwinbellError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Unreachable),
        (b"HTTP/1.1 xyz\r\n\r\n", Unreachable),
        (b"", Unreachable),
    ],
)
def test_whatever_answers_is_an_error_of_ours(answer, error):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answers, args=(server, answer))
        thread.start()
        try:
            with pytest.raises(error):
                quick.deposit(
                    f"http://127.0.0.1:{server.getsockname()[1]}", bytes(16), bytes(32), bytes(16), b"x"
                )
        finally:
            thread.join()


def _answers(server, answer):
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(answer)


def test_tls_and_blobs_go_the_long_way():
    assert quick.fits("http://127.0.0.1:8140", None)
    assert not quick.fits("https://relay.example", None)
    assert not quick.fits("http://127.0.0.1:8140", bytes(16))
