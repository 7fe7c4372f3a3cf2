"""Make vectors/bell/: bells with every message and key, bells that must not join, and codes."""

from dataclasses import replace
from typing import Any

from vectors.chance import Drawn, before, encapsulations, save, written
from vectors.make_keys import NOW_S, RELAY, person

from twinbell.bond import bell
from twinbell.bond.bell import Answerer, Giver, Message
from twinbell.bond.code import Code, Form
from twinbell.crypto import words
from twinbell.encoding import decode_map, encode
from twinbell.errors import Mistaken

NAMEPLATES = {Form.SPOKEN: "7", Form.LINK: "abcdefghijklmnopqrstuvwxyz"}


def run(form: Form, answerer_secret: str | None = None) -> tuple[Giver, Giver, Answerer, Answerer]:
    """Return the giver before and after its last message, and the answerer likewise."""
    (root_a, _, ana), (root_b, _, ben) = person("Ana"), person("Ben")
    giver = bell.give(
        ana.bundle(root_a), form=form, relay=RELAY, now_s=NOW_S, random=Drawn(f"{form.value} giver")
    )
    giver = offered = bell.step(giver, bell.Placed(NAMEPLATES[form]), NOW_S)
    code = replace(giver.code, secret=answerer_secret or giver.secret)
    answerer = bell.answer(code, ben.bundle(root_b), now_s=NOW_S, random=Drawn(f"{form.value} answerer"))
    answerer = answered = bell.step(answerer, Message(1, giver.m1), NOW_S)
    giver = bell.step(bell.step(giver, Message(2, answerer.m2), NOW_S), bell.Check(), NOW_S)
    answerer = bell.step(answerer, Message(3, giver.m3), NOW_S)
    giver = bell.step(giver, Message(4, answerer.m4), NOW_S)
    return offered, giver, answered, answerer


def joined(form: Form) -> dict[str, Any]:
    with encapsulations(before("bell", form.value).get("encapsulations")) as kept:
        offered, giver, _, answerer = run(form)
    session = giver.session
    if session is None or giver.joined.bond.words != answerer.joined.bond.words:
        raise AssertionError("This bell should have joined.")
    answerer_draw = Drawn(f"{form.value} answerer")
    answerer_draw(32)  # its token
    return {
        "code": str(offered.code),
        "password": offered.code.password.decode(),
        "sid": offered.sid.hex(),
        "giver": {
            "scalar": offered.scalar.hex(),
            "kem_seed": offered.kem_seed.hex(),
            "nonce": offered.nonce.hex(),
            "bundle": offered.bundle.hex(),
        },
        "answerer": {"scalar": answerer_draw(32).hex(), "bundle": answerer.bundle.hex()},
        "encapsulations": kept,
        "m1": giver.m1.hex(),
        "m2": giver.m2.hex(),
        "m3": giver.m3.hex(),
        "m4": answerer.m4.hex(),
        "transcript": session.transcript.hex(),
        "key_a": session.key_a.hex(),
        "key_b": session.key_b.hex(),
        "bond": session.bond.hex(),
        "words_bits": giver.joined.bond.words.hex(),
        "words": words.six(giver.joined.bond.words),
    }


def side_of_giver(name: str, change: Any, outcome: str, *, said: str | None = None) -> dict[str, Any]:
    """A giver with its own secrets, and the m2 that it must turn down."""
    with encapsulations(before("bell", f"refused_{name}").get("encapsulations")) as kept:
        offered, _, answered, _ = run(Form.SPOKEN, said)
    return {
        "side": "giver",
        "code": str(offered.code),
        "scalar": offered.scalar.hex(),
        "kem_seed": offered.kem_seed.hex(),
        "nonce": offered.nonce.hex(),
        "bundle": offered.bundle.hex(),
        "encapsulations": kept,
        "m1": offered.m1.hex(),
        "m2": change(offered, answered).hex(),
        "refuses": "bell",
        "reason": outcome,
    }


