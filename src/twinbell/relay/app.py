"""The relay put together: one process, one port, one folder.

    HOST:PORT ── front ──┬── /ws ───── socket ──┐
                         └── the rest ─ api ────┼── mailbox, pairing, blob, watch ── writer ── store
                                                ├── beacon
                                                └── web

The folder holds `relay.db`, `blobs/`, `epochs.log`, `beacon/`, `watch/`, `push/` and `lock`. This file is
the only one that knows all parts; it starts them in order and stops them in the other.
"""

import asyncio
import errno
import gc
import os
import signal
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from twinbell import __version__
from twinbell.clock import Clock, SystemClock
from twinbell.errors import Mistaken, Refused, TwinbellError
from twinbell.relay import folder, log
from twinbell.relay.api import Api
from twinbell.relay.beacon import RelayBeacon
from twinbell.relay.blob import Blobs, make_folder
from twinbell.relay.counter import Counter
from twinbell.relay.epochs import Epochs
from twinbell.relay.figures import figures
from twinbell.relay.front import Front
from twinbell.relay.guard import Guard
from twinbell.relay.mailbox import Mailboxes
from twinbell.relay.metrics import text
from twinbell.relay.origin import Origins
from twinbell.relay.outgoing import Outgoing
from twinbell.relay.over import Over
from twinbell.relay.pairing import Pairings
from twinbell.relay.pairingapi import PairingApi
from twinbell.relay.push import Push
from twinbell.relay.pushkey import PushKey
from twinbell.relay.remind import Reminders, has_apprise
from twinbell.relay.room import Rooms
from twinbell.relay.settings import Settings
from twinbell.relay.socket import Socket
from twinbell.relay.store import Drop, Job, Keep, Store
from twinbell.relay.store.sqlite import SqliteStore
from twinbell.relay.store.writer import Change, Writer
from twinbell.relay.sweep import Sweep
from twinbell.relay.throttle import Budget
from twinbell.relay.vigil import Vigil
from twinbell.relay.watch import Watches
from twinbell.relay.watchapi import WatchApi
from twinbell.relay.web import Web
from twinbell.wire import limits
from twinbell.wire.push import Services

SWITCH_S = 0.0005  # how long the writer waits for the interpreter's lock when the loop is busy; default 5 ms
STOP_S = 10.0  # for requests that are being answered when the relay is told to stop


