"""The parts of the demo that stand for the world outside: they are what they claim to be."""

import struct
import zlib

from demo import gifts, paper
from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.age.hybrid import HybridIdentity
from twinbell.bond.kit import Page, Root


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32))
def test_a_stranger_gets_the_age_key_from_paper_alone(seed):
    page = Page(root=Root(seed), relay="https://relay.example", box=bytes(16), peer=bytes(16))

    key = paper.age_key(page.lines())

    assert key == str(HybridIdentity(Root(seed).age_seed))


def test_the_photo_is_a_png(tmp_path):
    data = gifts.photo(tmp_path / "dusk.png", width=40, height=30).read_bytes()

    at, kinds, packed = 8, [], b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert data[at + 8 + length : at + 12 + length] == struct.pack(">I", zlib.crc32(kind + body))
        kinds.append(kind)
        packed += body if kind == b"IDAT" else b""
        at += 12 + length

    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    assert len(zlib.decompress(packed)) == 30 * (1 + 3 * 40)


def test_the_page_is_a_pdf_whose_table_is_right(tmp_path):
    data = gifts.page(tmp_path / "path.pdf", ["one", "two"]).read_bytes()

    start = int(data.rpartition(b"startxref\n")[2].split()[0])
    rows = data[start:].splitlines()[3:8]

    assert data[start:].startswith(b"xref")
    for number, row in enumerate(rows, 1):
        assert data[int(row[:10]) :].startswith(b"%d 0 obj" % number)
