import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.bond import tar as tar_module
from twinbell.bond.tar import BLOCK, FLOOR, TarReader, TarWriter, archive_length, header, is_name, padded
from twinbell.errors import Damaged, Mistaken

contents = st.lists(st.binary(max_size=3000), max_size=6)


def written(files):
    out = io.BytesIO()
    tar = TarWriter(out)
    for name, data in files:
        tar.add(name, data)
    tar.finish()
    return out.getvalue()


def read(data, entries_max=100):
    return [(entry.name, entry.read()) for entry in TarReader(io.BytesIO(data), entries_max=entries_max)]


def contents_of(tar, member):
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def in_pieces(entry, size):
    parts = []
    while part := entry.read(size):
        parts.append(part)
    return b"".join(parts)


def in_buffers(entry, size):
    buffer = memoryview(bytearray(size))
    parts = []
    while count := entry.readinto(buffer):
        parts.append(bytes(buffer[:count]))
    return b"".join(parts)


@given(contents)
@settings(max_examples=50)
def test_reading_undoes_writing(datas):
    files = [(f"ways/{n}.age", data) for n, data in enumerate(datas)]

    archive = written(files)

    assert read(archive) == files
    assert len(archive) == archive_length(map(len, datas))


@given(contents)
@settings(max_examples=25)
def test_the_standard_library_reads_what_we_write(datas):
    files = [(f"{n}.bin", data) for n, data in enumerate(datas, 1)]

    with tarfile.TarFile(fileobj=io.BytesIO(written(files))) as tar:
        found = [(m.name, contents_of(tar, m), m.mode, m.mtime, m.uid, m.uname) for m in tar]

    assert found == [(name, data, 0o644, 0, 0, "") for name, data in files]


def test_the_standard_library_writes_the_same_header():
    info = tarfile.TarInfo("ways/1.age")
    info.size = 4711

    theirs = bytearray(info.tobuf(tarfile.USTAR_FORMAT))

    theirs[329:345] = b"0000000\0" * 2  # it leaves the device of a plain file empty; POSIX has digits there
    theirs[148:156] = b" " * 8
    theirs[148:156] = b"%06o\0 " % sum(theirs)
    assert bytes(theirs) == header("ways/1.age", 4711)


@pytest.mark.skipif(shutil.which("tar") is None, reason="tar is not installed")
def test_the_systems_own_tar_unpacks_what_we_write(tmp_path):
    (tmp_path / "a.tar").write_bytes(written([("OPENING.txt", b"hello"), ("ways/1.age", bytes(777))]))

    done = subprocess.run(["tar", "-xvf", "a.tar"], cwd=tmp_path, capture_output=True, check=True)

    assert done.stdout == b"OPENING.txt\nways/1.age\n"
    assert done.stderr == b""
    assert (tmp_path / "ways/1.age").read_bytes() == bytes(777)


def test_an_archive_of_nothing_has_the_floors_length():
    assert written([]) == bytes(FLOOR)
    assert read(bytes(FLOOR)) == []


def test_each_flipped_bit_of_a_header_is_refused():
    archive = written([("1.txt", b"hello")])

    for bit in range(BLOCK * 8):
        bad = bytearray(archive)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            read(bytes(bad))


@pytest.mark.parametrize("at", [BLOCK + 5, BLOCK + 511, 2 * BLOCK, 3 * BLOCK + 1, FLOOR - 1])
def test_what_is_not_content_is_zero(at):
    bad = bytearray(written([("1.txt", b"hello")]))
    bad[at] = 1

    with pytest.raises(Damaged):
        read(bytes(bad))


@pytest.mark.parametrize("length", [0, 1, 511, 512, BLOCK + 3, 2 * BLOCK, FLOOR - 1, FLOOR - 512])
def test_an_archive_cut_short_is_refused(length):
    archive = written([("1.txt", b"hello")])

    with pytest.raises(Damaged):
        read(archive[:length])


