"""Chains that only a letter names: a round from a file opens it, and nothing of ours leans on them."""

import json
import secrets

from twinbell.bond.lock import KeptChain, plan
from twinbell.client import chains, wish
from twinbell.client.beacon import import_round
from twinbell.crypto import bls
from twinbell.wire.beacon import Beacon, Chain

SECRET = (23).to_bytes(32)


def test_a_round_in_a_file_opens_a_letter_whose_chain_is_known_by_it_alone(two, tmp_path):
    mei, jun = two
    now_s = mei._home.now_s
    chain = Chain(
        public_key=bls.public(SECRET),
        period_s=3,
        genesis_s=now_s - 1000,
        group_hash=bytes(32),
        beacon_id="theirs",
    )
    meant = wish.parse("in 1 hour", now_s=now_s, zone="UTC")
    letter = secrets.token_bytes(16)
    lock = plan(letter=letter, wish=meant, chains=[KeptChain(chain, "theirs")], now_s=now_s)
    mei.write_letter(mei.bond(), lock=lock, subject="", text="Dear Jun")
    jun.catch_up()
    ((_, number),) = lock.rounds()
    signed = Beacon(number, bls.sign(SECRET, bls.round_message(number)))

    vault = jun._home.vault
    import_round(json.dumps(signed.document()).encode(), chains.waited_for(vault), chains.Kept(vault))

    (row,) = jun.letters()
    assert jun.open_letter(row, tmp_path / "out").letter.mail.text == "Dear Jun"
    assert chain.hash not in {each.chain.hash for each in chains.known(vault)}
