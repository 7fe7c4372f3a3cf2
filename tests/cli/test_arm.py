"""`twinbell watch arm` after a stop: what is armed anew, and what is to be set again, as people read it."""

import pytest
from tests.client.circle import READER, WRITER
from tests.client.playing import ready

from twinbell.cli import main
from twinbell.client import arming, watch

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def world(tmp_path):
    with ready(tmp_path) as made:
        home = made.homes[WRITER]
        arming.rehearsed(home, made.own, home.now_s // arming.DAY_S)
        arming.arm(home, made.own)
        yield made


@pytest.fixture
def types(world, capsys, monkeypatch):
    """Return how the writer types a command, at the hour of this world: its exit code and what it says."""
    monkeypatch.setattr("twinbell.client.home.SystemClock", lambda: world.relay.clock)

    def run(*words):
        code = main([*words, "--home", str(world.homes[WRITER].path)])
        return code, " ".join(capsys.readouterr().out.split())

    return run


def stop(world):
    home, own = world.homes[WRITER], world.own
    (code,) = home.vault.one("select stop from watch where id = ?", own.id)
    watch.relay(home, own).stop(own.id, code)


def test_what_was_loosened_and_still_waited_is_to_be_set_again(world, types):
    days = world.own.terms.every
    assert types("watch", "set", READER, "--every", str(days - 5))[0] == 0
    stop(world)

    assert types("watch", "show")[0] == 0
    code, said = types("watch", "arm", READER)

    assert code == 0 and "is armed." in said
    assert "What you had loosened had not come into force, and does not: set it again." in said
    assert "There is a new stop code" in said
    assert world.own.terms.every == days
    assert "loosened" not in types("watch", "arm", READER)[1]
