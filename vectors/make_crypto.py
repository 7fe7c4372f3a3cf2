"""Make vectors/{words,shares,cpace,hpke,signing,sshsig}/: what the primitives give and refuse.

All of it is computed from seeds that are counted up, but two things that need chance: an ML-KEM
encapsulation, which `cryptography` does not derandomise, and the dealing of shares. Those are made once and
kept: the program takes them from the files that are there.
"""

import json
import sys
from pathlib import Path
from typing import Any

from twinbell.crypto import aead, cpace, hpke, kdf, shares, sshsig, words, xwing
from twinbell.crypto.signing import SigningKey

sys.path.append(str(Path(__file__).parents[1]))  # run by its path
from vectors import edwards

FOLDER = Path(__file__).parent
SEED = kdf.sha256(b"vectors/hpke seed")
CHANNEL = b"twinbell/v1/bell"


def bytes_of(name: str, length: int = 32) -> bytes:
    """Return the bytes that this name always stands for."""
    return kdf.hkdf(name.encode(), info=b"twinbell test vectors", length=length)


def kept(path: str, key: str) -> Any:
    """Return what an earlier run chose by chance; None on the first run."""
    file = FOLDER / path
    return json.loads(file.read_text()).get(key) if file.exists() else None


def build_words() -> dict[str, Any]:
    files: dict[str, Any] = {}
    for at in range(4):
        bits = bytes_of(f"six {at}", 9)
        files[f"six_{at}"] = {"bits": bits.hex(), "six": words.six(bits)}
    for name, root in [("zero", bytes(32)), ("ones", b"\xff" * 32), ("any", bytes_of("kit"))]:
        files[f"kit_{name}"] = {"root": root.hex(), "kit": words.kit(root)}
    for name, typed in [
        ("capitals_and_spaces", "  Crater LAMP\tviolin "),
        ("doubled_hyphens", "crater--lamp---violin"),
        ("a_dash_from_a_phone", "crater–lamp—violin"),
        ("four_letters", "crat-lamp-viol"),
        ("more_than_four_letters", "crate lamp violi"),
        ("a_short_word_is_itself", "act-actor-add"),
        ("no_words", " - "),
    ]:
        files[f"typed_{name}"] = {"typed": typed, "words": list(words.normalise(typed))}
    good = words.kit(bytes_of("kit"))
    swapped = [good[1], good[0], *good[2:]]
    for name, typed, reason in [
        ("three_letters_of_a_longer_word", "cra-lamp-violin", "word 1 is not in the list"),
        ("a_word_too_long", "crater-lamps-violin", "word 2 is not in the list"),
        ("letters_that_only_look_alike", "сrater-lamp-violin", "word 1 begins with a Cyrillic letter"),
    ]:
        files[f"refused_{name}"] = {"typed": typed, "refuses": "normalise", "reason": reason}
    for name, typed_kit, reason in [
        ("kit_of_23", good[:23], "a kit has 24 words"),
        ("kit_of_25", [*good, "zoo"], "a kit has 24 words"),
        ("kit_with_two_words_swapped", swapped, "the checksum does not fit"),
    ]:
        files[f"refused_{name}"] = {"kit": typed_kit, "refuses": "unkit", "reason": reason}
    return files


def build_shares() -> dict[str, Any]:
    files: dict[str, Any] = {}
    for k, n in [(1, 1), (2, 3), (3, 5)]:
        secret = bytes_of(f"shares {k} of {n}")
        dealt = kept(f"shares/{k}_of_{n}.json", "shares") or shares.split(secret, k, n)
        files[f"{k}_of_{n}"] = {"secret": secret.hex(), "k": k, "n": n, "shares": dealt}
    dealt = files["2_of_3"]["shares"]
    misheard = dealt[0].split()
    misheard[7] = "zero" if misheard[7] != "zero" else "yoga"
    for name, given, reason in [
        ("none", [], "there are no shares"),
        ("too_few", dealt[:1], "one more is needed"),
        ("the_same_twice", [dealt[0], dealt[0]], "one more is needed"),
        ("a_misheard_word", [" ".join(misheard), dealt[1]], "share 1 has a wrong checksum"),
        (
            "two_splits_mixed",
            [dealt[0], files["3_of_5"]["shares"][0]],
            "share 2 does not belong with share 1",
        ),
        ("a_share_cut_short", [dealt[0], dealt[1].rsplit(" ", 1)[0]], "share 2 has 32 words"),
    ]:
        files[f"refused_{name}"] = {"shares": given, "refuses": "combine", "reason": reason}
    return files


