"""Two homes with a bond, made in this process against a relay of its own process."""

import threading

from twinbell.bond.code import Form
from twinbell.client.pendant import Pendants


def pair(url, folder):
    """Return two open homes whose people have just answered a bell."""
    mei = Pendants.make(folder / "mei", passphrase=None)
    given = mei.give_bell(relay=url, name="Mei", form=Form.SPOKEN)
    jun = Pendants.make(folder / "jun", passphrase=None)
    code = given.side.code
    answered = jun.answer_bell(code, name="Jun")
    thread = threading.Thread(target=_wait_in_a_home_of_its_own, args=(folder / "mei", given))
    thread.start()
    jun.wait_for(answered)
    thread.join()
    return mei, jun


def _wait_in_a_home_of_its_own(path, given):
    with Pendants.open(path) as waiting:
        waiting.wait_for(given)