class Relay:
    """One relay. `start`, then `address` says where it is; `stop` when it is enough."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        early: bool = False,
        synchronous: str = "full",
    ) -> None:
        # `early` and `synchronous` break the promise of durability: known-bad controls of the torture tests.
        self.store: Store
        self.settings = settings
        self.clock = clock or SystemClock()
        self._early = early
        self._synchronous = synchronous
        self.origins = Origins(settings.origins)
        self.rooms = Rooms(self.clock)
        self.sockets: set[Socket] = set()
        self.outgoing = Outgoing()
        self.stopping = False
        self.address = ""
        self.restored = 0
        self._lock = -1
        self.guard = Guard(settings, self.clock)
        # What the guard offers, by the names that sockets and routes know.
        self.admit = self.guard.admit
        self.release = self.guard.release
        self.request = self.guard.request
        self.stranger = self.guard.stranger

    async def start(self) -> None:
        """Open the folder, start every part, listen. Raises `Refused` or `Mistaken` if it must not start."""
        data = self.settings.data.expanduser()
        tls = _tls(self.settings)
        secure = self.settings.tls_cert is not None
        self.web = Web.open(self.settings.web, connect=self.settings.connect, secure=secure)
        folder.make(data)
        self._lock = folder.lock(data)
        self.store = SqliteStore(data / "relay.db", synchronous=self._synchronous)
        self.epochs = Epochs(data / "epochs.log")
        self._notice_restore()
        settings = self.settings
        self.mailboxes = Mailboxes(
            store=self.store,
            epochs=self.epochs,
            clock=self.clock,
            envelopes_max=(settings.peer_envelopes, settings.self_envelopes),
            budget=Budget(burst=settings.deposits_per_minute, per_s=settings.deposits_per_minute / 60),
        )
        self.writer = Writer(
            self.store,
            folder=data,
            reserve_bytes=self.settings.reserve_bytes,
            on_done=self._done,
            early=self._early,
        )
        self.mailboxes.writer = self.writer
        self.mailboxes.acks.writer = self.writer
        self.writer.on_group = self.mailboxes.acks.ride
        self.blobs = Blobs(
            make_folder(data),
            store=self.store,
            writer=self.writer,
            mailboxes=self.mailboxes,
            bytes_max=(settings.blob_bytes(0), settings.blob_bytes(1)),
            reserve_bytes=settings.reserve_bytes,
        )
        self.blobs.sweep_strays()
        self.mailboxes.blobs_gone = self.blobs.remove
        self.pairings = Pairings(store=self.store, writer=self.writer, clock=self.clock)
        self.push = self._make_push(data)
        self.beacon = await RelayBeacon.open(
            data,
            period_s=self.settings.beacon_period,
            witnesses=self.settings.witness,
            clock=self.clock,
        )
        await self.beacon.start()
        await self._make_watches(data)
        await self._listen(tls)
        sweep = Sweep(
            clock=self.clock,
            guard=self.guard,
            mailboxes=self.mailboxes,
            pairings=self.pairings,
            blobs=self.blobs,
        )
        self.sweep = sweep
        self._rounds = [asyncio.create_task(each.run()) for each in (sweep, self.counter, self.vigil)]

    async def stop(self) -> None:
        """Refuse what is new, answer what was begun, commit it, and end."""
        self.stopping = True
        for round_ in self._rounds:
            round_.cancel()
        self._server.close()
        self.pairings.wake_all()
        for socket in list(self.sockets):
            socket.close()
        await self._runner.cleanup()
        await self.vigil.stop()
        self.reminders.stop()
        await self.counter.file()
        await self.beacon.stop()
        await self.push.stop()
        await self.writer.stop()
        self.store.close()
        self.epochs.close()
        self.over.close()
        os.close(self._lock)

    def _make_push(self, data: Path) -> Push:
        settings, mailboxes = self.settings, self.mailboxes
        key = None if settings.no_push else PushKey.open(data, contact=settings.contact)
        if key is None and not settings.no_push:
            log.say("Phones are not woken: pywebpush is not installed.")
        push = Push(
            store=self.store,
            clock=self.clock,
            key=key,
            services=Services(settings.push_services),
            find=mailboxes.find,
        )
        push.writer = self.writer
        mailboxes.push_waiting, mailboxes.push_told = push.waiting, push.told
        mailboxes.on_push, mailboxes.on_come = push.kept, push.collected
        return push

    async def _make_watches(self, data: Path) -> None:
        """Begin to count, once the clock gate can say what time it is."""
        settings, store, clock = self.settings, self.store, self.clock
        self.counter = Counter(data, store=store, clock=clock, read=self.beacon.read)
        self.counter.writer = self.writer
        await self.counter.file()
        if settings.remind and not has_apprise():
            log.say("People are reminded by push alone: apprise is not installed.")
        self.reminders = Reminders(self.push, schemes=settings.remind, private=settings.remind_private)
        self.over = Over(data)
        self.watches = Watches(
            store=store,
            counter=self.counter,
            mailboxes=self.mailboxes,
            reminders=self.reminders,
            over=self.over,
        )
        self.vigil = Vigil(
            store=store,
            counter=self.counter,
            mailboxes=self.mailboxes,
            reminders=self.reminders,
            clock=clock,
        )
        self.watches.writer = self.vigil.writer = self.writer
        await self.watches.start()

    async def _listen(self, tls: ssl.SSLContext | None) -> None:
        self._runner = web.AppRunner(
            Api(self).application(
                [
                    *PairingApi(self).routes(),
                    *WatchApi(self).routes(),
                    *self.beacon.routes(),
                    *self.web.routes(),
                ]
            ),
            access_log=None,
            shutdown_timeout=STOP_S,
        )
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        loop = asyncio.get_running_loop()

        def front() -> Front:
            return Front(self, server)

        host, port = self.settings.host, self.settings.port
        try:
            if tls is None:
                self._server: Any = await loop.create_server(front, host, port, backlog=4096)
            else:
                # Its own TLS costs a third less than the loop's, and TLS is most of what a message costs.
                import aiofastnet

                self._server = await aiofastnet.create_server(
                    loop, front, host, port, backlog=4096, ssl=tls, ssl_handshake_timeout=limits.HEAD_S
                )
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else "cannot be listened on"
            raise Refused(f"{self.settings.listen} {why}.", hint="Choose another with --listen.") from None
        name = self._server.sockets[0].getsockname()
        shown = f"[{name[0]}]" if ":" in name[0] else name[0]
        scheme = "https" if tls is not None else "http"
        self.address = self.settings.public_url.rstrip("/") or f"{scheme}://{shown}:{name[1]}"
        self.origins.own = self.address

    def _notice_restore(self) -> None:
        behind = sum(1 for box, epoch in self.store.epochs() if self.epochs.of(box) > epoch)
        if behind:
            self.restored = behind
            log.warn(
                f"This looks like a restored backup: {behind} mailboxes know an older epoch than epochs.log. "
                "They take no deposits until their owners have come."
            )

    def _done(self, group: list[Change]) -> None:
        """On the loop, after the commit of a group: answer everybody in it."""
        mailboxes = self.mailboxes
        for change in group:
            try:
                if change.__class__ is Keep:
                    mailboxes.kept(change)
                elif change.__class__ is Drop:
                    mailboxes.dropped(change)
                elif isinstance(change, Job):
                    _answer(change)
            except Exception as error:  # one answer that fails must not cost the others theirs
                log.fault(error)
        self.outgoing.flush()

    # --- what sockets and routes ask

    def address_of(self, peer: str, forwarded: str | None) -> str:
        """Return the caller's address: the last that our own proxy added, if there is one."""
        if self.settings.behind_proxy and forwarded:
            return forwarded.rpartition(",")[2].strip()
        return peer

    def origin_allowed(self, origin: str | None, host: str | None) -> bool:
        return self.origins.may_connect(origin, host)

    def about(self) -> dict[str, object]:
        return {
            "twinbell": 1,
            "version": __version__,
            "chains": self.beacon.documents(),
            "watches": {"counted": self.counter.now(), "remind": self.reminders.offered()},
            "limits": {
                "envelope_bytes": limits.ENVELOPE_BYTES_MAX,
                "blob_bytes": limits.BLOB_BYTES_MAX,
                "blobs_per_envelope": limits.BLOBS_PER_ENVELOPE_MAX,
                "slot_bytes": limits.SLOT_BYTES_MAX,
                "devices": limits.DEVICES_MAX,
                "channels": limits.CHANNELS_MAX,
                "page_envelopes": limits.PAGE_ENVELOPES_MAX,
                "peer_envelopes": self.settings.peer_envelopes,
                "peer_blob_bytes": self.settings.blob_bytes(0),
                "self_envelopes": self.settings.self_envelopes,
                "self_blob_bytes": self.settings.blob_bytes(1),
            },
        }

    def health(self) -> tuple[int, dict[str, object]]:
        """Return 200 as long as everything works, 503 and which word says why if it does not."""
        if self.writer.broken:
            return 503, {"status": "read-only"}
        if self.writer.full:
            return 503, {"status": "full"}
        if self.restored:
            return 200, {"status": "restored", "mailboxes": self.restored}
        return 200, {"status": "ok"}

    def metrics(self) -> str:
        return text(figures(self))


