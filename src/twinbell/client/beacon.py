"""Getting a round: from what is kept here, from a file, from relays, from the chain's own keepers.

Where it comes from does not matter, since every round is verified against the pinned chain before it is used
or kept. There are four answers besides the round, and they are never confused: `NotYet` (when),
`Unreachable` (who was asked), `Retired` (which chain) and `Damaged` (what was handed out).

A round is never asked for before its time: the question alone would tell somebody what day a letter
waits for.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from twinbell.bond import civil
from twinbell.client.transport import Transport
from twinbell.errors import Damaged, Mistaken, NotFound, NotYet, Retired, Unreachable
from twinbell.wire.beacon import (
    DOCUMENT_BYTES_MAX,
    HASH_BYTES,
    QUICKNET,
    QUICKNET_URLS,
    RETIRED,
    Beacon,
    Chain,
    keeper_of,
    time_of,
    verify,
)

ANSWER_S = 10.0  # a source that is slower is passed over for the next one


class Cache(Protocol):
    """Where verified rounds are kept for good: each opens letters without a network."""

    def signature(self, chain_hash: bytes, round: int) -> bytes | None: ...

    def keep(self, chain_hash: bytes, round: int, signature: bytes) -> None: ...


class Source(Protocol):
    """Somebody who may hand out a round."""

    @property
    def name(self) -> str: ...

    def fetch(self, chain: Chain, round: int) -> Beacon:
        """Return the round, not verified; raise `NotYet`, `Unreachable` or `Damaged`."""


class Memory:
    """A cache that lasts as long as the process."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, int], bytes] = {}

    def signature(self, chain_hash: bytes, round: int) -> bytes | None:
        return self._known.get((chain_hash, round))

    def keep(self, chain_hash: bytes, round: int, signature: bytes) -> None:
        self._known[chain_hash, round] = signature


