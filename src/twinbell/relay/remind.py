"""Reminding the writer of a watch who was not heard from: by Web Push, and by what the operator allows.

A reminder says one constant sentence, in a rehearsal another one, and with push nothing at all. It is
*accepted* when the service behind the channel has answered that it took it; what is queued with us, or was
sent into the dark, is not. Who was never called in this way is not silent.

Mail, telephone and chat services are reached by Apprise (the extra `remind`), each only if the operator has
put its scheme on a list. Its address comes from a stranger, so nothing in the course of a reminder may
connect to an address of the relay's own network, whatever names, redirects or answers lead there.
"""

import asyncio
import ipaddress
import logging
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from urllib.parse import parse_qsl, urlsplit

from twinbell.errors import Damaged, NotFound
from twinbell.relay import log
from twinbell.relay.push import Push
from twinbell.wire.limits import WATCH_REMIND_S
from twinbell.wire.push import Subscription

PUSH, APPRISE = "push", "apprise"
TITLE, TEXT = "Twinbell", "Please open Twinbell once."
TEXT_REHEARSED = "This is a rehearsal: so you would be asked to open Twinbell once."
ACCEPTED, REFUSED, UNREACHABLE, NOT_OFFERED = "accepted", "refused", "unreachable", "not-offered"
AT_ONCE = 4  # threads that wait for services
WAITING_MAX = 256  # reminders that wait for such a thread; beyond it they are tried again later
# Of an address, only who it is for and from may be said behind its `?`: others name servers and files.
_PARAMETERS = {"to", "from", "name"}

_guarded: ContextVar[bool] = ContextVar("guarded", default=False)


class Reminders:
    """Sends one reminder at a time to one channel, and says what became of it."""

    def __init__(self, push: Push, *, schemes: Iterable[str], private: bool) -> None:
        self._push = push
        wanted = frozenset(schemes)
        self._schemes = wanted if wanted and has_apprise() else frozenset()  # it is slow to import
        self._private = private
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="remind")
        self._waiting = 0
        self.sent = 0
        if self._schemes:
            logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it tells addresses
            if not private:
                _guard()

    def offered(self) -> list[str]:
        """Return what a channel may be: `push`, and schemes of Apprise."""
        try:
            _ = self._push.public
        except NotFound:
            return sorted(self._schemes)
        return [PUSH, *sorted(self._schemes)]

    def check(self, kind: str, address: bytes) -> None:
        """Raise `Damaged` or `NotFound` for a channel that this relay would never use."""
        if kind == PUSH:
            self._push.check(Subscription.parse(address))
            return
        url = address.decode()
        scheme = url.partition("://")[0].lower()
        if kind != APPRISE or scheme not in self._schemes:
            raise Damaged("This relay does not remind in this way.")
        try:
            named = {name.lower() for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        except ValueError:
            raise Damaged("This is not the address of a channel.") from None
        if named - _PARAMETERS or _made(url) is None:
            raise Damaged("This is not the address of a channel, or says more than it may.")

    async def send(self, kind: str, address: bytes, *, rehearsal: bool = False) -> str:
        """Remind once, and return what became of it: `accepted`, `refused`, `unreachable` or `not-offered`.

        Never raises, and has a deadline.
        """
        try:
            self.check(kind, address)
        except (Damaged, NotFound):  # the operator took it from the list
            return NOT_OFFERED
        text = TEXT_REHEARSED if rehearsal else TEXT
        outcome = await (self._knock(address) if kind == PUSH else self._notify(address.decode(), text))
        if outcome == ACCEPTED:
            self.sent += 1
        return outcome

    def stop(self) -> None:
        """Send nothing more; who waits in a thread is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _knock(self, address: bytes) -> str:
        status = await self._push.knock(Subscription.parse(address))
        if 200 <= status < 300:
            return ACCEPTED
        return REFUSED if 400 <= status < 500 and status != 429 else UNREACHABLE

    async def _notify(self, url: str, text: str) -> str:
        if self._waiting >= WAITING_MAX:
            return UNREACHABLE
        context = copy_context()
        context.run(_guarded.set, not self._private)
        self._waiting += 1
        sending = asyncio.get_running_loop().run_in_executor(self._threads, context.run, _send, url, text)
        sending.add_done_callback(self._returned)
        try:
            # A thread cannot be stopped: it goes on behind our back until its sockets time out.
            return await asyncio.wait_for(asyncio.shield(sending), WATCH_REMIND_S)
        except TimeoutError:
            return UNREACHABLE

    def _returned(self, sending: "asyncio.Future[str]") -> None:
        self._waiting -= 1
        if not sending.cancelled() and sending.exception() is not None:
            log.fault(Exception("A reminder failed."))  # not the error itself: it may hold the address


def has_apprise() -> bool:
    """Tell whether the extra `remind` is installed."""
    try:
        import apprise  # noqa: F401
    except ImportError:
        return False
    return True


def _made(url: str) -> object | None:
    """Return Apprise's own channel for `url`, or None for what it does not understand."""
    import apprise

    asset = apprise.AppriseAsset(
        async_mode=False, allow_templates=False, http_redirects=False, app_id=TITLE, app_desc=TITLE
    )
    sender = apprise.Apprise(asset=asset)
    return sender if sender.add(url) and len(sender) == 1 else None


def _send(url: str, text: str) -> str:
    sender = _made(url)
    if sender is None:
        return REFUSED
    try:
        return ACCEPTED if sender.notify(body=text, title=TITLE) else REFUSED  # type: ignore[attr-defined]
    except Exception:
        return UNREACHABLE


class _Private(OSError):
    """This leads into the relay's own network."""


_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_is_guarded = False


def _guard() -> None:
    """From now on, refuse each connection of a reminder that leads to an address that is not public.

    At the connection and not at the name: names change between two questions, and services redirect.
    """
    global _is_guarded
    if not _is_guarded:
        _is_guarded = True
        sys.addaudithook(_look)


def _look(event: str, details: tuple[object, ...]) -> None:
    if event in _CONNECTING and _guarded.get() and not is_public(details[1]):
        raise _Private("A reminder may not connect there.")


def is_public(address: object) -> bool:
    """Tell whether a socket's address is one of the public internet, given as a number."""
    try:
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0]) if isinstance(address, tuple) else None
    except ValueError:  # a name: whatever connects by one has not looked it up yet
        return False
    if ip is None:  # a socket of this machine
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return bool(mapped.is_global) and not mapped.is_multicast
