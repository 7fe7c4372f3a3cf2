"""What a relay serves as the web app, compared with a build that is trusted and with whoever signed it.

All that can be told is what was served to this program, now. A relay that wishes to can serve another
person, or this one tomorrow, something else; so what is found is worded as what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twinbell.client.transport import Answer, Transport
from twinbell.crypto import sshsig
from twinbell.crypto.signing import VerifyKey
from twinbell.errors import Damaged, NotFound, TwinbellError, Unreachable
from twinbell.wire.limits import WEB_FILE_BYTES_MAX
from twinbell.wire.web import INDEX, LIST, NAMESPACE, PAGES, SIGNATURE, AppList, File, connects

_PLAIN = {"Accept-Encoding": "identity"}
_POLICY = "content-security-policy"


@dataclass(frozen=True, slots=True)
class Served:
    """What one relay served: its list, and what was wrong with it.

    `broken` are the paths whose bytes are not those of the served list, or that came with another policy.
    """

    data: bytes
    app: AppList
    signature: str | None
    broken: tuple[str, ...]
    connect: tuple[str, ...]

    def differs(self, trusted: AppList) -> tuple[str, ...]:
        """Return the paths that one of the two has and the other has not, or has otherwise."""
        paths = self.app.files.keys() | trusted.files.keys()
        return tuple(sorted(p for p in paths if self.app.files.get(p) != trusted.files.get(p)))

    def check_signature(self, key: VerifyKey) -> None:
        """Return if `key` signed the list; raise `Damaged` if not."""
        if self.signature is None:
            raise Damaged("The list of this app is not signed.")
        sshsig.verify(key, self.data, self.signature, namespace=NAMESPACE)


def fetch(url: str) -> Served:
    """Fetch the list, its signature and every file of the app at `url`.

    Raises `NotFound` where none is served, `Damaged` if its list is none, `Unreachable`.
    """
    transport = Transport(url)
    try:
        listed = _get(transport, "/" + LIST)
        if listed.status == 404:
            raise NotFound(f"No web app is served at {transport.name}.")
        app = AppList.parse(_body(listed))
        broken: list[str] = []
        connect: set[str] = set()
        for file in app.files.values():
            answer = _get(transport, file.url)
            allowed = connects(_policy(answer.fields))
            if answer.status != 200 or allowed is None or not _is(file, answer.body):
                broken.append(file.path)
            connect.update(allowed or ())
        for page in PAGES:
            if not _is(app.files[INDEX], _get(transport, page).body) and INDEX not in broken:
                broken.append(INDEX)
        signed = _get(transport, "/" + SIGNATURE)
        signature = _body(signed).decode("ascii", "replace") if signed.status == 200 else None
        return Served(listed.body, app, signature, tuple(broken), tuple(sorted(connect)))
    finally:
        transport.close()


def _get(transport: Transport, path: str) -> Answer:
    return transport.request("GET", path, fields=_PLAIN, bytes_max=WEB_FILE_BYTES_MAX)


def _body(answer: Answer) -> bytes:
    if answer.status != 200:
        raise Unreachable(f"The relay, or a proxy before it, answered {answer.status}.")
    return answer.body


def _policy(fields: Mapping[str, str]) -> str:
    return fields.get(_POLICY, "")


def _is(file: File, data: bytes) -> bool:
    try:
        file.check(data)
    except TwinbellError:
        return False
    return True
