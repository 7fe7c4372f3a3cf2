import pytest
from tests.bond.letters import ANNA, BERTA, NO_KEYS, NOW_S, keys_of, lock_for, seed

from twinbell.age.hybrid import HybridIdentity
from twinbell.age.stream import read_stanzas, seal
from twinbell.age.tlock import TlockRecipient
from twinbell.bond import way
from twinbell.bond.lock import DateGate, GuardiansGate, Lock, SilenceGate
from twinbell.errors import Damaged, NotYet
from twinbell.wire.beacon import round_at, time_of

KEY = HybridIdentity(seed("a letter key"))
EML = bytes(range(32))
GATE = HybridIdentity(seed("guardians"))


def date_recipient(keeper, shift=0):
    chain = keeper.kept.chain
    return TlockRecipient(chain.hash, chain.public_key, round_at(chain, NOW_S + 20) + shift)


def guarded():
    near = lock_for(ANNA)
    gates = (near.ways[0][0], GuardiansGate(GATE.recipient.public, 2, 3))
    return Lock(letter=near.letter, wish=near.wish, chains=near.chains, ways=(gates,), keep=False)


def test_a_way_opens_to_the_key_and_to_the_letter_that_it_is_for():
    lock = lock_for(ANNA, BERTA)

    found = way.open_way(lock, 1, way.build(lock, 1, KEY, EML), keys_of(ANNA, BERTA))

    assert found == (KEY, EML)


def test_each_layer_has_one_stanza_and_the_outermost_is_the_first_gate():
    lock = lock_for(ANNA, BERTA)
    (gate, _) = lock.ways[0]
    assert isinstance(gate, DateGate)

    import io

    (stanza,) = read_stanzas(io.BytesIO(way.build(lock, 1, KEY, EML)))

    assert stanza.args == (str(gate.round), lock.chains[gate.chain].chain.hash.hex())


def test_a_way_without_gates_is_the_identity_file_itself():
    lock = lock_for(in_s=None)

    data = way.build(lock, 1, KEY, EML)

    assert way.name_of(lock, 1) == "ways/1.txt"
    assert data.decode() == f"# twinbell letter {lock.letter.hex()} {EML.hex()}\n{KEY}\n"
    assert way.open_way(lock, 1, data, NO_KEYS) == (KEY, EML)


def test_a_shut_gate_says_when_or_whom_it_waits_for():
    lock = guarded()
    data = way.build(lock, 1, KEY, EML)

    with pytest.raises(NotYet) as date:
        way.open_way(lock, 1, data, NO_KEYS)
    with pytest.raises(NotYet) as guardians:
        way.open_way(lock, 1, data, keys_of(ANNA))

    assert date.value.opens_s == time_of(ANNA.kept.chain, round_at(ANNA.kept.chain, NOW_S + 20))
    assert str(guardians.value) == "It is not yet time: 2 of 3 guardians must help."


def test_a_signature_of_another_round_is_damaged_and_not_too_early():
    lock = lock_for(ANNA)
    wrong = way.Keys(lambda chain, round: ANNA.signature(round + 1))

    with pytest.raises(Damaged):
        way.open_way(lock, 1, way.build(lock, 1, KEY, EML), wrong)


@pytest.mark.parametrize(
    "outside",
    [
        [date_recipient(BERTA)],
        [date_recipient(ANNA, shift=-1)],
        [date_recipient(ANNA, shift=1)],
        [date_recipient(ANNA), date_recipient(ANNA, shift=-1)],
        [KEY.recipient],
    ],
    ids=["another chain", "an earlier round", "a later round", "two rounds", "a key"],
)
def test_an_outside_that_is_not_the_locks_is_seen_at_once(outside):
    data = seal(way.identity_file(bytes(range(16)), EML, KEY), outside)

    with pytest.raises(Damaged):
        way.check_outermost(lock_for(ANNA), 1, data)


@pytest.mark.parametrize("data", [b"", b"age", b"-----BEGIN AGE ENCRYPTED FILE-----\n", b"# plain\n"])
def test_a_way_that_is_no_age_file_is_seen_at_once(data):
    with pytest.raises(Damaged):
        way.check_outermost(lock_for(ANNA), 1, data)


def test_an_inside_that_is_not_the_locks_is_seen_on_opening():
    lock = guarded()
    plain = way.identity_file(lock.letter, EML, KEY)
    for inside in (
        seal(plain, [KEY.recipient]),
        seal(plain, [GATE.recipient, GATE.recipient]),
        seal(plain, [date_recipient(ANNA)]),
        plain,
    ):
        data = seal(inside, [date_recipient(ANNA)])
        way.check_outermost(lock, 1, data)

        with pytest.raises(Damaged):
            way.open_way(lock, 1, data, keys_of(ANNA, seeds={GATE.recipient.public: GATE.seed}))


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"AGE-SECRET-KEY-PQ-1",
        way.identity_file(bytes(16), EML, KEY),
        way.identity_file(bytes(range(16)), EML, KEY) + b"\n",
        way.identity_file(bytes(range(16)), EML, KEY).replace(b"letter ", b"letter  "),
        way.identity_file(bytes(range(16)), EML, KEY).lower(),
        way.identity_file(bytes(range(16)), EML[:31], KEY) + bytes(3),
        "# twinbell letter ä\n".encode(),
    ],
)
def test_what_is_no_key_of_this_letter_is_refused(plain):
    lock = lock_for(in_s=None)

    with pytest.raises(Damaged):
        way.open_way(lock, 1, plain, NO_KEYS)


def test_silence_opens_with_the_seed_that_the_watch_gives():
    gates = (SilenceGate(GATE.recipient.public, bytes(16)),)
    lock = Lock(letter=bytes(16), wish=None, chains=(), ways=(gates,), keep=False)
    data = way.build(lock, 1, KEY, EML)

    assert way.open_way(lock, 1, data, keys_of(seeds={GATE.recipient.public: GATE.seed})) == (KEY, EML)
    with pytest.raises(NotYet):
        way.open_way(lock, 1, data, NO_KEYS)


def test_guardians_open_with_the_shares_of_any_two_of_three():
    from twinbell.crypto import shares

    lock = guarded()
    data = way.build(lock, 1, KEY, EML)
    first, _, third = shares.split(GATE.seed, 2, 3)

    found = shares.combine([third, first])

    keys = keys_of(ANNA, seeds={HybridIdentity(found).recipient.public: found})
    assert way.open_way(lock, 1, data, keys) == (KEY, EML)
