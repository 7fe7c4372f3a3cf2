"""Make vectors/age/: keys, whole files, payloads by their hash, and files to be refused, each in its class.

File keys, nonces, ephemeral secrets and salts are fixed here. The post-quantum stanzas hold an ML-KEM
encapsulation, which `cryptography` does not derandomise: they are kept once made. What age's own kit says
already is not repeated.
"""

import hashlib
import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from twinbell.age.armor import ArmorWriter
from twinbell.age.header import Stanza, finish, serialise
from twinbell.age.hybrid import HybridIdentity
from twinbell.age.x25519 import X25519Identity
from twinbell.crypto import aead, kdf
from twinbell.encoding import b64, unb64

HERE = Path(__file__).parent
FILE_KEY = bytes(range(16))
NONCE = bytes(range(16, 32))
CHUNK = 64 * 1024
HELLO = "Happy birthday, 生日快乐 🔔\n".encode()

HYBRID = HybridIdentity(hashlib.sha256(b"a post-quantum age key that everybody knows").digest())
OTHER_HYBRID = HybridIdentity(hashlib.sha256(b"another one").digest())
CLASSIC = X25519Identity(hashlib.sha256(b"a classic age key that everybody knows").digest())
OTHER_CLASSIC = X25519Identity(hashlib.sha256(b"another classic one").digest())
PASSPHRASE = "crater lamp violin"  # noqa: S105  # everybody knows it
LOW_ORDER = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")


def classic(secret: X25519Identity = CLASSIC, chance: bytes = b"share") -> Stanza:
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(chance).digest())
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(secret.recipient.public))
    key = kdf.hkdf(shared, info=b"age-encryption.org/v1/X25519", salt=share + secret.recipient.public)
    return Stanza("X25519", (b64(share),), aead.seal(key, FILE_KEY))


def passphrase(log_n: int = 6) -> Stanza:
    salt = hashlib.sha256(b"salt").digest()[:16]
    key = hashlib.scrypt(
        PASSPHRASE.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=1 << log_n, r=8, p=1, dklen=32
    )
    return Stanza("scrypt", (b64(salt), str(log_n)), aead.seal(key, FILE_KEY))


def hybrid(name: str, secret: HybridIdentity = HYBRID) -> Stanza:
    """Return the stanza of this name as it was made before, or a new one."""
    path = HERE / "age" / "hybrid.json"
    if path.exists():
        kept = json.loads(path.read_text())["stanzas"].get(name)
        stanza = kept and Stanza("mlkem768x25519", (kept["enc"],), unb64(kept["body"]))
        if stanza and secret.unwrap([stanza]) == FILE_KEY:
            return stanza
    [stanza] = secret.recipient.wrap(FILE_KEY)
    return stanza


def payload(plain: bytes) -> bytes:
    """Return the payload, nonce first, by the letter of the specification: chunk for chunk."""
    key = kdf.hkdf(FILE_KEY, info=b"payload", salt=NONCE)
    chunks = [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)] or [b""]
    sealed = [
        aead.seal(key, chunk, nonce=at.to_bytes(11) + bytes([at == len(chunks) - 1]))
        for at, chunk in enumerate(chunks)
    ]
    return NONCE + b"".join(sealed)


def file(stanzas: Sequence[Stanza], plain: bytes = HELLO) -> bytes:
    return finish(FILE_KEY, serialise(stanzas)) + payload(plain)


def armored(data: bytes) -> bytes:
    sink = BytesIO()
    writer = ArmorWriter(sink)
    writer.write(memoryview(data))
    writer.close()
    return sink.getvalue()


def counting(length: int) -> bytes:
    return bytes(at % 251 for at in range(251)) * (length // 251) + bytes(
        at % 251 for at in range(length % 251)
    )


def scenarios() -> dict[str, Any]:
    to_hybrid, to_other = hybrid("one"), hybrid("two", OTHER_HYBRID)
    grease = Stanza("grease-xyz", ("!", "~"), bytes(48))
    good = file([to_hybrid])
    out: dict[str, Any] = {
        "keys": {
            "hybrid": [key_pair(each) for each in (HYBRID, OTHER_HYBRID)],
            "x25519": [key_pair(each) for each in (CLASSIC, OTHER_CLASSIC)],
        },
        "hybrid": opens(good, HELLO, HYBRID)
        | {
            "stanzas": {
                name: {"enc": stanza.args[0], "body": b64(stanza.body)}
                for name, stanza in (("one", to_hybrid), ("two", to_other))
            }
        },
        "hybrid_empty": opens(file([to_hybrid], b""), b"", HYBRID),
        "hybrid_first_of_two": opens(file([to_hybrid, to_other]), HELLO, HYBRID),
        "hybrid_second_of_two": opens(file([to_hybrid, to_other]), HELLO, OTHER_HYBRID),
        "hybrid_among_unknown": opens(file([grease, to_hybrid, grease]), HELLO, HYBRID),
        "hybrid_armored": opens(armored(good), HELLO, HYBRID),
        "x25519": opens(file([classic()]), HELLO, CLASSIC),
        "scrypt": opens(file([passphrase()]), HELLO, PASSPHRASE),
    }
    for length in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 17 * CHUNK + 5):
        sealed = payload(counting(length))
        out[f"payload_{length}"] = {
            "file_key": FILE_KEY.hex(),
            "plain": "byte n is n modulo 251",
            "length": length,
            "nonce": NONCE.hex(),
            "payload_length": len(sealed),
            "payload_sha256": hashlib.sha256(sealed).hexdigest(),
        }
    return out | {f"refused_{name}": refusal for name, refusal in refusals(to_hybrid, to_other, good).items()}


