"""The key of a vault: 32 bytes, and the places where they may lie.

    key.age                 sealed under a passphrase (age, scrypt): the default
    key                     64 hex digits in a file for its owner alone: only when asked for
    TWINBELL_KEY_FILE       a file like `key`, elsewhere (a server's secret, a stick)
    TWINBELL_KEY_COMMAND    a command that prints the 64 digits (a password manager)

The two variables go first: who sets them means them.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from twinbell.client import folder
from twinbell.errors import Damaged, NotForMe, Refused, VaultLocked

FILE_VARIABLE = "TWINBELL_KEY_FILE"
COMMAND_VARIABLE = "TWINBELL_KEY_COMMAND"
KEY_BYTES = 32
SEALED_BYTES_MAX = 4096
COMMAND_DEADLINE_S = 60

AskPassphrase = Callable[[str], str]


def find(path: Path, ask: AskPassphrase) -> bytes:
    """Return the key of the home at `path`; `ask` is called with a question if a passphrase is needed.

    Raises `VaultLocked`, and `Refused` for a key file that others can read.
    """
    if named := os.environ.get(FILE_VARIABLE):
        return _read(Path(named))
    if command := os.environ.get(COMMAND_VARIABLE):
        return _from_command(command)
    if (path / "key").exists():
        return _read(path / "key")
    if (path / "key.age").exists():
        return _unseal((path / "key.age").read_bytes(), ask("Passphrase:"))
    raise VaultLocked(
        f"The key of the home in {path} is not there.",
        hint=f"Is it kept elsewhere? {FILE_VARIABLE} names a file.",
    )


def make(path: Path, choose: Callable[[], str | None]) -> bytes:
    """Make the key of a new home, durable before it is returned.

    `choose` returns the passphrase, or None to keep the key in a plain file. It is not called when
    the environment says where the key lies.
    """
    if os.environ.get(COMMAND_VARIABLE) and not os.environ.get(FILE_VARIABLE):
        return find(path, _nobody)
    if named := os.environ.get(FILE_VARIABLE):
        return _read(Path(named)) if Path(named).exists() else _write(Path(named))
    for old in (path / "key", path / "key.age"):
        if old.exists():  # a crash came between the key and its vault; or the vault is only away for now
            old.rename(old.with_name(f"{old.name}.{os.urandom(4).hex()}"))
    passphrase = choose()
    if passphrase is None:
        return _write(path / "key")
    key = os.urandom(KEY_BYTES)
    folder.write_new(path / "key.age", _seal(key, passphrase))
    return key


def kind(path: Path) -> str:
    """Say in one word where the key lies: elsewhere, plain, or passphrase."""
    if os.environ.get(FILE_VARIABLE) or os.environ.get(COMMAND_VARIABLE):
        return "elsewhere"
    return "plain" if (path / "key").exists() else "passphrase"


def _nobody(question: str) -> str:
    raise VaultLocked(f"There is nobody to ask: {question}")


def _write(path: Path) -> bytes:
    key = os.urandom(KEY_BYTES)
    folder.write_new(path, key.hex().encode() + b"\n")
    return key


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise VaultLocked(f"The key file {path} can't be read: {error.strerror}.") from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())  # of the file that is open, not of whatever bears its name by now
        if not stat.S_ISREG(status.st_mode):
            raise Refused(f"{path} is not a file.")
        if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid not in (os.getuid(), 0):
            raise Refused(f"Others on this machine can read the key in {path}.", hint=f"chmod 600 {path}")
        return _parse(file.read(SEALED_BYTES_MAX))


def _from_command(command: str) -> bytes:
    import subprocess

    try:
        result = subprocess.run(  # noqa: S602  # the person's own command, as with ssh and git
            command, shell=True, stdout=subprocess.PIPE, check=True, timeout=COMMAND_DEADLINE_S
        )
    except (subprocess.SubprocessError, OSError):
        raise VaultLocked(f"The command in {COMMAND_VARIABLE} gave no key.") from None
    return _parse(result.stdout)


def _parse(text: bytes) -> bytes:
    try:
        key = bytes.fromhex(text.decode().strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultLocked("This is no key: a key is 64 hexadecimal digits.")
    return key


def _seal(key: bytes, passphrase: str) -> bytes:
    from twinbell.age import scrypt, stream

    return stream.seal(key.hex().encode() + b"\n", [scrypt.ScryptRecipient(passphrase)], armor=True)


def _unseal(sealed: bytes, passphrase: str) -> bytes:
    from twinbell.age import scrypt, stream

    try:
        return _parse(stream.open_(sealed, [scrypt.ScryptIdentity(passphrase)]))
    except NotForMe:
        raise VaultLocked("This is not the passphrase of this home.") from None
    except Damaged:
        raise Damaged(
            "The file key.age of this home is damaged.", hint="Your kit opens your letters."
        ) from None
