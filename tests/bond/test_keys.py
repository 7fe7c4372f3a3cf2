import secrets
from dataclasses import replace

import pytest
from tests.bond.people import NOW_S, RELAY, Person, pair

from twinbell.bond.keys import Bundle, Device, Keyring, Root, check_relay_url
from twinbell.bond.kit import Page
from twinbell.encoding import decode_map, encode
from twinbell.errors import Damaged, Mistaken, NotForMe
from twinbell.wire.beacon import QUICKNET, Chain


def test_everything_of_a_kit_follows_from_its_root_and_nothing_from_another():
    root, again, other = Root(bytes(32)), Root(bytes(32)), Root(bytes(31) + b"\1")

    assert root.signing_key.verify_key == again.signing_key.verify_key
    assert root.recipient == again.recipient
    assert root.owner_token(RELAY) == again.owner_token(RELAY)
    assert root.owner_token(RELAY) != root.owner_token("https://other.example")
    assert root.recipient != other.recipient
    assert len({root.seed, root.age_seed, root.signing_key.seed, root.owner_token(RELAY)}) == 4


def test_a_root_of_another_length_is_a_mistake():
    with pytest.raises(Mistaken):
        Root(bytes(31))


def test_a_bundle_shows_what_the_peer_needs_and_no_secret():
    ana = Person("Ana")
    bundle = Bundle.parse(ana.bundle)

    assert bundle.name == "Ana"
    assert bundle.letter == ana.keyring.letter_recipient
    assert bundle.kit == ana.root.recipient
    assert bundle.prekey.tag == ana.keyring.prekeys[-1].tag
    assert bundle.inbox == ana.keyring.inbox
    for secret in secrets_of(ana.keyring):
        if secret not in (ana.keyring.deposit_peer, ana.keyring.inbox_keys[-1][1]):
            assert secret not in ana.bundle


def test_a_bundle_with_any_byte_changed_is_refused():
    bundle = Person("Ana").bundle

    for at in range(0, len(bundle), 37):
        with pytest.raises(Damaged):
            Bundle.parse(bundle[:at] + bytes([bundle[at] ^ 1]) + bundle[at + 1 :])


def test_a_bundle_tells_the_beacon_of_its_relay():
    ana = Person("Ana")
    keyring = replace(ana.keyring, chain=QUICKNET.record())

    bundle = Bundle.parse(keyring.bundle(ana.root))

    assert Chain.from_record(bundle.chain) == QUICKNET


def test_a_bundle_with_a_beacon_that_is_none_is_refused():
    ana = Person("Ana")
    keyring = replace(ana.keyring, chain=QUICKNET.record() | {"public_key": bytes(96)})

    with pytest.raises(Damaged):
        Bundle.parse(keyring.bundle(ana.root))


def test_a_bundle_that_another_root_signed_is_refused():
    ana = Person("Ana")

    forged = ana.keyring.bundle(Root.generate(secrets.token_bytes))

    with pytest.raises(Damaged):
        Bundle.parse(forged)


def test_a_bundle_without_the_root_is_refused_where_the_root_is_asked_for():
    ana = Person("Ana")
    signed = ana.keyring.bundle(None)

    assert Bundle.parse(signed, by_root=False).name == "Ana"
    with pytest.raises(Damaged):
        Bundle.parse(signed)


@pytest.mark.parametrize("name", ["", "  ", "a" * 65, "Ana\n", "\x1b[2J", "a\u202eb"])
def test_a_name_that_could_move_the_cursor_is_refused(name):
    with pytest.raises(Mistaken):
        Person(name)


@pytest.mark.parametrize("name", ["Ana", "Zoë", "李明", "محمد", "A B", "🔔"])
def test_a_name_in_any_language_is_taken(name):
    assert Bundle.parse(Person(name).bundle).name == name


@pytest.mark.parametrize(
    "url",
    ["relay.example", "ftp://relay.example", "https://relay.example/", "https://a?b", "https://a#b",
     "https://a:b", "https://a:0", "https://a:99999", "https://[::", "https://[zz]", "https://", "https:///a",
     "https://a..b", "https://" + "a" * 64, "https://a:", "https://u@a", "https://a b",
     "https://é.example", "https://" + "a" * 250],
)  # fmt: skip
def test_an_address_that_is_no_relay_is_refused(url):
    with pytest.raises(Damaged):
        check_relay_url(url)


@pytest.mark.parametrize(
    "url", ["https://relay.example", "http://127.0.0.1:8080", "http://[::1]:80", "https://a_b.c-d/twinbell"]
)
def test_an_address_of_a_relay_is_taken(url):
    assert check_relay_url(url) == url


