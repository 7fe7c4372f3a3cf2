"""O4: letters that were changed, cut, reordered, signed by another or sent elsewhere are all refused.

Two kinds of attacker make mutants of one letter. One holds the file and no key: flips bits, cuts, swaps the
chunks of an age file. The other knows everything, the letter key too, and seals anew to the right four
keys: with another text, another signature, parts of another letter. The reader has every round at hand, so
nothing but the checks stands in the way. Each mutant must raise, so nothing of it is shown or kept.

The control is a reader that does not look at signatures: it takes forgeries.
"""

import argparse
import hashlib
import io
import random
import sys
from collections.abc import Callable, Iterator
from unittest.mock import patch

from tests.bond import letters
from tests.bond.letters import ADA, ANNA, BERTA, BOND, FOUR, GRACE

from twinbell.age.hybrid import HybridRecipient
from twinbell.age.stream import CHUNK_BYTES, TAG_BYTES, encrypt, open_, seal
from twinbell.bond import letter, way
from twinbell.bond.lock import Lock
from twinbell.bond.tar import TarReader, TarWriter
from twinbell.crypto import sshsig
from twinbell.crypto.signing import SigningKey
from twinbell.errors import TwinbellError

SHORT, LONG = 300, 10_000
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
FILES = {"photo.jpg": bytes(range(256)) * 600, "note.txt": b"hello"}

Parts = dict[str, bytes]


def read(data: bytes) -> letter.Opened:
    """Open as the one it is for, who has all rounds."""
    return letters.open_letter(data, letters.keys_of(ANNA, BERTA))[0]


def gullible(data: bytes) -> letter.Opened:
    """Open without looking at the signature: known to be wrong."""
    with patch.object(letter, "_verify", lambda eml, signature, writers: writers[0]):
        return read(data)


class Forger:
    """Has one letter of Ada's, another one, and both letter keys."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.data, sealed = letters.write(letters.lock_for(ANNA, keep=True), files=FILES)
        other_lock = letters.lock_for(ANNA, letter_id=bytes(16), keep=True)
        other, other_sealed = letters.write(other_lock, files=FILES, text="Another letter.\n")
        assert sealed.key and other_sealed.key
        self.key, self.other_key = sealed.key, other_sealed.key
        self.parts, self.other = unpack(self.data), unpack(other)
        self.header = len(self.data) - self._payload_length()

    def outside(self) -> bytes:
        """Return what someone without any key can make of the file."""
        data, rng = bytearray(self.data), self.rng
        kind = rng.randrange(5)
        if kind == 0:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            return bytes(data[: rng.randrange(len(data))])
        elif kind == 2:
            data += rng.randbytes(rng.randrange(1, 100))
        elif kind == 3:
            a, b = rng.sample(range(self._payload_length() // SEALED_CHUNK), 2)
            data = self._swap(data, a, b)
        else:
            at = rng.randrange(len(data) - 64)
            data[at : at + 64] = rng.randbytes(64)
        return bytes(data)

    def inside(self) -> Iterator[tuple[str, bytes]]:
        """Yield everything that someone who knows all but Ada's signing key can make."""
        parts, other = self.parts, self.other
        for name in parts:
            yield f"without {name}", self._seal({k: v for k, v in parts.items() if k != name})
            if parts[name] != other[name]:
                yield f"{name} of another letter", self._seal({**parts, name: other[name]})
        for first, second in zip(list(parts), list(parts)[1:], strict=False):
            order = [second if k == first else first if k == second else k for k in parts]
            yield f"{first} behind {second}", self._seal({k: parts[k] for k in order})
        yield "something more", self._seal({**parts, "more.txt": b"more"})
        yield "three recipients", repack(parts, FOUR[:3])
        yield "five recipients", repack(parts, [*FOUR, FOUR[0]])
        yield from self._signed()
        yield from self._resealed_files()

    def _signed(self) -> Iterator[tuple[str, bytes]]:
        eml = open_(self.parts[letter.EML], [self.key])
        other_eml = open_(self.other[letter.EML], [self.other_key])
        ada, grace = ADA.signer, GRACE.signer
        forged = eml.replace(b"happy", b"HAPPY")
        elsewhere = eml.replace(BOND.hex().encode(), bytes(32).hex().encode())
        for said, mail, signature in [
            ("unsigned", eml, ""),
            ("signed by the reader", eml, sign(grace, eml)),
            ("another text, with the old signature", forged, sign(ada, eml)),
            ("another text, signed by the reader", forged, sign(grace, forged)),
            ("signed for another purpose", eml, sshsig.sign(ada, eml, namespace="file")),
            ("really signed, for another bond", elsewhere, sign(ada, elsewhere)),
            ("really signed, another letter's mail", other_eml, sign(ada, other_eml)),
            ("cut and really signed", eml[:-1], sign(ada, eml[:-1])),
        ]:
            to = [self.key.recipient]
            changed = {letter.EML: seal(mail, to), letter.SIGNATURE: seal(signature.encode(), to)}
            yield said, self._seal(self._with_way({**self.parts, **changed}))

    def _resealed_files(self) -> Iterator[tuple[str, bytes]]:
        plain = open_(self.parts[letter.FILES], [self.key])
        names = {entry.name: entry.read() for entry in TarReader(io.BytesIO(plain), entries_max=9)}
        swapped = dict(reversed(names.items()))
        changed = {**names, "2.txt": b"HELLO"}
        fewer = {"1.jpg": names["1.jpg"]}
        more = {**names, "3.txt": b""}
        for said, files in [("swapped", swapped), ("changed", changed), ("fewer", fewer), ("more", more)]:
            sealed = seal(pack(files), [self.key.recipient])
            yield f"files {said}", self._seal({**self.parts, letter.FILES: sealed})
        twice = seal(plain, [self.key.recipient, FOUR[0]])
        yield "files sealed to someone else as well", self._seal({**self.parts, letter.FILES: twice})
        cut = self.parts[letter.FILES][:-SEALED_CHUNK]
        yield "files cut", self._seal({**self.parts, letter.FILES: cut})
        yield "files reordered", self._seal({**self.parts, letter.FILES: self._swap_files()})

    def _with_way(self, parts: Parts) -> Parts:
        """Return the parts with a way that fits this letter.eml.age: the forger can build one."""
        lock = Lock.parse(parts[letter.LOCK])
        built = way.build(lock, 1, self.key, hashlib.sha256(parts[letter.EML]).digest())
        return {**parts, "ways/1.age": built}

    def _swap_files(self) -> bytes:
        data = self.parts[letter.FILES]
        start = len(data) % SEALED_CHUNK  # not the header's end, but chunks of full length all the same
        a, b, c = data[:start], data[start : start + SEALED_CHUNK], data[start + SEALED_CHUNK :]
        return a + c[:SEALED_CHUNK] + b + c[SEALED_CHUNK:]

    def _seal(self, parts: Parts) -> bytes:
        return repack(parts, FOUR)

    def _payload_length(self) -> int:
        return len(self.data) - self.data.index(b"\n--- ") - 5 - 43 - 1 - 16

    def _swap(self, data: bytearray, a: int, b: int) -> bytearray:
        start = len(data) - self._payload_length()
        first, second = (slice(start + n * SEALED_CHUNK, start + (n + 1) * SEALED_CHUNK) for n in (a, b))
        data[first], data[second] = data[second], data[first]
        return data


