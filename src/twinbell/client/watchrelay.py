"""What writer, guardians, reader and anybody with the paper ask of the relay that keeps a watch.

One method a request of `docs/spec/watch.md`; each may be repeated until it is answered. What comes back is
parsed, and the terms in it are checked; whose signs of life and answers it shows, whoever looks checks.
"""

from twinbell.client.transport import SILENCE_S, Answer, Transport
from twinbell.errors import Damaged, TwinbellError, Unauthorised
from twinbell.wire import problems, watch
from twinbell.wire.auth import Token
from twinbell.wire.life import Life
from twinbell.wire.limits import WATCH_PARCEL_BYTES_MAX, WATCH_VIEW_BYTES_MAX
from twinbell.wire.mailbox import CBOR_TYPE
from twinbell.wire.signed import Signed
from twinbell.wire.terms import open_terms
from twinbell.wire.watch import Channels, Doorbell, Trial
from twinbell.wire.watchview import View

_OCTETS = "application/octet-stream"


class WatchRelay:
    """A relay, as far as it keeps watches. `silence_s` is how long an answer may take."""

    def __init__(self, transport: Transport, *, silence_s: float = SILENCE_S) -> None:
        self._transport = transport
        self._silence_s = silence_s

    @property
    def url(self) -> str:
        """The address that this relay is known by."""
        return self._transport.url

    @property
    def name(self) -> str:
        """Host and port: how a person calls this relay."""
        return self._transport.name

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    # Anybody with a part in it

    def look(self, watch_id: bytes, token: bytes) -> View:
        """Return the watch as the holder of this token may see it; the terms in it are this watch's."""
        answer = self._ask("GET", watch.path(watch_id), token, bytes_max=WATCH_VIEW_BYTES_MAX)
        view = View.parse(answer.body)
        open_terms(view.terms, watch_id)
        if view.pending is not None:
            open_terms(view.pending.terms, watch_id)
        return view

    # The writer

    def put_terms(self, watch_id: bytes, owner: bytes, terms: Signed) -> bool:
        """Make a watch, or put it under new terms, and say whether it was made.

        Raises `Stale` for a number or an epoch that is taken, `Conflict` for what these terms may not change.
        """
        return self._ask("PUT", watch.path(watch_id), owner, terms.to_bytes()).status == 201

    def end(self, watch_id: bytes, owner: bytes) -> None:
        """End a watch for ever, with all that it holds."""
        self._ask("DELETE", watch.path(watch_id), owner)

    def put_parcel(self, watch_id: bytes, owner: bytes, letter: bytes, parcel: bytes) -> None:
        """Give the relay its part of a letter's key."""
        path = watch.parcel_path(watch_id, letter)
        self._ask("PUT", path, owner, parcel, media=_OCTETS)

    def drop_parcel(self, watch_id: bytes, owner: bytes, letter: bytes) -> None:
        """Take it back; there need not be one."""
        self._ask("DELETE", watch.parcel_path(watch_id, letter), owner)

    def put_channels(self, watch_id: bytes, owner: bytes, channels: Channels) -> None:
        """Set where the writer is reminded, all at once."""
        self._ask("PUT", watch.channels_path(watch_id), owner, channels.to_bytes())

    def try_channel(self, watch_id: bytes, owner: bytes, name: str) -> Trial:
        """Have one reminder sent now, which counts for nothing, and say what became of it."""
        path = watch.trial_path(watch_id)
        return Trial.parse(self._ask("POST", path, owner, watch.trial_to_bytes(name)).body)

    # Guardians and the reader

    def vote(self, watch_id: bytes, token: bytes, ballot: Signed) -> None:
        """Give a guardian's answer.

        Raises `NotYet` while nobody is asked, `NotFound` once the watch is over, `Stale` for an older answer.
        """
        self._ask("POST", watch.vote_path(watch_id), token, ballot.to_bytes())

    def fetch_parcel(self, watch_id: bytes, token: bytes, letter: bytes) -> bytes:
        """Return the relay's part of a letter's key.

        Raises `NotYet` before the writer has been silent for long enough, `NotFound` once they are back.
        """
        path = watch.parcel_path(watch_id, letter)
        return self._ask("GET", path, token, bytes_max=WATCH_PARCEL_BYTES_MAX).body

    def put_doorbell(self, watch_id: bytes, token: bytes, doorbell: Doorbell) -> None:
        """Say where to ring when the watch wants looking at: an inbox of this relay."""
        self._ask("PUT", watch.doorbell_path(watch_id), token, doorbell.to_bytes())

    # Whoever has what is needed: no token is asked for

    def live(self, watch_id: bytes, life: Life) -> None:
        """Bring a sign of life. Raises `Stale` with the newest number where a later one is known."""
        self._ask("POST", watch.life_path(watch_id), body=life.to_bytes())

    def stop(self, watch_id: bytes, code: bytes) -> None:
        """Stop a watch by the code on paper."""
        self._ask("POST", watch.stop_path(watch_id), body=code, media=_OCTETS)

    def _ask(
        self,
        method: str,
        path: str,
        token: bytes | None = None,
        body: bytes | None = None,
        *,
        media: str = CBOR_TYPE,
        bytes_max: int = WATCH_PARCEL_BYTES_MAX,
    ) -> Answer:
        fields = {"Authorization": Token(token).header()} if token is not None else {}
        if body is not None:
            fields["Content-Type"] = media
        answer = self._transport.request(
            method, path, body=body, fields=fields, silence_s=self._silence_s, bytes_max=bytes_max
        )
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> TwinbellError:
        error = problems.parse(answer.status, answer.body)
        if isinstance(error, Unauthorised):
            return Unauthorised(f"{self.name} has no such watch, or you have no part in it.")
        if type(error) is Damaged:  # it is our request that the relay could not read
            return TwinbellError(f"The relay at {self.name} could not read what we sent.")
        return error
