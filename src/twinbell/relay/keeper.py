"""The keeper of the relay's own chain signs a round when somebody asks for it and its time has come.

A signature is deterministic, so nothing is stored and nothing has to be caught up after a halt: a relay
that was down for three days answers every round of them at once. The clock gate stands before the
key, for the first signature of a round and for the hundredth.

`beaconkey.py` holds what is fixed, `clockgate.py` decides; `beacon.py` puts this together with the other
chains and gives it to the relay.
"""

import asyncio
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from twinbell.clock import Clock, SystemClock
from twinbell.errors import Damaged, NotYet
from twinbell.relay import beaconkey, clockfile, log
from twinbell.relay.beaconkey import PERIOD_S, BeaconKey
from twinbell.relay.clockfile import Confirmation
from twinbell.relay.clockgate import TOLERANCE_S, Gate, Now, Reading, Seen, State, again, first
from twinbell.wire.beacon import Beacon, Chain, current_round, time_of
from twinbell.wire.problems import Denied, Problem

CACHE_ROUNDS = 4096  # 48 bytes each; the letters of one day ask for one round
SIGNING_MAX = 64  # rounds being signed at once; each takes half a millisecond, so none waits long
WRITE_S = 60  # the gate time is written down once a minute
LOOK_S = 2  # how often a confirmation of the operator is looked for


@dataclass(frozen=True, slots=True)
class Kept:
    """The beacon that a data folder holds already."""

    folder: Path
    key: BeaconKey
    seen: Seen


def find(data: Path, *, period_s: int | None = None) -> Kept | None:
    """Return the beacon of a data folder, or None if the relay starts for the first time.

    Raises `Refused` when it must not start: see `beaconkey.load`.
    """
    folder = beaconkey.make_folder(data)
    key = beaconkey.load(folder, period_s=period_s)
    if key is None:
        return None
    try:
        seen = clockfile.load(folder)
    except Damaged:
        log.warn("The clock file was damaged; the gate starts at the genesis of the chain.")
        seen = None
    # Without a clock file, all that is known is that the chain has begun.
    return Kept(folder, key, seen or Seen(float(key.chain.genesis_s)))


