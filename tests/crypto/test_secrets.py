"""Nothing that holds a secret shows it when it is printed, compared in a failed test, or logged."""

import pickle

import pytest

from twinbell.crypto import cpace, hpke
from twinbell.crypto.signing import SigningKey

SECRET = bytes(range(0x40, 0x60))

HOLDERS = [
    SigningKey(SECRET),
    hpke.Schedule(key=SECRET, base_nonce=SECRET[:12], exporter=SECRET),
    cpace.Session(isk=SECRET * 2, tag_a=SECRET * 2, tag_b=SECRET * 2, sid_output=bytes(64)),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_printing_shows_no_secret(holder):
    shown = repr(holder) + str(holder) + f"{holder}" + repr([holder])

    for form in (SECRET[:8].hex(), repr(SECRET[:8])[2:-1], SECRET[:8].decode()):
        assert form not in shown


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_a_secret_is_really_in_there(holder):
    """The control: what is looked for would be found if it were shown."""
    assert SECRET[:8] in pickle.dumps(holder)


def test_a_key_that_was_used_still_shows_nothing():
    key = SigningKey(SECRET)
    key.sign(b"message")

    assert repr(key) == "SigningKey()"
