import pytest
from tests.stories.people import Person, Relay, joined


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    """A relay with a beacon that signs every second."""
    relay = Relay(tmp_path_factory.mktemp("relay") / "data").start()
    yield relay
    relay.stop()


@pytest.fixture
def mei(tmp_path):
    return Person("Mei", tmp_path / "mei")


@pytest.fixture
def jun(tmp_path):
    return Person("Jun", tmp_path / "jun")


@pytest.fixture
def pair(relay, mei, jun):
    """Two people who have a bond."""
    joined(relay, mei, jun)
    return mei, jun