def side_of_answerer(name: str, change: Any, outcome: str) -> dict[str, Any]:
    """An answerer with what it keeps after m2, and the m3 that it must turn down."""
    with encapsulations(before("bell", f"refused_{name}").get("encapsulations")) as kept:
        _, giver, answered, _ = run(Form.SPOKEN)
    if answered.session is None:
        raise AssertionError("This answerer should have answered.")
    return {
        "side": "answerer",
        "key_a": answered.session.key_a.hex(),
        "transcript": answered.session.transcript.hex(),
        "tag_a": answered.tag_a.hex(),
        "commitment": answered.commitment.hex(),
        "peer_hash": answered.peer_hash.hex(),
        "encapsulations": kept,
        "m3": change(giver).hex(),
        "refuses": "bell",
        "reason": outcome,
    }


def _with(message: bytes, **fields: Any) -> bytes:
    return encode(decode_map(message, bytes_max=16_384) | fields)


def _flipped(message: bytes, field: str) -> bytes:
    value = decode_map(message, bytes_max=16_384)[field]
    if not isinstance(value, bytes):
        raise AssertionError("Only bytes are flipped.")
    return _with(message, **{field: value[:-1] + bytes([value[-1] ^ 1])})


def refused() -> dict[str, dict[str, Any]]:
    giver, answerer = side_of_giver, side_of_answerer
    made = {
        "wrong_code": giver("wrong_code", lambda g, a: a.m2, "another word", said="lamp-lamp-lamp"),
        "changed_tag": giver("changed_tag", lambda g, a: _flipped(a.m2, "tag"), "a bit of the tag"),
        "changed_ad": giver("changed_ad", lambda g, a: _flipped(a.m2, "ad"), "the hash of the bundle"),
        "reflected": giver("reflected", lambda g, a: g.m1, "our own m1 sent back"),
        "low_order": giver("low_order", lambda g, a: _with(a.m2, y=bytes(32)), "a share of low order"),
        "changed_nonce": answerer(
            "changed_nonce", lambda g: _flipped(g.m3, "nonce"), "not the nonce that was promised"
        ),
        "changed_tag_a": answerer("changed_tag_a", lambda g: _flipped(g.m3, "tag"), "a bit of the tag"),
        "changed_bundle": answerer("changed_bundle", lambda g: _flipped(g.m3, "sealed"), "it does not open"),
    }
    return {f"refused_{name}": file for name, file in made.items()}


def codes() -> dict[str, Any]:
    known = "https://known.example"
    good = [
        "7-crater-lamp-violin@relay.example",
        "7 Crater  LAMP – viol @ Relay.Example",
        "123456789-abandon-ability-zoo@127.0.0.1:4000",
        "7-crater-lamp-violin@http://relay.example",
        "7-crater-lamp-violin",
        "https://relay.example/bell#abcdefghijklmnopqrstuvwxyz-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ]
    bad = [
        "", "7", "7-crater-lamp", "7-crater-lamp-violin-lamp", "7-crater-lmap-violin", "0-crater-lamp-violin",
        "07-crater-lamp-violin", "7-crater-lamp-violin@", "7-crater-lamp-violin@a b", "crater-lamp-violin",
        "7-crater-lamp-violin@ftp://relay.example",
        "https://relay.example/bell#abcdefghijklmnopqrstuvwxyz-aaaaaaaaaaaaaaaaaaaaaaaaa",
        "https://relay.example/bell#abcdefghijklmnopqrstuvwxyz-aaaaaaaaaaaaaaaaaaaaaaaaab",
        "https://relay.example/ring#abcdefghijklmnopqrstuvwxyz-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ]  # fmt: skip
    parsed = [(text, Code.parse(text, relay=known)) for text in good]
    for text in bad:
        try:
            Code.parse(text, relay=known)
        except Mistaken:
            continue
        raise AssertionError(f"{text} should have been refused")
    return {
        "known_relay": known,
        "good": [
            {
                "typed": text,
                "form": code.form.value,
                "relay": code.relay,
                "nameplate": code.nameplate,
                "password": code.secret,
                "shown": str(code),
            }
            for text, code in parsed
        ],
        "refused": bad,
    }


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    return written({**{form.value: joined(form) for form in Form}, **refused(), "codes": codes()})


if __name__ == "__main__":
    save("bell", build())
