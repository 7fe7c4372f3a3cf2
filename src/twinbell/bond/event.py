"""What happens to a pendant, what it asks for in return, and what its person is told.

Nothing is decided here: `lifecycle.step` takes an event and gives effects.
"""

from typing import TypeAlias

from twinbell.bond.about import About, Portrait
from twinbell.bond.frozen import Frozen
from twinbell.bond.kit import Root
from twinbell.bond.message import Letter, LetterAgain, Ring
from twinbell.bond.record import Record
from twinbell.bond.watchevent import WatchEvent, WatchNews

# Events.


class Begun(Frozen):
    """The bell has rung true and the pendant is saved for the first time."""


class RingWanted(Frozen):
    """The person rings."""

    ring: Ring = Ring()


class KnockWanted(Frozen):
    """The person wants to meet the other in the room, now."""


class LetterSealed(Frozen):
    """A letter lies sealed on the disk and shall go."""

    letter: Letter


class LetterGiven(Frozen):
    """A letter of this bond lies at the peer's relay once more, for `GiveLetters`."""

    content: LetterAgain


class AboutWritten(Frozen):
    """The person tells the other something of themselves, in the place of what they told before."""

    about: About


class PortraitDrawn(Frozen):
    """The person gives the other a portrait of themselves, in the place of the one before."""

    portrait: Portrait


class Arrived(Frozen):
    """An envelope was in our inbox. `blob` is what `FetchBlob` brought; b"" if it was not there."""

    envelope: bytes
    arrived_s: int
    blob: bytes | None = None


class NotWhole(Frozen):
    """The letter that this envelope announced did not come as it was sealed, or not at all."""

    envelope: bytes


class Verified(Frozen):
    """The person has compared the six words with the other, and they are the same."""


class ReceiptsWanted(Frozen):
    """The person allows, or no longer allows, to say what has arrived."""

    on: bool


class RingsLimited(Frozen):
    """The person wants so many rings an hour to be sounded at most; nobody else is told."""

    an_hour: int


class KitConfirmed(Frozen):
    """The kit page is on paper: the root need not lie on this device any longer."""


class DevicesRemoved(Frozen):
    """All other devices of this person are out; `root` where the kit is at hand, which makes it final."""

    root: Root | None = None


class CameBack(Frozen):
    """The person came back from paper: this pendant is of `paper.restore`, and saved for the first time."""

    root: Root
    leap: int = 0  # past epochs that this keyring may not know of, where it did not come from the slot


class Parted(Frozen):
    """The person ends the bond, alone and quietly."""


class Tick(Frozen):
    """Time has passed. Safe at any time: what is due once a day is done once a day."""


Event: TypeAlias = (
    Begun
    | RingWanted
    | KnockWanted
    | LetterSealed
    | LetterGiven
    | AboutWritten
    | PortraitDrawn
    | Arrived
    | NotWhole
    | Verified
    | ReceiptsWanted
    | RingsLimited
    | KitConfirmed
    | DevicesRemoved
    | CameBack
    | Parted
    | Tick
    | WatchEvent
)

# Effects. The journal saves them with the pendant, in one transaction, and carries them out afterwards. All
# may be repeated.


class Deposit(Frozen):
    """Send this body to the peer: seal it by `Pendant.seal` when it goes, and keep it until `Forget`.

    `blobs` must be complete at the peer's relay first; `blob` is the content of the only one where it is
    small and ours, and None for a letter, which is a file.
    """

    kind: str
    n: int
    body: bytes
    blobs: tuple[bytes, ...] = ()
    blob: bytes | None = None


class Resend(Frozen):
    """Deposit the bodies of these counters again, each with its blobs, under new deposit ids."""

    first: int
    last: int


class Forget(Frozen):
    """The peer has had the bodies up to this counter for a month: they need not be kept for `Resend`."""

    upto: int


class FetchBlob(Frozen):
    """Fetch this blob of our inbox, and give `Arrived` again with it; acknowledge the envelope after that.

    Nothing was changed by the first `Arrived`. Give b"" where the relay does not have the blob.
    """

    id: bytes
    length: int


