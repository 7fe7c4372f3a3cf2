import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.public_vectors import public_vectors

from twinbell.crypto import cpace
from twinbell.errors import Damaged, Mistaken

SID = bytes(range(32))
CHANNEL = b"twinbell/v1/bell"


def unhex(vector):
    return {name: bytes.fromhex(text) for name, text in vector.items() if name != "suite"}


def transcript(v):
    return cpace.Transcript(share_a=v["Ya"], data_a=v["ADa"], share_b=v["Yb"], data_b=v["ADb"])


def run(password_a, password_b, *, data_a=b"a", data_b=b"b"):
    scalar_a, share_a = cpace.begin(password_a, sid=SID, channel=CHANNEL)
    scalar_b, share_b = cpace.begin(password_b, sid=SID, channel=CHANNEL)
    said = cpace.Transcript(share_a=share_a, data_a=data_a, share_b=share_b, data_b=data_b)
    return (
        cpace.finish(scalar_a, said, sid=SID, initiator=True),
        cpace.finish(scalar_b, said, sid=SID, initiator=False),
    )


def test_the_draft_vector_holds():
    v = unhex(public_vectors("cpace/testvectors.json")["G_25519"])

    generator = cpace.generator(v["PRS"], sid=v["sid"], channel=v["CI"])
    session_a = cpace.finish(v["ya"], transcript(v), sid=v["sid"], initiator=True)
    session_b = cpace.finish(v["yb"], transcript(v), sid=v["sid"], initiator=False)

    assert generator == v["g"]
    assert cpace.share(v["ya"], generator) == v["Ya"]
    assert cpace.share(v["yb"], generator) == v["Yb"]
    assert session_a == session_b
    assert session_a.isk == v["ISK_IR"]
    assert session_a.sid_output == v["sid_output_ir"]


def test_the_confirmation_tags_agree_with_two_other_programs():
    v = unhex(public_vectors("cpace/generated_ir_confirm.json"))

    session = cpace.finish(v["ya"], transcript(v), sid=v["sid"], initiator=True)

    assert cpace.generator(v["prs"], sid=v["sid"], channel=v["ci"]) == v["g"]
    assert (session.isk, session.tag_a, session.tag_b) == (v["isk"], v["Ta"], v["Tb"])
    assert session.sid_output == v["sid_output"]


@pytest.mark.parametrize("at", [0, 1, 2, 3, 4, 5, 7])
def test_a_point_of_low_order_is_refused(at):
    v = unhex(public_vectors("cpace/testvectors.json")["G_25519"])
    point = public_vectors("cpace/testvectors.json")["X25519_points"][f"Invalid Y{at}"]

    with pytest.raises(Damaged):
        cpace.finish(v["ya"], transcript({**v, "Yb": bytes.fromhex(point)}), sid=v["sid"], initiator=True)


@pytest.mark.parametrize("at", [6, 8, 9, 10, 11])
def test_the_top_bit_of_a_point_is_ignored_as_rfc_7748_says(at):
    """These five are of low order only where that bit counts."""
    v = unhex(public_vectors("cpace/testvectors.json")["G_25519"])
    point = bytes.fromhex(public_vectors("cpace/testvectors.json")["X25519_points"][f"Invalid Y{at}"])
    cleared = point[:-1] + bytes([point[-1] & 0x7F])

    assert cpace.share(v["ya"], point) == cpace.share(v["ya"], cleared) != bytes(32)


@given(st.binary(max_size=200), st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=20)
def test_the_same_password_gives_both_sides_the_same_key(password, data_a, data_b):
    ours, theirs = run(password, password, data_a=data_a, data_b=data_b)

    assert ours == theirs
    cpace.check_tag(ours.tag_b, theirs.tag_b)
    assert ours.tag_a != ours.tag_b


@given(st.binary(max_size=20), st.binary(max_size=20))
@settings(max_examples=20)
def test_another_password_is_noticed_by_both(one, other):
    ours, theirs = run(one, other)

    if one != other:
        for mine, seen in [(ours.tag_b, theirs.tag_b), (theirs.tag_a, ours.tag_a)]:
            with pytest.raises(Damaged):
                cpace.check_tag(mine, seen)


def test_data_that_was_changed_on_the_way_is_noticed():
    scalar, share_a = cpace.begin(b"pw", sid=SID, channel=CHANNEL)
    _, share_b = cpace.begin(b"pw", sid=SID, channel=CHANNEL)
    sent = cpace.Transcript(share_a=share_a, data_a=b"1", share_b=share_b, data_b=b"2")
    seen = cpace.Transcript(share_a=share_a, data_a=b"1", share_b=share_b, data_b=b"3")

    session = cpace.finish(scalar, sent, sid=SID, initiator=True)

    assert session.isk != cpace.finish(scalar, seen, sid=SID, initiator=True).isk
    assert session.isk != cpace.finish(scalar, sent, sid=bytes(32), initiator=True).isk


def test_a_share_sent_back_is_refused():
    scalar, ours = cpace.begin(b"pw", sid=SID, channel=CHANNEL)
    echo = cpace.Transcript(share_a=ours, data_a=b"a", share_b=ours, data_b=b"b")

    with pytest.raises(Damaged):
        cpace.finish(scalar, echo, sid=SID, initiator=True)


@given(st.binary(max_size=40))
@settings(max_examples=50)
def test_any_share_is_used_or_refused_in_words(share_b):
    said = cpace.Transcript(share_a=bytes(31) + b"\2", data_a=b"", share_b=share_b, data_b=b"")

    try:
        session = cpace.finish(bytes(range(32)), said, sid=SID, initiator=True)
    except Damaged:
        return
    assert len(session.isk) == cpace.ISK_BYTES
    assert len(session.tag_a) == len(session.tag_b) == cpace.TAG_BYTES


def test_the_session_and_the_channel_choose_the_generator():
    generators = {
        cpace.generator(b"pw", sid=sid, channel=channel)
        for sid in (b"", SID)
        for channel in (b"", CHANNEL, CHANNEL + b"!")
    }

    assert len(generators) == 6


def test_a_long_password_leaves_no_room_for_zeros():
    assert cpace.generator(b"p" * 300, sid=SID, channel=CHANNEL) != cpace.generator(
        b"p" * 301, sid=SID, channel=CHANNEL
    )


def test_a_scalar_of_another_length_is_a_mistake():
    with pytest.raises(Mistaken):
        cpace.share(bytes(31), bytes(31) + b"\2")
