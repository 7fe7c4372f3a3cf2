"""`twinbell beacon`: the clocks that sign, and the rounds that open letters."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import Subparsers, command, noun

if TYPE_CHECKING:
    from twinbell.client.chains import Known

LENGTH_MAX = 16_384


def register(subparsers: Subparsers) -> None:
    beacon = noun(subparsers, "beacon", "The clocks that sign: what is known of them, and their rounds.")
    command(
        beacon,
        "show",
        "Show the chains that are known here, and the round that each is at.",
        example="twinbell beacon show",
        json="chains: [{chain, keeper, relay, period, genesis, round, retired, ours}]",
        run=_show,
    )
    round_ = command(
        beacon,
        "round",
        "Print one round of a chain, as drand writes it: what opens a letter anywhere.",
        example="twinbell beacon round 4200 --chain relay.example",
        json="round, signature, as drand has them; also without --json",
        run=_round,
    )
    round_.add_argument("round", type=int, help="its number; the lock of a letter names it")
    round_.add_argument(
        "--chain",
        metavar="CHAIN",
        help="a keeper, a relay, quicknet, or the start of a hash; else the relay's",
    )
    mark = command(
        beacon,
        "mark",
        "Say what only you can know of a chain: whether one of you two runs it, whether it has ended.",
        about="A relay that one of you runs could open early what waits for it: such a lock is courtesy.\n"
        "That a chain has ended is never taken from the network, only from the program's list and from you.",
        example="twinbell beacon mark relay.example --ours",
        json="chain, keeper, ours, retired",
        run=_mark,
    )
    mark.add_argument("chain", metavar="CHAIN", help="a keeper, a relay, quicknet, or the start of a hash")
    owner = mark.add_mutually_exclusive_group()
    owner.add_argument("--ours", action="store_true", default=None, help="one of you two runs it")
    owner.add_argument("--others", dest="ours", action="store_false", help="neither of you runs it")
    end = mark.add_mutually_exclusive_group()
    end.add_argument("--retired", action="store_true", default=None, help="it has ended")
    end.add_argument("--alive", dest="retired", action="store_false", help="it has not ended")
    import_ = command(
        beacon,
        "import",
        "Take a round, or the description of a chain, from a file or an address.",
        about="A round is checked against the chains that are known here; it may come from anywhere.\n"
        "A chain from a file is taken as you chose it; from an address, its hash has to stand behind a #.",
        example="twinbell beacon import round.json",
        json="chain, round",
        run=_import,
    )
    import_.add_argument("source", metavar="FILE_OR_URL", help="a drand round document, or an info document")
    import_.add_argument("--keeper", metavar="NAME", help="who keeps this chain, in a word or two")


def _show(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import chains
    from twinbell.wire.beacon import current_round

    with open_home(args) as home:
        known, now_s = chains.known(home.vault), home.now_s
    if args.json:
        ui.data({"chains": [_record(each, now_s) for each in known]})
        return 0
    for each in known:
        ours = ", run by one of you" if each.ours else ""
        ended = "  has ended: what is locked to it stays locked" if each.retired else ""
        ui.say(
            f"{ui.gold(ui.plain(each.keeper))}  round {current_round(each.chain, now_s)}, "
            f"every {each.chain.period_s} s{ours}{ended}",
            ui.soft(f"  {each.chain.hash.hex()}"),
        )
    return 0


def _record(each: "Known", now_s: int) -> dict[str, object]:
    from twinbell.wire.beacon import current_round

    return {
        "chain": each.chain.hash.hex(),
        "keeper": each.keeper,
        "relay": each.relay,
        "period": each.chain.period_s,
        "genesis": each.chain.genesis_s,
        "round": current_round(each.chain, now_s),
        "retired": each.retired,
        "ours": each.ours,
    }


def _round(args: argparse.Namespace) -> int:
    import json

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import chains

    with open_home(args) as home:
        meant = chains.find(home.vault, args.chain) if args.chain else chains.known(home.vault)[0]
        found = chains.rounds(home, meant.chain).beacon(meant.chain, args.round, now_s=home.now_s)
    ui.say(json.dumps(found.document()))
    return 0


def _mark(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import chains

    with open_home(args) as home:
        chains.mark(home.vault, chains.find(home.vault, args.chain), ours=args.ours, retired=args.retired)
        meant = chains.find(home.vault, args.chain)
    if args.json:
        ui.data(
            {
                "chain": meant.chain.hash.hex(),
                "keeper": meant.keeper,
                "ours": meant.ours,
                "retired": meant.retired,
            }
        )
        return 0
    who = "one of you two" if meant.ours else "neither of you"
    state = "has ended" if meant.retired else "goes on"
    ui.say(f"The chain of {ui.plain(meant.keeper)} is run by {who}, and {state}.")
    return 0


def _import(args: argparse.Namespace) -> int:
    from pathlib import Path

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import chains
    from twinbell.client.beacon import import_round, read_chain

    with open_home(args) as home:
        if "://" not in args.source:
            with Path(args.source).open("rb") as file:
                document = file.read(LENGTH_MAX + 1)
            if b'"signature"' in document:
                chain, beacon = import_round(document, chains.waited_for(home.vault), chains.Kept(home.vault))
                if args.json:
                    ui.data({"chain": chain.hash.hex(), "round": beacon.round})
                else:
                    ui.say(f"Round {beacon.round} is kept. What waits for it opens now, without a network.")
                return 0
        chain = read_chain(args.source)
        with home.vault.transaction():
            chains.learn(home.vault, chain, keeper=args.keeper or "")
        meant = next(each for each in chains.known(home.vault) if each.chain.hash == chain.hash)
    if args.json:
        ui.data({"chain": chain.hash.hex(), "round": None})
    else:
        ui.say(f"The chain of {ui.plain(meant.keeper)} is known here now: {chain.hash.hex()}")
    return 0
