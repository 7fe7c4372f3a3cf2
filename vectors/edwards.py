"""Just enough of Ed25519's curve to make keys and signatures that must be refused. Not for secrets."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def add(one: Point, other: Point) -> Point:
    """Return the sum of two points."""
    product = D * one[0] * other[0] * one[1] * other[1]
    x = (one[0] * other[1] + other[0] * one[1]) * pow(1 + product, -1, P)
    y = (one[1] * other[1] + one[0] * other[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def multiply(scalar: int, point: Point) -> Point:
    """Return `scalar` times `point`."""
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def with_y(y: int) -> Point | None:
    """Return the point with this y and an even x; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (x if x % 2 == 0 else P - x), y


def written(point: Point) -> bytes:
    """Return the encoding of a point (RFC 8032 §5.1.2)."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def base() -> Point:
    """Return the generator."""
    point = with_y(4 * pow(5, -1, P) % P)
    assert point is not None
    return point


def small_order() -> list[Point]:
    """Return the eight points of small order, the neutral one first."""
    for y in range(2, 60):
        point = with_y(y)
        if point is None:
            continue
        step = multiply(ORDER, point)
        points = [multiply(at, step) for at in range(8)]
        if len(set(points)) == 8:
            return points
    raise AssertionError("no point of order eight was found")


def sign_with_torsion(seed: bytes, message: bytes, torsion: Point) -> bytes:
    """Return a signature whose R has a part of small order: right only to those who use the cofactor."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    public = written(multiply(scalar, base()))
    nonce = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % ORDER
    r = written(add(multiply(nonce, base()), torsion))
    challenge = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    return r + ((nonce + challenge * scalar) % ORDER).to_bytes(32, "little")
