import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bond.letters import (
    ADA,
    ANNA,
    BERTA,
    BOND,
    CLARA,
    FOUR,
    GRACE,
    NO_KEYS,
    NOW_S,
    keys_of,
    lock_for,
    open_letter,
    seed,
    wish,
    write,
)

from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import decrypt
from twinbell.bond import letter
from twinbell.bond.lock import GuardiansGate, Lock, SilenceGate, Strength, strength
from twinbell.bond.tar import TarReader
from twinbell.errors import Damaged, Mistaken, NotForMe, NotYet
from twinbell.wire.beacon import round_at, time_of

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
file_sets = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.binary(max_size=3000),
    max_size=4,
)


@given(texts, lines, file_sets)
@settings(max_examples=25, deadline=None)
def test_opening_undoes_sealing(text, subject, files):
    data, sealed = write(files=files, text=text, subject=subject)

    opened, found = open_letter(data)

    assert opened.mail.text == text
    assert opened.mail.subject == subject
    assert found == files
    assert (opened.way, opened.broken) == (1, ())
    assert opened.writer == ADA.signer.verify_key
    assert len(data) == sealed.length


def test_any_of_the_four_keys_opens_it():
    data, _ = write()

    for identity in (GRACE.letter, GRACE.kit, ADA.letter, ADA.kit):
        opened = letter.open_(
            io.BytesIO(data), [identity], bond=BOND, writers=[ADA.signer.verify_key], keys=keys_of(ANNA)
        )
        assert opened.mail.text.startswith("Dear Grace")


def test_nobody_else_opens_even_the_outside():
    data, _ = write()

    with pytest.raises(NotForMe):
        letter.inspect(io.BytesIO(data), [HybridIdentity(seed("a stranger"))])


def test_before_the_day_it_says_when():
    data, _ = write()

    with pytest.raises(NotYet) as caught:
        open_letter(data, NO_KEYS)

    assert caught.value.round == round_at(ANNA.kept.chain, NOW_S + 20)
    assert caught.value.opens_s == time_of(ANNA.kept.chain, caught.value.round) >= NOW_S + 20
    assert "22 November 2026, 11:00:20 (UTC)" in str(caught.value)


def test_a_letter_for_today_needs_no_beacon():
    data, _ = write(lock_for(in_s=None))

    opened, _ = open_letter(data, NO_KEYS)

    assert opened.lock.is_open
    assert strength(opened.lock) is Strength.NOTHING


def test_any_two_of_three_keepers_open_it_and_no_one_alone():
    data, _ = write(lock_for(ANNA, BERTA, CLARA))

    for pair, number in (((ANNA, BERTA), 1), ((ANNA, CLARA), 2), ((BERTA, CLARA), 3)):
        opened, _ = open_letter(data, keys_of(*pair))
        assert opened.way == number
    for keeper in (ANNA, BERTA, CLARA):
        with pytest.raises(NotYet):
            open_letter(data, keys_of(keeper))


def test_the_kept_key_opens_it_at_any_time():
    data, sealed = write(lock_for(ANNA, keep=True))

    opened, _ = open_letter(data, NO_KEYS, key=sealed.key)

    assert opened.way is None
    assert opened.mail.subject == "For your birthday"


def test_the_letter_key_is_kept_only_where_the_lock_says_so():
    assert write(lock_for(ANNA, keep=False))[1].key is None
    assert write(lock_for(ANNA, keep=True))[1].key is not None


def last_letter():
    silence, guardians = HybridIdentity(seed("silence")), HybridIdentity(seed("guardians"))
    near = lock_for(ANNA)
    (date,) = near.ways[0]
    gates = (
        SilenceGate(silence.recipient.public, bytes(16)),
        GuardiansGate(guardians.recipient.public, threshold=2, guardians=3),
    )
    lock = Lock(
        letter=bytes(16), wish=near.wish, chains=near.chains, ways=(gates, (date, gates[1])), keep=False
    )
    return lock, {each.recipient.public: each.seed for each in (silence, guardians)}


def test_a_last_letter_opens_by_silence_and_guardians_or_guardians_and_a_date():
    lock, seeds = last_letter()
    data, _ = write(lock)
    only_guardians = dict(list(seeds.items())[1:])

    assert open_letter(data, keys_of(seeds=seeds))[0].way == 1
    assert open_letter(data, keys_of(ANNA, seeds=only_guardians))[0].way == 2
    assert strength(lock) is Strength.GUARDIANS
    for keys in (keys_of(ANNA), keys_of(seeds=only_guardians), NO_KEYS):
        with pytest.raises(NotYet):
            open_letter(data, keys)


