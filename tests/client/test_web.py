"""`twinbell verify-web` against relays that serve the build, another one, or something else (test O12)."""

import json
import shutil
import subprocess

import pytest
from tests.relay.running import running
from tests.relay.test_web import FILES, make

from twinbell.cli import main
from twinbell.relay import web as relay_web
from twinbell.relay import webroot
from twinbell.wire.web import policy


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return make(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "release"
    make_key(path)
    return path


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", path], check=True)


@pytest.fixture(scope="module")
def signed(build, key, tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed") / "dist"
    shutil.copytree(build, folder)
    words = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "app@twinbell", folder / "app.json"]
    subprocess.run(words, check=True, capture_output=True)
    return folder


def verify(capsys, *words):
    code = main(["verify-web", *map(str, words)])
    out, _ = capsys.readouterr()
    return code, out


def verified(capsys, *words):
    code, out = verify(capsys, *words, "--json")
    return code, json.loads(out)


def test_the_same_build_is_told_as_what_it_is(build, tmp_path, capsys):
    with running(tmp_path / "data", web=str(build)) as relay:
        code, out = verify(capsys, relay.url, "--against", build)
        as_json = verified(capsys, relay.url, "--against", build)

    assert code == 0
    assert out.count("\n") == 1
    assert "this machine was served just now" in out
    assert "somebody else" in out
    assert as_json == (
        0,
        {
            "url": relay.url,
            "version": "0.1.0",
            "files": len(FILES),
            "same": True,
            "signed": None,
            "broken": [],
            "differs": [],
            "connect": [],
        },
    )


def test_without_words_the_build_that_came_along_is_compared(build, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(webroot, "CARRIED", (build,))
    with running(tmp_path / "data", web=str(build)) as relay:
        assert verify(capsys, relay.url)[0] == 0

        monkeypatch.setattr(webroot, "CARRIED", ())
        assert verify(capsys, relay.url)[0] == 8


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_relay_that_serves_another_byte_is_found(build, tmp_path, capsys, path):
    """The list may say the truth and the file not, or both may lie alike."""
    changed = make(tmp_path / "changed", FILES | {path: FILES[path] + b" "})
    with running(tmp_path / "honest", web=str(changed)) as relay:
        code, found = verified(capsys, relay.url, "--against", build)

        assert (code, found["differs"], found["same"]) == (6, [path], False)

    with running(tmp_path / "liar", web=str(build)) as relay:
        served = relay.relay.web._served["/" if path == "index.html" else f"/{path}"]
        assert isinstance(served.bodies, dict)
        served.bodies["identity"] = FILES[path][:-1] + b"!"
        code, found = verified(capsys, relay.url, "--against", build)

        assert (code, found["broken"], found["differs"]) == (6, [path], [])


def test_a_file_more_or_less_is_found(build, tmp_path, capsys):
    more = make(tmp_path / "more", FILES | {"assets/more.js": b"more"})
    with running(tmp_path / "data", web=str(more)) as relay:
        assert verified(capsys, relay.url, "--against", build)[1]["differs"] == ["assets/more.js"]
        assert verified(capsys, relay.url, "--against", more)[0] == 0

    with running(tmp_path / "other", web=str(build)) as relay:
        assert verified(capsys, relay.url, "--against", more)[1]["differs"] == ["assets/more.js"]


def test_a_weaker_policy_is_found_and_further_relays_are_told(build, tmp_path, capsys, monkeypatch):
    with running(tmp_path / "data", web=str(build), connect=["https://other.example"]) as relay:
        code, found = verified(capsys, relay.url, "--against", build)
        words = verify(capsys, relay.url, "--against", build)[1]

    assert (code, found["connect"]) == (0, ["https://other.example", "wss://other.example"])
    assert "may also connect to https://other.example" in words

    weak = policy().replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
    monkeypatch.setattr(relay_web, "policy", lambda connect: weak)
    with running(tmp_path / "weak", web=str(build)) as relay:
        code, found = verified(capsys, relay.url, "--against", build)

    assert code == 6
    assert set(found["broken"]) == set(FILES)


def test_a_signature_is_checked_where_a_key_is_named(build, signed, key, tmp_path, capsys):
    make_key(tmp_path / "other")
    with running(tmp_path / "data", web=str(signed)) as relay:
        by_key = verified(capsys, relay.url, "--key", f"{key}.pub")
        by_both = verified(capsys, relay.url, "--key", f"{key}.pub", "--against", build)
        by_other = verified(capsys, relay.url, "--key", tmp_path / "other.pub")
        words = verify(capsys, relay.url, "--key", f"{key}.pub")[1]

    assert (by_key[0], by_key[1]["signed"], by_key[1]["same"]) == (0, True, None)
    assert (by_both[0], by_both[1]["signed"], by_both[1]["same"]) == (0, True, True)
    assert (by_other[0], by_other[1]["signed"]) == (6, False)
    assert "that key signed" in words

    with running(tmp_path / "unsigned", web=str(build)) as relay:
        assert verified(capsys, relay.url, "--key", f"{key}.pub")[1]["signed"] is False


def test_where_no_app_is_served_that_is_said(tmp_path, capsys):
    with running(tmp_path / "data", web="none") as relay:
        assert verify(capsys, relay.url, "--against", make(tmp_path / "build"))[0] == 8


def test_where_nobody_answers_that_is_said(build, capsys):
    assert verify(capsys, "http://127.0.0.1:9", "--against", build)[0] == 4


def test_what_is_no_key_is_refused(build, tmp_path, capsys):
    (tmp_path / "key").write_text("ssh-rsa AAAA nobody")

    assert verify(capsys, "http://127.0.0.1:9", "--key", tmp_path / "key")[0] == 6