def refusals(to_hybrid: Stanza, to_other: Stanza, good: bytes) -> dict[str, Any]:
    enc, body = unb64(to_hybrid.args[0]), to_hybrid.body
    head = len(finish(FILE_KEY, serialise([to_hybrid])))

    def with_stanza(*args: str, body: bytes = body) -> bytes:
        return file([Stanza("mlkem768x25519", args, body)])

    def flipped(at: int) -> bytes:
        return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]

    text = armored(good)
    cases: dict[str, tuple[bytes, object, str, str]] = {
        "another_key": (good, OTHER_HYBRID, "NotForMe", "sealed to another key"),
        "a_classic_key": (good, CLASSIC, "NotForMe", "sealed to a key of another kind"),
        "another_passphrase": (file([passphrase()]), "crater lamp viola", "NotForMe", "another passphrase"),
        "a_changed_enc": (
            with_stanza(b64(bytes([enc[0] ^ 1]) + enc[1:])),
            HYBRID,
            "NotForMe",
            "looks like another's",
        ),
        "a_changed_body": (
            with_stanza(to_hybrid.args[0], body=body[:-1] + bytes([body[-1] ^ 1])),
            HYBRID,
            "NotForMe",
            "looks like another's",
        ),
        "a_share_of_low_order": (
            with_stanza(b64(enc[:-32] + LOW_ORDER)),
            HYBRID,
            "HeaderDamaged",
            "half of the secret would be public",
        ),
        "a_share_of_zero": (
            with_stanza(b64(enc[:-32] + bytes(32))),
            HYBRID,
            "HeaderDamaged",
            "half of the secret would be public",
        ),
        "an_argument_too_many": (
            with_stanza(to_hybrid.args[0], "x"),
            HYBRID,
            "HeaderDamaged",
            "two arguments",
        ),
        "no_argument": (with_stanza(), HYBRID, "HeaderDamaged", "two arguments"),
        "a_short_enc": (with_stanza(b64(enc[:-1])), HYBRID, "HeaderDamaged", "1120 bytes"),
        "a_long_body": (
            with_stanza(to_hybrid.args[0], body=body + b"\0"),
            HYBRID,
            "HeaderDamaged",
            "32 bytes, before it is opened",
        ),
        "a_passphrase_and_a_key": (
            file([passphrase(), classic()]),
            CLASSIC,
            "HeaderDamaged",
            "a passphrase stands alone, for whoever opens",
        ),
        "too_much_work": (
            file([Stanza("scrypt", (passphrase().args[0], "23"), passphrase().body)]),
            PASSPHRASE,
            "HeaderDamaged",
            "2^22 at most",
        ),
        "another_version": (good.replace(b"v1", b"v2", 1), HYBRID, "HeaderDamaged", "version 1"),
        "a_changed_mac": (
            good.replace(b"\n--- " + good[head - 44 : head - 1], b"\n--- " + b64(bytes(32)).encode()),
            HYBRID,
            "HmacDamaged",
            "the MAC is of another header",
        ),
        "a_stanza_left_out": (
            finish(FILE_KEY, serialise([to_hybrid, to_other])).replace(
                serialise([to_other]).removeprefix(b"age-encryption.org/v1\n").removesuffix(b"---"), b""
            )
            + good[head:],
            HYBRID,
            "HmacDamaged",
            "the MAC is of another header",
        ),
        "no_payload": (
            good[:head],
            HYBRID,
            "HeaderDamaged",
            "a nonce of 16 bytes ends what is needed to begin",
        ),
        "no_chunk": (good[: head + 16], HYBRID, "PayloadDamaged", "even nothing is one chunk"),
        "a_changed_nonce": (flipped(head), HYBRID, "PayloadDamaged", "another payload key"),
        "a_changed_payload": (flipped(len(good) - 20), HYBRID, "PayloadDamaged", "the tag is wrong"),
        "a_payload_cut_short": (good[:-1], HYBRID, "PayloadDamaged", "the tag is wrong"),
        "something_behind_it": (
            good + b"\n",
            HYBRID,
            "PayloadDamaged",
            "nothing stands behind the last chunk",
        ),
        "armor_without_end": (
            text[: text.rindex(b"-----END")],
            HYBRID,
            "ArmorDamaged",
            "the last line is missing",
        ),
        "armor_with_a_blank_line": (text.replace(b"\n", b"\n\n", 1), HYBRID, "ArmorDamaged", "strict lines"),
        "armor_with_something_behind": (
            text + b"more\n",
            HYBRID,
            "ArmorDamaged",
            "only white space may follow",
        ),
    }
    return {
        name: {
            "file": data.hex(),
            "with": str(key),
            "refuses": "age",
            "class": error,
            "reason": reason,
        }
        for name, (data, key, error, reason) in cases.items()
    }


def opens(data: bytes, plain: bytes, key: object) -> dict[str, Any]:
    return {"file": data.hex(), "with": str(key), "plain": plain.hex()}


def key_pair(identity: HybridIdentity | X25519Identity) -> dict[str, str]:
    secret = identity.seed if isinstance(identity, HybridIdentity) else identity.secret
    return {
        "secret": secret.hex(),
        "identity": str(identity),
        "public": identity.recipient.public.hex(),
        "recipient": str(identity.recipient),
    }


def main() -> None:
    folder = HERE / "age"
    folder.mkdir(exist_ok=True)
    for name, scenario in scenarios().items():
        (folder / f"{name}.json").write_text(json.dumps(scenario, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