def build_cpace() -> dict[str, Any]:
    files: dict[str, Any] = {}
    for name, password in [
        ("spoken", b"crater-lamp-violin"),
        ("link", b"abcdefghijklmnopqrstuvwxyz"),
        ("long_password", b"p" * 200),
    ]:
        sid, ya, yb = (bytes_of(f"cpace {name} {part}") for part in ("sid", "ya", "yb"))
        data_a, data_b = b"what the giver says", bytes_of(f"cpace {name} data", 300)
        generator = cpace.generator(password, sid=sid, channel=CHANNEL)
        said = cpace.Transcript(
            share_a=cpace.share(ya, generator),
            data_a=data_a,
            share_b=cpace.share(yb, generator),
            data_b=data_b,
        )
        session = cpace.finish(ya, said, sid=sid, initiator=True)
        files[name] = {
            "password": password.decode(),
            "sid": sid.hex(),
            "channel": CHANNEL.decode(),
            "generator": generator.hex(),
            "scalar_a": ya.hex(),
            "scalar_b": yb.hex(),
            "share_a": said.share_a.hex(),
            "data_a": data_a.hex(),
            "share_b": said.share_b.hex(),
            "data_b": data_b.hex(),
            "isk": session.isk.hex(),
            "tag_a": session.tag_a.hex(),
            "tag_b": session.tag_b.hex(),
            "sid_output": session.sid_output.hex(),
        }
    good = files["spoken"]
    for name, share_b, reason in [
        ("zero", bytes(32), "a point of low order: the shared point would be known to everybody"),
        ("one", b"\1" + bytes(31), "a point of low order"),
        ("short", bytes(31), "a share has 32 bytes"),
        ("echo", bytes.fromhex(good["share_a"]), "our own share, sent back"),
    ]:
        files[f"refused_{name}"] = {
            **{key: good[key] for key in ("sid", "scalar_a", "share_a", "data_a", "data_b")},
            "share_b": share_b.hex(),
            "refuses": "finish",
            "reason": reason,
        }
    return files


def build_hpke() -> dict[str, Any]:
    files: dict[str, Any] = {}
    public = xwing.public(SEED)
    psk, psk_id = bytes_of("psk"), bytes_of("bond id")
    for name, extra in [
        ("base", {}),
        ("base_with_aad", {"aad": b"about"}),
        ("psk", {"psk": psk, "psk_id": psk_id}),
        ("psk_with_aad", {"psk": psk, "psk_id": psk_id, "aad": b"about"}),
    ]:
        enc_hex = kept(f"hpke/{name}.json", "enc") or xwing.encapsulate(public)[0].hex()
        enc, info, plaintext = (
            bytes.fromhex(enc_hex),
            b"twinbell/v1/envelope",
            bytes_of(f"plaintext {name}", 50),
        )
        secret = xwing.decapsulate(SEED, enc)
        keys = hpke.schedule(secret, info=info, psk=extra.get("psk", b""), psk_id=extra.get("psk_id", b""))
        aad = extra.get("aad", b"")
        files[name] = {
            "seed": SEED.hex(),
            "public": public.hex(),
            "info": info.hex(),
            **{key: extra.get(key, b"").hex() for key in ("aad", "psk", "psk_id")},
            "enc": enc.hex(),
            "secret": secret.hex(),
            "key": keys.key.hex(),
            "base_nonce": keys.base_nonce.hex(),
            "exporter": keys.exporter.hex(),
            "plaintext": plaintext.hex(),
            "ciphertext": aead.seal(keys.key, plaintext, aad=aad, nonce=keys.base_nonce).hex(),
        }
    good = files["psk"]
    flipped = good["ciphertext"][:-1] + ("0" if good["ciphertext"][-1] != "0" else "1")
    flipped_enc = ("0" if good["enc"][0] != "0" else "1") + good["enc"][1:]
    for name, change, reason in [
        ("without_the_psk", {"psk": "", "psk_id": ""}, "sealed in another mode"),
        ("another_psk", {"psk": bytes(32).hex()}, "sealed with another psk"),
        ("another_info", {"info": b"twinbell/v2/envelope".hex()}, "sealed for another purpose"),
        (
            "a_changed_ciphertext",
            {"ciphertext": flipped},
            "changed on the way",
        ),
        (
            "a_changed_enc",
            {"enc": flipped_enc},
            "another secret",
        ),
        ("a_short_enc", {"enc": good["enc"][2:]}, "an encapsulation has 1120 bytes"),
        ("a_low_order_enc", {"enc": good["enc"][:2176] + bytes(32).hex()}, "a point of low order"),
    ]:
        inputs = {key: good[key] for key in ("seed", "info", "aad", "psk", "psk_id", "enc", "ciphertext")}
        files[f"refused_{name}"] = {**inputs, **change, "refuses": "open", "reason": reason}
    return files


