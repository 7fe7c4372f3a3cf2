import pytest
from tests.client.pair import pair
from tests.stories.people import Relay


@pytest.fixture(scope="session")
def relay(tmp_path_factory):
    relay = Relay(tmp_path_factory.mktemp("relay") / "data").start()
    yield relay
    relay.stop()


@pytest.fixture
def two(relay, tmp_path):
    """Mei and Jun, with a bond."""
    mei, jun = pair(relay.url, tmp_path)
    with mei, jun:
        yield mei, jun
