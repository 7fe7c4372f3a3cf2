"""What happens around a watch inside a bond, and what its person is told; the other events are in `event.py`.

Nothing is decided here: `guarding.py` takes an event and gives effects.
"""

from typing import TypeAlias

from twinbell.bond.frozen import Frozen
from twinbell.bond.guardian import GuardianAsk, ReaderSeat, Share, ShareRelease
from twinbell.bond.watchkeys import Owned

# Events. The bond in which each happens is in `guarding.py`.


class GuardianAsked(Frozen):
    """The writer asks the other to be a guardian; again once a year, and for each rehearsal."""

    ask: GuardianAsk


class GuardianAnswered(Frozen):
    """The person who was asked says yes or no."""

    watch: bytes
    yes: bool


class SeatGiven(Frozen):
    """The writer gives a guardian their seat, and the terms at each change. The token is the one kept."""

    relay: str
    watch: bytes
    key: bytes
    terms: bytes


class ShareGiven(Frozen):
    """The writer gives a guardian their share of a new arming."""

    share: Share


class ShareSafe(Frozen):
    """It is sure that the guardian has their share: its words are let go of here."""

    watch: bytes


class SharesOver(Frozen):
    """All letters are behind a newer gate: the guardian may let go of shares of epochs below."""

    watch: bytes
    below: int


class ShareReleased(Frozen):
    """The guardian gives the reader a share, which came to them in another bond."""

    release: ShareRelease


class GuardianEnded(Frozen):
    """Writer or guardian ends it."""

    watch: bytes


class RehearsalDone(Frozen):
    """The guardian has done their part in this rehearsal."""

    watch: bytes


class ReaderNamed(Frozen):
    """The writer tells the reader of the watch and its guardians; again at each change."""

    seat: ReaderSeat


class RehearsalRead(Frozen):
    """The reader has opened the letter of this rehearsal."""

    watch: bytes
    proof: bytes


class WatchKept(Frozen):
    """The writer's watch has changed: keep it so. `save` where a copy must have it at once."""

    watch: Owned
    save: bool = True


class WatchForgotten(Frozen):
    """This watch is no more: writer or reader let go of what was kept of it."""

    watch: bytes


class WatchSeen(Frozen):
    """A guardian looked at the watch. What the relay showed is believed only as far as it is signed."""

    watch: bytes
    terms: bytes = b""
    life: bytes = b""  # the newest signed sign of life or absence
    note: bytes = b""  # the one for this guardian
    stop: bytes = b""


WatchEvent: TypeAlias = (
    GuardianAsked
    | GuardianAnswered
    | SeatGiven
    | ShareGiven
    | ShareSafe
    | SharesOver
    | ShareReleased
    | GuardianEnded
    | RehearsalDone
    | ReaderNamed
    | RehearsalRead
    | WatchKept
    | WatchForgotten
    | WatchSeen
)

# News: what a person is told. The sentence of each is its docstring; `…` is the other's name.


class GuardianWanted(Frozen):
    """… asks whether you will be a guardian."""

    ask: GuardianAsk


class GuardianSaid(Frozen):
    """… has answered whether they will be your guardian."""

    watch: bytes
    yes: bool


class SeatTaken(Frozen):
    """You are a guardian of …."""

    watch: bytes


class TermsChanged(Frozen):
    """… has changed the terms of their watch. What makes it shorter holds from `from_s` on; 0 is at once."""

    watch: bytes
    from_s: int


class ShareCame(Frozen):
    """… gave you a share to keep. Alone it opens nothing."""

    watch: bytes
    epoch: int


class SharesGone(Frozen):
    """Shares of … that are no longer needed were deleted."""

    watch: bytes
    below: int


class ShareArrived(Frozen):
    """… has released their share to you."""

    watch: bytes
    epoch: int


class GuardianGone(Frozen):
    """… has ended the guardianship. What was kept for it is deleted."""

    watch: bytes


class GuardianRehearsed(Frozen):
    """… has done their part in the rehearsal."""

    watch: bytes
    day: int


class ReaderSeated(Frozen):
    """… names you as the reader of their last letters, or has changed what they said of it."""

    watch: bytes
    guardians: tuple[str, ...]
    rehearsal: bool = False


class RehearsalOpened(Frozen):
    """… has opened the letter of the rehearsal."""

    watch: bytes
    proof: bytes
    day: int


class ShareDoubtful(Frozen):
    """… came back from paper and may no longer have their share. Arm the watch again."""

    watch: bytes


class DuressSeen(Frozen):
    """… may not be acting of their own free will. Be careful, and ask them where nobody listens."""

    watch: bytes


class StopSeen(Frozen):
    """The watch of … was stopped with the code on paper."""

    watch: bytes


class Misplaced(Frozen):
    """… sent something that has no place in this bond. It was not taken in."""

    kind: str


class WatchRefused(Frozen):
    """… sent something about a watch that does not fit. It was not taken in."""

    kind: str
    why: str


WatchNews: TypeAlias = (
    GuardianWanted
    | GuardianSaid
    | SeatTaken
    | TermsChanged
    | ShareCame
    | SharesGone
    | ShareArrived
    | GuardianGone
    | GuardianRehearsed
    | ReaderSeated
    | RehearsalOpened
    | ShareDoubtful
    | DuressSeen
    | StopSeen
    | Misplaced
    | WatchRefused
)
