import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.age.header import Stanza
from twinbell.age.hybrid import HybridIdentity
from twinbell.age.recipient import Identity, Recipient
from twinbell.age.scrypt import ScryptIdentity, ScryptRecipient
from twinbell.age.stream import (
    BATCH,
    CHUNK_BYTES,
    decrypt,
    encrypt,
    header_length,
    open_,
    read_stanzas,
    seal,
    sealed_length,
)
from twinbell.age.x25519 import X25519Identity
from twinbell.errors import (
    ArmorDamaged,
    Damaged,
    HeaderDamaged,
    HmacDamaged,
    Mistaken,
    NotForMe,
    NotYet,
    PayloadDamaged,
)

CLASSIC = X25519Identity(bytes(range(32)))
HYBRID = HybridIdentity(bytes(range(32)))
BATCH_BYTES = BATCH * CHUNK_BYTES

# The places where a length changes what happens: chunks, batches, and one byte to either side of them.
BORDERS = sorted(
    {max(0, at + step) for at in (0, CHUNK_BYTES, 2 * CHUNK_BYTES, BATCH_BYTES) for step in (-1, 0, 1)}
)
lengths = st.one_of(st.sampled_from(BORDERS), st.integers(0, 3 * CHUNK_BYTES))


def some_bytes(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


class OneByteAtATime(io.RawIOBase):
    """A source and a sink that take and give as little as they may."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)

    def read(self, n: int = -1, /) -> bytes:
        out = bytes(self.data[:1])
        del self.data[:1]
        return out

    def readinto(self, buffer) -> int:
        part = self.read(1)
        buffer[: len(part)] = part
        return len(part)

    def write(self, data, /) -> int:
        self.data += bytes(data[:1])
        return 1


@pytest.mark.parametrize("identity", [CLASSIC, HYBRID], ids=["classic", "hybrid"])
@given(length=lengths, armor=st.booleans())
@settings(max_examples=25, deadline=None)
def test_opening_undoes_sealing(identity, length, armor):
    plain = some_bytes(length)

    file = seal(plain, [identity.recipient], armor=armor)

    assert open_(file, [identity]) == plain


@pytest.mark.parametrize("length", BORDERS)
def test_the_length_of_a_file_is_known_beforehand(length):
    recipients = [HYBRID.recipient, HYBRID.recipient]

    file = seal(some_bytes(length), recipients)

    assert len(file) == sealed_length(header_length(recipients), length)


def test_a_hybrid_file_adds_1659_bytes():
    file = seal(b"", [HYBRID.recipient])

    assert len(file) == 1659  # header, nonce, and the tag of its one chunk


@given(
    pieces=st.lists(
        st.sampled_from([0, 1, 17, CHUNK_BYTES - 1, CHUNK_BYTES, BATCH_BYTES, BATCH_BYTES + 1]), max_size=6
    )
)
@settings(max_examples=20, deadline=None)
def test_it_does_not_matter_in_which_pieces_a_file_is_written(pieces):
    sink = io.BytesIO()

    with encrypt(sink, [CLASSIC.recipient]) as writer:
        for piece in pieces:
            writer.write(some_bytes(piece))

    assert open_(sink.getvalue(), [CLASSIC]) == b"".join(some_bytes(piece) for piece in pieces)


@given(length=lengths, size=st.sampled_from([1000, CHUNK_BYTES - 1, CHUNK_BYTES, BATCH_BYTES + 7]))
@settings(max_examples=20, deadline=None)
def test_it_does_not_matter_in_which_pieces_a_file_is_read(length, size):
    file = seal(some_bytes(length), [CLASSIC.recipient])
    reader = decrypt(io.BytesIO(file), [CLASSIC])
    buffer = bytearray(size)

    out = b""
    while count := reader.readinto(buffer):
        out += buffer[:count]

    assert out == some_bytes(length)


@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armor"])
def test_a_source_that_gives_one_byte_at_a_time_gives_the_same(armor):
    file = seal(some_bytes(CHUNK_BYTES + 5), [CLASSIC.recipient], armor=armor)

    reader = decrypt(OneByteAtATime(file), [CLASSIC])

    assert reader.read() == some_bytes(CHUNK_BYTES + 5)


def test_a_sink_that_takes_one_byte_at_a_time_gets_the_same():
    sink = OneByteAtATime()

    with encrypt(sink, [CLASSIC.recipient], armor=True) as writer:
        writer.write(b"hello")

    assert open_(bytes(sink.data), [CLASSIC]) == b"hello"


def test_a_read_gives_as_much_as_was_asked_for_until_the_end():
    reader = decrypt(io.BytesIO(seal(some_bytes(BATCH_BYTES + 10), [CLASSIC.recipient])), [CLASSIC])

    assert len(reader.read(BATCH_BYTES + 3)) == BATCH_BYTES + 3
    assert reader.read(0) == b""
    assert len(reader.read(100)) == 7
    assert reader.read(100) == b""


def test_a_short_answer_never_hides_that_the_file_is_damaged():
    file = seal(some_bytes(BATCH_BYTES + 10), [CLASSIC.recipient])[:-1]

    with pytest.raises(PayloadDamaged):
        decrypt(io.BytesIO(file), [CLASSIC]).read(BATCH_BYTES + 3)


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES, BATCH_BYTES, BATCH_BYTES + 1, 5 * BATCH_BYTES + 3])
def test_copying_gives_the_same_as_reading_and_writing(length):
    sealed, plain = io.BytesIO(), io.BytesIO()
    seen: list[int] = []

    encrypt(sealed, [CLASSIC.recipient]).copy_from(io.BytesIO(some_bytes(length)), progress=seen.append)
    decrypt(io.BytesIO(sealed.getvalue()), [CLASSIC]).copy_to(plain, progress=seen.append)

    assert open_(sealed.getvalue(), [CLASSIC]) == plain.getvalue() == some_bytes(length)
    assert sum(seen) == 2 * length


def test_copying_a_damaged_file_writes_what_was_good_and_raises():
    file = bytearray(seal(some_bytes(2 * BATCH_BYTES), [CLASSIC.recipient]))
    file[-1] ^= 1
    sink = io.BytesIO()

    with pytest.raises(PayloadDamaged):
        decrypt(io.BytesIO(bytes(file)), [CLASSIC]).copy_to(sink)

    assert sink.getvalue() == some_bytes(2 * BATCH_BYTES - CHUNK_BYTES)


def test_a_writer_that_is_left_by_an_exception_leaves_a_file_that_nobody_takes_for_whole():
    sink = io.BytesIO()

    with pytest.raises(RuntimeError), encrypt(sink, [CLASSIC.recipient]) as writer:
        writer.write(some_bytes(BATCH_BYTES + 1))
        raise RuntimeError

    with pytest.raises(PayloadDamaged):
        open_(sink.getvalue(), [CLASSIC])


def test_a_finished_file_takes_nothing_more():
    writer = encrypt(io.BytesIO(), [CLASSIC.recipient])
    writer.close()
    writer.close()

    with pytest.raises(Mistaken):
        writer.write(b"more")
    with pytest.raises(Mistaken):
        writer.copy_from(io.BytesIO())


DOCUMENTED = (ArmorDamaged, HeaderDamaged, HmacDamaged, PayloadDamaged, NotForMe)
SMALL: dict[str, tuple[Identity, bytes]] = {
    "classic": (CLASSIC, seal(b"hello", [CLASSIC.recipient])),
    "hybrid": (HYBRID, seal(b"hello", [HYBRID.recipient])),
    "armor": (CLASSIC, seal(b"hello", [CLASSIC.recipient], armor=True)),
}


@pytest.mark.parametrize("name", ["classic", "armor"])
def test_every_flipped_bit_is_refused_with_a_documented_class(name):
    identity, file = SMALL[name]
    for at in range(len(file)):
        for bit in range(8):
            flipped = bytearray(file)
            flipped[at] ^= 1 << bit

            try:
                plain = open_(bytes(flipped), [identity])
            except DOCUMENTED as error:
                assert type(error) in DOCUMENTED
            else:
                # Armor tolerates white space around it, so its last line feed may become another space.
                assert (
                    name == "armor" and at == len(file) - 1 and flipped[-1:].isspace() and plain == b"hello"
                )


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_any_flipped_bit_of_a_hybrid_file_is_refused(data):
    identity, file = SMALL["hybrid"]
    flipped = bytearray(file)
    flipped[data.draw(st.integers(0, len(file) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(DOCUMENTED):
        open_(bytes(flipped), [identity])


@pytest.mark.parametrize("name", SMALL)
def test_every_shorter_file_is_refused(name):
    identity, file = SMALL[name]
    step = 1 if name != "hybrid" else 37
    for length in range(0, len(file) - 1, step):
        with pytest.raises(DOCUMENTED):
            open_(file[:length], [identity])


@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_nonsense_is_refused_in_the_documented_way(data):
    with pytest.raises(Damaged):
        open_(data, [CLASSIC])
    with pytest.raises(Damaged):
        open_(b"age-encryption.org/v1\n" + data, [CLASSIC])


def test_chunks_cannot_be_exchanged():
    file = seal(some_bytes(3 * CHUNK_BYTES), [CLASSIC.recipient])
    start = len(file) - 3 * (CHUNK_BYTES + 16)
    first, second = (
        file[start : start + CHUNK_BYTES + 16],
        file[start + CHUNK_BYTES + 16 :][: CHUNK_BYTES + 16],
    )
    swapped = file[:start] + second + first + file[start + 2 * (CHUNK_BYTES + 16) :]

    with pytest.raises(PayloadDamaged):
        open_(swapped, [CLASSIC])


def test_any_of_several_recipients_opens():
    other = X25519Identity.generate()
    file = seal(b"for both", [other.recipient, CLASSIC.recipient])

    assert open_(file, [CLASSIC]) == open_(file, [other]) == b"for both"
    assert open_(file, [X25519Identity.generate(), HYBRID, CLASSIC]) == b"for both"


def test_another_key_is_told_that_it_is_not_for_it():
    file = seal(b"secret", [CLASSIC.recipient])

    with pytest.raises(NotForMe):
        open_(file, [X25519Identity.generate(), HYBRID, ScryptIdentity("no")])
    with pytest.raises(NotForMe):
        open_(file, [])


def test_a_file_needs_a_recipient():
    with pytest.raises(Mistaken):
        seal(b"", [])


def test_post_quantum_and_classic_recipients_do_not_mix():
    with pytest.raises(Mistaken, match="Post-quantum"):
        seal(b"", [HYBRID.recipient, CLASSIC.recipient])
    with pytest.raises(Mistaken, match="Post-quantum"):
        seal(b"", [CLASSIC.recipient, HYBRID.recipient])


def test_a_passphrase_stands_alone():
    passphrase = ScryptRecipient("x", log_n=1)

    pairs: list[list[Recipient]] = [
        [passphrase, CLASSIC.recipient],
        [CLASSIC.recipient, passphrase],
        [passphrase, passphrase],
    ]
    for recipients in pairs:
        with pytest.raises(Mistaken, match="only recipient"):
            seal(b"", recipients)


class Waiting:
    """An identity whose time has not come."""

    def unwrap(self, stanzas):
        raise NotYet(round=7)


def test_a_key_that_must_wait_does_not_stand_in_the_way_of_one_that_opens():
    file = seal(b"now", [CLASSIC.recipient])

    assert open_(file, [Waiting(), CLASSIC]) == b"now"
    with pytest.raises(NotYet) as caught:
        open_(file, [HYBRID, Waiting()])
    assert caught.value.round == 7


class Grease:
    """A recipient of a kind that nobody knows, as age adds now and then to keep readers tolerant."""

    labels = frozenset[str]()

    def wrap(self, file_key):
        return [Stanza("grease-xyz", ("a", "!~"), some_bytes(at)) for at in (0, 1, 47, 48, 49, 96)]


def test_stanzas_of_unknown_kinds_are_passed_over():
    file = seal(b"hello", [Grease(), CLASSIC.recipient, Grease()])

    assert open_(file, [CLASSIC]) == b"hello"
    assert [stanza.type for stanza in read_stanzas(io.BytesIO(file))].count("X25519") == 1
    assert read_stanzas(io.BytesIO(file))[0] == Stanza("grease-xyz", ("a", "!~"), b"")


def test_two_files_of_the_same_text_have_nothing_in_common():
    one, two = (seal(b"same", [CLASSIC.recipient]) for _ in range(2))

    assert one[-36:] != two[-36:]
    assert one.split(b"\n")[1] != two.split(b"\n")[1]
