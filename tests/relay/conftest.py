from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.relay.running import Person, Running, running


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One relay for all tests of a file that leave it as they found it."""
    with running(tmp_path_factory.mktemp("relay") / "data") as it:
        yield it


@pytest.fixture
def person(relay: Running) -> Person:
    return Person().register(relay)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "relay"
