import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.public_vectors import public_file

from twinbell.age import Stanza, TlockIdentity, TlockRecipient, X25519Identity, open_, read_stanzas, seal
from twinbell.age.tlock import STANZAS_MAX, round_and_chain
from twinbell.crypto import bls
from twinbell.errors import Damaged, HeaderDamaged, Mistaken, NotForMe, NotYet, Unreachable
from twinbell.wire.beacon import QUICKNET

SECRET = (5).to_bytes(32)
PUBLIC = bls.public(SECRET)
HASH = bytes(range(32))


def signature_of(round):
    return bls.sign(SECRET, bls.round_message(round))


def identity(signatures=signature_of, chain_hash=HASH):
    return TlockIdentity(chain_hash, PUBLIC, signatures)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 2**53 - 1), st.binary(max_size=300))
def test_what_is_sealed_to_a_round_opens_with_its_signature(round, data):
    sealed = seal(data, [TlockRecipient(HASH, PUBLIC, round)])

    assert open_(sealed, [identity()]) == data


def test_the_stanza_is_the_one_that_drand_writes():
    sealed = seal(b"x", [TlockRecipient(HASH, PUBLIC, 1234)])

    (stanza,) = read_stanzas(io.BytesIO(sealed))

    assert (stanza.type, stanza.args) == ("tlock", ("1234", HASH.hex()))
    assert len(stanza.body) == 128


def test_before_the_signature_exists_it_is_not_yet_time():
    sealed = seal(b"x", [TlockRecipient(HASH, PUBLIC, 9), TlockRecipient(HASH, PUBLIC, 7)])

    with pytest.raises(NotYet) as refusal:
        open_(sealed, [identity(lambda round: None)])

    assert refusal.value.round == 7


def test_a_later_stanza_opens_if_its_round_has_come():
    sealed = seal(b"x", [TlockRecipient(HASH, PUBLIC, 9), TlockRecipient(HASH, PUBLIC, 7)])

    assert open_(sealed, [identity(lambda round: signature_of(7) if round == 7 else None)]) == b"x"


def refusing(refusals):
    def signature_of_round(round):
        if round in refusals:
            raise refusals[round]
        return signature_of(round)

    return signature_of_round


def test_a_refusal_of_one_round_does_not_hide_another_that_has_come():
    sealed = seal(b"x", [TlockRecipient(HASH, PUBLIC, 9), TlockRecipient(HASH, PUBLIC, 7)])

    for refusal in (NotYet(round=9), Unreachable()):
        assert open_(sealed, [identity(refusing({9: refusal}))]) == b"x"


def test_what_is_out_of_reach_is_not_called_too_early():
    sealed = seal(b"x", [TlockRecipient(HASH, PUBLIC, 9), TlockRecipient(HASH, PUBLIC, 7)])

    with pytest.raises(Unreachable):
        open_(sealed, [identity(refusing({9: NotYet(round=9), 7: Unreachable()}))])


def test_a_file_with_too_many_time_locks_asks_nobody():
    asked: list[int] = []
    stanzas = TlockRecipient(HASH, PUBLIC, 9).wrap(bytes(16)) * (STANZAS_MAX + 1)

    with pytest.raises(HeaderDamaged):
        identity(asked.append).unwrap(stanzas)

    assert asked == []


def test_another_chain_is_not_for_me_and_is_never_asked():
    def asked(round):
        raise AssertionError("a chain that the file names was followed")

    sealed = seal(b"x", [TlockRecipient(bytes(32), PUBLIC, 9)])

    with pytest.raises(NotForMe):
        open_(sealed, [identity(asked)])


@pytest.mark.parametrize(
    "signature",
    [
        signature_of(8),
        bls.sign((6).to_bytes(32), bls.round_message(9)),
        b"\xc0" + bytes(47),
        bytes(48),
        b"",
    ],
)
def test_a_wrong_signature_is_told_apart_from_a_damaged_file(signature):
    sealed = seal(b"x", [TlockRecipient(HASH, PUBLIC, 9)])

    with pytest.raises(Damaged) as refusal:
        open_(sealed, [identity(lambda round: signature)])

    assert not isinstance(refusal.value, HeaderDamaged)


def test_a_changed_stanza_is_a_damaged_header():
    (stanza,) = TlockRecipient(HASH, PUBLIC, 9).wrap(bytes(16))
    changed = Stanza(stanza.type, stanza.args, stanza.body[:-1] + bytes([stanza.body[-1] ^ 1]))

    with pytest.raises(HeaderDamaged):
        identity().unwrap([changed])


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("9",),
        ("9", HASH.hex(), "more"),
        ("09", HASH.hex()),
        ("0", HASH.hex()),
        ("-9", HASH.hex()),
        ("+9", HASH.hex()),
        ("0x9", HASH.hex()),
        ("9.0", HASH.hex()),
        ("9e1", HASH.hex()),
        ("٩", HASH.hex()),
        ("9007199254740992", HASH.hex()),
        ("18446744073709551616", HASH.hex()),
        ("9", HASH.hex().upper()),
        ("9", HASH.hex()[:-2]),
        ("9", "quicknet"),
    ],
)
def test_a_time_lock_is_written_in_one_way_only(args):
    with pytest.raises(HeaderDamaged):
        round_and_chain(Stanza("tlock", args, bytes(128)))


@pytest.mark.parametrize("length", [0, 80, 127, 129])
def test_a_body_of_another_length_is_damaged(length):
    with pytest.raises(HeaderDamaged):
        identity().unwrap([Stanza("tlock", ("9", HASH.hex()), bytes(length))])


def test_a_key_beside_a_time_lock_is_refused_since_it_would_open_early():
    with pytest.raises(Mistaken):
        seal(b"x", [TlockRecipient(HASH, PUBLIC, 9), X25519Identity.generate().recipient])


@pytest.mark.parametrize("round", [0, -1, 2**53])
def test_a_round_beyond_what_everybody_can_count_is_refused(round):
    with pytest.raises(Mistaken):
        TlockRecipient(HASH, PUBLIC, round)


def test_the_key_of_another_scheme_is_refused():
    with pytest.raises(Mistaken):
        TlockRecipient(HASH, bytes(48), 9)
    with pytest.raises(Mistaken):
        TlockIdentity(bytes(31), PUBLIC, signature_of)


def test_a_real_file_of_quicknet_opens_with_its_public_signature():
    sealed = public_file("tlock/quicknet_12040883_hello_world.age.armor")
    public = bytes.fromhex(
        "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394"
    )

    opener = TlockIdentity(QUICKNET.hash, QUICKNET.public_key, {12040883: public}.get)

    assert open_(sealed, [opener]) == b"hello world"


@pytest.mark.parametrize(
    ("name", "round"), [("quicknet_746511_nosig", 746511), ("quicknet_12041125_nosig", 12041125)]
)
def test_a_real_file_without_its_signature_stays_closed(name, round):
    sealed = public_file(f"tlock/{name}.age.armor")

    with pytest.raises(NotYet) as refusal:
        open_(sealed, [TlockIdentity(QUICKNET.hash, QUICKNET.public_key, lambda round: None)])

    assert refusal.value.round == round