def build_signing() -> dict[str, Any]:
    key, message = SigningKey(bytes_of("signing key")), b"The harbour was quiet this morning."
    public, signature = key.verify_key.raw, key.sign(message)
    order, eighth = edwards.ORDER, edwards.small_order()[1]
    assert edwards.sign_with_torsion(key.seed, message, edwards.NEUTRAL) == signature
    good = {"public": public.hex(), "message": message.hex(), "signature": signature.hex()}
    too_large = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    files: dict[str, Any] = {"right": {"seed": key.seed.hex(), **good}}
    for name, change, reason in [
        ("another_message", {"message": (message + b".").hex()}, "the signature is not right"),
        (
            "s_beyond_the_order",
            {"signature": (signature[:32] + too_large).hex()},
            "S ≥ L",
        ),
        (
            "r_with_a_part_of_small_order",
            {"signature": edwards.sign_with_torsion(key.seed, message, eighth).hex()},
            "right only where the cofactor is multiplied in",
        ),
        ("short", {"signature": signature[:-1].hex()}, "a signature has 64 bytes"),
    ]:
        files[f"refused_{name}"] = {**good, **change, "refuses": "verify", "reason": reason}
    keys = [("short", public[:-1], "a key has 32 bytes")]
    for at, point in enumerate(edwards.small_order()):
        keys.append((f"small_order_{at}", edwards.written(point), "a point of small order"))
    for y in (0, 1, 3, 18):
        keys.append((f"not_reduced_{y}", (edwards.P + y).to_bytes(32, "little"), "y is not below 2^255 - 19"))
    for name, raw, reason in keys:
        files[f"refused_key_{name}"] = {"public": raw.hex(), "refuses": "key", "reason": reason}
    return files


def build_sshsig() -> dict[str, Any]:
    key, namespace = SigningKey(bytes_of("sshsig key")), "letter@twinbell"
    message = b"Subject: For the first snow\r\n\r\nThe harbour was quiet this morning.\r\n"
    good = {
        "public": key.verify_key.raw.hex(),
        "public_line": sshsig.public_line(key.verify_key),
        "namespace": namespace,
        "message": message.hex(),
        "signature": sshsig.sign(key, message, namespace=namespace),
    }
    files: dict[str, Any] = {
        "letter": {"seed": key.seed.hex(), **good},
        "with_carriage_returns": {**good, "signature": good["signature"].replace("\n", "\r\n")},
    }
    other = SigningKey(bytes_of("another key"))
    blob = sshsig._dearmor(good["signature"])
    first, second, rest = good["signature"].split("\n", 2)
    wrapped = "\n".join([first, second[:9], second[9:], rest])
    for name, change, reason in [
        ("another_message", {"message": (message + b"\n").hex()}, "the signature is not right"),
        ("another_namespace", {"namespace": "file"}, "made for another purpose"),
        ("another_key", {"public": other.verify_key.raw.hex()}, "signed with another key"),
        (
            "a_thief_who_brings_his_key",
            {"signature": sshsig.sign(other, message, namespace=namespace)},
            "signed with another key",
        ),
        ("sha256", {"signature": sshsig._armor(blob.replace(b"sha512", b"sha256"))}, "another hash"),
        ("version_two", {"signature": sshsig._armor(blob[:9] + b"\2" + blob[10:])}, "an unknown version"),
        ("something_behind", {"signature": sshsig._armor(blob + b"\0")}, "something is behind the end"),
        ("cut_short", {"signature": sshsig._armor(blob[:-1])}, "cut short"),
        (
            "other_line_lengths",
            {"signature": wrapped},
            "wrapping",
        ),
        ("text_before", {"signature": " " + good["signature"]}, "not a signature"),
        ("empty", {"signature": ""}, "not a signature"),
    ]:
        files[f"refused_{name}"] = {**good, **change, "refuses": "verify", "reason": reason}
    return files


BUILDERS = {
    "words": build_words,
    "shares": build_shares,
    "cpace": build_cpace,
    "hpke": build_hpke,
    "signing": build_signing,
    "sshsig": build_sshsig,
}


def build(noun: str) -> dict[str, str]:
    """Return the text of every file of one folder, by name."""
    files = BUILDERS[noun]()
    return {
        f"{name}.json": json.dumps(file, indent=1, ensure_ascii=False) + "\n" for name, file in files.items()
    }


if __name__ == "__main__":
    for noun in BUILDERS:
        (FOLDER / noun).mkdir(exist_ok=True)
        for name, text in build(noun).items():
            (FOLDER / noun / name).write_text(text)
        print(f"{len(build(noun))} files in {FOLDER / noun}")
