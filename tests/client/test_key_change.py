"""Letters outlive the keys that signed them."""

import secrets

from twinbell.bond import event as ev
from twinbell.bond.lock import plan
from twinbell.client import journal


def write(pendants):
    lock = plan(letter=secrets.token_bytes(16), wish=None, now_s=pendants._home.now_s)
    pendants.write_letter(pendants.bond(), lock=lock, subject="hello", text="Dear you")
    pendants.catch_up()
    return lock.letter


def change_keys(pendants):
    with pendants._home.vault.transaction():
        journal.step_inside(pendants._home, pendants.bond(), ev.DevicesRemoved())
    pendants.catch_up()


def test_a_letter_that_came_before_its_writer_changed_keys_still_opens(two, tmp_path):
    mei, jun = two
    for pendants in (mei, jun, mei, jun):
        pendants.catch_up()
    first = jun.bond().pendant.peer.identity
    write(mei)
    jun.catch_up()

    change_keys(mei)
    jun.catch_up()
    write(mei)
    jun.catch_up()

    assert jun.bond().pendant.peer.identity != first
    opened = [jun.open_letter(letter, tmp_path / letter.name) for letter in jun.letters()]
    assert [one.letter.mail.text for one in opened] == ["Dear you", "Dear you"]
    assert len({one.letter.writer.raw for one in opened}) == 2
