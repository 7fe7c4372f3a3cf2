import secrets
import socket

import pytest
from tests.jumping_clock import JumpingClock
from tests.relay.running import Person, Running, eventually, running

from twinbell.wire import blob, mailbox
from twinbell.wire.auth import Token
from twinbell.wire.limits import BLOB_BYTES_MAX, BLOB_ORPHAN_S

DAY_S = 86_400


def begin(relay: Running, person: Person, id_: bytes, length: int, token=None):
    return relay.ask("POST", blob.begin_path(person.box, id_, length=length), token or person.peer)


def append(relay: Running, person: Person, id_: bytes, offset: int, data: bytes):
    headers = {blob.OFFSET_HEADER: str(offset)}
    return relay.ask("PATCH", blob.path(person.box, id_), person.peer, data, headers)


def upload(relay: Running, person: Person, data: bytes) -> bytes:
    id_ = secrets.token_bytes(16)
    assert begin(relay, person, id_, len(data)).status == 201
    assert append(relay, person, id_, 0, data).status == 204
    return id_


def deposit(relay: Running, person: Person, *ids: bytes, body: bytes = b"letter", id_: bytes | None = None):
    return person.deposit(relay, body, id_=id_, headers={blob.BLOBS_HEADER: blob.blobs_header(ids)})


def download(relay: Running, person: Person, id_: bytes, **headers: str):
    return relay.ask("GET", blob.path(person.box, id_), person.phone, headers=headers)


def sizes(relay: Running) -> set[int]:
    return {path.stat().st_size for path in relay.relay.settings.data.glob("blobs/*/*")}


def test_a_blob_travels_with_its_envelope_and_dies_with_it(relay, person):
    data = secrets.token_bytes(300_000)
    id_ = upload(relay, person, data)
    files = [path for path in relay.relay.settings.data.glob("blobs/*/*") if path.is_file()]

    answer = deposit(relay, person, id_)
    kept = person.collect(relay).envelopes[0]
    got = download(relay, person, id_)
    person.acknowledge(relay, kept.seq)

    assert answer.status == 200
    assert kept.blobs == (id_,)
    assert (got.status, got.body) == (200, data)
    assert len(files) == 1
    assert not files[0].exists()
    assert download(relay, person, id_).status == 404


def test_a_letter_to_a_sink_is_answered_as_one_to_somebody_who_is_away(data):
    clock, person = JumpingClock(), Person()
    with running(data, clock=clock, peer_blob_mib=1) as relay:
        person.register(relay)
        away = tell_tale(relay, person)
        until_s = int(clock.wall_s()) + 30 * DAY_S
        ex, own = person.peer, Token.generate()
        person.peer = own
        person.register(relay, epoch=2, sinks={ex.hash.hex(): until_s})
        person.peer = ex
        left = sizes(relay)

        sunk = tell_tale(relay, person)

        assert sunk == away
        assert sizes(relay) == left
        assert len(person.collect(relay).envelopes) == 1
        clock.pass_(31 * DAY_S)
        assert begin(relay, person, bytes(16), 10).status == 401


def tell_tale(relay: Running, person: Person) -> list[tuple[int, str, frozenset[str]]]:
    """Do all that one can do with a blob, right and wrong; return what each answer shows."""
    id_, other = secrets.token_bytes(16), secrets.token_bytes(16)
    data = secrets.token_bytes(100_000)
    head = lambda: relay.ask("HEAD", blob.path(person.box, id_), person.peer)  # noqa: E731
    steps = [
        head(),
        begin(relay, person, id_, 0),
        begin(relay, person, id_, len(data)),
        begin(relay, person, id_, len(data)),
        begin(relay, person, id_, len(data) + 1),
        head(),
        append(relay, person, id_, 7, data),
        append(relay, person, id_, 0, data[:60_000]),
        deposit(relay, person, id_),
        head(),
        append(relay, person, id_, 60_000, data[60_000:] + b"more"),
        append(relay, person, id_, 60_000, data[60_000:]),
        append(relay, person, other, 0, data),
        deposit(relay, person, other),
        deposit(relay, person, id_, id_=other),
        deposit(relay, person, id_, id_=other),
        deposit(relay, person, id_),
        begin(relay, person, id_, len(data)),
        begin(relay, person, secrets.token_bytes(16), 1_000_000),
    ]
    shown = frozenset({blob.OFFSET_HEADER.lower(), "retry-after", "content-type"})
    return [
        (
            each.status,
            each.headers.get(blob.OFFSET_HEADER, ""),
            shown & {name.lower() for name in each.headers},
        )
        for each in steps
    ]


def test_an_upload_goes_on_where_it_stopped(relay, person):
    id_, data = secrets.token_bytes(16), secrets.token_bytes(100_000)

    assert begin(relay, person, id_, len(data)).body == b'{"offset": 0}'
    assert append(relay, person, id_, 0, data[:30_000]).headers["upload-offset"] == "30000"
    again = begin(relay, person, id_, len(data))
    head = relay.ask("HEAD", blob.path(person.box, id_), person.peer)
    wrong = append(relay, person, id_, 0, data)
    rest = append(relay, person, id_, 30_000, data[30_000:])

    assert (again.status, again.body) == (200, b'{"offset": 30000}')
    assert head.headers["upload-offset"] == "30000"
    assert wrong.status == 409
    assert rest.status == 204
    deposit(relay, person, id_)
    assert download(relay, person, id_).body == data


