"""vectors/age: what another implementation must open, make and refuse, and in which class."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

import pytest
from vectors import make_age

from twinbell import errors
from twinbell.age import HybridIdentity, Identity, ScryptIdentity, X25519Identity, decrypt, open_
from twinbell.age.stream import CHUNK_BYTES, Chunks, EncryptWriter

FOLDER = Path(__file__).parent.parent.parent / "vectors" / "age"
VECTORS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def identity(text: str) -> Identity:
    if text.startswith("AGE-SECRET-KEY-PQ-"):
        return HybridIdentity.parse(text)
    return X25519Identity.parse(text) if text.startswith("AGE-") else ScryptIdentity(text)


def test_the_vectors_are_what_their_program_makes():
    assert make_age.scenarios() == VECTORS


@pytest.mark.parametrize(
    "name", [name for name, vector in VECTORS.items() if "refuses" not in vector and "file" in vector]
)
def test_a_file_opens(name):
    vector = VECTORS[name]

    plain = open_(bytes.fromhex(vector["file"]), [identity(vector["with"])])

    assert plain == bytes.fromhex(vector["plain"])


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("refused_")])
def test_a_file_is_refused_in_its_class(name):
    vector = VECTORS[name]

    with pytest.raises(errors.TwinbellError) as caught:
        open_(bytes.fromhex(vector["file"]), [identity(vector["with"])])

    assert type(caught.value).__name__ == vector["class"]


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("payload_")])
def test_a_payload_is_made_to_the_byte(name):
    vector = VECTORS[name]
    file_key, nonce = bytes.fromhex(vector["file_key"]), bytes.fromhex(vector["nonce"])
    plain = make_age.counting(vector["length"])
    sink = BytesIO()

    with EncryptWriter(sink, nonce, Chunks(file_key, nonce), armor=False) as writer:
        writer.write(plain)

    assert len(sink.getvalue()) == vector["payload_length"]
    assert hashlib.sha256(sink.getvalue()).hexdigest() == vector["payload_sha256"]


def test_a_payload_of_many_batches_opens():
    plain = make_age.counting(17 * CHUNK_BYTES + 5)
    file = make_age.file([make_age.classic()], plain)

    assert decrypt(BytesIO(file), [make_age.CLASSIC]).read() == plain


@pytest.mark.parametrize("pair", VECTORS["keys"]["hybrid"] + VECTORS["keys"]["x25519"])
def test_a_key_reads_as_it_is_written(pair):
    kind = HybridIdentity if "-PQ-" in pair["identity"] else X25519Identity

    key = kind.parse(pair["identity"])

    assert key == kind(bytes.fromhex(pair["secret"]))
    assert str(key.recipient) == pair["recipient"]
    assert key.recipient.public == bytes.fromhex(pair["public"])
