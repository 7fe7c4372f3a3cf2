"""Make vectors/beacon/, vectors/tlock/ and vectors/clockgate/.

`beacon` has chains, rounds and times; `tlock` stanzas and whole age files, sealed with a fixed sigma, file
key and nonce; `clockgate` stories of a relay's clocks, step by step, with what the gate says.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from twinbell.age import header
from twinbell.crypto import aead, bls, ibe, kdf
from twinbell.encoding import encode
from twinbell.relay.clockgate import BUILT_S, Gate, Now, Seen, again, first
from twinbell.wire.beacon import QUICKNET, Beacon, Chain, round_at, time_of

HERE = Path(__file__).parent

SECRET = hashlib.sha256(b"a public secret key").digest()[1:].rjust(32, b"\0")
OTHER = hashlib.sha256(b"another public secret key").digest()[1:].rjust(32, b"\0")
CHAIN = Chain(
    public_key=bls.public(SECRET),
    period_s=3,
    genesis_s=1_795_305_600,
    group_hash=hashlib.sha256(b"group").digest(),
    beacon_id="twinbell",
)
UNNAMED = replace(CHAIN, beacon_id="default")
SLOW = replace(CHAIN, period_s=3600, genesis_s=1)

G1_INFINITY = b"\xc0" + bytes(47)
# On the curve, outside the group; found by trying.
G1_OUTSIDE = b"\x80" + bytes(46) + b"\x04"


def sign(round: int, secret: bytes = SECRET) -> bytes:
    return bls.sign(secret, bls.round_message(round))


# --- beacon


def beacon() -> dict[str, Any]:
    files: dict[str, Any] = {}
    for name, chain in (("ours", CHAIN), ("unnamed", UNNAMED), ("slow", SLOW), ("quicknet", QUICKNET)):
        files[f"chain_{name}"] = {
            "info": chain.document(),
            "info_v2": chain.document_v2(),
            "record": encode(chain.record()).hex(),
            "hash": chain.hash.hex(),
        }
    for name, (change, reason) in REFUSED_CHAINS.items():
        files[f"refused_chain_{name}"] = {
            "info": CHAIN.document() | change,
            "refuses": "wire",
            "reason": reason,
        }
    for round in (1, 2, 1_000_000, 2**32, 2**53 - 1):
        files[f"round_{round}"] = {"info": CHAIN.document(), "round": Beacon(round, sign(round)).document()}
    for name, (document, layer, reason) in REFUSED_ROUNDS.items():
        files[f"refused_round_{name}"] = {
            "info": CHAIN.document(),
            "round": document,
            "refuses": layer,
            "reason": reason,
        }
    for name, chain in (("ours", CHAIN), ("slow", SLOW)):
        moments = sorted(
            {chain.genesis_s + off * chain.period_s + by for off in (-9, 0, 1, 2, 10**6) for by in (-1, 0, 1)}
            | {0, 2**31, 2**32, 4_102_444_800}
        )
        files[f"times_{name}"] = {
            "period": chain.period_s,
            "genesis": chain.genesis_s,
            "wishes": [[t, round_at(chain, t), time_of(chain, round_at(chain, t))] for t in moments],
        }
    return files


REFUSED_CHAINS: dict[str, tuple[dict[str, object], str]] = {
    "another_hash": ({"hash": "00" * 32}, "the hash is computed, and differs"),
    "another_period": ({"period": 4}, "the hash is computed, and differs"),
    "no_period": ({"period": 0}, "a period is one second at least"),
    "half_a_second": ({"period": 0.5}, "a period is whole seconds"),
    "another_scheme": ({"schemeID": "bls-unchained-on-g1"}, "one scheme"),
    "infinity_as_key": ({"public_key": "c0" + "00" * 95}, "the key is the point at infinity"),
    "capitals": ({"public_key": CHAIN.public_key.hex().upper()}, "hex is in lower case"),
    "a_path_as_name": ({"metadata": {"beaconID": "../../etc"}}, "a name is a short word"),
}

REFUSED_ROUNDS: dict[str, tuple[dict[str, object], str, str]] = {
    "of_another_round": (
        {"round": 7, "signature": sign(8).hex()},
        "crypto",
        "the signature is that of round 8",
    ),
    "of_another_chain": ({"round": 7, "signature": sign(7, OTHER).hex()}, "crypto", "another key signed"),
    "infinity": ({"round": 7, "signature": G1_INFINITY.hex()}, "crypto", "the point at infinity"),
    "outside_the_group": ({"round": 7, "signature": G1_OUTSIDE.hex()}, "crypto", "not in the subgroup"),
    "negated": (
        {"round": 7, "signature": (bytes([sign(7)[0] ^ 0x20]) + sign(7)[1:]).hex()},
        "crypto",
        "the negated point",
    ),
    "zero": ({"round": 0, "signature": sign(7).hex()}, "wire", "rounds begin at 1"),
    "beyond_the_last": ({"round": 2**53, "signature": sign(2**53).hex()}, "wire", "rounds end at 2^53 - 1"),
    "as_text": ({"round": "7", "signature": sign(7).hex()}, "wire", "a round is a number"),
    "cut_short": ({"round": 7, "signature": sign(7).hex()[:-2]}, "wire", "48 bytes"),
    "another_randomness": (
        {"round": 7, "signature": sign(7).hex(), "randomness": "00" * 32},
        "wire",
        "the randomness is SHA-256 of the signature",
    ),
}


# --- tlock


def tlock() -> dict[str, Any]:
    files: dict[str, Any] = {}
    for round, plaintext in ((1, b""), (1000, b"hello"), (2**53 - 1, "生日快乐 🔔".encode())):
        files[f"round_{round}"] = sealed(round, plaintext)
    good = sealed(1000, b"hello")
    body = bytes.fromhex(good["body"])
    for name, (args, changed, layer, reason) in {
        "leading_zero": (["01000", good["args"][1]], body, "age", "a round is written in one way"),
        "plus": (["+1000", good["args"][1]], body, "age", "a round is written in one way"),
        "hex": (["0x3e8", good["args"][1]], body, "age", "a round is written in one way"),
        "round_zero": (["0", good["args"][1]], body, "age", "rounds begin at 1"),
        "beyond_the_last": (["9007199254740992", good["args"][1]], body, "age", "rounds end at 2^53 - 1"),
        "chain_in_capitals": (["1000", good["args"][1].upper()], body, "age", "hex is in lower case"),
        "no_chain": (["1000"], body, "age", "two arguments"),
        "a_third_argument": ([*good["args"], "x"], body, "age", "two arguments"),
        "short_body": (good["args"], body[:-1], "age", "128 bytes"),
        "changed_u": (good["args"], bytes([body[0] ^ 0x20]) + body[1:], "crypto", "U is not r times G2"),
        "changed_v": (
            good["args"],
            body[:96] + bytes([body[96] ^ 1]) + body[97:],
            "crypto",
            "sigma differs",
        ),
        "changed_w": (good["args"], body[:-1] + bytes([body[-1] ^ 1]), "crypto", "the message differs"),
        "infinity_as_u": (good["args"], b"\xc0" + bytes(95) + body[96:], "crypto", "U is infinity"),
        "another_round": (["1001", good["args"][1]], body, "crypto", "sealed to round 1000"),
    }.items():
        files[f"refused_{name}"] = {
            "info": CHAIN.document(),
            "args": args,
            "body": changed.hex(),
            "signature": sign(1001 if name == "another_round" else 1000).hex(),
            "refuses": layer,
            "reason": reason,
        }
    files["not_for_me"] = {
        "info": CHAIN.document(),
        "args": ["1000", QUICKNET.hash.hex()],
        "body": body.hex(),
        "signature": sign(1000).hex(),
        "opens": None,
    }
    return files


def sealed(round: int, plaintext: bytes) -> dict[str, Any]:
    seed = hashlib.sha256(f"tlock {round}".encode()).digest()
    file_key, sigma, nonce = seed[:16], seed[16:], hashlib.sha256(seed).digest()[:16]
    body = ibe.encrypt(CHAIN.public_key, bls.round_message(round), file_key, sigma)
    args = (str(round), CHAIN.hash.hex())
    head = header.finish(file_key, header.serialise([header.Stanza("tlock", args, body)]))
    payload = aead.seal(kdf.hkdf(file_key, info=b"payload", salt=nonce), plaintext, nonce=bytes(11) + b"\x01")
    return {
        "info": CHAIN.document(),
        "args": list(args),
        "file_key": file_key.hex(),
        "sigma": sigma.hex(),
        "body": body.hex(),
        "signature": sign(round).hex(),
        "plaintext": plaintext.hex(),
        "file": (head + nonce + payload).hex(),
    }


# --- clockgate

T = 1_800_000_000
HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400

STORIES: dict[str, list[list[object]]] = {
    "an_honest_year": [["first", T, 0], ["read", T, 0], ["read", T + DAY, DAY], ["read", T + YEAR, YEAR]],
    "a_leap_while_running": [
        ["first", T, 0],
        ["read", T + HOUR, 0],
        ["read", T + HOUR + 60, 60],
        ["read", T + YEAR, 120],
        ["read", T + 180, 180],
    ],
    "a_clock_that_goes_back": [["first", T, 0], ["read", T - DAY, 60], ["read", T + 120, 120]],
    "small_steps": [["first", T, 0], ["read", T + 2, 0], ["read", T + 3, 0], ["read", T + DAY + 19, DAY]],
    "short_stops_add_up": [
        ["first", T, 100],
        *(
            step
            for number in range(1, 9)
            for step in (
                ["restart", T + number * HOUR, 10, f"boot {number}"],
                ["read", T + number * HOUR, 10],
            )
        ),
    ],
    "a_long_stop_and_a_witness": [
        ["first", T, 100],
        ["restart", T + 3 * DAY, 10, "boot 2"],
        ["read", T + 3 * DAY, 10],
        ["witness", T + 3 * DAY + 10, 20, T + 3 * DAY - 400],
        ["read", T + 3 * DAY + 10, 20],
        ["witness", T + 3 * DAY + 20, 30, T + 3 * DAY + 18],
        ["read", T + 3 * DAY + 20, 30],
    ],
    "a_long_stop_and_the_operator": [
        ["first", T, 100],
        ["restart", T + 3 * DAY, 10, "boot 2"],
        ["confirm", T + 3 * DAY + 60, 70],
        ["read", T + 3 * DAY + 60, 70],
    ],
    "a_restart_of_the_process_alone": [
        ["first", T, 100],
        ["restart", T + 3 * DAY, 100 + 3 * DAY, "boot 1"],
        ["read", T + 3 * DAY, 100 + 3 * DAY],
        ["restart", T + YEAR, 200 + 3 * DAY, "boot 1"],
        ["read", T + YEAR, 200 + 3 * DAY],
    ],
    "a_clock_ahead_of_its_witness": [
        ["first", T, 0],
        ["witness", T, 0, T - 2 * HOUR],
        ["read", T, 0],
        ["read", T + 60, 60],
        ["confirm", T + 60, 60],
        ["read", T + 60, 60],
        ["witness", T + 120, 120, T + 117],
        ["read", T + 120, 120],
    ],
    "a_witness_in_the_future": [["first", T, 0], ["witness", T, 0, T + YEAR], ["read", T, 0]],
    "an_old_round_of_the_witness": [
        ["first", T, 0],
        ["witness", T, 0, T - 3],
        ["witness", T + 60, 60, T - DAY],
        ["read", T + 60, 60],
    ],
    "a_clock_behind_at_a_start": [["first", T, 0], ["restart", T - DAY, 10, "boot 2"], ["read", T - DAY, 10]],
}


def clockgate() -> dict[str, Any]:
    return {name: {"steps": told(steps)} for name, steps in STORIES.items()} | {
        "refused_before_it_was_made": {
            "steps": [{"do": "first", "wall": BUILT_S - 1, "boot": 0}],
            "refuses": "relay",
            "reason": "the clock shows a time before the program was made",
        },
        "refused_by_the_witness": {
            "steps": [{"do": "first", "wall": T, "boot": 0, "witness": T - 301}],
            "refuses": "relay",
            "reason": "at the first start a witness has to agree within five minutes",
        },
    }


def told(steps: list[list[Any]]) -> list[dict[str, object]]:
    """Play a story and return its steps with what the gate says at each `read`."""
    gate: Gate | None = None
    now = Now(0, 0)
    boot_id = "boot 1"
    out: list[dict[str, object]] = []
    for do, wall, boot, *rest in steps:
        before, now = now, Now(wall, boot)
        step: dict[str, object] = {"do": do, "wall": wall, "boot": boot}
        if do == "first":
            gate = first(now)
        assert gate is not None
        if do == "restart":
            seen: Seen = gate.seen(before, boot_id)
            boot_id = rest[0]
            step |= {"boot_id": boot_id, "seen": {"seen": int(seen.seen_s), "used": int(seen.used_s)}}
            gate = again(now, seen, boot_id=boot_id)
        elif do == "witness":
            step["time"] = rest[0]
            gate = gate.witnessed(now, rest[0])
        elif do == "confirm":
            gate = gate.confirmed(now)
        elif do == "read":
            reading = gate.read(now)
            step |= {"gate": int(reading.gate_s), "state": reading.state.value, "used": int(gate.used_s)}
        out.append(step)
    return out


BUILDERS: dict[str, Callable[[], dict[str, Any]]] = {"beacon": beacon, "tlock": tlock, "clockgate": clockgate}


def build(noun: str) -> dict[str, str]:
    """Return the text of every file of a noun, by name."""
    return {
        f"{name}.json": json.dumps(file, indent=1, ensure_ascii=False) + "\n"
        for name, file in BUILDERS[noun]().items()
    }


if __name__ == "__main__":
    for noun in BUILDERS:
        folder = HERE / noun
        folder.mkdir(exist_ok=True)
        for name, text in build(noun).items():
            (folder / name).write_text(text)
        print(f"{len(build(noun))} files in {folder}")
