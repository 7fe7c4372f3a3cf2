"""What travels on the WebSocket `/ws`: one frame in one binary message.

A frame is a fixed head, big-endian, and for two kinds a body that runs to the end. Channels are numbers
that the client chooses, one for each mailbox and right that it attaches; a socket may have many.

    client                                   relay
    ATTACH channel box token epoch      →
                                        ←    ATTACHED channel right cursor
    DEPOSIT channel id blobs body       →         (after the commit)
                                        ←    DEPOSITED channel id seq arrived
                                        ←    ENVELOPE channel seq arrived blobs body
    ACK channel upto                    →         (after the commit)
                                        ←    ACKED channel upto
                                        ←    PROBLEM channel code about

The frames of a room are in `room.py`. Frames are tuples and not dataclasses: each envelope is four of them,
and a tuple is made four times faster.
"""

from struct import Struct
from typing import NamedTuple, TypeAlias

from twinbell.errors import Damaged
from twinbell.wire import room
from twinbell.wire.auth import Right
from twinbell.wire.limits import (
    BLOBS_PER_ENVELOPE_MAX,
    ENVELOPE_BYTES_MAX,
    FRAME_BYTES_MAX,
    ID_BYTES,
    SEQ_MAX,
)
from twinbell.wire.problems import BY_CODE, Problem

NO_ID = bytes(ID_BYTES)  # in a PROBLEM that is about no deposit
CHANNEL_MAX = 0xFFFF
TIME_MAX = 2**40  # seconds since 1970: thirty-four thousand years, and exact in any language
EPOCH_MAX = 2**32 - 1

ATTACH, ATTACHED, DEPOSIT, DEPOSITED, ENVELOPE, ACK, ACKED, PROBLEM = range(1, 9)

# `>` is big-endian without padding; H is two bytes, I four, Q eight.
_ATTACH = Struct(">BH16s32sI")
_ATTACHED = Struct(">BHBQ")
_DEPOSIT = Struct(">BH16sB")
# These two the relay's sockets write together with the head of the message.
DEPOSITED_LAYOUT = "BH16sQQ"
ENVELOPE_LAYOUT = "BHQQB"
_DEPOSITED = Struct(">" + DEPOSITED_LAYOUT)
_ENVELOPE = Struct(">" + ENVELOPE_LAYOUT)
_ACK = Struct(">BHQ")
_PROBLEM = Struct(">BHB16s")

_PLAIN_DEPOSIT_MAX = _DEPOSIT.size + ENVELOPE_BYTES_MAX
_BLOBS_FIT = tuple(ID_BYTES * count for count in range(BLOBS_PER_ENVELOPE_MAX + 1))


class Attach(NamedTuple):
    """Use `box` by the right that `token` gives. The first frame on each socket is one.

    `epoch` is the mailbox's epoch as this client knows it, 0 if it does not say: a relay that knows only
    a lower one was restored from a backup, and freezes the mailbox until its owner has spoken.
    """

    channel: int
    box: bytes
    token: bytes
    epoch: int = 0

    def to_bytes(self) -> bytes:
        return _ATTACH.pack(ATTACH, self.channel, self.box, self.token, self.epoch)

    def __repr__(self) -> str:
        return f"Attach(channel={self.channel})"


class Attached(NamedTuple):
    """The channel is open. For COLLECT, `cursor` is the last seq this device acknowledged; else 0."""

    channel: int
    right: Right
    cursor: int

    def to_bytes(self) -> bytes:
        return _ATTACHED.pack(ATTACHED, self.channel, self.right.value, self.cursor)


class Deposit(NamedTuple):
    """Keep `body` for whoever collects from the channel's mailbox; `id` makes it safe to repeat."""

    channel: int
    id: bytes
    blobs: tuple[bytes, ...]
    body: bytes

    def to_bytes(self) -> bytes:
        head = _DEPOSIT.pack(DEPOSIT, self.channel, self.id, len(self.blobs))
        return b"".join((head, *self.blobs, self.body))


class Deposited(NamedTuple):
    """The envelope is durable. `arrived_s` is when it came first, rounded down to the minute."""

    channel: int
    id: bytes
    seq: int
    arrived_s: int

    def to_bytes(self) -> bytes:
        return _DEPOSITED.pack(DEPOSITED, self.channel, self.id, self.seq, self.arrived_s)


class Envelope(NamedTuple):
    """One envelope for this device. Seqs ascend within a mailbox and may skip."""

    channel: int
    seq: int
    arrived_s: int
    blobs: tuple[bytes, ...]
    body: bytes

    def to_bytes(self) -> bytes:
        return envelope(self.channel, self.seq, self.arrived_s, self.blobs, self.body)


class Ack(NamedTuple):
    """This device has everything up to and including `upto` in its own durable journal."""

    channel: int
    upto: int

    def to_bytes(self) -> bytes:
        return _ACK.pack(ACK, self.channel, self.upto)


class Acked(NamedTuple):
    """The relay has noted `upto`; it never sends those again to this device."""

    channel: int
    upto: int

    def to_bytes(self) -> bytes:
        return _ACK.pack(ACKED, self.channel, self.upto)


