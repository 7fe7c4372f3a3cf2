"""Make vectors/guardians/: the kind of a bond, what guardians say and are told, and what is kept of it."""

import json
from typing import Any

from vectors.chance import HERE, Drawn, encapsulations, save, written

from twinbell.bond import guardian as gm
from twinbell.bond.bundle import kind_of
from twinbell.bond.code import Code
from twinbell.bond.keys import Device, Keyring, Kind, Root
from twinbell.bond.last import gate_hash
from twinbell.bond.watchkeep import belongs
from twinbell.bond.watchkeys import Appointed, HeldShare, Owned, Reading, Seat, WatchKeys
from twinbell.crypto import kdf
from twinbell.crypto.signing import SigningKey
from twinbell.crypto.xwing import public
from twinbell.encoding import decode_map, encode
from twinbell.errors import TwinbellError
from twinbell.wire.terms import Guardian, Terms, consent, watch_id

RELAY = "https://relay.example"
NOW_S = 1_800_000_000
DAY = NOW_S // 86_400

draw = Drawn("a watch with guardians")
KEY = SigningKey(draw(32))
WATCH = watch_id(KEY.verify_key.raw)
OWNER, READER, STOP = draw(32), draw(32), draw(16)
TOKENS = [draw(32) for _ in range(3)]
SEATS = [SigningKey(draw(32)) for _ in range(3)]
# The dealing of shares takes chance: these are those of vectors/shares.
DEALT = json.loads((HERE / "shares" / "2_of_3.json").read_text())
GATE = public(bytes.fromhex(DEALT["secret"]))


def terms(**changes: Any) -> Terms:
    fields: dict[str, Any] = {
        "key": KEY.verify_key.raw,
        "number": 2,
        "epoch": 1,
        "unit_s": 86_400,
        "every": 30,
        "grace": 7,
        "veto": 7,
        "zone": "Europe/Berlin",
        "k": 2,
        "guardians": tuple(
            consent(seat, WATCH, DAY, token=kdf.sha256(token))
            for seat, token in zip(SEATS, TOKENS, strict=True)
        ),
        "reader": kdf.sha256(READER),
        "owner": kdf.sha256(OWNER),
        "stop": kdf.sha256(STOP),
        "armed": True,
    }
    return Terms(**(fields | changes))


SIGNED = terms().sign(KEY).to_bytes()
GUARDIAN: Guardian = terms().guardians[0]
ASK = gm.GuardianAsk(WATCH, 30, 7, 7, "Clara", RELAY)
SHARE = gm.Share(WATCH, 1, gate_hash(GATE), DEALT["shares"][0], 2, 3)
GIVEN = gm.GuardianSeat(RELAY, WATCH, KEY.verify_key.raw, TOKENS[0], SIGNED)
RELEASE = gm.ShareRelease(WATCH, 1, gate_hash(GATE), DEALT["shares"][0])

CONTENTS: dict[str, gm.AboutWatch] = {
    "ask": ASK,
    "ask_rehearsal": gm.GuardianAsk(WATCH, 30, 7, 7, "クララ", RELAY, True),
    "answer_yes": gm.GuardianAnswer(WATCH, True, GUARDIAN.seat, DAY, GUARDIAN.consent),
    "answer_no": gm.GuardianAnswer(WATCH, False),
    "seat": GIVEN,
    "share": SHARE,
    "share_over": gm.ShareOver(WATCH, 2),
    "share_release": RELEASE,
    "over": gm.GuardianOver(WATCH),
    "done": gm.GuardianDone(WATCH, DAY),
    "reader_seat": gm.ReaderSeat(RELAY, WATCH, KEY.verify_key.raw, READER, SIGNED, ("Ana", "Ben", "Olga")),
    "rehearsed": gm.Rehearsed(WATCH, kdf.sha256(b"This is a rehearsal."), DAY),
}


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def contents() -> dict[str, dict[str, Any]]:
    return {
        name: {
            "kind": content.kind,
            "content": encode(content.to_record()).hex(),
            "says": plain(content.to_record()),
            "bond": str(Kind.GUARDIAN if belongs(content, Kind.GUARDIAN) else Kind.PAIR),
        }
        for name, content in CONTENTS.items()
    }


