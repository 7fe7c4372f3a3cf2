"""The gate before the beacon key: which moments have plausibly come.

A relay must not sign a round before its time, and its wall clock is set by others: a lying time
server, a flat battery, a wrong hand. Elapsed time cannot be set. So:

    W  the wall clock
    P  W at the anchor + time elapsed since (CLOCK_BOOTTIME: goes on in suspend)
    tolerance  2 s + 200 ppm of the time since the anchor, what an honest clock may drift

The gate is open up to W while W ≤ P + tolerance; when W leaps ahead it is open up to P, which goes on
growing, and somebody is told. A clock that goes back takes the gate with it: what was once ahead must
not stay ahead for ever.

P is lost when the machine is off. Then W is believed up to an hour beyond the last time that was
written down, and that allowance adds up to six hours at most. Beyond it, W is accepted from a witness
(a verified round of another chain, whose keepers are not ours) or from the operator, by `confirm`. A
witness only ever agrees or holds back, it never pulls the gate beyond W: otherwise its keepers could
open our rounds, and two chains in one lock would be worth one.

    first start ──> STEADY ──W leaps ahead──> LEAPT ──W comes back, witness agrees, or confirm──> STEADY
                      └──W > witness + 1 h──> FOLLOWING ──W comes back, or confirm──> STEADY

Nothing here reads a clock or a file: `clockfile.py` keeps the little that must outlive the process.
"""

from dataclasses import dataclass, replace
from enum import Enum

from twinbell.errors import Refused

TOLERANCE_S = 2.0  # a step of a well-kept clock (NTP slews what is smaller than 128 ms)
DRIFT = 200e-6  # twice what a bad quartz is off
BOOT_ALLOWANCE_S = 3600  # one unwitnessed gap: a reboot, a short power cut
BOOT_ALLOWANCE_MAX_S = 6 * 3600  # all of them since the last witness or confirmation
WITNESS_LAG_S = 300  # a witness agrees with W within this much of its newest round
WITNESS_LEAD_S = 3600  # W beyond a reachable witness by more than this: the gate follows the witness

BUILT_S = 1795305600  # 2026-11-22: no honest clock that starts a new relay shows an earlier time


class State(Enum):
    STEADY = "steady"  # the gate is the wall clock
    LEAPT = "leapt"  # the wall clock is ahead of what can have elapsed; the gate is what has elapsed
    FOLLOWING = "following"  # the wall clock is ahead of the witness; the gate is the witness