def sign(key: SigningKey, eml: bytes) -> str:
    return sshsig.sign(key, eml, namespace=letter.NAMESPACE)


def unpack(data: bytes) -> Parts:
    plain = open_(data, [GRACE.letter])
    return {entry.name: entry.read() for entry in TarReader(io.BytesIO(plain), entries_max=20)}


def pack(parts: Parts) -> bytes:
    out = io.BytesIO()
    tar = TarWriter(out)
    for name, data in parts.items():
        tar.add(name, data)
    tar.finish()
    return out.getvalue()


def repack(parts: Parts, recipients: list[HybridRecipient]) -> bytes:
    out = io.BytesIO()
    with encrypt(out, recipients) as writer:
        writer.write(pack(parts))
    return out.getvalue()


def accepted(
    mutants: int, *, seed: int = 4, opener: Callable[[bytes], letter.Opened] = read
) -> tuple[list[str], int]:
    """Return the mutants that `opener` took for letters, and how many were tried."""
    forger = Forger(random.Random(seed))
    assert opener(forger.data).mail.text.startswith("Dear Grace")
    assert opener(repack(forger.parts, FOUR)).mail.text.startswith("Dear Grace")
    taken, tried = [], 0
    for said, data in forger.inside():
        tried += 1
        if _opens(opener, data):
            taken.append(said)
    while tried < mutants:
        data = forger.outside()
        tried += 1
        if data != forger.data and _opens(opener, data):
            taken.append(f"from outside, number {tried}")
    return taken, tried


def _opens(opener: Callable[[bytes], letter.Opened], data: bytes) -> bool:
    try:
        opener(data)
    except TwinbellError:
        return False
    return True


def main() -> int:
    """Run the harness and its control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=4)
    args = parser.parse_args()
    taken, tried = accepted(LONG if args.long else SHORT, seed=args.seed)
    forged, _ = accepted(0, seed=args.seed, opener=gullible)
    print(
        f"{tried} mutants, {len(taken)} taken {taken}; a reader that checks no signature takes {len(forged)}."
    )
    return 1 if taken or not forged else 0


if __name__ == "__main__":
    sys.exit(main())
