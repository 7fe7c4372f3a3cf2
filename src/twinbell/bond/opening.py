"""OPENING.txt: how a stranger opens this letter by hand, in a world without Twinbell.

It is the first thing in every letter, inside the outer seal, and tells nothing that the lock does not. It
is written for someone at a terminal with `age`, `tle`, `tar` and `ssh-keygen`, who has one of the four keys.
A test follows these commands with the tools that there are.
"""

import json

from twinbell.bond import civil
from twinbell.bond.gate import DateGate, Gate, GuardiansGate, SilenceGate
from twinbell.bond.lock import Lock
from twinbell.bond.mail import principal
from twinbell.bond.way import name_of
from twinbell.wire.beacon import QUICKNET, QUICKNET_URLS, time_of

_NAMESPACE = "letter@twinbell"


def page(lock: Lock, bond: bytes) -> bytes:
    """Return the page: ASCII, lines of at most 100 characters except for keys and commands."""
    parts = [_HEAD, *(_way(lock, number) for number in range(1, len(lock.ways) + 1)), _tail(bond)]
    if lock.chains:
        parts.append(_chains(lock))
    return "\n".join(parts).encode("ascii", "backslashreplace")


_HEAD = """\
HOW TO OPEN THIS LETTER BY HAND

You need age 1.3 or newer (or another age with post-quantum keys), tle or tlock-js for a day that was
waited for, tar, and ssh-keygen. Nothing else; no Twinbell and no server of its own.

If you read this, the outer seal is already open. It was done with one of the four keys that this letter
was sealed to (a file with a line that begins with AGE-SECRET-KEY-PQ-1):

    age -d -i key.txt -o letter.tar letter.age
    tar -xf letter.tar

What holds the letter back is in lock.cbor, and in plain words below. Any one way gives the letter key.
"""


def _way(lock: Lock, number: int) -> str:
    name, way = name_of(lock, number), lock.ways[number - 1]
    lines = [f"WAY {number} OF {len(lock.ways)}", ""]
    if not way:
        return "\n".join([*lines, "It is open:", "", f"    cp {name} letter.key", ""])
    lines += ["Its layers, from the outside in. Wait for each, then take it off:", ""]
    for at, gate in enumerate(way, 1):
        inside = "letter.key" if at == len(way) else f"way{number}.{at}.age"
        outside = name if at == 1 else f"way{number}.{at - 1}.age"
        lines += [f"  {_words(lock, gate)}", "", f"    {_command(lock, gate, outside, inside)}", ""]
    return "\n".join(lines)


def _words(lock: Lock, gate: Gate) -> str:
    if isinstance(gate, DateGate):
        kept = lock.chains[gate.chain]
        at = civil.utc(time_of(kept.chain, gate.round))
        return f"Round {gate.round} of the beacon of {kept.keeper}, which comes on {at.date}, {at.time} UTC."
    if isinstance(gate, GuardiansGate):
        return (
            f"{gate.threshold} of {gate.guardians} guardians put their SLIP-39 words together.\n"
            "  There is no passphrase. The 32 bytes that come out are the seed of an age key, written as\n"
            "  AGE-SECRET-KEY-PQ-1... in Bech32, in gate.txt."
        )
    return (
        "The relay gives out a parcel for this letter when the writer has fallen silent: parcel.age.\n"
        "  The key of this gate is in it, sealed as the letter is: gate.txt."
    )


def _command(lock: Lock, gate: Gate, outside: str, inside: str) -> str:
    if isinstance(gate, DateGate):
        chain = lock.chains[gate.chain].chain.hash.hex()
        url = QUICKNET_URLS[0] if chain == QUICKNET.hash.hex() else "URL"
        return f"tle -d -n {url} -c {chain} -o {inside} {outside}"
    take_off = f"age -d -i gate.txt -o {inside} {outside}"
    if isinstance(gate, SilenceGate):
        return f"age -d -i key.txt -o gate.txt parcel.age\n    {take_off}"
    return take_off


def _tail(bond: bytes) -> str:
    name = principal(bond)
    return f"""\
THEN

    age -d -i letter.key -o letter.eml letter.eml.age
    age -d -i letter.key -o letter.eml.sig letter.eml.sig.age
    age -d -i letter.key -o files.tar files.tar.age
    tar -xf files.tar

letter.eml opens in any mail program. Twinbell-Files in its head says what each file was called; the
files themselves are 1.jpg, 2.pdf and so on. An archive of nothing is nothing but zeros.

WHO WROTE IT

The key of the writer is not in here, since anybody could have put it here. It is in the bond of the two
and on their pages. Put it into a file named allowed_signers, on one line:

    {name} namespaces="{_NAMESPACE}" ssh-ed25519 AAAA...

    ssh-keygen -Y verify -f allowed_signers -I {name} -n {_NAMESPACE} -s letter.eml.sig < letter.eml
"""


def _chains(lock: Lock) -> str:
    lines = [
        "THE BEACONS",
        "",
        "A round is a signature of 48 bytes, the same for all, from any source. tle asks a server for",
        "URL/CHAIN/info and URL/CHAIN/public/ROUND, where CHAIN is the hash below. If it is gone, any",
        "other that answers these two will do, also one of your own with two files; tlock-js takes both",
        "by hand.",
        "",
    ]
    for kept in lock.chains:
        lines += [f"  {kept.keeper}:", "", f"    {json.dumps(kept.chain.document())}", ""]
    return "\n".join(lines)