def refused() -> dict[str, dict[str, Any]]:
    cases: dict[str, tuple[str, dict[str, Any], str]] = {
        "ask_of_no_days": ("ask", {"every": 0}, "a stage takes a day at least"),
        "ask_of_years": ("ask", {"veto": 401}, "and 400 at most"),
        "ask_for_nobody": ("ask", {"reader": " "}, "a name has something in it"),
        "ask_at_no_relay": ("ask", {"relay": "relay.example"}, "an address has a scheme"),
        "ask_short_watch": ("ask", {"watch": WATCH[:15]}, "16 bytes"),
        "yes_without_a_seat": ("answer_yes", {"seat": None}, "a yes comes with a seat"),
        "yes_without_consent": ("answer_yes", {"consent": None}, "and with a consent"),
        "no_with_a_seat": ("answer_no", {"seat": GUARDIAN.seat}, "a no comes with neither"),
        "share_one_of_two": ("share", {"k": 1}, "one alone is for one guardian"),
        "share_of_eight": ("share", {"n": 8}, "seven at most"),
        "share_in_capitals": ("share", {"words": SHARE.words.upper()}, "small letters"),
        "share_of_nothing": ("share", {"words": ""}, "a share has words"),
        "share_with_a_line": ("share", {"words": SHARE.words.replace(" ", "\n", 1)}, "blanks alone"),
        "share_epoch_zero": ("share", {"epoch": 0}, "epochs of armings begin at 1"),
        "over_epoch_zero": ("share_over", {"below": 0}, "below 1 is nothing"),
        "reader_of_nobody": ("reader_seat", {"guardians": []}, "a watch has guardians"),
        "reader_of_eight": ("reader_seat", {"guardians": ["Ana"] * 8}, "seven at most"),
        "reader_of_numbers": ("reader_seat", {"guardians": [7]}, "names are text"),
        "rehearsed_short": ("rehearsed", {"proof": bytes(31)}, "a SHA-256"),
    }
    return {
        f"refused_{name}": {
            "kind": CONTENTS[good].kind,
            "content": encode(CONTENTS[good].to_record() | changes).hex(),
            "refuses": "message",
            "reason": reason,
        }
        for name, (good, changes, reason) in cases.items()
    }


def codes() -> dict[str, Any]:
    texts = [
        "7-crater-lamp-violin-guardian@relay.example",
        " 7 Crater Lamp VIOLIN Guardian @relay.example",
        "7-crat-lamp-viol-guardian@relay.example",
        f"{RELAY}/bell#{'a' * 26}-{'b' * 25}a-guardian",
        f"{RELAY}/bell#{'A' * 26}-{'B' * 25}A-GUARDIAN",
        f"{RELAY}/bell#{'a' * 26}-{'b' * 25}a",
        "7-crater-lamp-violin@relay.example",
    ]
    bad = [
        f"{RELAY}/bell#{'a' * 26}-{'b' * 25}a-heir",
        f"{RELAY}/bell#{'a' * 26}-{'b' * 25}a-guardian-guardian",
        "7-crater-lamp-guardian@relay.example",
        "7-guardian@relay.example",
    ]
    for text in bad:
        try:
            Code.parse(text)
        except TwinbellError:
            continue
        raise AssertionError(text)
    return {
        "codes": [
            {"typed": text, "code": str(Code.parse(text)), "kind": str(Code.parse(text).kind)}
            for text in texts
        ],
        "refused": bad,
    }


def bundle() -> dict[str, Any]:
    drawn = Drawn("keys of a guardian")
    root = Root.generate(drawn)
    device = Device.generate(drawn, root=root, relay=RELAY)
    keyring = Keyring.generate(
        root, device, relay=RELAY, name="Ben", chain=None, now_s=NOW_S, random=drawn, kind=Kind.GUARDIAN
    )
    signed = keyring.bundle(root)
    outer = decode_map(signed, bytes_max=8192)

    def other(kind: Any) -> str:
        record = encode(decode_map(outer["record"], bytes_max=8192) | {"kind": kind})  # type: ignore[arg-type]
        message = b"twinbell/v1/bundle" + record
        by = {"by_root": root.signing_key.sign(message), "by_identity": keyring.identity.sign(message)}
        return encode(outer | by | {"record": record}).hex()

    return {
        "signed": signed.hex(),
        "kind": str(kind_of(signed)),
        "refused": [
            {"signed": other("pair"), "reason": "a pair says nothing"},
            {"signed": other("heir"), "reason": "a kind that is not known"},
            {"signed": other(1), "reason": "a kind is text"},
        ],
    }


def kept() -> dict[str, Any]:
    """What a keyring keeps, all roles at once."""
    keys = WatchKeys(
        owned=(
            Owned(
                watch=WATCH,
                seed=KEY.seed,
                owner=OWNER,
                reader=READER,
                stop=kdf.sha256(STOP),
                number=2,
                epoch=1,
                gate=GATE,
                k=2,
                n=3,
                life_n=NOW_S,
                terms=SIGNED,
                armed_day=DAY,
                rehearsed_day=DAY - 1,
            ),
        ),
        appointed=(
            Appointed(
                ask=ASK,
                token=TOKENS[0],
                answered=True,
                seat=GUARDIAN.seat,
                day=DAY,
                consent=GUARDIAN.consent,
                given=GIVEN,
                share=SHARE,
                done_day=DAY - 1,
            ),
        ),
        seats=(
            Seat(
                ask=ASK,
                seed=SEATS[0].seed,
                consent_day=DAY,
                given=GIVEN,
                shares=(HeldShare(share=SHARE, since_s=NOW_S),),
                life_s=NOW_S,
                life_n=NOW_S,
            ),
        ),
        reading=(
            Reading(
                watch=WATCH,
                relay=RELAY,
                key=KEY.verify_key.raw,
                token=READER,
                terms=SIGNED,
                guardians=("Ana", "Ben", "Olga"),
            ),
        ),
        released=(RELEASE,),
    )
    return {"watch": encode(keys.to_record()).hex(), "says": plain(keys.to_record())}


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    with encapsulations([]):
        return written({**contents(), **refused(), "codes": codes(), "bundle": bundle(), "keyring": kept()})


if __name__ == "__main__":
    save("guardians", build())
