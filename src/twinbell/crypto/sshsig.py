"""SSH signatures (OpenSSH's PROTOCOL.sshsig), so that `ssh-keygen -Y verify` checks what was signed here.

One profile: Ed25519, SHA-512, nothing reserved. A signature has exactly one text: lines of 70 characters,
as `ssh-keygen` writes them. The public key inside it is compared with the one that the caller knows and
never trusted by itself.
"""

import base64
import binascii
import hashlib

from twinbell.crypto.signing import SigningKey, VerifyKey
from twinbell.errors import Damaged, Mistaken

ARMOR_CHARS_MAX = 4096  # ours have under 500; a namespace may be long

_BEGIN = "-----BEGIN SSH SIGNATURE-----\n"
_END = "-----END SSH SIGNATURE-----\n"
_LINE_CHARS = 70
_MAGIC = b"SSHSIG"
_VERSION = 1
_KEY_TYPE = b"ssh-ed25519"
_HASH = b"sha512"
_RESERVED = b""


def sign(key: SigningKey, message: bytes, *, namespace: str) -> str:
    """Return the armored signature over `message`, good for `namespace` and no other."""
    signature = key.sign(_signed(message, _namespace(namespace)))
    return _armor(_blob(key.verify_key, _namespace(namespace), signature))


def verify(key: VerifyKey, message: bytes, armored: str, *, namespace: str) -> None:
    """Return if `armored` is the signature of `key` over `message` in `namespace`.

    Raises `Damaged` with what is wrong: not a signature, another key, another namespace, another hash,
    or a changed message. A carriage return before each line end is forgiven, as mail programs add it.
    """
    blob = _dearmor(armored)
    if not blob.startswith(_MAGIC):
        raise Damaged("This is not an SSH signature.")
    rest = blob[len(_MAGIC) :]
    version, rest = int.from_bytes(rest[:4]), rest[4:]
    if version != _VERSION:
        raise Damaged("This SSH signature has a version that is not known here.")
    public, rest = _read(rest)
    space, rest = _read(rest)
    reserved, rest = _read(rest)
    algorithm, rest = _read(rest)
    signature, rest = _read(rest)
    if rest:
        raise Damaged("There is something behind the end of this SSH signature.")
    if public != _public_blob(key):
        raise Damaged("This was signed with another key.")
    if space != _namespace(namespace):
        raise Damaged("This signature was made for another purpose.")
    if reserved != _RESERVED or algorithm != _HASH:
        raise Damaged("This SSH signature uses something else than SHA-512.")
    kind, raw = _read(signature)
    raw, rest = _read(raw)
    if kind != _KEY_TYPE or rest:
        raise Damaged("This SSH signature is not an Ed25519 signature.")
    key.verify(raw, _signed(message, space))


def public_line(key: VerifyKey) -> str:
    """Return the key as OpenSSH writes it: `ssh-ed25519 AAAA…`, without a comment or a line end."""
    return f"{_KEY_TYPE.decode()} {base64.b64encode(_public_blob(key)).decode()}"


def parse_public(line: str) -> VerifyKey:
    """Return the key in a line as `public_line` or a `.pub` file has it; raise `Damaged` for any other."""
    kind, _, rest = line.strip().partition(" ")
    text = rest.partition(" ")[0]
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("This is not a public key of OpenSSH.") from None
    if kind != _KEY_TYPE.decode() or len(blob) < 32:
        raise Damaged("This is not an Ed25519 public key of OpenSSH.")
    key = VerifyKey(blob[-32:])
    if blob != _public_blob(key):
        raise Damaged("This is not an Ed25519 public key of OpenSSH.")
    return key


def allowed_signer(key: VerifyKey, *, principal: str, namespace: str) -> str:
    """Return the line of an allowed-signers file that lets `principal` sign in `namespace`."""
    return f'{principal} namespaces="{namespace}" {public_line(key)}'


def _namespace(namespace: str) -> bytes:
    if not namespace:
        raise Mistaken("An SSH signature needs a namespace.")
    return namespace.encode()


def _signed(message: bytes, namespace: bytes) -> bytes:
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace) + _string(_RESERVED) + _string(_HASH) + _string(digest)


def _blob(key: VerifyKey, namespace: bytes, signature: bytes) -> bytes:
    return (
        _MAGIC
        + _VERSION.to_bytes(4)
        + _string(_public_blob(key))
        + _string(namespace)
        + _string(_RESERVED)
        + _string(_HASH)
        + _string(_string(_KEY_TYPE) + _string(signature))
    )


def _public_blob(key: VerifyKey) -> bytes:
    return _string(_KEY_TYPE) + _string(key.raw)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _read(data: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:4])
    if len(data) < 4 + length:
        raise Damaged("This SSH signature is cut short.")
    return data[4 : 4 + length], data[4 + length :]


def _armor(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + _LINE_CHARS] + "\n" for at in range(0, len(text), _LINE_CHARS)]
    return _BEGIN + "".join(lines) + _END


def _dearmor(armored: str) -> bytes:
    if len(armored) > ARMOR_CHARS_MAX:
        raise Damaged("This is too long for an SSH signature.")
    text = armored.replace("\r\n", "\n")
    if not text.startswith(_BEGIN) or not text.endswith(_END):
        raise Damaged("This is not an SSH signature.")
    try:
        blob = base64.b64decode(text[len(_BEGIN) : -len(_END)].replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("This SSH signature is not base64.") from None
    if _armor(blob) != text:  # one signature, one text: nothing can be hidden in the wrapping
        raise Damaged("This SSH signature is not written as ssh-keygen writes it.")
    return blob
