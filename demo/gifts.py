"""What Mei puts into her letter: a photo and a page, both made here, both real files."""

import math
import struct
import zlib
from pathlib import Path


def photo(path: Path, width: int = 480, height: int = 320) -> Path:
    """Write a PNG: a low sun over two hills."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # the filter of this row: none
        for x in range(width):
            rows += bytes(_light(x / width, y / height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, red green blue
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks))
    return path


def _light(x: float, y: float) -> tuple[int, int, int]:
    if y > 0.80 + 0.06 * math.sin(5 * x + 1):
        return 36, 27, 40
    if y > 0.72 + 0.07 * math.sin(4 * x + 4):
        return 66, 47, 62
    glow = math.exp(-9 * ((x - 0.62) ** 2 + (y - 0.66) ** 2))
    if math.hypot((x - 0.62) * 1.5, y - 0.66) < 0.06:
        return 252, 226, 170
    return round(47 + 195 * glow), round(58 + 108 * glow), round(110 + 15 * glow * (1 - y))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def page(path: Path, lines: list[str]) -> Path:
    """Write a PDF of one page with these lines of plain text."""
    text = "BT /F1 16 Tf 72 740 Td 24 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    pdf, starts = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        starts.append(len(pdf))
        pdf += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(bodies) + 1
    pdf += (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(pdf)}\n%%EOF\n"
    )
    path.write_bytes(pdf.encode("ascii"))
    return path
