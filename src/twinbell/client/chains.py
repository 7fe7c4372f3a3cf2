"""The chains that this home knows, who keeps them, and where their rounds can be had.

A chain comes to be known through the bell (each bundle carries the chain of its relay), through a relay of
ours that hands it out, or because a person imported it. quicknet ships with the program. Retired is what the
release or the person says is retired; the network's word is not taken for it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from twinbell.client.home import Home
from twinbell.client.vault import Vault
from twinbell.encoding import decode, encode
from twinbell.errors import Damaged, NotFound, NotYet, Unreachable
from twinbell.wire.beacon import QUICKNET, RETIRED, Chain, keeper_of, time_of

if TYPE_CHECKING:
    from twinbell.bond.gate import KeptChain
    from twinbell.bond.lock import Lock
    from twinbell.client.beacon import Rounds
    from twinbell.client.relay import Relay

CHAIN_BYTES_MAX = 4096
QUICKNET_NAME = "quicknet"
REACHED_SETTING = "quicknet reached"  # when one of its rounds was last had directly
ASKED_SETTING = "quicknet asked"
REACHED_FOR_S = 30 * 86_400
ASK_AGAIN_S = 86_400


@dataclass(frozen=True, slots=True)
class Known:
    """A chain that is known here: its keeper, the relay that hands it out, whether it has ended.

    `ours` says that one of the two runs it, and so could open early. Where nobody has said, a relay on this
    very machine counts as such.
    """

    chain: Chain
    keeper: str
    relay: str | None
    retired: bool
    ours: bool


class Kept:
    """The verified rounds in the vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def signature(self, chain_hash: bytes, round: int) -> bytes | None:
        row = self._vault.one("select signature from beacon where chain = ? and round = ?", chain_hash, round)
        return row[0] if row else None

    def keep(self, chain_hash: bytes, round: int, signature: bytes) -> None:
        self._vault.run("insert or replace into beacon values (?, ?, ?)", chain_hash, round, signature)


def known(vault: Vault) -> list[Known]:
    """Return every chain that is known here, quicknet last."""
    rows = vault.all("select hash, record, keeper, relay, retired, ours from chain order by rowid")
    found = [
        Known(
            Chain.from_record(decode(record, bytes_max=CHAIN_BYTES_MAX)),
            keeper,
            relay,
            retired=bool(retired) or hash_ in RETIRED,
            ours=_is_here(relay or "") if ours is None else bool(ours),
        )
        for hash_, record, keeper, relay, retired, ours in rows
    ]
    if all(each.chain.hash != QUICKNET.hash for each in found):
        found.append(Known(QUICKNET, keeper_of(QUICKNET), None, retired=False, ours=False))
    return found


def learn(vault: Vault, chain: Chain, *, relay: str | None = None, keeper: str = "") -> None:
    """Remember a chain. A well-known one keeps the name of its keepers, whoever it came from."""
    label = keeper_of(chain)
    if label.startswith("chain "):  # not a well-known one
        label = keeper or (urlsplit(relay).netloc if relay else label)
    vault.run(
        "insert into chain (hash, record, keeper, relay) values (?, ?, ?, ?) "
        "on conflict do update set relay = coalesce(excluded.relay, relay)",
        chain.hash,
        encode(chain.record()),
        label[:64],
        relay,
    )


def mark(vault: Vault, meant: Known, *, ours: bool | None = None, retired: bool | None = None) -> None:
    """Note what a person says of a chain; None leaves it as it is."""
    with vault.transaction():
        learn(vault, meant.chain, relay=meant.relay, keeper=meant.keeper)
        for column, value in (("ours", ours), ("retired", retired)):
            if value is not None:
                vault.run(f"update chain set {column} = ? where hash = ?", value, meant.chain.hash)  # noqa: S608


def waited_for(vault: Vault) -> list[Chain]:
    """Return every chain whose rounds open something here: those that are known, and those of our letters.

    A chain that only a letter names is not known by that, or the other one would choose what ours lean on.
    """
    from twinbell.client import letters

    found = {each.chain.hash: each.chain for each in known(vault)}
    for row in letters.every(vault):
        if row.lock_bytes:  # none, where it came damaged
            found |= {kept.chain.hash: kept.chain for kept in row.lock.chains if kept.chain.hash not in found}
    return list(found.values())


