"""Prosody, XMPP: two accounts a pair; stream management (XEP-0198) acknowledges, the archive keeps.

Each message is followed by a request for the server's count, and the receiver answers the server's own
requests: the least that tells the sender that the server has taken a message over. Prosody writes its
archive without syncing it.
"""

import asyncio
import base64
import re
import sys

from bench.clients import Pair, Stream, connect, payload

_STREAM = (
    b"<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams'>"
)
_BIND = b"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
_COUNT = b"xmlns='urn:xmpp:sm:3'"
_ASK = b"<r " + _COUNT + b"/>"
# What a client of this bench is ever sent, each whole: nothing here nests within itself.
_STANZA = re.compile(
    rb"<stream:features.*?</stream:features>|<success[^>]*/>|<iq .*?</iq>|<iq [^>]*/>|<enabled [^>]*/>"
    rb"|<message .*?</message>|<presence .*?</presence>|<presence [^>]*/>|<[ra] [^>]*/>"
    rb"|<failure.*?</failure>",
    re.DOTALL,
)
_H = re.compile(rb"h=['\"](\d+)")
_BODY = re.compile(rb"<body>(\d{8})")


class Link(Stream):
    """One logged-in client. `told` hears of each message that was acknowledged, `given` of each that came."""

    def __init__(self, user: str, told, given) -> None:
        super().__init__()
        self.user, self.told, self.given = user, told, given
        self.bound = False
        self.authenticated = False
        self.handled = 0  # stanzas that this client has taken, as it tells the server
        self.acknowledged = 1  # the presence

    def begin(self) -> None:
        self.write(_STREAM)

    def feed(self, data: bytes) -> bytes:
        end = 0
        for found in _STANZA.finditer(data):
            end = found.end()
            self.stanza(found.group())
        return data[end:]

    def stanza(self, text: bytes) -> None:
        if text.startswith(b"<message"):
            self.handled += 1
            self.given(_BODY.search(text)[1])
        elif text.startswith(b"<r "):
            self.write(b"<a " + _COUNT + b" h='%d'/>" % self.handled)
        elif text.startswith(b"<a "):
            count = int(_H.search(text)[1])
            for _ in range(count - self.acknowledged):
                self.told()
            self.acknowledged = max(count, self.acknowledged)
        elif text.startswith(b"<stream:features"):
            plain = base64.b64encode(f"\0{self.user}\0pw".encode())
            auth = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>" % plain
            self.write(_BIND if self.authenticated else auth)
        elif text.startswith(b"<success"):
            self.authenticated = True
            self.write(_STREAM)
        elif text.startswith(b"<iq") and not self.bound:
            self.bound = True
            self.write(b"<enable " + _COUNT + b"/>")
        elif text.startswith(b"<enabled"):
            self.write(b"<presence/>")
        elif text.startswith(b"<presence"):  # our own, given back: from now on messages reach us
            self.handled += 1
            if not self.ready.done():
                self.ready.set_result(None)
        elif text.startswith(b"<failure"):
            sys.exit(text.decode())


class Prosody(Pair):
    async def open(self) -> None:
        def nobody(*_: object) -> None:
            return

        names = f"u{2 * self.index}", f"u{2 * self.index + 1}"
        self.sender = await connect(lambda: Link(names[0], self.on_ack, nobody), self.args.port)
        self.receiver = await connect(lambda: Link(names[1], nobody, self.on_receive), self.args.port)
        await asyncio.gather(self.sender.ready, self.receiver.ready)
        self.head = f"<message to='{names[1]}@localhost' type='chat'><body>".encode()

    def publish(self, number: int) -> None:
        self.sender.write(self.head + payload(number) + b"</body></message>" + _ASK)