@dataclass(frozen=True, slots=True)
class Now:
    """Both clocks of the machine, read at one moment."""

    wall_s: float
    boot_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What outlives the process: how far the gate had come, and how much of the allowance is used.

    `boot_s` and `boot_id` tell a restart of the process from a restart of the machine: in the former,
    elapsed time is still known and uses up nothing.
    """

    seen_s: float
    used_s: float = 0.0
    overruled_s: int = 0
    boot_s: float = 0.0
    boot_id: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """The newest time that another chain has proved, and when (CLOCK_BOOTTIME) it was first seen."""

    time_s: int
    boot_s: float

    def at(self, boot_s: float) -> float:
        """Return what time it must be by now."""
        return self.time_s + (boot_s - self.boot_s)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the gate says at one moment: a round is signed only if its time is not after `gate_s`."""

    gate_s: float
    state: State
    wall_s: float

    @property
    def behind_s(self) -> float:
        """How far the gate is behind the wall clock."""
        return max(0.0, self.wall_s - self.gate_s)


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one running process. Every event returns a new one."""

    anchor_s: float  # P at the anchor
    anchor_boot_s: float
    used_s: float = 0.0
    witness: Witness | None = None
    overruled_s: int = 0  # the operator has said that a witness no newer than this is wrong

    def elapsed_to(self, boot_s: float) -> float:
        """Return P: the anchor and the time elapsed since."""
        return self.anchor_s + (boot_s - self.anchor_boot_s)

    def tolerance(self, boot_s: float) -> float:
        """Return how far W may honestly be ahead of P."""
        return TOLERANCE_S + DRIFT * (boot_s - self.anchor_boot_s)

    def read(self, now: Now) -> Reading:
        """Return what the gate says now."""
        elapsed_s = self.elapsed_to(now.boot_s)
        leapt = now.wall_s > elapsed_s + self.tolerance(now.boot_s)
        gate_s = elapsed_s if leapt else now.wall_s
        state = State.LEAPT if leapt else State.STEADY
        if self.witness and self.witness.time_s > self.overruled_s:
            witnessed_s = self.witness.at(now.boot_s)
            drift_s = DRIFT * (now.boot_s - self.witness.boot_s)
            if now.wall_s > witnessed_s + WITNESS_LEAD_S + drift_s and witnessed_s < gate_s:
                gate_s, state = witnessed_s, State.FOLLOWING
        return Reading(gate_s, state, now.wall_s)

    def witnessed(self, now: Now, time_s: int) -> "Gate":
        """Return the gate after another chain proved that `time_s` has come.

        An old round proves nothing new: the later of what is known counts. Where it agrees with W, P
        starts anew from W and the allowance is whole again.
        """
        witness = self.witness
        if witness is None or time_s > witness.at(now.boot_s):
            witness = Witness(time_s, now.boot_s)
        gate = replace(self, witness=witness)
        if abs(now.wall_s - time_s) > WITNESS_LAG_S:
            # W ahead is not proved. W behind opens nothing early, but is no anchor: once it is set right, it
            # would look like a leap. And the allowance stays used, since P may still be ahead by it.
            return gate
        return replace(gate, anchor_s=now.wall_s, anchor_boot_s=now.boot_s, used_s=0.0, overruled_s=0)

    def confirmed(self, now: Now) -> "Gate":
        """Return the gate after the operator said that W is right: over elapsed time and witness."""
        return replace(
            self,
            anchor_s=now.wall_s,
            anchor_boot_s=now.boot_s,
            used_s=0.0,
            overruled_s=self.witness.time_s if self.witness else self.overruled_s,
        )

    def seen(self, now: Now, boot_id: str = "") -> Seen:
        """Return what is to be written down once a minute and at the end.

        Never beyond P: the tolerance of one run must not become the starting point of the next, or
        many restarts would add it up.
        """
        gate_s = min(self.read(now).gate_s, self.elapsed_to(now.boot_s))
        return Seen(gate_s, self.used_s, self.overruled_s, now.boot_s, boot_id)


def first(now: Now, *, built_s: int = BUILT_S, witness_s: int | None = None) -> Gate:
    """Return the gate of a relay that starts for the first time.

    Raises `Refused` when W lies before this program was made, or when a witness was asked
    (`witness_s`) and does not agree: the beginning of the chain would be wrong for ever.
    """
    if now.wall_s < built_s:
        raise Refused(
            "This machine's clock shows a time before this program was made.",
            hint="Set it, then start again.",
        )
    gate = Gate(now.wall_s, now.boot_s)
    if witness_s is None:
        return gate
    if abs(now.wall_s - witness_s) > WITNESS_LAG_S:
        raise Refused(
            "This machine's clock and the witness do not agree.", hint="Set the clock, then start again."
        )
    return gate.witnessed(now, witness_s)


def again(now: Now, seen: Seen, *, boot_id: str = "") -> Gate:
    """Return the gate of a relay that starts again with what was written down."""
    expected_s = seen.seen_s
    if boot_id and boot_id == seen.boot_id and now.boot_s >= seen.boot_s:
        expected_s += now.boot_s - seen.boot_s
    gap_s = max(0.0, now.wall_s - expected_s)
    if gap_s <= BOOT_ALLOWANCE_S and seen.used_s + gap_s <= BOOT_ALLOWANCE_MAX_S:
        return Gate(now.wall_s, now.boot_s, seen.used_s + gap_s, None, seen.overruled_s)
    return Gate(expected_s, now.boot_s, seen.used_s, None, seen.overruled_s)
