"""Make vectors/keys/: what follows from a kit root, a kit page, bundles and keyrings, and refusals."""

from typing import Any

from vectors.chance import Drawn, before, encapsulations, save, written

from twinbell.bond.keys import Bond, Bundle, Device, Keyring, Role, Root
from twinbell.bond.kit import Page
from twinbell.encoding import decode_map, encode

RELAY = "https://relay.example"
NOW_S = 1_800_000_000


def person(name: str) -> tuple[Root, Device, Keyring]:
    """Return a root, a device and a keyring that the name decides."""
    draw = Drawn(f"keys of {name}")
    root = Root.generate(draw)
    device = Device.generate(draw, root=root, relay=RELAY)
    keyring = Keyring.generate(root, device, relay=RELAY, name=name, chain=None, now_s=NOW_S, random=draw)
    return root, device, keyring


def kit() -> dict[str, Any]:
    root, _, keyring = person("Ana")
    peer = Bundle.parse(person("Ben")[2].bundle(person("Ben")[0]))
    page = Page(root=root, relay=RELAY, box=keyring.box, peer=peer.fingerprint)
    return {
        "root": root.seed.hex(),
        "sign_seed": root.signing_key.seed.hex(),
        "sign_public": root.signing_key.verify_key.raw.hex(),
        "age_seed": root.age_seed.hex(),
        "age_recipient": root.recipient.hex(),
        "relay": RELAY,
        "owner_token": root.owner_token(RELAY).hex(),
        "box": keyring.box.hex(),
        "peer_root": peer.root.hex(),
        "peer_fingerprint": peer.fingerprint.hex(),
        "page": page.lines(),
    }


def bundle() -> dict[str, Any]:
    root, _, keyring = person("Ana")
    signed = keyring.bundle(root)
    seen = Bundle.parse(signed)
    return {
        "root_seed": root.seed.hex(),
        "identity_seed": keyring.identities[-1].hex(),
        "letter_seed": keyring.letters[-1].hex(),
        "prekey_seed": keyring.prekeys[-1].seed.hex(),
        "signed": signed.hex(),
        "epoch": seen.epoch,
        "root": seen.root.hex(),
        "identity": seen.identity.hex(),
        "letter": seen.letter.hex(),
        "kit": seen.kit.hex(),
        "prekey": {"number": seen.prekey.number, "tag": seen.prekey.tag.hex(), "key": seen.prekey.key.hex()},
        "inbox": {
            "relay": seen.inbox.relay,
            "box": seen.inbox.box.hex(),
            "deposit": seen.inbox.deposit.hex(),
            "key": seen.inbox.key.hex(),
            "generation": seen.inbox.generation,
        },
        "name": seen.name,
    }


def refused_bundles() -> dict[str, dict[str, Any]]:
    root, _, keyring = person("Ana")
    other_root, _, _ = person("Ben")
    good = keyring.bundle(root)
    outer = decode_map(good, bytes_max=8192)

    def changed(**fields: Any) -> bytes:
        """The bundle with fields changed and signed anew, as by somebody who may sign and errs."""
        record = encode(decode_map(outer["record"], bytes_max=8192) | fields)  # type: ignore[arg-type]
        message = b"twinbell/v1/bundle" + record
        signatures: dict[str, Any] = {
            "by_root": root.signing_key.sign(message),
            "by_identity": keyring.identity.sign(message),
        }
        return encode(outer | signatures | {"record": record})

    cases = {
        "by_another_root": (keyring.bundle(other_root), "signature", "the root in it has not signed it"),
        "without_the_root": (keyring.bundle(None), "record", "a bell needs both signatures"),
        "swapped_signatures": (
            encode(outer | {"by_root": outer["by_identity"], "by_identity": outer["by_root"]}),
            "signature",
            "each signature belongs to its key",
        ),
        "newer_version": (changed(v=2), "record", "a version that is not known"),
        "another_type": (changed(type="parcel"), "record", "a type that is not known"),
        "a_name_that_moves_the_cursor": (changed(name="\x1b[2J"), "record", "a name is visible"),
        "a_name_of_nothing": (changed(name=" "), "record", "a name has something in it"),
        "a_short_letter_key": (changed(letter=bytes(1215)), "record", "a key has its length"),
        "epoch_zero": (changed(epoch=0), "record", "epochs begin at 1"),
        "a_beacon_that_is_none": (changed(chain={"period": 0}), "beacon", "a chain that does not read"),
        "a_relay_with_a_query": (
            changed(inbox=keyring.inbox.to_record() | {"relay": "https://a?b"}),
            "record",
            "an address is scheme and host",
        ),
    }
    return {
        f"refused_bundle_{name}": {"signed": signed.hex(), "refuses": layer, "reason": reason}
        for name, (signed, layer, reason) in cases.items()
    }


def sealed_keyring() -> dict[str, Any]:
    from dataclasses import replace

    root, device, keyring = person("Ana")
    other_root, _, other = person("Ben")
    keyring = keyring.with_prekey(NOW_S + 604_800, Drawn("second prekey")).with_inbox(Drawn("second inbox"))
    bond = Bond(id=Drawn("bond")(32), role=Role.GIVER, words=Drawn("words")(8) + b"\xc0", since_s=NOW_S)
    keyring = replace(keyring, bond=bond, peer=Bundle.parse(other.bundle(other_root)))
    kept = before("keys", "keyring").get("sealed")
    if kept is None or Keyring.open(bytes.fromhex(kept), root.age_seed) != keyring:
        kept = keyring.seal().hex()
    return {
        "kit_age_seed": root.age_seed.hex(),
        "device_age_seed": device.age_seed.hex(),
        "record": encode(keyring.to_record()).hex(),
        "sealed": kept,
    }


def parted() -> dict[str, Any]:
    """What the owner of a mailbox registers before and after parting."""
    _, device, keyring = person("Ana")
    ended = keyring.parted(NOW_S)
    collect = {device.id: device.collect}
    return {
        "deposit_peer": keyring.deposit_peer.hex(),
        "deposit_self": keyring.deposit_self.hex(),
        "device": device.id.hex(),
        "collect": device.collect.hex(),
        "parted_s": NOW_S,
        "before": encode(keyring.registration(collect)).hex(),
        "after": encode(ended.registration(collect)).hex(),
        "keyring": encode(ended.to_record()).hex(),
    }


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    with encapsulations([]):
        return written(
            {
                "kit": kit(),
                "bundle": bundle(),
                "keyring": sealed_keyring(),
                "parted": parted(),
                **refused_bundles(),
            }
        )


if __name__ == "__main__":
    save("keys", build())