def ours_in(vault: Vault, lock: "Lock") -> list[str]:
    """Return the keepers in a lock that are one of the two themselves, by the names that the lock has."""
    hashes = {each.chain.hash for each in known(vault) if each.ours}
    return [
        kept.keeper for kept in lock.chains if kept.chain.hash in hashes or _is_here(f"http://{kept.keeper}")
    ]


def _is_here(url: str) -> bool:
    from twinbell.client.transport import LOOPBACK

    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


def to_lock_with(home: Home, relay: str) -> "list[KeptChain]":
    """Return the chains whose rounds can be had from here, to lock a letter with.

    First the one that `relay` keeps, which is ours and which the other one can ask too; quicknet if it
    answers here.
    """
    from twinbell.bond.gate import KeptChain

    found = [each for each in known(home.vault) if not each.retired]
    found.sort(key=lambda each: each.relay != relay)
    return [
        KeptChain(each.chain, each.keeper)
        for each in found
        if each.relay or (each.chain.hash == QUICKNET.hash and quicknet_is_reachable(home))
    ]


def of_relay(home: Home, relay: "Relay") -> Chain | None:
    """Return the relay's own chain, and remember all that it hands out."""
    documents = relay.about().get("chains")
    chains = [Chain.parse(each) for each in documents if isinstance(each, dict)] if documents else []
    with home.vault.transaction():
        for chain in chains:
            learn(home.vault, chain, relay=relay.url)
    return chains[0] if chains else None


def find(vault: Vault, word: str) -> Known:
    """Return the chain that a person means: quicknet, a keeper, a relay, or the start of a hash."""
    matches = [
        each
        for each in known(vault)
        if (word == QUICKNET_NAME and each.chain.hash == QUICKNET.hash)
        or word in (each.keeper, each.relay)
        or (len(word) >= 8 and each.chain.hash.hex().startswith(word))
    ]
    if len(matches) != 1:
        raise NotFound(
            f"No chain called {word} is known here."
            if not matches
            else f"More than one chain is called {word}.",
            hint="`twinbell beacon show` lists them with their hashes.",
        )
    return matches[0]


def rounds(home: Home, chain: Chain) -> "Rounds":
    """Return where rounds of `chain` come from: the vault, the relays that hand them out, its keepers."""
    from twinbell.client.beacon import Rounds, sources_for

    every = known(home.vault)
    relays = [each.relay for each in every if each.relay and each.chain.hash == chain.hash]
    retired = [each.chain.hash for each in every if each.retired]
    names = {each.chain.hash: each.keeper for each in every}
    return Rounds(Kept(home.vault), sources_for(chain, relays), retired=retired, keepers=names)


def signature_of(home: Home, chain: Chain, round: int) -> bytes | None:
    """Return the signature of a round, or None before its time.

    Raises `Unreachable`, `Retired`, `Damaged`, and `NotYet` where the chain's clock is behind ours.
    """
    try:
        return rounds(home, chain).beacon(chain, round, now_s=home.now_s).signature
    except NotYet:
        if home.now_s < time_of(chain, round):
            return None
        raise


def quicknet_is_reachable(home: Home) -> bool:
    """Tell whether quicknet's rounds could be had lately, asking at most once a day.

    A letter whose lock needs two keepers is lost if one of them can never be asked from here.
    """
    reached_s, asked_s = (int(home.vault.remembered(name) or 0) for name in (REACHED_SETTING, ASKED_SETTING))
    now_s = home.now_s
    if now_s - reached_s < REACHED_FOR_S or now_s - asked_s < ASK_AGAIN_S:
        return now_s - reached_s < REACHED_FOR_S
    home.vault.remember(ASKED_SETTING, str(now_s))
    from twinbell.wire.beacon import current_round

    try:
        rounds(home, QUICKNET).beacon(QUICKNET, current_round(QUICKNET, now_s) - 2, now_s=now_s)
    except (Unreachable, NotYet, Damaged):
        return False
    home.vault.remember(REACHED_SETTING, str(now_s))
    return True
