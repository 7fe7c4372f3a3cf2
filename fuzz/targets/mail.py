"""The mail file of a letter: it has our shape or is `Damaged`, and says the same when written again."""

from collections.abc import Iterator

from twinbell.bond import mail
from twinbell.bond.tar import padded
from twinbell.errors import Damaged


def _mail(text: str, *files: mail.FileNote) -> mail.Mail:
    return mail.Mail(
        letter=bytes(16), bond=bytes(32), lock_sha256=bytes(32), written_s=1_800_000_000,
        writer="Mei 明", reader="Jun", subject="For the tenth of October, 誕生日", text=text, files=files,
    )  # fmt: skip


def seeds() -> Iterator[bytes]:
    photo = mail.FileNote(name="夕焼け.png", media="image/png", size=12, sha256=bytes(32))
    # Without the epilogue, which `one` puts back: mutations then fall where something is said.
    for each in (_mail("Dear Jun,\n\nuntil then. 🔔\n", photo), _mail("plain\n"), _mail("")):
        yield mail.encode(each).rpartition(b"--\r\n")[0] + b"--\r\n"


def one(data: bytes) -> bool:
    whole = data + mail._fill(padded(len(data)) - len(data))
    try:
        found = mail.decode(whole)
    except Damaged:
        return False
    assert mail.decode(mail.encode(found)) == found
    return True
