"""Two hands make and open the same files as one, and refuse the same."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.age.test_cctv import EXPECT, identities, kit, read

from twinbell.age import HybridIdentity, X25519Identity, open_, seal
from twinbell.age.parallel import decrypt_at, encrypt_at
from twinbell.age.stream import BATCH, CHUNK_BYTES
from twinbell.client.worker import Worker
from twinbell.errors import Mistaken, NotForMe, PayloadDamaged, TwinbellError

KEY = X25519Identity(bytes(range(32)))
BATCH_BYTES = BATCH * CHUNK_BYTES
MORE = (-1, 0, 1, 4 * BATCH_BYTES, 6 * BATCH_BYTES + CHUNK_BYTES)
LENGTHS = [0, 1, CHUNK_BYTES, *(BATCH_BYTES + more for more in MORE)]


class Place:
    """A file in memory that can be read and written anywhere, a little at a time, and breaks when told to."""

    def __init__(self, data: bytes = b"", *, step: int = 1 << 30, breaks_after: int = 1 << 30) -> None:
        self.data = bytearray(data)
        self._step = step
        self._left = breaks_after
        self._lock = threading.Lock()

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError("it broke")

    def read_at(self, view: memoryview, at: int, /) -> int:
        with self._lock:
            self._count()
            part = bytes(self.data[at : at + min(len(view), self._step)])
            view[: len(part)] = part
            return len(part)

    def write_at(self, view: memoryview, at: int, /) -> int:
        with self._lock:
            self._count()
            size = min(len(view), self._step)
            self.data.extend(bytes(max(0, at + size - len(self.data))))
            self.data[at : at + size] = view[:size]
            return size


def some_bytes(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


@pytest.fixture(params=[Worker, lambda: ThreadPoolExecutor(1)], ids=["worker", "pool"])
def helper(request):
    with request.param() as hands:
        yield hands


@pytest.mark.parametrize("length", LENGTHS)
def test_two_hands_and_one_open_each_others_files(helper, length):
    plain = some_bytes(length)
    sealed, opened = Place(), Place()
    seen: list[int] = []

    count = encrypt_at(Place(plain), length, sealed, [KEY.recipient], helper=helper, progress=seen.append)
    assert open_(bytes(sealed.data), [KEY]) == plain
    file = seal(plain, [KEY.recipient])
    count += decrypt_at(Place(file), len(file), opened, [KEY], helper=helper, progress=seen.append)

    assert bytes(opened.data) == plain
    assert count == sum(seen) == 2 * length


def test_places_that_give_and_take_little_do_as_well(helper):
    plain = some_bytes(2 * BATCH_BYTES + 5)
    sealed, opened = Place(step=100_001), Place(step=70_001)

    encrypt_at(Place(plain, step=99_999), len(plain), sealed, [KEY.recipient], helper=helper)
    sealed = Place(bytes(sealed.data), step=12_345)
    decrypt_at(sealed, len(sealed.data), opened, [KEY], helper=helper)

    assert bytes(opened.data) == plain


@pytest.mark.parametrize("at", [-1, -20, -BATCH_BYTES, -3 * BATCH_BYTES, 250])
def test_a_flipped_bit_is_refused_wherever_it_is(helper, at):
    file = bytearray(seal(some_bytes(4 * BATCH_BYTES), [KEY.recipient]))
    file[at] ^= 1

    with pytest.raises(PayloadDamaged):
        decrypt_at(Place(bytes(file)), len(file), Place(), [KEY], helper=helper)


@pytest.mark.parametrize("length", [BATCH_BYTES, BATCH_BYTES + 5, 3 * BATCH_BYTES + CHUNK_BYTES])
def test_a_file_that_is_cut_or_goes_on_is_refused(helper, length):
    file = seal(some_bytes(length), [KEY.recipient])

    for changed in (file[:-1], file[: -CHUNK_BYTES - 16], file + b"x", file + file[-CHUNK_BYTES - 16 :]):
        with pytest.raises(PayloadDamaged):
            decrypt_at(Place(changed), len(changed), Place(), [KEY], helper=helper)
    with pytest.raises(PayloadDamaged):  # it grew while it was read
        decrypt_at(Place(file + b"x"), len(file), Place(), [KEY], helper=helper)
    with pytest.raises(PayloadDamaged):  # it shrank
        decrypt_at(Place(file[:-1]), len(file), Place(), [KEY], helper=helper)


def test_a_file_that_shrinks_while_it_is_sealed_is_told(helper):
    with pytest.raises(Mistaken):
        encrypt_at(Place(bytes(100)), 101, Place(), [KEY.recipient], helper=helper)


def test_another_key_is_told(helper):
    file = seal(b"", [HybridIdentity.generate().recipient])

    with pytest.raises(NotForMe):
        decrypt_at(Place(file), len(file), Place(), [KEY], helper=helper)


@pytest.mark.parametrize("after", range(1, 12, 2))
def test_what_breaks_in_either_hand_is_raised_and_both_stop(helper, after):
    plain = some_bytes(6 * BATCH_BYTES)

    with pytest.raises(OSError, match="it broke"):
        encrypt_at(Place(plain), len(plain), Place(breaks_after=after % 6), [KEY.recipient], helper=helper)
    with pytest.raises(OSError, match="it broke"):
        encrypt_at(Place(plain, breaks_after=after % 6), len(plain), Place(), [KEY.recipient], helper=helper)

    assert helper.submit(lambda: 7).result() == 7


@pytest.mark.skipif(not kit(), reason="neither TWINBELL_PUBLIC_VECTORS nor npm cctv-age is here")
@pytest.mark.parametrize("name", [name for name, vector in kit().items() if "armored" not in read(vector)[0]])
def test_a_binary_file_of_the_kit_ends_as_it_must(helper, name):
    fields, file = read(kit()[name])
    failure = None

    try:
        decrypt_at(Place(file), len(file), Place(), list(identities(fields)), helper=helper)
    except TwinbellError as error:
        failure = type(error)

    assert failure is EXPECT.get(fields["expect"][0])