class FetchLetter(Frozen):
    """Fetch this letter whole to the disk and check its hash; only then acknowledge its envelope."""

    letter: Letter
    sent_s: int
    again: bool  # it came as a fork, late, or after paper: the same letter may be here already
    back: bool = False  # it is one of those that the peer gives because we came back from paper
    ours: bool = False  # and we have written it


class GiveLetters(Frozen):
    """Give the peer every letter of this bond again, theirs and ours, each by `LetterGiven` once it is there.

    They came back from paper. Give our portrait again too, by `PortraitDrawn`.
    """


class KeepPortrait(Frozen):
    """Keep this portrait, in the place of the one before."""

    portrait: Portrait
    ours: bool


class SaveSlot(Frozen):
    """Put this `keyring.age` into the slot of our own inbox."""

    sealed: bytes


class KeepCopy(Frozen):
    """Keep the peer's `keyring.age`, in the place of the one before."""

    sealed: bytes


class KeepRaw(Frozen):
    """Keep these bytes: an envelope that did not open (`until_s`), or what a newer Twinbell may read."""

    data: bytes
    until_s: int | None = None


class Register(Frozen):
    """Set up our mailbox with this record, by the owner token: tokens have changed."""

    record: Record


class Tell(Frozen):
    """Tell the person."""

    news: "News"


Effect: TypeAlias = (
    Deposit
    | Resend
    | Forget
    | FetchBlob
    | FetchLetter
    | GiveLetters
    | KeepPortrait
    | SaveSlot
    | KeepCopy
    | KeepRaw
    | Register
    | Tell
)

# News: what a person is told. The sentence of each is its docstring; `…` is the other's name.


class Rang(Frozen):
    """… rang."""

    ring: Ring
    sent_s: int
    arrived_s: int
    sound: bool  # it is fresh, and not one too many: make it heard; otherwise it becomes one line


class Knocked(Frozen):
    """… knocks: they are in the room, or were when it was sent."""

    sent_s: int
    arrived_s: int
    sound: bool  # as with a ring


class GapSeen(Frozen):
    """Something that … sent is missing. It was asked for."""

    device: bytes
    first: int
    last: int


class GapClosed(Frozen):
    """What was missing has come."""

    device: bytes
    n: int


class GapGivenUp(Frozen):
    """Something that … sent did not come in a month, and is asked for no more."""

    device: bytes
    first: int
    last: int


class ForkSeen(Frozen):
    """A device of … was restored from an older copy."""

    device: bytes
    n: int


class DeviceSeen(Frozen):
    """… writes from a new device."""

    device: bytes


class Unopenable(Frozen):
    """One message could not be opened. It is kept for a month, and was asked for again."""


class NewerNeeded(Frozen):
    """… sent something for which a newer Twinbell is needed. It is kept."""

    kind: str


class PeerVerified(Frozen):
    """… has compared the words with you."""

    at_s: int


class KeysChanged(Frozen):
    """The keys of … changed. Compare the words again, unless their kit has signed it."""

    final: bool


class ReceiptsChanged(Frozen):
    """… allows, or no longer allows, to say what has arrived."""

    on: bool


class AboutChanged(Frozen):
    """… tells you something of themselves."""

    about: About


class PortraitChanged(Frozen):
    """… gives you a portrait of themselves."""


class Restored(Frozen):
    """… came back from paper, on a new device. Your letters are given to them again."""

    device: bytes


class ControlRefused(Frozen):
    """Somebody who can write to you tried to change something without the right to. Compare the words."""


class HasReceived(Frozen):
    """… has received all up to this."""

    upto: int


News: TypeAlias = (
    Rang
    | Knocked
    | GapSeen
    | GapClosed
    | GapGivenUp
    | ForkSeen
    | DeviceSeen
    | Unopenable
    | NewerNeeded
    | PeerVerified
    | KeysChanged
    | ReceiptsChanged
    | AboutChanged
    | PortraitChanged
    | Restored
    | ControlRefused
    | HasReceived
    | WatchNews
)
