import secrets
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bond.people import NOW_S, pair

from twinbell.bond import envelope
from twinbell.bond.keys import Role
from twinbell.bond.record import Record
from twinbell.errors import Damaged, Mistaken, NotForMe

ANA, BEN = pair()


@settings(max_examples=30)
@given(st.binary(max_size=envelope.BODY_BYTES_MAX))
def test_what_one_seals_the_other_opens_and_the_size_says_nothing(body):
    sealed = ANA.seal(body)

    opened = envelope.open_own(sealed, BEN.keyring)

    assert len(sealed) == 4096
    assert opened.body == body
    assert opened.sender is ANA.bond.role


def test_a_body_that_does_not_fit_is_a_mistake():
    assert len(ANA.seal(bytes(2953))) == 4096
    with pytest.raises(Mistaken):
        ANA.seal(bytes(2954))


def test_the_same_body_sealed_twice_looks_unrelated():
    one, two = ANA.seal(b"hello"), ANA.seal(b"hello")

    assert one[:5] == two[:5]
    assert one[5:] != two[5:]


def test_a_changed_byte_anywhere_is_refused():
    sealed = ANA.seal(b"hello")

    for at in range(0, 4096, 61):
        with pytest.raises((Damaged, NotForMe)):
            envelope.open_own(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], BEN.keyring)


@pytest.mark.parametrize("length", [0, 1, 4095, 4097])
def test_another_length_is_no_envelope(length):
    with pytest.raises(Damaged):
        envelope.open_own(bytes([1]) * length, BEN.keyring)


def test_an_envelope_of_another_bond_is_not_for_us_whatever_its_tag():
    cem, _ = pair()
    sealed = cem.seal(b"hello")

    with pytest.raises(NotForMe):
        envelope.open_own(sealed, BEN.keyring)
    with pytest.raises(NotForMe):
        envelope.open_own(sealed[:1] + BEN.keyring.prekeys[-1].tag + sealed[5:], BEN.keyring)


def test_who_does_not_know_the_inbox_key_cannot_write():
    peer = replace(ANA.peer, inbox=replace(ANA.peer.inbox, key=secrets.token_bytes(32)))
    stranger = replace(ANA, keyring=replace(ANA.keyring, peer=peer))

    with pytest.raises(NotForMe):
        envelope.open_own(stranger.seal(b"hello"), BEN.keyring)


def test_an_envelope_does_not_go_back_to_its_sender():
    with pytest.raises(NotForMe):
        envelope.open_own(ANA.seal(b"hello"), ANA.keyring)


def test_a_device_writes_to_the_other_devices_of_its_person():
    sealed = envelope.seal_own(b"hello", ANA.keyring)

    assert envelope.open_own(sealed, ANA.keyring).sender is ANA.bond.role
    with pytest.raises(NotForMe):
        envelope.open_own(sealed, BEN.keyring)


def test_what_was_under_way_when_keys_changed_still_opens():
    on_the_way = ANA.seal(b"hello")
    keyring = BEN.keyring.with_prekey(NOW_S, secrets.token_bytes).with_inbox(secrets.token_bytes)

    assert envelope.open_own(on_the_way, keyring).body == b"hello"
    assert envelope.open_own(on_the_way, keyring).prekey == 1
    changed = BEN.keyring.with_epoch(BEN.device, NOW_S, secrets.token_bytes)
    assert envelope.open_own(on_the_way, changed).epoch == 1


def test_an_inbox_key_of_three_changes_ago_opens_nothing():
    on_the_way = ANA.seal(b"hello")
    keyring = BEN.keyring
    for _ in range(3):
        keyring = keyring.with_inbox(secrets.token_bytes)

    with pytest.raises(NotForMe):
        envelope.open_own(on_the_way, keyring)


def test_two_prekeys_with_the_same_tag_are_both_tried():
    keyring = BEN.keyring.with_prekey(NOW_S, secrets.token_bytes)
    twin = replace(keyring.prekeys[-1], tag=keyring.prekeys[0].tag)

    opened = envelope.open_own(ANA.seal(b"hello"), replace(keyring, prekeys=(keyring.prekeys[0], twin)))

    assert opened.prekey == 1


def test_a_sealed_prekey_that_is_no_longer_the_newest_is_seen():
    sealed = ANA.seal(b"hello")
    newer = BEN.keyring.with_prekey(NOW_S, secrets.token_bytes).prekeys[-1].public
    told = replace(ANA, keyring=replace(ANA.keyring, peer=replace(ANA.peer, prekey=newer)))

    assert not ANA.is_stale(sealed)
    assert told.is_stale(sealed)


@pytest.mark.parametrize("role", Role)
def test_bond_direction_and_epoch_are_bound_and_nothing_else(role):
    info = envelope.info(bytes(32), role, 7)

    assert info == b"twinbell/v1/envelope" + bytes(32) + bytes([role]) + b"\0\0\0\7"


def test_a_long_body_travels_in_a_blob_that_only_its_envelope_opens():
    content: Record = {"much": bytes(10_000)}

    ref, blob = envelope.seal_blob(content)

    assert envelope.open_blob(ref, blob) == content
    assert envelope.BlobRef.from_record(ref.to_record()) == ref
    with pytest.raises(Damaged):
        envelope.open_blob(ref, blob[:-1] + bytes([blob[-1] ^ 1]))
    with pytest.raises(Damaged):
        envelope.open_blob(ref, blob + b"\0")
    with pytest.raises(NotForMe):
        envelope.open_blob(replace(ref, seed=bytes(32)), blob)


def test_the_size_of_a_blob_tells_little():
    sizes = {len(envelope.seal_blob({"much": bytes(length)})[1]) for length in range(3000, 4000, 50)}

    assert len(sizes) == 1


def test_printing_what_says_how_to_open_a_blob_shows_no_seed():
    ref, _ = envelope.seal_blob({"a": 1})

    assert repr(ref.seed)[2:-1] not in repr(ref)
