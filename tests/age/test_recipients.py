import pytest

from twinbell.age import (
    HybridIdentity,
    HybridRecipient,
    Identity,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
)
from twinbell.age import X25519Recipient as Classic
from twinbell.age.header import Stanza
from twinbell.age.stream import open_, seal
from twinbell.errors import Damaged, HeaderDamaged, Mistaken, NotForMe

KEY = b"sixteen byte key"


@pytest.mark.parametrize("kind", [HybridIdentity, X25519Identity])
def test_a_key_reads_as_it_was_written(kind):
    identity = kind.generate()

    assert kind.parse(str(identity)) == identity
    assert type(identity.recipient).parse(str(identity.recipient)) == identity.recipient
    assert identity.unwrap(identity.recipient.wrap(KEY)) == KEY


def test_keys_look_as_age_writes_them():
    hybrid, classic = HybridIdentity(bytes(32)), X25519Identity(bytes(32))

    assert str(hybrid).startswith("AGE-SECRET-KEY-PQ-1")
    assert str(hybrid.recipient).startswith("age1pq1") and len(str(hybrid.recipient)) == 1959
    assert str(classic).startswith("AGE-SECRET-KEY-1")
    assert str(classic.recipient).startswith("age1") and len(str(classic.recipient)) == 62


def test_the_examples_of_the_specification_are_read():
    # c2sp.org/age, "The X25519 recipient type".
    identity = X25519Identity.parse(
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    )

    assert str(identity.recipient) == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (HybridRecipient.parse, str(X25519Identity(bytes(32)).recipient)),
        (HybridIdentity.parse, str(X25519Identity(bytes(32)))),
        (Classic.parse, str(HybridIdentity(bytes(32)).recipient)),
        (X25519Identity.parse, str(HybridIdentity(bytes(32)))),
        (X25519Identity.parse, str(X25519Identity(bytes(32))).lower()),
        (X25519Identity.parse, str(X25519Identity(bytes(32)).recipient)),
        (Classic, bytes(31)),
        (HybridRecipient, bytes(1215)),
        (X25519Identity, bytes(33)),
        (HybridIdentity, bytes(64)),
    ],
)
def test_a_key_of_another_kind_or_length_is_refused(read, text):
    with pytest.raises(Damaged):
        read(text)


@pytest.mark.parametrize("secret", [HybridIdentity(b"S" * 32), X25519Identity(b"S" * 32)])
def test_a_secret_does_not_show_when_it_is_printed_by_accident(secret):
    assert "S" * 4 not in repr(secret)
    assert str(secret) not in repr(secret)


def test_a_passphrase_does_not_show_when_it_is_printed_by_accident():
    assert "hunter2" not in repr(ScryptRecipient("hunter2")) + repr(ScryptIdentity("hunter2"))


def test_a_recipient_that_is_a_point_of_low_order_is_not_sealed_to():
    with pytest.raises(Damaged):
        Classic(bytes(32)).wrap(KEY)


def test_a_recipient_that_is_no_ml_kem_key_is_not_sealed_to():
    with pytest.raises(Damaged):
        HybridRecipient(b"\xff" * 1216).wrap(KEY)


def test_a_passphrase_opens_and_another_does_not():
    file = seal(b"hello", [ScryptRecipient("a phrase", log_n=4)])

    assert open_(file, [ScryptIdentity("a phrase")]) == b"hello"
    with pytest.raises(NotForMe):
        open_(file, [ScryptIdentity("a phrasé")])


def test_a_passphrase_file_that_asks_for_too_much_work_is_refused_without_doing_it():
    [stanza] = ScryptRecipient("a phrase", log_n=6).wrap(KEY)

    with pytest.raises(HeaderDamaged):
        ScryptIdentity("a phrase", log_n_max=5).unwrap([stanza])
    with pytest.raises(HeaderDamaged):
        ScryptIdentity("a phrase").unwrap([Stanza("scrypt", (stanza.args[0], "9" * 4000), stanza.body)])


def test_an_empty_passphrase_or_an_absurd_work_factor_is_refused():
    for make in (
        lambda: ScryptRecipient(""),
        lambda: ScryptRecipient("x", 0),
        lambda: ScryptRecipient("x", 23),
    ):
        with pytest.raises(Mistaken):
            make()


def test_a_file_with_a_passphrase_and_something_else_is_refused_for_everybody():
    classic = X25519Identity.generate()
    stanzas = [*ScryptRecipient("x", log_n=1).wrap(KEY), *classic.recipient.wrap(KEY)]

    with pytest.raises(HeaderDamaged):
        ScryptIdentity("x").unwrap(stanzas)


@pytest.mark.parametrize("type", ["mlkem768x25519", "X25519", "scrypt"])
@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_body_of_the_wrong_size_is_refused_before_it_is_decrypted(type, length):
    stanza = Stanza(type, ("A",) * (2 if type == "scrypt" else 1), bytes(length))

    identities: dict[str, Identity] = {
        "mlkem768x25519": HybridIdentity(bytes(32)),
        "X25519": X25519Identity(bytes(32)),
        "scrypt": ScryptIdentity("x"),
    }

    with pytest.raises(HeaderDamaged):
        identities[type].unwrap([stanza])
