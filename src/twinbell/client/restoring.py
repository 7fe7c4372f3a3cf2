"""Coming back from paper: a kit page, the keyring from its slot, and a new device that takes the bond up.

    read      the keyring, by the owner token that the page gives; or from a file, where the slot is gone
    save      the bond, its registration and what the other is to be told, in one transaction
    collect   what waits in the inbox, since it may bring a newer prekey of the other
    send      that we came back; the other's client then gives every letter again (`giving`)

A crash after `save` loses nothing: the next command goes on. What is done and why is in `bond/paper.py`.
"""

import secrets
from typing import TYPE_CHECKING

from twinbell.bond import paper
from twinbell.client import bonds, mail
from twinbell.client.failpoint import reach
from twinbell.client.home import Home
from twinbell.errors import NotFound, Refused, TwinbellError

if TYPE_CHECKING:
    from twinbell.bond.kit import Page
    from twinbell.client.bonds import BondRow

KEYRING_BYTES_MAX = 65_536
LEAP = 1000  # a keyring from a file may be years older than what the other knows


def restore(home: Home, page: "Page", *, sealed: bytes | None = None) -> "tuple[BondRow, str]":
    """Take a bond up again; return it, and why something has still to go, or nothing.

    `sealed` is a keyring from elsewhere. Raises `NotFound` where the slot has none, `Refused` for a bond that
    is here already or was ended, `Damaged` and `NotForMe` for a keyring that is not the page's.
    """
    if any(bond.pendant.keyring.box == page.box for bond in bonds.every(home.vault)):
        raise Refused("This bond is here already.", hint="`twinbell bond list` shows it.")
    leap = LEAP if sealed else 0
    if sealed is None:
        sealed, _ = home.relay(page.relay).read_slot(page.box, page.root.owner_token(page.relay))
        if not sealed:
            raise NotFound(
                "The keyring of this kit does not lie at its relay any more.",
                hint="The other one keeps a copy: `twinbell kit copy` there, then --keyring FILE here.",
            )
    keyring = paper.open_keyring(page, sealed)
    pendant = paper.restore(keyring, page.root, random=secrets.token_bytes)
    with home.vault.transaction():
        bond = bonds.come_back(home, pendant, page.root, leap=leap)
        if pendant.keyring.watch.owned:
            from twinbell.client import watch

            watch.adopt(home)
    reach("paper: bond saved")
    return bond, _settle(home, bond)


def _settle(home: Home, bond: "BondRow") -> str:
    try:
        mail.settle(home, bond)
        mail.receive(home)
    except TwinbellError as refusal:
        return str(refusal)
    return mail.send(home).reason
