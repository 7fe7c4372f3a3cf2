"""`twinbell relay clock` and `twinbell relay beacon`: what only the operator of a relay can say or keep.

Both work on the data folder, beside a relay that runs or instead of one that does not.
"""

import argparse
import os
import sys
from pathlib import Path

from twinbell.cli.command import Subparsers, command, noun

SHARES, SHARES_NEEDED = 3, 2


def register(subparsers: Subparsers) -> None:
    """Declare the two nouns below `relay`."""
    clock = noun(subparsers, "clock", "What time the beacon believes, and your word that it is right.")
    _with_data(
        command(
            clock,
            "show",
            "Show what time the beacon believes.",
            example="twinbell relay clock show --data relay",
            run=show_clock,
            home=False,
        )
    )
    confirm = command(
        clock,
        "confirm",
        "Say that this machine's clock is right.",
        about="The beacon signs no round that cannot plausibly have come. After a long stop, or\n"
        "when the clock has leapt, it waits for another chain that agrees, or for you. A running\n"
        "relay takes your word within seconds, another one at its next start. If the clock is\n"
        "wrong, letters open early.",
        example="twinbell relay clock confirm --data relay --yes",
        run=confirm_clock,
        home=False,
    )
    _with_data(confirm)
    confirm.add_argument("--yes", action="store_true", help="do not ask")
    beacon = noun(subparsers, "beacon", "The key that opens every letter that waits for this relay.")
    _with_data(
        command(
            beacon,
            "backup",
            "Write the beacon key as three lists of words, any two of which bring it back.",
            about="Keep them in three places. Whoever has two of them can open every letter that\n"
            "waits for this relay, unseen; without them, those letters are lost with the disk.",
            example="twinbell relay beacon backup --data relay",
            run=backup,
            home=False,
        )
    )
    restore = command(
        beacon,
        "restore",
        "Bring the beacon key back from two of its lists of words.",
        about="Reads the lists from standard input, one a line.",
        example="twinbell relay beacon restore --data relay --period 3 --genesis 1795345880 < words.txt",
        run=run_restore,
        home=False,
    )
    _with_data(restore)
    restore.add_argument("--period", type=int, metavar="SECONDS", help="as the backup says")
    restore.add_argument("--genesis", type=int, metavar="SECONDS", help="as the backup says")
    restore.add_argument("--hash", metavar="HEX", help="the hash of the chain, to compare")


def show_clock(args: argparse.Namespace) -> None:
    """Print both times, and how much of the allowance is used."""
    from twinbell.cli import ui
    from twinbell.clock import SystemClock
    from twinbell.relay import beaconkey, clockfile
    from twinbell.relay.clockgate import BOOT_ALLOWANCE_MAX_S

    folder, _ = beaconkey.existing(args.data)
    seen = clockfile.load(folder)
    wall_s = SystemClock().wall_s()
    if args.json:
        ui.data(
            {
                "wall": int(wall_s),
                "believed": int(seen.seen_s) if seen else None,
                "state": clockfile.load_state(folder),
                "allowance_used": int(seen.used_s) if seen else 0,
                "backed_up": beaconkey.is_backed_up(folder),
            }
        )
        return
    ui.say(f"this machine's clock   {_moment(wall_s)}")
    if seen is None:
        ui.say("the beacon believes    nothing was written down yet")
        return
    left_s = max(0.0, BOOT_ALLOWANCE_MAX_S - seen.used_s)
    ui.say(
        f"the beacon believed    {_moment(seen.seen_s)}, when it last wrote it down",
        f"it is                  {clockfile.load_state(folder)}",
        f"unwitnessed stops      {_minutes(seen.used_s)} used, {_minutes(left_s)} left",
    )


