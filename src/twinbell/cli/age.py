"""`twinbell age`: a complete age tool with age's own flags and key files, post-quantum keys and time-lock."""

import argparse
import sys
from typing import TYPE_CHECKING

from twinbell.cli import timelock
from twinbell.cli.command import Subparsers, command, noun
from twinbell.errors import Mistaken, NotForMe, Refused

if TYPE_CHECKING:
    from twinbell.age.recipient import Identity, Recipient

KEYGEN_EXAMPLE = """\
twinbell age keygen -o key.txt
twinbell age keygen -y key.txt"""
ENCRYPT_EXAMPLE = """\
twinbell age encrypt -r age1pq1… -o photo.jpg.age photo.jpg
tar c letters | twinbell age encrypt -p > letters.tar.age
twinbell age encrypt --opens 2027-10-10 -o later.txt.age later.txt"""
DECRYPT_EXAMPLE = """\
twinbell age decrypt -i key.txt -o photo.jpg photo.jpg.age
twinbell age decrypt --beacon round.json later.txt.age"""
INSPECT_EXAMPLE = "twinbell age inspect photo.jpg.age"


def register(subparsers: Subparsers) -> None:
    """Declare the commands of this noun."""
    verbs = noun(subparsers, "age", "Seal and open files in the age format, also to a moment.")
    _register_keygen(verbs)
    _register_encrypt(verbs)
    _register_decrypt(verbs)
    inspect = command(
        verbs,
        "inspect",
        "Show what an age file tells without being opened.",
        example=INSPECT_EXAMPLE,
        json="version, postquantum, armor, stanza_types, rounds: [{round, chain, opens_s}], sizes",
        run=_inspect,
        home=False,
    )
    inspect.add_argument("input", metavar="INPUT", nargs="?", help="a file; standard input if not given")


def _register_keygen(verbs: Subparsers) -> None:
    keygen = command(
        verbs,
        "keygen",
        "Make a key, or show the recipient of one.",
        about="It is post-quantum unless --x25519 asks for a classic one, which older age programs know.",
        example=KEYGEN_EXAMPLE,
        json="recipient, and file or identity",
        run=_keygen,
        home=False,
    )
    keygen.add_argument("-o", "--output", metavar="FILE", help="write to a new file, for its owner alone")
    keygen.add_argument(
        "-y", dest="show", action="store_true", help="show the recipients of the keys in INPUT"
    )
    keygen.add_argument("--x25519", action="store_true", help="make a classic key")
    keygen.add_argument("--pq", action="store_true", help="make a post-quantum key, as without this flag")
    keygen.add_argument("input", metavar="INPUT", nargs="?", help="with -y: a key file")


def _register_encrypt(verbs: Subparsers) -> None:
    encrypt = command(
        verbs,
        "encrypt",
        "Seal a file to recipients, a passphrase or a moment.",
        about="Several recipients mean that any one of them opens it.",
        example=ENCRYPT_EXAMPLE,
        json="with -o: file, bytes, and for a moment round, chain, opens_s, opens, zone",
        run=_encrypt,
        home=False,
    )
    for short, long, name, text in (
        ("-r", "--recipient", "RECIPIENT", "seal to age1…; may be repeated"),
        ("-R", "--recipients-file", "PATH", "seal to the recipients in a file; may be repeated"),
        ("-i", "--identity", "PATH", "seal to the keys in a key file; may be repeated"),
    ):
        encrypt.add_argument(short, long, metavar=name, action="append", default=[], help=text)
    encrypt.add_argument("-p", "--passphrase", action="store_true", help="seal with a passphrase")
    encrypt.add_argument("-a", "--armor", action="store_true", help="write text, for mail and chat")
    _add_files(encrypt)
    timelock.add_sealing_options(encrypt)


def _register_decrypt(verbs: Subparsers) -> None:
    decrypt = command(
        verbs,
        "decrypt",
        "Open a file with a key, a passphrase, or a moment that has come.",
        example=DECRYPT_EXAMPLE,
        json="with -o: file, bytes",
        run=_decrypt,
        home=False,
    )
    decrypt.add_argument(
        "-i", "--identity", metavar="PATH", action="append", default=[], help="a key file; may be repeated"
    )
    _add_files(decrypt)
    timelock.add_opening_options(decrypt)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="OUTPUT", help="write to a file, whole or not at all; - is standard output"
    )
    parser.add_argument("input", metavar="INPUT", nargs="?", help="a file; standard input if not given")