class HttpSource:
    """A relay, or anything else that speaks drand's HTTP, at one address."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    @property
    def name(self) -> str:
        return self.url.partition("://")[2]

    def fetch(self, chain: Chain, round: int) -> Beacon:
        return self._get(chain, str(round), opens_s=time_of(chain, round))

    def latest(self, chain: Chain) -> Beacon:
        """Return the newest round that is handed out here, verified: what time it is for this source.

        A relay whose newest round lies ahead of our clock may be opening letters early.
        """
        beacon = self._get(chain, "latest", opens_s=chain.genesis_s)
        _verify_from(self.name, chain, beacon)
        return beacon

    def _get(self, chain: Chain, which: str, *, opens_s: int) -> Beacon:
        transport = Transport(self.url, connect_s=ANSWER_S)
        try:
            answer = transport.request(
                "GET",
                f"/{chain.hash.hex()}/public/{which}",
                silence_s=ANSWER_S,
                bytes_max=DOCUMENT_BYTES_MAX,
            )
        finally:
            transport.close()
        if answer.status == 425:
            raise NotYet(
                f"{self.name} says that it is not yet time, though this device's clock says that it is.",
                opens_s=opens_s,
            )
        if answer.status != 200:
            raise Unreachable(f"{self.name} does not hand out rounds of this chain ({answer.status}).")
        try:
            return Beacon.parse(answer.body)
        except Damaged:
            # A page of a hotel's network, say: whoever spoke there was not the one that was asked.
            raise Unreachable(f"What answers at {self.name} is no beacon.") from None


class Rounds:
    """The rounds of all chains, as far as they can be had here.

    `sources` are asked in their order. `retired` are the hashes of chains that the person has retired, beside
    those that the release knows. `keepers` has the names that this home gives to chains, by their hashes.
    """

    def __init__(
        self,
        cache: Cache,
        sources: Sequence[Source] = (),
        *,
        retired: Collection[bytes] = (),
        keepers: Mapping[bytes, str] | None = None,
    ) -> None:
        self._cache = cache
        self._sources = tuple(sources)
        self._retired = RETIRED | frozenset(retired)
        self._keepers = keepers or {}

    def beacon(self, chain: Chain, round: int, *, now_s: float) -> Beacon:
        """Return `round` of `chain`, verified, and keep it.

        What is kept here already is returned whatever the clock says. Raises `NotYet`, `Retired`,
        `Unreachable` or `Damaged`.
        """
        known = self._kept(chain, round)
        if known is not None:
            return known
        if chain.hash in self._retired:
            raise Retired(f"The chain of {self._keeper(chain)} has ended, and its key is gone.")
        opens_s = time_of(chain, round)
        if now_s < opens_s:
            comes = civil.utc(opens_s)
            raise NotYet(
                f"It is not yet time. Round {round} of {self._keeper(chain)} comes on {comes.date}, "
                f"{comes.time} (UTC).",
                round=round,
                opens_s=opens_s,
            )
        beacon = self._ask(chain, round)
        self._cache.keep(chain.hash, round, beacon.signature)
        return beacon

    def _keeper(self, chain: Chain) -> str:
        return self._keepers.get(chain.hash) or keeper_of(chain)

    def signature_of(self, chain: Chain, *, now_s: float) -> Callable[[int], bytes | None]:
        """Return what `TlockIdentity` asks for the signature of a round; it raises as `beacon` does."""
        return lambda round: self.beacon(chain, round, now_s=now_s).signature

    def _kept(self, chain: Chain, round: int) -> Beacon | None:
        signature = self._cache.signature(chain.hash, round)
        if signature is None:
            return None
        try:
            beacon = Beacon(round, signature)
            verify(chain, beacon)  # two milliseconds, and a damaged vault cannot damage a letter
        except (Damaged, Mistaken):
            return None
        return beacon

    def _ask(self, chain: Chain, round: int) -> Beacon:
        refusals: list[NotYet | Unreachable | Damaged] = []
        for source in self._sources:
            try:
                beacon = source.fetch(chain, round)
                if beacon.round != round:
                    raise Damaged(f"{source.name} handed out round {beacon.round} in place of {round}.")
                _verify_from(source.name, chain, beacon)
            except (NotYet, Unreachable, Damaged) as refusal:
                refusals.append(refusal)
            else:
                return beacon
        # What somebody handed out wrongly says most, then that it is not time; silence says least.
        for kind in (Damaged, NotYet):
            for told in refusals:
                if isinstance(told, kind):
                    raise told
        asked = ", ".join(source.name for source in self._sources) or "nobody; no source is known"
        raise Unreachable(
            f"Round {round} of {self._keeper(chain)} could not be had. Asked: {asked}.",
            hint="It opens as well with the round in a file: `twinbell beacon import FILE`.",
        )


def sources_for(chain: Chain, relays: Iterable[str] = ()) -> list[Source]:
    """Return who may be asked for a round of `chain`: relays that hand it out, then its own keepers."""
    urls = list(relays)
    if chain.hash == QUICKNET.hash:
        urls += QUICKNET_URLS
    return [HttpSource(url) for url in dict.fromkeys(urls)]


def import_round(document: bytes, chains: Iterable[Chain], cache: Cache) -> tuple[Chain, Beacon]:
    """Keep the round of a drand round document, and return it with the chain whose round it is.

    The document does not name its chain: its signature does. Raises `Damaged` if it is of none of `chains`.
    """
    beacon = Beacon.parse(document)
    for chain in chains:
        try:
            verify(chain, beacon)
        except Damaged:
            continue
        cache.keep(chain.hash, beacon.round, beacon.signature)
        return chain, beacon
    raise Damaged(
        f"This is not the signature of round {beacon.round} of any chain that is known here.",
        hint="A chain becomes known by `twinbell beacon import` of its info document.",
    )


def read_chain(text: str, *, expected_hash: bytes | None = None) -> Chain:
    """Return the chain of a drand info document: a file, or a URL with the chain's hash behind a `#`.

    A file is taken as the person chose it. What comes over a network is compared with the hash, which
    has to come another way; without one, raises `Mistaken` that names the hash to compare.
    """
    place, _, fragment = text.partition("#") if "://" in text else (text, "", "")
    if fragment:
        expected_hash = _parse_hash(fragment)
    if "://" not in place:
        try:
            with Path(place).open("rb") as file:
                document = file.read(DOCUMENT_BYTES_MAX + 1)
        except OSError as error:
            raise NotFound(f"The file {place} can't be read: {error.strerror}.") from None
        return _compare(Chain.parse(document), expected_hash)
    chain = Chain.parse(_fetch_info(place, expected_hash))
    if expected_hash is None and chain.hash != QUICKNET.hash:
        raise Mistaken(
            f"The chain at {place} has the hash {chain.hash.hex()}, if nobody stands in between.",
            hint="Compare it with what its keepers publish, then put it behind the address after a #.",
        )
    return _compare(chain, expected_hash)


def _fetch_info(url: str, expected_hash: bytes | None) -> bytes:
    base = url.rstrip("/")
    path = ""
    if not base.endswith("/info"):
        named = (
            "" if expected_hash is None or base.endswith(expected_hash.hex()) else f"/{expected_hash.hex()}"
        )
        path = f"{named}/info"
    transport = Transport(base, connect_s=ANSWER_S)
    try:
        answer = transport.request("GET", path, silence_s=ANSWER_S, bytes_max=DOCUMENT_BYTES_MAX)
    finally:
        transport.close()
    if answer.status != 200:
        raise Unreachable(f"{base} does not describe a chain ({answer.status}).")
    return answer.body


def _compare(chain: Chain, expected_hash: bytes | None) -> Chain:
    if expected_hash is not None and chain.hash != expected_hash:
        raise Damaged(
            f"This chain has the hash {chain.hash.hex()}, which is not the one that was to be expected."
        )
    return chain


def _parse_hash(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != HASH_BYTES or value.hex() != text:
        raise Mistaken("The hash of a chain is 64 hex digits in lower case.")
    return value


def _verify_from(name: str, chain: Chain, beacon: Beacon) -> None:
    try:
        verify(chain, beacon)
    except Damaged:
        raise Damaged(
            f"{name} handed out a signature of round {beacon.round} that is not the chain's."
        ) from None