def test_a_keyring_opens_with_each_device_and_with_the_kit_and_with_nothing_else():
    ana = Person("Ana")
    second = Device.generate(secrets.token_bytes)
    keyring = replace(ana.keyring, devices=(*ana.keyring.devices, (second.id, second.recipient)))

    sealed = keyring.seal()

    for seed in (ana.device.age_seed, second.age_seed, ana.root.age_seed):
        assert Keyring.open(sealed, seed) == keyring
    with pytest.raises(NotForMe):
        Keyring.open(sealed, bytes(32))


def test_the_size_of_a_sealed_keyring_does_not_tell_how_many_prekeys_it_has():
    keyring = Person("Ana").keyring
    older = keyring
    for _ in range(50):
        older = older.with_prekey(NOW_S, secrets.token_bytes)

    assert len(keyring.seal()) == len(older.seal())


def test_a_keyring_of_years_still_fits_into_the_slot():
    ana, _ = pair()
    keyring = ana.keyring
    for _ in range(60):
        keyring = keyring.with_prekey(NOW_S, secrets.token_bytes)
    for _ in range(20):
        keyring = keyring.with_epoch(ana.device, NOW_S, secrets.token_bytes)

    assert len(keyring.seal()) <= 65_536


def test_a_new_epoch_renews_all_that_a_thief_knew_and_keeps_what_opens_old_letters():
    ana = Person("Ana")
    before = ana.keyring

    after = before.with_epoch(ana.device, NOW_S, secrets.token_bytes)

    assert after.epoch == before.epoch + 1
    assert after.generation > before.generation
    assert after.letters[0] == before.letters[0]
    assert after.identities[0] == before.identities[0]
    for name in ("identities", "letters", "prekeys", "inbox_keys"):
        assert getattr(after, name)[-1] != getattr(before, name)[-1]
    assert after.deposit_peer != before.deposit_peer
    assert after.deposit_self != before.deposit_self


def test_the_relay_is_told_hashes_and_no_token():
    ana = Person("Ana")
    record = encode(ana.keyring.registration({ana.device.id: ana.device.collect}))

    for token in (ana.keyring.deposit_peer, ana.keyring.deposit_self, ana.device.collect, ana.device.owner):
        assert token not in record
    assert decode_map(record, bytes_max=4096)["epoch"] == 1


def test_a_kit_page_reads_back_as_it_was_printed_and_as_it_was_typed():
    ana, _ = pair()
    page = ana.keyring.page(Root(ana.device.root))
    text = "\n".join(page.lines())
    typed = text.upper().replace("RELAY   HTTPS://RELAY.EXAMPLE", "Relay " + RELAY)

    assert Page.parse(text) == page
    assert Page.parse(typed) == page
    assert Page.from_record(page.to_record()) == page
    assert page.peer == ana.peer.fingerprint


def test_a_kit_page_of_a_bell_that_nobody_answered_is_a_mistake():
    ana = Person("Ana")

    with pytest.raises(Mistaken):
        ana.keyring.page(ana.root)


def test_a_kit_page_with_a_wrong_word_or_a_missing_line_is_refused_in_words():
    ana, _ = pair()
    lines = ana.keyring.page(Root(ana.device.root)).lines()

    with pytest.raises(Damaged, match="relay"):
        Page.parse("\n".join(line for line in lines if not line.startswith("relay")))
    with pytest.raises(Damaged, match="24 words"):
        Page.parse("\n".join(lines[:3] + lines[4:]))
    swapped = [lines[3], lines[2]]
    with pytest.raises(Damaged):
        Page.parse("\n".join(lines[:2] + swapped + lines[4:]).replace("1 ", "").replace("2 ", ""))


def test_paper_and_the_copy_at_the_relay_bring_a_side_back():
    ana, _ = pair()
    root = Root(ana.device.root)
    slot = ana.keyring.seal()
    text = "\n".join(ana.keyring.page(root).lines())

    page = Page.parse(text)
    keyring = Keyring.open(slot, page.root.age_seed)

    assert keyring == ana.keyring
    assert keyring.bond == ana.bond
    assert page.root.owner_token(page.relay) == ana.device.owner


def test_printing_keys_shows_no_secret():
    ana, _ = pair()
    page = ana.keyring.page(Root(ana.device.root))
    hidden = [
        *secrets_of(ana.keyring),
        ana.device.age_seed,
        ana.device.collect,
        ana.device.owner,
        ana.device.root,
    ]
    hidden += [ana.peer.inbox.key, ana.peer.inbox.deposit]

    for thing in (
        ana,
        ana.keyring,
        ana.device,
        ana.peer,
        page,
        ana.keyring.prekeys[0],
        Root(ana.device.root),
    ):
        shown = repr(thing) + str(thing)
        for secret in hidden:
            assert repr(secret)[2:-1] not in shown
            assert secret.hex() not in shown


def secrets_of(keyring):
    yield from keyring.identities
    yield from keyring.letters
    yield from (key.seed for key in keyring.prekeys)
    yield from (key for _, key in keyring.inbox_keys)
    yield keyring.deposit_peer
    yield keyring.deposit_self
