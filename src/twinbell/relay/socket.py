"""The WebSocket `/ws`: channels, each a mailbox and a right, or a seat in a room.

A socket that says nothing, or nothing valid, within ten seconds is closed. Whoever sends what is not a frame
is closed too: a client of ours never does. What is refused on a channel is a PROBLEM frame and no more.

A reader that does not read is fed no more from the disk once 64 KiB wait for it, and is closed at 256 KiB.
"""

import asyncio
from struct import Struct
from typing import Any, Protocol

from picows import WSCloseCode, WSListener, WSMsgType

from twinbell.errors import TwinbellError, Unauthorised
from twinbell.relay import log
from twinbell.relay.live import Depositor, Listener, Live
from twinbell.relay.mailbox import Mailboxes
from twinbell.relay.outgoing import GATHER_BYTES, Outgoing
from twinbell.relay.room import Rooms, Seat
from twinbell.wire import frame, room
from twinbell.wire.auth import Right, Token
from twinbell.wire.limits import CHANNELS_MAX, HEAD_S, ROOMS_PER_SOCKET_MAX, WRITE_BUFFER_BYTES_MAX
from twinbell.wire.problems import Denied, Problem, of

_BINARY = WSMsgType.BINARY
_FIN_BINARY = b"\x82"
_HEADS = [_FIN_BINARY + bytes([length]) for length in range(126)]
_ENVELOPE = Struct(">4s" + frame.ENVELOPE_LAYOUT)  # with the head of its message before it
_ENVELOPE_SIZE = _ENVELOPE.size - 4
_DEPOSITED = Struct(">2s" + frame.DEPOSITED_LAYOUT)
_DEPOSITED_HEAD = _HEADS[_DEPOSITED.size - 2]
_COLLECT, _DEPOSIT = Right.COLLECT, Right.DEPOSIT  # an enumeration's members are slow to look up
_NO_SEATS: dict[int, Seat] = {}  # of all that are in no room: a dictionary each would cost 64 bytes
_LONG_HEAD = _FIN_BINARY + b"\x7e"  # the length follows in two bytes
UNAUTHORISED_S = 0.025  # every refusal of a token takes as long, whatever was wrong with it (test O5)


class Owner(Protocol):
    """What the socket needs of the relay."""

    mailboxes: Mailboxes
    rooms: Rooms
    sockets: "set[Socket]"
    stopping: bool
    outgoing: Outgoing

    def stranger(self, address: str) -> None: ...
    def admit(self, peer: str) -> bool: ...
    def release(self, peer: str) -> None: ...
    def address_of(self, peer: str, forwarded: str | None) -> str: ...
    def origin_allowed(self, origin: str | None, host: str | None) -> bool: ...


class Channel:
    """One mailbox by one right on one socket; it is also the caller of its own deposits and acks."""

    __slots__ = ("bound", "live", "name", "number", "right", "socket")

    def __init__(self, socket: "Socket", number: int, live: Live, right: Right, name: str) -> None:
        self.socket = socket
        self.number = number
        self.live = live
        self.right = right
        self.name = name
        self.bound: Listener | Depositor

    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None:
        self.socket.gather(
            _DEPOSITED.pack(_DEPOSITED_HEAD, frame.DEPOSITED, self.number, id_, seq, arrived_s)
        )

    def acked(self, upto: int) -> None:
        self.socket.send(frame.Acked(self.number, upto).to_bytes())

    def refused(self, problem: Problem, about: bytes) -> None:
        self.socket.send(frame.Trouble(self.number, problem, about).to_bytes())


