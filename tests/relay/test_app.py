"""The relay as a process: its one line, its signals, its folder, its TLS."""

import datetime
import ipaddress
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.relay.running import Person, running
from websockets.sync.client import connect

from twinbell.errors import Mistaken, Refused
from twinbell.relay.app import Relay
from twinbell.relay.settings import load
from twinbell.wire import frame, mailbox


@contextmanager
def process(data, *args):
    command = [sys.executable, "-m", "twinbell.cli", "relay", "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [*command, "--data", str(data), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_relay_says_one_line_serves_and_ends_when_told(data, number):
    with process(data) as relay:
        line = relay.stdout.readline()
        address = line.removeprefix("Twinbell relay at ").strip()
        with urllib.request.urlopen(f"{address}/healthz") as answer:  # noqa: S310
            health = json.load(answer)

        relay.send_signal(number)
        rest, _ = relay.communicate(timeout=20)

    assert line.startswith("Twinbell relay at http://127.0.0.1:")
    assert health == {"status": "ok"}
    assert (relay.returncode, rest) == (0, "")


def test_a_relay_that_is_told_to_stop_says_goodbye_to_its_sockets(data):
    with process(data, "--json") as relay:
        address = json.loads(relay.stdout.readline())["relay"]
        with connect(address.replace("http", "ws") + "/ws", compression=None) as link:
            relay.send_signal(signal.SIGTERM)
            with pytest.raises(Exception, match="1001"):
                link.recv(10)
        relay.wait(20)

    assert relay.returncode == 0


def test_two_relays_do_not_share_a_folder(data):
    with process(data) as first:
        first.stdout.readline()
        with process(data) as second:
            _, said = second.communicate(timeout=20)

    assert second.returncode == Refused.exit_code
    assert "Another relay is using" in said


def test_a_port_that_is_in_use_is_told(data, tmp_path):
    with running(tmp_path / "first") as relay, process(data, "--listen", f"127.0.0.1:{relay.port}") as second:
        _, said = second.communicate(timeout=20)

    assert second.returncode == Refused.exit_code
    assert "is in use" in said


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    file = tmp_path / "file"
    file.touch()

    with process(file / "data") as relay:
        _, said = relay.communicate(timeout=20)

    assert relay.returncode == Refused.exit_code
    assert "cannot be written to" in said


def test_the_folder_is_for_its_owner_alone(data):
    with running(data):
        assert data.stat().st_mode & 0o077 == 0
        assert (data / "blobs").stat().st_mode & 0o077 == 0
        assert (data / "epochs.log").stat().st_mode & 0o077 == 0


def test_stopping_loses_nothing_that_was_begun(data):
    person = Person()
    with running(data) as relay:
        person.register(relay)
        with relay.socket() as wire:
            wire.send(frame.Attach(1, person.box, person.peer.secret))
            wire.receive()
            for _ in range(300):
                wire.send(frame.Deposit(1, os.urandom(16), (), b"x" * 1000))
            stopping = threading.Thread(target=lambda: wire.connection.close())
            acknowledged = [wire.receive_until(frame.Deposited) for _ in range(100)]
            stopping.start()
        stopping.join()

    with running(data) as relay:
        page, got = person.collect(relay, after=0), 0
        while page.envelopes:
            got += len(page.envelopes)
            page = person.collect(relay, after=page.envelopes[-1].seq)
        assert got >= len(acknowledged)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


def test_the_relay_ends_tls_itself(data, certificate):
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    person = Person()
    flags = ["--tls-cert", str(certificate / "cert.pem"), "--tls-key", str(certificate / "key.pem")]
    with process(data, *flags) as relay:
        address = relay.stdout.readline().removeprefix("Twinbell relay at ").strip()
        request = urllib.request.Request(  # noqa: S310
            address + mailbox.path(person.box),
            data=person.setting().to_bytes(),
            method="PUT",
            headers={"Authorization": person.owner.header()},
        )
        with urllib.request.urlopen(request, context=trusted) as answer:  # noqa: S310
            status = answer.status
        url = address.replace("https", "wss") + "/ws"
        with connect(url, ssl=trusted, compression=None) as link:
            link.send(frame.Attach(1, person.box, person.peer.secret).to_bytes())
            attached = frame.parse(link.recv(10))  # type: ignore[arg-type]
            link.send(frame.Deposit(1, bytes(16), (), bytes(16_000)).to_bytes())
            deposited = frame.parse(link.recv(10))  # type: ignore[arg-type]
        relay.send_signal(signal.SIGTERM)
        relay.communicate(timeout=20)

    assert address.startswith("https://")
    assert status == 201
    assert isinstance(attached, frame.Attached)
    assert isinstance(deposited, frame.Deposited)
    assert relay.returncode == 0


def test_a_certificate_that_cannot_be_read_is_told(data, certificate):
    settings = load(
        {"data": data, "tls_cert": certificate / "key.pem", "tls_key": certificate / "key.pem"},
        environment={},
    )
    from twinbell.relay.app import _tls

    with pytest.raises(Mistaken):
        _tls(settings)
    assert isinstance(Relay(settings), Relay)