@pytest.mark.parametrize("more", [1, 512, 1024, 16384])
def test_an_archive_with_more_padding_than_its_own_is_refused(more):
    with pytest.raises(Damaged):
        read(written([("1.txt", b"hello")]) + bytes(more))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("/etc/passwd", tarfile.REGTYPE),
        ("../up.txt", tarfile.REGTYPE),
        ("a/../b", tarfile.REGTYPE),
        ("1.txt", tarfile.SYMTYPE),
        ("1.txt", tarfile.LNKTYPE),
        ("1.txt", tarfile.DIRTYPE),
        ("1.txt", tarfile.CHRTYPE),
        ("1.txt", tarfile.FIFOTYPE),
        ("1.txt", tarfile.GNUTYPE_SPARSE),
        ("1.txt", tarfile.XHDTYPE),
        ("x" * 150, tarfile.REGTYPE),
        ("Ä.txt", tarfile.REGTYPE),
        ("-rf", tarfile.REGTYPE),
        (".hidden", tarfile.REGTYPE),
        ("a\\b", tarfile.REGTYPE),
    ],
)
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_other_tars_can_hold_is_refused(name, kind, form):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    try:
        blocks = info.tobuf(form)
    except ValueError:
        pytest.skip("this form has no such name")

    with pytest.raises(Damaged):
        read(blocks.ljust(FLOOR, b"\0"))


def test_a_doubled_entry_is_refused():
    one = header("1.txt", 0)

    with pytest.raises(Damaged):
        read((one + one).ljust(FLOOR, b"\0"))


def test_more_entries_than_expected_are_refused():
    archive = written([("1.txt", b""), ("2.txt", b"")])

    with pytest.raises(Damaged):
        read(archive, entries_max=1)


def test_what_is_not_read_of_an_entry_is_skipped():
    archive = written([("1.txt", bytes(5000)), ("2.txt", b"two")])

    names = [entry.name for entry in TarReader(io.BytesIO(archive), entries_max=9)]

    assert names == ["1.txt", "2.txt"]


def test_an_entry_is_read_in_pieces_from_a_source_that_gives_little():
    class Trickle(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 7) if size >= 0 else 7)

    data = bytes(range(256)) * 5
    archive = written([("1.txt", data)])

    pieces = [in_pieces(entry, 100) for entry in TarReader(Trickle(archive), entries_max=9)]
    buffers = [in_buffers(entry, 100) for entry in TarReader(Trickle(archive), entries_max=9)]

    assert pieces == buffers == [data]


def test_a_writer_holds_the_size_that_was_said():
    tar = TarWriter(io.BytesIO())
    tar.entry("1.txt", 3)

    with pytest.raises(Mistaken):
        tar.write(b"four")
    with pytest.raises(Mistaken):
        tar.finish()


def test_a_file_of_eight_gibibytes_is_refused():
    with pytest.raises(Mistaken):
        header("1.bin", 8 * 1024**3)
    assert len(header("1.bin", 8 * 1024**3 - 1)) == BLOCK


@pytest.mark.parametrize(
    "name", ["", "/", "a/", "/a", "a//b", ".", "..", "a b", "é", "a\n", "a\0", "x" * 101]
)
def test_names_that_are_not_ours(name):
    assert not is_name(name)
    with pytest.raises(Mistaken):
        header(name, 0)


@given(st.integers(0, 2**43))
def test_padding_costs_twelve_in_a_hundred_at_most(length):
    """Test O6, for one length."""
    long = padded(length)

    assert length <= long
    assert long <= max(FLOOR, length * 1.12)
    assert padded(long) == long
    assert long % BLOCK == 0


def test_few_lengths_are_left_from_a_byte_to_64_mebibytes():
    """Test O6, for all lengths: what is left to see is a few bits."""
    steps = set()
    length = 1
    while length <= 64 * 1024**2:
        steps.add(padded(length))
        length = padded(length) + 1

    assert len(steps) == 353  # of 67 million: nine bits instead of 26


def test_nothing_is_compressed_before_it_is_encrypted():
    """Test O6: what compresses well would show in the length."""
    source = Path(tar_module.__file__).parent.parent
    compressing = re.compile(
        r"^\s*(import|from) (zlib|gzip|bz2|lzma|zipfile|brotli|zstandard)\b", re.MULTILINE
    )
    packages = ("crypto", "age", "wire", "bond", "client")

    found = [
        path.name
        for package in packages
        for path in (source / package).rglob("*.py")
        if compressing.search(path.read_text("utf-8"))
    ]

    assert found == []