class Socket(WSListener):
    """One connection, from its first frame to its last."""

    def __init__(self, owner: Owner, address: str) -> None:
        super().__init__()
        self._owner = owner
        self._mailboxes = owner.mailboxes
        self._outgoing = owner.outgoing
        self._address = address
        self._channels: dict[int, Channel] = {}
        self._seats = _NO_SEATS
        self._transport: Any = None
        self._raw: Any = None
        self.out: list[bytes] = []  # messages of this turn of the loop
        self._out_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._is_open = False  # for what is sent: not before it is connected, and not after a CLOSE
        self.paused = False

    # --- what picows tells

    def on_ws_connected(self, transport: Any) -> None:
        self._transport = transport
        self._raw = transport.underlying_transport
        self._is_open = True
        self._owner.sockets.add(self)
        self._deadline = asyncio.get_running_loop().call_later(HEAD_S, self._too_slow)

    def on_ws_disconnected(self, transport: Any) -> None:
        self._owner.sockets.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()
        for channel in self._channels.values():
            self._mailboxes.leave(channel.live, channel.bound)
        self._channels.clear()
        for seat in self._seats.values():
            self._owner.rooms.leave(seat)
        self._seats = _NO_SEATS
        self._is_open = False
        self.out.clear()
        self._transport = self._raw = None

    def on_ws_frame(self, transport: Any, message: Any) -> None:
        if message.msg_type != _BINARY or not message.fin:
            self._other(transport, message)
            return
        try:
            data = message.get_payload_as_bytes()
            # What each envelope brings goes the short way; the rest is rare.
            kind = data[0] if data else 0
            if kind == frame.DEPOSIT:
                number, id_, blobs, body = frame.deposit_in(data)
                channel = self._channels.get(number)
                if channel is None or channel.right is not _DEPOSIT:
                    self._refuse(number, Problem.UNAUTHORISED, id_)
                else:
                    self._mailboxes.deposit(channel.live, channel.name, id_, blobs, body, channel)
            elif kind == frame.ACK:
                number, upto = frame.ack_in(data)
                channel = self._channels.get(number)
                if channel is None or channel.right is not _COLLECT:
                    self._refuse(number, Problem.UNAUTHORISED)
                else:
                    self._mailboxes.acks.put(channel, upto)
            else:
                self._handle(data)
        except TwinbellError:
            self.close(WSCloseCode.PROTOCOL_ERROR)
        except Exception as error:
            log.fault(error)
            self.close(WSCloseCode.INTERNAL_ERROR)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        for channel in list(self._channels.values()):
            if isinstance(channel.bound, Listener):
                self._mailboxes.feed(channel.live, channel.bound)

    # --- what the relay tells

    def send(self, data: bytes) -> None:
        """Send one frame in one binary message.

        Past picows, whose `send` makes a system call for each message: what one turn of the loop has for this
        connection goes out as one. A server's messages are not masked (RFC 6455 §5.2).
        """
        length = len(data)
        if length < 126:
            self.gather(_HEADS[length] + data)
        else:
            self.gather(_LONG_HEAD + length.to_bytes(2) + data)

    def envelope(self, channel: int, seq: int, arrived_s: int, blobs: tuple[bytes, ...], body: bytes) -> None:
        if blobs or len(body) < 126:
            self.send(frame.envelope(channel, seq, arrived_s, blobs, body))
        else:  # nearly all: made in one piece
            head = _LONG_HEAD + (_ENVELOPE_SIZE + len(body)).to_bytes(2)
            self.gather(_ENVELOPE.pack(head, frame.ENVELOPE, channel, seq, arrived_s, 0) + body)

    def gather(self, message: bytes) -> None:
        """Send what has the head of its message already."""
        if self._is_open:
            if self.out:
                self._out_bytes += len(message)
                self.out.append(message)
            else:
                self._out_bytes = len(message)
                self.out.append(message)
                self._outgoing.add(self)
            if self._out_bytes > GATHER_BYTES:
                self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if self.out:
            out, self.out = self.out, []
            self.write(b"".join(out))

    def write(self, data: bytes) -> None:
        self._raw.write(data)
        if self.paused and self._raw.get_write_buffer_size() > WRITE_BUFFER_BYTES_MAX:
            self._is_open = False
            self._raw.abort()

    def unbind(self, channel: int) -> None:
        """The right of `channel` has ended: it is closed, and the socket with its last one."""
        if self._channels.pop(channel, None) is not None:
            self.send(frame.Trouble(channel, Problem.UNAUTHORISED).to_bytes())
        self._close_if_idle()

    def close(self, code: WSCloseCode = WSCloseCode.GOING_AWAY) -> None:
        self.flush()
        self._is_open = False  # nothing follows a CLOSE
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send_close(code)
            self._transport.disconnect()

    # --- frames

    def _handle(self, data: bytes) -> None:
        received = frame.parse(data)
        if isinstance(received, room.Say):
            self._say(received)
        elif isinstance(received, frame.Attach):
            self._attach(received)
        elif isinstance(received, room.Enter):
            self._enter(received)
        elif isinstance(received, room.Left):
            self._leave(received)
        else:
            raise Denied(Problem.MALFORMED)  # the other kinds are the relay's to send

    def _attach(self, attach: frame.Attach) -> None:
        self._check_number(attach.channel)
        started_s = asyncio.get_running_loop().time()
        token_hash = Token(attach.token).hash
        try:
            live, right, name = self._mailboxes.authorise(
                attach.box, token_hash, Right.COLLECT, Right.DEPOSIT
            )
        except Unauthorised:
            self._turn_away(attach.channel, started_s)
            return
        if right is Right.COLLECT:
            self._mailboxes.claim(live, attach.epoch)
        self._has_channel()
        channel = self._channels[attach.channel] = Channel(self, attach.channel, live, right, name)
        if right is Right.DEPOSIT:
            channel.bound = Depositor(self, attach.channel, token_hash)
            live.bound.append(channel.bound)
            self.send(frame.Attached(attach.channel, right, 0).to_bytes())
            return
        listener = self._mailboxes.listen(live, name, token_hash, self, attach.channel)
        channel.bound = listener
        self.send(frame.Attached(attach.channel, right, listener.sent_upto).to_bytes())
        self._mailboxes.feed(live, listener)

    def _enter(self, enter: room.Enter) -> None:
        self._check_number(enter.channel)
        if len(self._seats) >= ROOMS_PER_SOCKET_MAX:
            raise Denied(Problem.MALFORMED)
        started_s = asyncio.get_running_loop().time()
        rooms = self._owner.rooms
        try:
            if rooms.is_empty(enter.room):  # anybody can: it counts as what strangers do
                self._owner.stranger(self._address)
            seat, before = rooms.enter(enter, Token(enter.token).hash, self)
        except Unauthorised:
            self._turn_away(enter.channel, started_s)
            return
        except Denied as denied:
            self._refuse(enter.channel, of(denied))
            return
        self._has_channel()
        self._seats = {**self._seats, enter.channel: seat}
        if before is not None:
            before.socket.put_out(before.channel, Problem.TAKEN)

    def _say(self, say: room.Say) -> None:
        seat = self._seats.get(say.channel)
        if seat is not None:  # else it was on its way when the seat was lost, and that has been told
            self._owner.rooms.say(seat, say)

    def _leave(self, left: room.Left) -> None:
        seat = self._seats.pop(left.channel, None)
        if seat is not None:
            self._owner.rooms.leave(seat)
            self._close_if_idle()

    def put_out(self, channel: int, problem: Problem) -> None:
        """The seat of `channel` in a room is lost: it is closed, and the socket with its last channel."""
        if self._seats.pop(channel, None) is not None:
            self._refuse(channel, problem)
            self._close_if_idle()

    def _check_number(self, channel: int) -> None:
        is_used = channel in self._channels or channel in self._seats
        if is_used or len(self._channels) + len(self._seats) >= CHANNELS_MAX:
            raise Denied(Problem.MALFORMED)

    def _has_channel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_if_idle(self) -> None:
        if not self._channels and not self._seats:
            self.close(WSCloseCode.POLICY_VIOLATION)

    def _turn_away(self, channel: int, started_s: float) -> None:
        """Refuse a token at a set time after the question, alike for absent and not theirs."""
        loop = asyncio.get_running_loop()
        try:
            self._owner.stranger(self._address)
            problem = Problem.UNAUTHORISED
        except Denied as denied:
            problem = of(denied)
        loop.call_at(started_s + UNAUTHORISED_S, self._refuse, channel, problem)

    def _refuse(self, channel: int, problem: Problem, about: bytes = frame.NO_ID) -> None:
        self.send(frame.Trouble(channel, problem, about).to_bytes())

    def _other(self, transport: Any, message: Any) -> None:
        if message.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif message.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self.close(WSCloseCode.UNSUPPORTED_DATA)  # text, or a frame in pieces: ours never are

    def _too_slow(self) -> None:
        self._deadline = None
        self._close_if_idle()
