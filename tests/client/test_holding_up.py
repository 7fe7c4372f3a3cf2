"""What one relay refuses, or one body that cannot go, holds up nothing else. A bell is turned once."""

import secrets

import pytest

from twinbell.bond import event
from twinbell.bond.code import Form
from twinbell.bond.lock import plan
from twinbell.client import bells, events, journal, mail
from twinbell.client.pendant import Pendants
from twinbell.client.relay import Relay
from twinbell.errors import OverQuota, Refused, TwinbellError


def letter_of(pendants):
    lock = plan(letter=secrets.token_bytes(16), wish=None, now_s=pendants._home.now_s)
    pendants.write_letter(pendants.bond(), lock=lock, subject="", text="Dear you")
    (letter,) = pendants.letters()
    return letter


def test_a_letter_whose_file_is_gone_does_not_hold_up_a_ring(two):
    mei, _ = two
    letter = letter_of(mei)
    mei.catch_up()
    mei._home.vault.run("update outbox set sent_s = null, deposit_id = null where kind = 'letter'")
    letter.file(mei._home).unlink()

    assert mei.ring(mei.bond())


def test_a_letter_that_cannot_be_sent_at_all_does_not_hold_up_a_ring(two, monkeypatch):
    mei, _ = two
    mei.catch_up()
    monkeypatch.setattr(Relay, "send_blob", _fault)
    letter_of(mei)
    letter = mei.letters()[0]
    letter.file(mei._home).unlink()

    assert mei.ring(mei.bond())


def test_an_inbox_of_ours_that_is_in_trouble_does_not_hold_up_a_ring(two, monkeypatch):
    mei, _ = two
    monkeypatch.setattr(mail, "settle", _full)

    assert mei.ring(mei.bond())


def test_a_ring_goes_although_the_other_has_renewed_the_token(two):
    mei, jun = two
    mei.catch_up()
    root = jun.bond().page.root
    with jun._home.vault.transaction():
        journal.step_inside(jun._home, jun.bond(), event.DevicesRemoved(root))
    jun.catch_up()

    assert mei.ring(mei.bond())

    jun.catch_up()
    assert "ring" in [each.kind for each in events.untold(jun._home.vault)]


def test_a_relay_with_a_fault_ends_no_command(two, monkeypatch):
    mei, _ = two
    monkeypatch.setattr(Relay, "collect", _fault)

    assert mei.catch_up().reason == "Something went wrong inside the relay."


def test_a_bell_that_another_command_saw_through_is_not_turned_again(relay, tmp_path):
    with Pendants.make(tmp_path / "mei", passphrase=None) as mei:
        made = mei.give_bell(relay=relay.url, name="Mei", form=Form.SPOKEN)
        bells._end(mei._home, made)

        with pytest.raises(Refused, match="Another command"):
            mei.wait_for(made, until_s=0)


def _full(*args, **options):
    raise OverQuota


def _fault(*args, **options):
    raise TwinbellError("Something went wrong inside the relay.")