def test_a_connection_that_breaks_loses_nothing_that_came(relay, person):
    id_, data = secrets.token_bytes(16), secrets.token_bytes(200_000)
    begin(relay, person, id_, len(data))
    head = (
        f"PATCH {blob.path(person.box, id_)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n"
        f"Authorization: {person.peer.header()}\r\nUpload-Offset: 0\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.sendall(head.encode() + data[:150_000])
        eventually(lambda: sizes(relay) & set(range(1, 150_001)))
    offset = eventually(
        lambda: int(relay.ask("HEAD", blob.path(person.box, id_), person.peer).headers["upload-offset"])
    )

    assert 0 < offset <= 150_000
    assert append(relay, person, id_, offset, data[offset:]).status == 204
    deposit(relay, person, id_)
    assert download(relay, person, id_).body == data


def test_what_a_crash_left_behind_the_durable_part_is_cut_off(relay, person):
    id_, data = secrets.token_bytes(16), secrets.token_bytes(50_000)
    begin(relay, person, id_, len(data))
    append(relay, person, id_, 0, data[:20_000])
    (path,) = [path for path in relay.relay.settings.data.glob("blobs/*/*") if path.stat().st_size == 20_000]
    with path.open("ab") as file:
        file.write(b"\0" * 9_000)

    append(relay, person, id_, 20_000, data[20_000:])
    deposit(relay, person, id_)

    assert download(relay, person, id_).body == data


def test_any_part_of_a_blob_can_be_had(relay, person):
    data = secrets.token_bytes(1_000)
    id_ = upload(relay, person, data)
    deposit(relay, person, id_)

    middle = download(relay, person, id_, Range=blob.range_header(100, 200))
    rest = download(relay, person, id_, Range=blob.range_header(900))
    beyond = download(relay, person, id_, Range="bytes=1000-")
    odd = download(relay, person, id_, Range="lines=1-2")

    assert (middle.status, middle.body) == (206, data[100:200])
    assert middle.headers["content-range"] == "bytes 100-199/1000"
    assert rest.body == data[900:]
    assert (beyond.status, beyond.slug) == (416, "range")
    assert (odd.status, odd.body) == (200, data)


def test_an_envelope_waits_for_its_blobs_to_be_whole(relay, person):
    id_ = secrets.token_bytes(16)
    begin(relay, person, id_, 10)
    append(relay, person, id_, 0, b"12345")

    early = deposit(relay, person, id_)
    append(relay, person, id_, 5, b"67890")
    late = deposit(relay, person, id_)

    assert early.status == 409
    assert late.status == 200
    assert len(person.collect(relay).envelopes) == 1


def test_a_blob_belongs_to_one_envelope(relay, person):
    id_, one = upload(relay, person, b"x"), secrets.token_bytes(16)

    first = deposit(relay, person, id_, id_=one)
    again = deposit(relay, person, id_, id_=one)
    other = deposit(relay, person, id_)

    assert first.status == again.status == 200
    assert first.body == again.body
    assert other.status == 409


def test_a_blob_is_nobodys_before_an_envelope_names_it(relay, person):
    id_ = upload(relay, person, b"secret")

    assert download(relay, person, id_).status == 404
    assert relay.ask("GET", blob.path(person.box, id_), person.peer).status == 401
    assert relay.ask("HEAD", blob.path(person.box, id_), person.own).status == 404


def test_a_blob_is_no_longer_than_was_said(relay, person):
    id_ = secrets.token_bytes(16)
    begin(relay, person, id_, 10)

    answer = append(relay, person, id_, 0, b"12345678901")

    assert answer.status == 400
    assert begin(relay, person, id_, 11).status == 409
    assert begin(relay, person, secrets.token_bytes(16), BLOB_BYTES_MAX + 1).status == 400
    assert begin(relay, person, secrets.token_bytes(16), 0).status == 400


def test_blobs_count_in_the_quota_of_their_token(data):
    person = Person()
    with running(data, peer_blob_mib=1) as relay:
        person.register(relay)

        first = begin(relay, person, bytes(16), 1024 * 1024)
        second = begin(relay, person, b"2" * 16, 1)
        own = begin(relay, person, b"3" * 16, 1, token=person.own)

        assert (first.status, second.status, own.status) == (201, 507, 201)
        relay.clock.pass_(BLOB_ORPHAN_S + 2 * DAY_S)
        relay.sweep()
        assert begin(relay, person, b"2" * 16, 1).status == 201


def test_an_upload_that_nobody_names_is_dropped_after_a_week(data):
    clock, person = JumpingClock(), Person()
    with running(data, clock=clock) as relay:
        person.register(relay)
        id_ = upload(relay, person, b"x")
        clock.pass_(BLOB_ORPHAN_S - 2 * DAY_S)
        relay.sweep()
        still = relay.ask("HEAD", blob.path(person.box, id_), person.peer).status

        clock.pass_(4 * DAY_S)
        relay.sweep()

        assert still == 200
        assert relay.ask("HEAD", blob.path(person.box, id_), person.peer).status == 404
        assert not [path for path in data.glob("blobs/*/*") if path.is_file()]


def test_files_without_a_row_are_removed_at_start(data):
    person = Person()
    with running(data) as relay:
        person.register(relay)
        id_ = upload(relay, person, b"kept")
        deposit(relay, person, id_)
    stray = data / "blobs" / "ab" / ("ab" + "0" * 38)
    stray.write_bytes(b"left by a crash")

    with running(data) as relay:
        assert not stray.exists()
        assert download(relay, person, id_).body == b"kept"


@pytest.mark.parametrize("value", ["zz", "00", "0" * 32 + "," + "0" * 32, ",".join(["ab" * 16] * 5)])
def test_a_header_that_names_no_blobs_is_malformed(relay, person, value):
    answer = person.deposit(relay, b"x", headers={blob.BLOBS_HEADER: value})

    assert (answer.status, answer.slug) == (400, "malformed")
    assert (
        mailbox.Page.parse(relay.ask("GET", mailbox.envelopes_path(person.box), person.phone).body).envelopes
        == ()
    )