def confirm_clock(args: argparse.Namespace) -> None:
    """Leave the operator's word in the folder."""
    from twinbell.cli import ui
    from twinbell.clock import SystemClock
    from twinbell.errors import Refused
    from twinbell.relay import beaconkey, clockfile
    from twinbell.relay.clockfile import Confirmation

    folder, _ = beaconkey.existing(args.data)
    clock = SystemClock()
    if not args.yes and not ui.confirm(f"It is {_moment(clock.wall_s())}. Is that right?"):
        raise Refused("Then set the clock first.")
    wall_s = clock.wall_s()
    clockfile.ask_to_confirm(folder, Confirmation(wall_s, clock.boot_s(), clockfile.boot_id()))
    if args.json:
        ui.data({"confirmed": int(wall_s)})
    else:
        ui.say("Confirmed. A running relay takes it within seconds.")


def backup(args: argparse.Namespace) -> None:
    """Print the words, and remember that they were shown."""
    from twinbell.cli import ui
    from twinbell.crypto import shares
    from twinbell.relay import beaconkey

    folder, key = beaconkey.existing(args.data)
    chain = key.chain
    lists = shares.split(key.secret, SHARES_NEEDED, SHARES)
    if args.json:
        ui.data(
            {
                "shares": lists,
                "needed": SHARES_NEEDED,
                "chain": chain.hash.hex(),
                "period": chain.period_s,
                "genesis": chain.genesis_s,
            }
        )
    else:
        for number, words in enumerate(lists, start=1):
            ui.say(f"{number} of {SHARES}, any {SHARES_NEEDED} bring the key back:", _in_rows(words), "")
        ui.say(
            "Write beside each of them:",
            f"  beacon of a Twinbell relay, period {chain.period_s}, genesis {chain.genesis_s}",
            f"  chain {chain.hash.hex()}",
        )
    sys.stdout.flush()
    beaconkey.mark_backed_up(folder)


def run_restore(args: argparse.Namespace) -> None:
    """Read shares from standard input and write the key they give."""
    from twinbell.cli import ui

    ui.note("Give two of the lists, one a line, then end the input (Ctrl-D).")
    lines = [line.strip() for line in sys.stdin if line.strip()]
    chain_hash = restore(args.data, lines, period_s=args.period, genesis_s=args.genesis, named=args.hash)
    if args.json:
        ui.data({"chain": chain_hash})
    else:
        ui.say(
            f"The key is back, of chain {chain_hash}.",
            "Start the relay, then run `twinbell relay clock confirm`.",
        )


def restore(
    data: Path, lists: list[str], *, period_s: int | None, genesis_s: int | None, named: str | None
) -> str:
    """Write the key that the lists give into a folder without one, and return the hash of its chain.

    Raises `Damaged` when the words, or the period and the genesis, are those of another chain.
    """
    from twinbell.crypto import shares
    from twinbell.errors import Damaged, Mistaken
    from twinbell.relay import beaconkey
    from twinbell.wire.beacon import Chain

    folder = beaconkey.make_folder(data)
    path = folder / beaconkey.CHAIN
    if path.exists():  # the key was lost, but not what it belonged to
        known = Chain.parse(path.read_bytes())
        period_s = known.period_s if period_s is None else period_s
        genesis_s = known.genesis_s if genesis_s is None else genesis_s
        named = named or known.hash.hex()
    if period_s is None or genesis_s is None:
        raise Mistaken("The period and the genesis of the chain are needed; the backup says them.")
    key = beaconkey.BeaconKey.make(secret=shares.combine(lists), period_s=period_s, genesis_s=genesis_s)
    found = key.chain.hash.hex()
    if named is not None and found != named.lower():
        raise Damaged(
            f"These words, period and genesis give the chain {found}, not {named}.",
            hint="Nothing was written.",
        )
    beaconkey.save(folder, key)
    beaconkey.mark_backed_up(folder)
    return found


def _with_data(parser: argparse.ArgumentParser) -> None:
    from twinbell.relay.settings import DEFAULTS, VARIABLE_PREFIX

    default = os.environ.get(VARIABLE_PREFIX + "DATA") or str(DEFAULTS["data"])
    parser.add_argument(
        "--data", type=_folder, default=_folder(default), metavar="DIR", help="the relay's data folder"
    )


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _moment(time_s: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(time_s), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min"


def _in_rows(words: str) -> str:
    row = words.split()
    return "\n".join("  " + " ".join(row[at : at + 11]) for at in range(0, len(row), 11))
