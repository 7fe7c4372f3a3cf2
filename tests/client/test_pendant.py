"""The library as an app calls it, in one process, over a real relay."""

import secrets

import pytest

from twinbell.bond.lock import plan
from twinbell.client import bonds, events, mail
from twinbell.errors import Mistaken, NotFound


def kinds(pendants):
    return [event.kind for event in events.untold(pendants._home.vault)]


def forget(pendants):
    pendants._home.vault.run("update event set told = 1")


def test_both_have_the_same_words(two):
    mei, jun = two

    assert mei.bond().words == jun.bond().words
    assert (mei.bond().peer, jun.bond().peer) == ("Jun", "Mei")


def test_a_ring_arrives_once_however_often_its_envelope_comes(two):
    mei, jun = two
    forget(jun)
    assert mei.ring(mei.bond("jun"))

    jun.catch_up()
    row = jun.bond()
    jun._home.vault.run("update bond set cursor = 0, acknowledged = 0 where id = ?", row.id)
    jun.catch_up()

    assert kinds(jun).count("ring") == 1


def test_a_body_that_was_deposited_is_repeated_unchanged(two):
    mei, _ = two
    mail.ring(mei._home, mei.bond(), (400,))
    bond = mei.bond()
    (number,) = mei._home.vault.one("select number from outbox where sent_s is null")

    first = mail._sealed(mei._home, bond, number)
    again = mail._sealed(mei._home, bond, number)

    assert first is not None and again is not None
    assert first[1:] == again[1:]
    assert len(first.sealed) == 4096
    mail.send(mei._home)
    assert mail._sealed(mei._home, bond, number) is None


def test_a_copy_of_the_others_keyring_is_kept(two):
    for pendants in (*two, *two):
        pendants.catch_up()

    for pendants in two:
        (copy,) = pendants._home.vault.one("select copy from bond")
        assert copy.startswith(b"age-encryption.org/v1\n")


def test_the_keyring_is_in_the_slot_of_our_own_inbox(two):
    mei, _ = two
    mei.catch_up()
    pendant = mei.bond().pendant

    slot, version = mei._home.relay(mei.bond().relay).read_slot(pendant.keyring.box, pendant.device.collect)

    assert slot.startswith(b"age-encryption.org/v1\n")
    assert version >= 1


def test_a_letter_for_today_goes_and_is_read(two, tmp_path):
    mei, jun = two
    lock = plan(letter=secrets.token_bytes(16), wish=None, now_s=mei._home.now_s)
    mei.write_letter(mei.bond(), lock=lock, subject="hello", text="Dear Jun")

    jun.catch_up()
    (letter,) = jun.letters()

    assert jun.open_letter(letter, tmp_path / "out").letter.mail.text == "Dear Jun"
    assert not (tmp_path / "out").exists()


def test_a_confirmed_kit_leaves_this_device(two):
    mei, _ = two
    page = mei.bond().page

    bonds.confirm_kit(mei._home, mei.bond())

    assert page.relay == mei.bond().relay
    with pytest.raises(NotFound, match="on paper"):
        _ = mei.bond().page
    assert page.root.seed not in mei.bond().pendant_bytes


def test_nothing_of_a_bond_shows_its_secrets(two):
    mei, _ = two
    row = mei.bond()

    for shown in (repr(row), repr(row.pendant)):
        assert row.pendant.device.collect.hex() not in shown
        assert repr(row.pendant.device.collect)[2:-1] not in shown


def test_a_bond_is_found_by_name_or_id(two):
    mei, _ = two
    row = mei.bond()

    assert mei.bond("JUN").id == mei.bond(row.short).id == mei.bond(row.id.hex()[:6]).id
    with pytest.raises(NotFound):
        mei.bond("zoo")
    with pytest.raises(Mistaken):
        bonds.rename(mei._home.vault, row, "\x1b[2J")


def test_a_home_that_is_well_has_nothing_wrong(two):
    mei, _ = two
    mei.catch_up()

    assert [each for each in mei.doctor() if each.verdict.value == "wrong"] == []