def test_a_seed_that_does_not_fit_its_gate_is_damaged():
    lock, seeds = last_letter()
    data, _ = write(lock)

    with pytest.raises(Damaged):
        open_letter(data, keys_of(ANNA, seeds=dict.fromkeys(seeds, bytes(32))))


def test_a_letter_that_comes_shows_its_lock_and_its_hashes():
    data, sealed = write(lock_for(ANNA, BERTA, CLARA), files={"photo.jpg": bytes(200_000)})

    received = letter.receive(io.BytesIO(data), [GRACE.letter])

    assert received.letter_sha256 == sealed.letter_sha256
    assert received.lock_sha256 == sealed.lock_sha256
    assert received.eml_sha256 == sealed.eml_sha256
    assert received.length == sealed.length == len(data)
    assert received.lock == letter.inspect(io.BytesIO(data), [GRACE.letter])
    assert received.lock.wish == wish()


def test_the_entries_of_a_letter_are_these_in_this_order():
    data, _ = write(lock_for(ANNA, BERTA, CLARA))

    names = [entry.name for entry in TarReader(decrypt(io.BytesIO(data), [GRACE.kit]), entries_max=99)]

    assert names == [
        "OPENING.txt",
        "lock.cbor",
        "ways/1.age",
        "ways/2.age",
        "ways/3.age",
        "letter.eml.age",
        "letter.eml.sig.age",
        "files.tar.age",
    ]


def test_a_letter_needs_four_recipients():
    with pytest.raises(Mistaken):
        write(recipients=FOUR[:3])


def test_a_letter_is_not_opened_without_any_key():
    data, _ = write()

    with pytest.raises(Mistaken):
        letter.open_(io.BytesIO(data), [GRACE.letter], bond=BOND, writers=[ADA.signer.verify_key])


class Changing(io.BytesIO):
    """A file that is edited between being hashed and being sealed."""

    opened = 0

    @classmethod
    def open(cls):
        cls.opened += 1
        return cls(b"first" if cls.opened == 1 else b"other")


def test_a_file_that_changes_while_it_is_sealed_is_noticed():
    with pytest.raises(Mistaken):
        write(attachments=[letter.Attachment("a", "text/plain", 5, Changing.open)])


@pytest.mark.parametrize("size", [4, 6])
def test_a_file_of_another_size_than_was_said_is_noticed(size):
    with pytest.raises(Mistaken):
        write(attachments=[letter.Attachment("a", "text/plain", size, lambda: io.BytesIO(b"12345"))])


def test_progress_is_told_to_the_last_byte():
    told = []
    data, _ = write(files={"a": bytes(3_000_000)}, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6_000_000, 6_000_000)
    told.clear()

    open_letter(data, progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (3_000_000, 3_000_000)


class Zeros:
    """A large file that is nowhere."""

    def __init__(self, size):
        self._left = size

    def read(self, size=-1, /):
        part = bytes(min(size, self._left))
        self._left -= len(part)
        return part

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        pass


class Pipe:
    """Counts what is written, and keeps nothing."""

    length = 0

    def write(self, data, /):
        self.length += len(data)
        return len(data)


def test_a_large_attachment_streams_in_bounded_memory():
    size = 96 * 1024**2
    film: Any = lambda: Zeros(size)  # noqa: E731
    pipe = Pipe()
    tracemalloc.start()

    sealed = letter.write(
        pipe,
        lock=lock_for(ANNA),
        bond=BOND,
        signer=ADA.signer,
        recipients=FOUR,
        written_s=NOW_S,
        writer="",
        reader="",
        subject="",
        text="",
        attachments=[letter.Attachment("film.mp4", "video/mp4", size, film)],
    )

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * 1024**2
    assert sealed.length == pipe.length > size


def test_no_secret_shows_in_a_repr():
    data, sealed = write(lock_for(ANNA, keep=True))
    opened, _ = open_letter(data)

    assert sealed.key is not None
    assert sealed.key.seed.hex() not in repr(sealed)
    assert "birthday" not in repr(opened)