def _keygen(args: argparse.Namespace) -> None:
    from twinbell.cli import ui

    if args.show:
        if args.x25519 or args.pq:
            raise Mistaken("-y shows the recipients of keys that there are; it makes none.")
        from twinbell.cli import keyfiles

        found = [str(each) for each in keyfiles.recipients_of(keyfiles.identities_file(args.input or "-"))]
        _keep(args.output, "".join(f"{each}\n" for each in found), secret=False)
        return
    if args.input:
        raise Mistaken("keygen reads a file only with -y.")
    if args.x25519 and args.pq:
        raise Mistaken("A key is post-quantum or classic, not both.")
    secret, public = _new_key(classic=args.x25519)
    if args.output is None and args.json:
        ui.data({"recipient": public, "identity": secret})
        return
    _keep(args.output, _key_file(secret, public), secret=True)
    if args.json:
        ui.data({"recipient": public, "file": args.output})
    elif args.output is not None or not sys.stdout.isatty():  # else it has just been shown
        ui.note(f"Public key: {public}")


def _new_key(*, classic: bool) -> tuple[str, str]:
    if classic:
        from twinbell.age.x25519 import X25519Identity

        old = X25519Identity.generate()
        return str(old), str(old.recipient)
    from twinbell.age.hybrid import HybridIdentity

    new = HybridIdentity.generate()
    return str(new), str(new.recipient)


def _key_file(secret: str, public: str) -> str:
    import time

    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return f"# created: {made}\n# public key: {public}\n{secret}\n"


def _keep(name: str | None, text: str, *, secret: bool) -> None:
    """Write to standard output, or to a file that must not be there yet: keys are not overwritten."""
    if name is None or name == "-":
        sys.stdout.write(text)
        return
    from pathlib import Path

    from twinbell.client import folder

    try:
        folder.write_new(Path(name), text.encode())
    except FileExistsError:
        raise Refused(f"{name} is already there, and a key file is not overwritten.") from None
    if not secret:
        Path(name).chmod(0o644)


def _encrypt(args: argparse.Namespace) -> None:
    from twinbell.cli import carry, output, ui

    moment = timelock.moment(args)
    recipients = _recipients(args, moment is not None)
    if moment is not None:
        recipients.append(moment.recipient())
    with (
        output.open_input(args.input) as source,
        output.open_output(args.output, source=source, text=args.armor) as sink,
    ):
        if isinstance(sink, output.Terminal):
            raise Mistaken(
                "An age file is not text, and a terminal would show nonsense.",
                hint="`-a` makes text of it, `-o FILE` writes it to a file, `-o -` shows it anyway.",
            )
        count = carry.seal(source, sink, recipients, armor=args.armor)
    record: dict[str, object] = {"file": args.output, "bytes": count}
    if moment is not None:
        record |= moment.record()
        if not args.json:
            ui.note(f"Opens on {moment}.")
    if args.json and args.output not in (None, "-"):
        ui.data(record)


def _recipients(args: argparse.Namespace, to_a_moment: bool) -> list["Recipient"]:
    from twinbell.cli import keyfiles

    if [*args.recipients_file, *args.identity, args.input or "-"].count("-") > 1:
        raise Mistaken("Standard input can be read for one thing only.")
    named = bool(args.recipient or args.recipients_file or args.identity)
    if args.passphrase and named:
        raise Mistaken("A passphrase must be the only recipient of a file.")
    if to_a_moment and (named or args.passphrase):
        raise Mistaken(
            "A moment must be the only recipient of a file: a key beside it would open it before.",
            hint="Seal twice, one inside the other, if both are to be needed.",
        )
    if args.passphrase:
        from twinbell.age.scrypt import ScryptRecipient

        return [ScryptRecipient(keyfiles.choose_passphrase())]
    if not (named or to_a_moment):
        raise Mistaken(
            "This is sealed to nobody yet.",
            hint="Name a recipient (-r, -R), a passphrase (-p) or a moment (--opens).",
        )
    found = [keyfiles.recipient(text) for text in args.recipient]
    for name in args.recipients_file:
        found += keyfiles.recipients_file(name)
    for name in args.identity:
        found += keyfiles.recipients_of(keyfiles.identities_file(name))
    return found


def _decrypt(args: argparse.Namespace) -> None:
    from twinbell.cli import carry, keyfiles, output, ui

    if [*args.identity, args.input or "-"].count("-") > 1:
        raise Mistaken("Standard input can be read for one thing only.")
    identities: list[Identity] = [keyfiles.Passphrase()]
    for name in args.identity:
        identities += keyfiles.identities_file(name)
    identities.append(timelock.TimeLock(args.chain, args.beacon))
    with (
        output.open_input(args.input) as source,
        output.open_output(args.output, source=source, text=False) as sink,
    ):
        try:
            count = carry.open_(source, sink, identities)
        except NotForMe as error:
            if not args.identity and str(error) == str(NotForMe()):
                error.hint = "Name your key file with -i."
            raise
    if args.json and args.output not in (None, "-"):
        ui.data({"file": args.output, "bytes": count})


def _inspect(args: argparse.Namespace) -> None:
    from twinbell.cli import inspection, output, ui

    with output.open_input(args.input) as source:
        found = inspection.inspect(source)
    if args.json:
        ui.data(found.record())
    else:
        ui.say(*found.lines(args.input or "Standard input"))