class Keeper:
    """Signs the rounds of one chain, none before its time.

    Made by `open`. `start` runs the small tasks beside it, `stop` ends them and writes the clock.
    """

    def __init__(self, folder: Path, key: BeaconKey, gate: Gate, *, clock: Clock, boot_id: str) -> None:
        self.folder = folder
        self.chain: Chain = key.chain
        self.gate = gate
        self.signed = 0  # signatures made, for /metrics
        self._key = key
        self._clock = clock
        self._boot_id = boot_id
        self._state = State.STEADY
        self._known: OrderedDict[int, Beacon] = OrderedDict()
        self._signing: dict[int, asyncio.Future[Beacon]] = {}
        self._signer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beacon")
        self._writing = threading.Lock()  # the minute's writing and a confirmation may meet
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        period_s: int | None = None,
        clock: Clock | None = None,
        boot_id: str | None = None,
        witness_s: int | None = None,
    ) -> "Keeper":
        """Return the keeper of a data folder, made there if this is the relay's first start.

        `witness_s` is what a witness has just proved; only the first start needs it. Raises `Refused`.
        """
        clock = clock or SystemClock()
        boot_id = clockfile.boot_id() if boot_id is None else boot_id
        now = Now(clock.wall_s(), clock.boot_s())
        kept = find(data, period_s=period_s)
        if kept is None:
            gate = first(now, witness_s=witness_s)
            folder = beaconkey.make_folder(data)
            key = BeaconKey.make(
                period_s=PERIOD_S if period_s is None else period_s, genesis_s=int(now.wall_s)
            )
            beaconkey.save(folder, key)
        else:
            folder, key = kept.folder, kept.key
            gate = again(now, _after_confirmation(folder, kept.seen, now, boot_id), boot_id=boot_id)
        keeper = cls(folder, key, gate, clock=clock, boot_id=boot_id)
        keeper.write()
        return keeper

    async def start(self) -> None:
        """Begin to write the clock once a minute and to look for the operator's confirmation."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write the clock a last time and end; safe to repeat."""
        self._stopping.set()
        if self._task is not None:
            await self._task
            self._task = None
            self.write()
        self._signer.shutdown(wait=False, cancel_futures=True)

    def read(self) -> Reading:
        """Return what the gate says now; a change of its state goes to the log."""
        reading = self.gate.read(self._now())
        if reading.state is not self._state:
            self._state = reading.state
            if reading.state is State.STEADY:
                log.warn("The clock is plausible again; the beacon follows it.")
            else:
                log.warn(
                    "The clock is ahead of what can have passed. Rounds beyond that are not signed. "
                    "If the clock is right, run `twinbell relay clock confirm`."
                )
        return reading

    def current(self) -> int:
        """Return the newest round whose time has come by the gate; 0 before the genesis."""
        return current_round(self.chain, self.read().gate_s)

    def expected(self) -> int:
        """Return the newest round by the wall clock, which the gate may not believe."""
        return current_round(self.chain, self._clock.wall_s())

    async def beacon(self, round: int) -> Beacon:
        """Return the signature of `round`.

        Raises `NotYet` with the round and its time when that has not come by the gate, and `Denied` when
        too many rounds are being signed.
        """
        opens_s = time_of(self.chain, round)
        if opens_s > self.read().gate_s:
            raise NotYet(f"Round {round} has not come.", round=round, opens_s=opens_s)
        known = self._known.get(round)
        if known is not None:
            self._known.move_to_end(round)
            return known
        signing = self._signing.get(round)
        if signing is None:
            if len(self._signing) >= SIGNING_MAX:
                raise Denied(Problem.TOO_FAST, "Too many rounds are asked for at once.", retry_s=1)
            loop = asyncio.get_running_loop()
            signing = loop.run_in_executor(self._signer, self._sign, round)
            self._signing[round] = signing
            signing.add_done_callback(lambda done: self._keep(round, done))
        # Whoever hangs up must not take the signature away from the others who wait for it.
        return await asyncio.shield(signing)

    def witnessed(self, time_s: int) -> None:
        """Take note that another chain has proved that `time_s` has come."""
        before = self.gate
        self.gate = self.gate.witnessed(self._now(), time_s)
        if self.gate.used_s < before.used_s:
            self.write()

    def confirm(self) -> None:
        """Take the operator's word that the wall clock is right."""
        self.gate = self.gate.confirmed(self._now())
        self.write()

    def look(self) -> None:
        """Take a confirmation that the operator has left in the folder, if it is of this clock."""
        try:
            confirmation = clockfile.take_confirmation(self.folder)
        except Damaged:
            log.warn("A confirmation of the clock could not be read. Run it again.")
            return
        if confirmation is None:
            return
        if confirmation.holds(self._now(), self._boot_id, TOLERANCE_S):
            self.confirm()
            log.warn("The operator has confirmed the clock.")
        else:
            log.warn("The clock has changed since it was confirmed. Run it again.")

    def write(self) -> None:
        """Write the gate time down. A full disk is told, and costs nothing but allowance after a crash."""
        now, gate = self._now(), self.gate
        try:
            with self._writing:
                clockfile.save(self.folder, gate.seen(now, self._boot_id), state=gate.read(now).state.value)
        except OSError:
            log.warn("The clock of the beacon could not be written to the disk.")

    def is_backed_up(self) -> bool:
        """Tell whether the words of the key were ever shown by `twinbell relay beacon backup`."""
        return beaconkey.is_backed_up(self.folder)

    async def _run(self) -> None:
        since_s = 0.0
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_S)
            except TimeoutError:
                since_s += LOOK_S
                self.look()
                self.read()
                if since_s >= WRITE_S:
                    since_s = 0.0
                    # Not on the loop: a sync waits as long as the disk is busy.
                    await asyncio.to_thread(self.write)

    def _now(self) -> Now:
        return Now(self._clock.wall_s(), self._clock.boot_s())

    def _sign(self, round: int) -> Beacon:
        return Beacon(round, self._key.sign(round))

    def _keep(self, round: int, done: "asyncio.Future[Beacon]") -> None:
        self._signing.pop(round, None)
        if done.cancelled() or done.exception() is not None:
            return
        self.signed += 1
        self._known[round] = done.result()
        if len(self._known) > CACHE_ROUNDS:
            self._known.popitem(last=False)


def _after_confirmation(folder: Path, seen: Seen, now: Now, boot_id: str) -> Seen:
    """Return `seen`, or in its place what the operator confirmed while the relay did not run."""
    try:
        confirmation: Confirmation | None = clockfile.take_confirmation(folder)
    except Damaged:
        return seen
    if confirmation is None:
        return seen
    return Seen(confirmation.wall_s, 0.0, seen.overruled_s, confirmation.boot_s, confirmation.boot_id)