class Trouble(NamedTuple):
    """A PROBLEM frame: what was refused on a channel; `about` is the deposit's id, or zeros.

    After UNAUTHORISED the channel is closed and its number free again.
    """

    channel: int
    problem: Problem
    about: bytes = NO_ID

    def to_bytes(self) -> bytes:
        return _PROBLEM.pack(PROBLEM, self.channel, self.problem.code, self.about)


Frame: TypeAlias = Attach | Attached | Deposit | Deposited | Envelope | Ack | Acked | Trouble | room.RoomFrame


def envelope(channel: int, seq: int, arrived_s: int, blobs: tuple[bytes, ...], body: bytes) -> bytes:
    """Return an ENVELOPE frame without making the record first."""
    head = _ENVELOPE.pack(ENVELOPE, channel, seq, arrived_s, len(blobs))
    return b"".join((head, *blobs, body)) if blobs else head + body


def parse(data: bytes) -> Frame:
    """Return the frame that `data` holds; raise `Damaged` unless it is exactly one."""
    if not data or len(data) > FRAME_BYTES_MAX:
        raise Damaged("This frame is empty or too long.")
    kind = data[0]
    if kind == DEPOSIT:  # first, because it is the most frequent
        return Deposit(*deposit_in(data))
    if kind == ENVELOPE:
        return _parse_envelope(data)
    layout = _LAYOUTS.get(kind)
    if layout is None:
        return room.parse(data)
    if len(data) != layout.size:
        raise Damaged("This frame has the wrong length.")
    fields = layout.unpack(data)
    if kind == ATTACH:
        return Attach(*fields[1:])
    if kind == ATTACHED:
        return _attached(*fields[1:])
    if kind == PROBLEM:
        return _trouble(*fields[1:])
    if kind == DEPOSITED:
        return Deposited(fields[1], fields[2], _seq(fields[3]), _time(fields[4]))
    return (Ack if kind == ACK else Acked)(fields[1], _seq(fields[2]))


def deposit_in(data: bytes) -> tuple[int, bytes, tuple[bytes, ...], bytes]:
    """Return channel, id, blobs and body of the DEPOSIT in `data`, whose first byte was looked at.

    A plain tuple: a relay reads one for each envelope.
    """
    if len(data) < _DEPOSIT.size:
        raise Damaged("This frame is cut short.")
    _, channel, id_, count = _DEPOSIT.unpack_from(data)
    if not count and _DEPOSIT.size < len(data) <= _PLAIN_DEPOSIT_MAX:
        return channel, id_, (), data[_DEPOSIT.size :]
    return channel, id_, *_blobs_and_body(data, _DEPOSIT.size, count)


def ack_in(data: bytes) -> tuple[int, int]:
    """Return channel and upto of the ACK in `data`, whose first byte was looked at; likewise."""
    if len(data) != _ACK.size:
        raise Damaged("This frame has the wrong length.")
    _, channel, upto = _ACK.unpack(data)
    return channel, _seq(upto)


def _parse_envelope(data: bytes) -> Envelope:
    if len(data) < _ENVELOPE.size:
        raise Damaged("This frame is cut short.")
    _, channel, seq, arrived_s, count = _ENVELOPE.unpack_from(data)
    blobs, body = _blobs_and_body(data, _ENVELOPE.size, count)
    return Envelope(channel, _seq(seq), _time(arrived_s), blobs, body)


def _blobs_and_body(data: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], bytes]:
    if count > BLOBS_PER_ENVELOPE_MAX:
        raise Damaged("This envelope names too many blobs.")
    end = at + _BLOBS_FIT[count]
    body = data[end:]
    if not 0 < len(body) <= ENVELOPE_BYTES_MAX:
        raise Damaged(f"An envelope is 1 to {ENVELOPE_BYTES_MAX} bytes.")
    if not count:
        return (), body
    blobs = tuple(data[start : start + ID_BYTES] for start in range(at, end, ID_BYTES))
    if len(set(blobs)) != count:
        raise Damaged("This envelope names a blob twice.")
    return blobs, body


def _attached(channel: int, right: int, cursor: int) -> Attached:
    try:
        return Attached(channel, Right(right), _seq(cursor))
    except ValueError:
        raise Damaged("This frame gives a right that is not known.") from None


def _trouble(channel: int, code: int, about: bytes) -> Trouble:
    # A newer relay may know problems that we do not; they are still a refusal.
    return Trouble(channel, BY_CODE.get(code, Problem.FAULT), about)


def _seq(seq: int) -> int:
    if seq > SEQ_MAX:
        raise Damaged("This frame has a seq that no mailbox reaches.")
    return seq


def _time(time_s: int) -> int:
    if time_s > TIME_MAX:
        raise Damaged("This frame has a time that nobody will see.")
    return time_s


_LAYOUTS = {
    ATTACH: _ATTACH,
    ATTACHED: _ATTACHED,
    DEPOSITED: _DEPOSITED,
    ACK: _ACK,
    ACKED: _ACK,
    PROBLEM: _PROBLEM,
}
