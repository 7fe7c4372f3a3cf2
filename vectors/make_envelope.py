"""Make vectors/envelope/: envelopes that open and what is in them, and envelopes that must not."""

from typing import Any
from unittest import mock

from vectors.chance import Drawn, before, encapsulations, save, written
from vectors.make_keys import NOW_S

from twinbell.bond import envelope
from twinbell.bond.about import About, Portrait
from twinbell.bond.keys import Prekey, Role
from twinbell.bond.message import Body, Letter, LetterAgain, Missing, Ring
from twinbell.bond.record import Record
from twinbell.crypto import hpke
from twinbell.encoding import encode

BOND, PSK, DEVICE = Drawn("envelope bond")(32), Drawn("envelope psk")(32), Drawn("envelope device")(8)
PREKEY = Prekey.generate(3, NOW_S, Drawn("envelope prekey"))
EPOCH = 2

LETTER = Letter(
    id=Drawn("letter id")(16),
    blob=Drawn("letter blob")(16),
    length=70_000,
    sha256=Drawn("letter hash")(32),
    lock=Drawn("lock hash")(32),
    eml=Drawn("eml hash")(32),
)


def body(kind: str, content: Record, n: int = 0) -> Body:
    return Body(
        kind=kind,
        device=DEVICE,
        n=n,
        prev=bytes(32) if n == 0 else Drawn("prev")(32),
        heads=((Drawn("their device")(8), 41),),
        sent_s=NOW_S,
        content=content,
    )


BODIES = {
    "ring": body("ring", Ring((400, 100, 400)).to_record()),
    "letter": body("letter", LETTER.to_record(), 1),
    "prekey": body(
        "prekey", {"epoch": 1, "prekey": Prekey.generate(4, NOW_S, Drawn("next")).public.to_record()}, 2
    ),
    "missing": body("missing", Missing(((DEVICE, 3, 5),), ((DEVICE, 9),)).to_record(), 3),
    "about": body("about", About("10-07", "Asia/Tokyo", "the lighthouse").to_record(), 4),
    "portrait": body("portrait", Portrait(64, Drawn("portrait")(1024)).to_record(), 5),
    "letter_again": body("letter-again", LetterAgain(LETTER, yours=True, at_s=NOW_S).to_record(), 6),
}


def seal(data: bytes, *, sender: Role = Role.GIVER) -> bytes:
    return envelope.seal(data, to=PREKEY.public, psk=PSK, bond=BOND, sender=sender, epoch=EPOCH)


def file(name: str, sealed: Any, **more: Any) -> dict[str, Any]:
    """An envelope and what its receiver has to open it with."""
    with encapsulations(before("envelope", name).get("encapsulations")) as kept:
        made: bytes = sealed()
    return {
        "prekey_seed": PREKEY.seed.hex(),
        "prekey_tag": PREKEY.tag.hex(),
        "psk": PSK.hex(),
        "bond": BOND.hex(),
        "sender": int(Role.GIVER),
        "epoch": EPOCH,
        "encapsulations": kept,
        "envelope": made.hex(),
        **more,
    }


def opens() -> dict[str, dict[str, Any]]:
    files = {}
    for name, said in BODIES.items():
        data = said.encode()
        files[name] = file(name, lambda data=data: seal(data), body=data.hex(), kind=said.kind, n=said.n)
    for name, data in (("empty", b""), ("longest", Drawn("longest")(envelope.BODY_BYTES_MAX))):
        files[name] = file(name, lambda data=data: seal(data), body=data.hex())
    return files


def unpadded(plain: bytes) -> bytes:
    """An envelope whose plaintext is this, as one who has the keys and errs could seal it."""
    info = envelope.info(BOND, Role.GIVER, EPOCH)
    enc, sealed = hpke.seal(PREKEY.public.key, plain, info=info, psk=PSK, psk_id=BOND)
    return envelope.VERSION_BYTE + PREKEY.tag + enc + sealed


def flipped(sealed: bytes, at: int) -> bytes:
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]


def refused() -> dict[str, dict[str, Any]]:
    data = BODIES["ring"].encode()
    plain = (len(data).to_bytes(2) + data).ljust(envelope.PLAIN_BYTES, b"\0")
    wrong = Drawn("wrong")(32)

    def with_wrong(**wrong: Any) -> bytes:
        right: dict[str, Any] = {
            "to": PREKEY.public,
            "psk": PSK,
            "bond": BOND,
            "sender": Role.GIVER,
            "epoch": EPOCH,
        }
        return envelope.seal(data, **(right | wrong))

    cases: dict[str, tuple[Any, str, str]] = {
        "wrong_psk": (lambda: with_wrong(psk=wrong), "hpke", "another inbox key"),
        "another_bond": (lambda: with_wrong(bond=wrong), "hpke", "spliced from another bond"),
        "wrong_direction": (lambda: with_wrong(sender=Role.ANSWERER), "hpke", "sent back to its sender"),
        "wrong_epoch": (lambda: with_wrong(epoch=EPOCH + 1), "hpke", "another epoch of the receiver"),
        "changed_encapsulation": (lambda: flipped(seal(data), 100), "hpke", "a bit of the encapsulation"),
        "changed_ciphertext": (lambda: flipped(seal(data), 4000), "hpke", "a bit of the ciphertext"),
        "unknown_tag": (lambda: flipped(seal(data), 2), "envelope", "a prekey that is not there"),
        "newer_version": (lambda: b"\2" + seal(data)[1:], "envelope", "a version that is not known"),
        "too_short": (lambda: seal(data)[:-1], "envelope", "4095 bytes"),
        "too_long": (lambda: seal(data) + b"\0", "envelope", "4097 bytes"),
        "padding_not_zero": (lambda: unpadded(plain[:-1] + b"\1"), "envelope", "the padding is zeros"),
        "length_too_long": (lambda: unpadded(b"\xff\xff" + plain[2:]), "envelope", "a length beyond the end"),
    }
    files = {}
    for name, (made, layer, reason) in cases.items():
        files[f"refused_{name}"] = file(f"refused_{name}", made, refuses=layer, reason=reason)
    return files


def blob() -> dict[str, Any]:
    content: Record = {"serial": 7, "sealed": Drawn("much")(5000)}
    kept = before("envelope", "blob")
    draw = Drawn("blob")
    if kept and _opens(kept, content):
        sealed = bytes.fromhex(kept["blob"])
        with mock.patch("twinbell.age.stream.seal", lambda plain, recipients: sealed):
            ref, _ = envelope.seal_blob(content, random=draw)
    else:
        ref, sealed = envelope.seal_blob(content, random=draw)
    return {
        "reference": encode(ref.to_record()).hex(),
        "seed": ref.seed.hex(),
        "blob": sealed.hex(),
        "content": encode(content).hex(),
    }


def _opens(kept: dict[str, Any], content: Record) -> bool:
    from twinbell.encoding import decode_map

    ref = envelope.BlobRef.from_record(decode_map(bytes.fromhex(kept["reference"]), bytes_max=4096))
    return envelope.open_blob(ref, bytes.fromhex(kept["blob"])) == content


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    return written({**opens(), **refused(), "blob": blob()})


if __name__ == "__main__":
    save("envelope", build())