def serve(settings: Settings, *, told: Callable[[str], None] = print, **bad: Any) -> int:
    """Run a relay until SIGTERM or SIGINT; `told` hears its address once it serves. Returns the exit code."""
    import uvloop

    log.configure()
    sys.setswitchinterval(SWITCH_S)

    async def run() -> None:
        relay = Relay(settings, **bad)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await relay.start()
        _spare_the_collector()
        told(relay.address)
        if not relay.beacon.is_backed_up():
            log.warn("The beacon's key has no backup. `twinbell relay beacon backup` writes one on paper.")
        await stop.wait()
        await relay.stop()

    uvloop.run(run())
    return 0


def _spare_the_collector() -> None:
    """Take what lives for ever out of the garbage collector's rounds, and let those be rare.

    The collector walks every mailbox and socket each time; hardly any of our garbage has cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _answer(job: Job) -> None:
    caller = job.caller
    if caller is None:
        if job.error is not None:
            log.fault(job.error)
    elif isinstance(caller, asyncio.Future):
        if caller.done():
            return
        if job.error is not None:
            caller.set_exception(job.error)
        else:
            caller.set_result(job.result)
    else:
        caller()


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError):
        raise Mistaken("The certificate and its key cannot be read, or do not fit each other.") from None
    return context


__all__ = ["Relay", "TwinbellError", "serve"]
