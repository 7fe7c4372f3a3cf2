"""Test O1 in its short form: nothing that is said shows at the relay; a planted leak is found."""

import pytest
from torture import canaries


@pytest.mark.torture
def test_nothing_that_is_said_shows_at_the_relay(capsys):
    code = canaries.main([])

    assert code == 0, capsys.readouterr().out
