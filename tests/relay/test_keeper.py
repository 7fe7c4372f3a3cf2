"""The beacon on disk and the keeper of the chain: first start, again, halts, confirmation."""

import asyncio
import json

import pytest
from tests.jumping_clock import NOON_S, JumpingClock

from twinbell.errors import Conflict, Damaged, Mistaken, NotFound, NotYet, Refused
from twinbell.relay import beaconkey, clockfile
from twinbell.relay.beaconkey import BeaconKey
from twinbell.relay.clockfile import Confirmation
from twinbell.relay.clockgate import Now, Seen, State
from twinbell.relay.keeper import SIGNING_MAX, Keeper
from twinbell.wire.beacon import Chain, time_of, verify
from twinbell.wire.problems import Denied

HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400


@pytest.fixture
def clock():
    return JumpingClock()


def open_keeper(data, clock, *, boot_id="boot one", **more):
    return Keeper.open(data, clock=clock, boot_id=boot_id, **more)


def test_the_first_start_fixes_key_period_and_genesis(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock, period_s=7)

    assert keeper.chain.period_s == 7
    assert keeper.chain.genesis_s == int(NOON_S)
    assert open_keeper(tmp_path, clock).chain == keeper.chain
    assert Chain.parse((tmp_path / "beacon/chain.json").read_bytes()) == keeper.chain


def test_the_key_is_for_its_owner_alone_and_is_never_printed(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)

    key = beaconkey.load(tmp_path / "beacon")

    assert key is not None
    assert (tmp_path / "beacon/key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "beacon").stat().st_mode & 0o777 == 0o700
    assert key.secret.hex() not in repr(key) + repr(keeper) + str(key)
    assert repr(key.secret) not in repr(key)


def test_another_period_refuses_to_start(tmp_path, clock):
    open_keeper(tmp_path, clock, period_s=7)

    with pytest.raises(Refused):
        open_keeper(tmp_path, clock, period_s=8)

    assert open_keeper(tmp_path, clock, period_s=7).chain.period_s == 7


@pytest.mark.parametrize("period_s", [0, -1, 2**32])
def test_an_impossible_period_is_refused(tmp_path, clock, period_s):
    with pytest.raises(Mistaken):
        open_keeper(tmp_path, clock, period_s=period_s)


def test_a_key_that_others_can_read_refuses_to_start(tmp_path, clock):
    open_keeper(tmp_path, clock)
    (tmp_path / "beacon/key").chmod(0o640)

    with pytest.raises(Refused):
        open_keeper(tmp_path, clock)


def test_a_key_that_is_gone_is_not_replaced_by_a_new_one(tmp_path, clock):
    open_keeper(tmp_path, clock)
    (tmp_path / "beacon/key").unlink()

    with pytest.raises(Refused):
        open_keeper(tmp_path, clock)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"null", b'{"secret": "00", "period": 3, "genesis": 1}'])
def test_a_damaged_key_is_told(tmp_path, clock, text):
    open_keeper(tmp_path, clock)
    (tmp_path / "beacon/key").write_bytes(text)

    with pytest.raises(Damaged):
        open_keeper(tmp_path, clock)


def test_a_second_key_never_takes_the_place_of_the_first(tmp_path, clock):
    open_keeper(tmp_path, clock)

    with pytest.raises(Conflict):
        beaconkey.save(tmp_path / "beacon", BeaconKey.make(period_s=3, genesis_s=0))


def test_there_is_no_beacon_where_no_relay_was(tmp_path):
    with pytest.raises(NotFound):
        beaconkey.existing(tmp_path)


def test_rounds_are_signed_from_their_second_on(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock, period_s=10)
    clock.pass_(35)

    async def story():
        assert keeper.current() == 4
        for round in (1, 2, 3, 4, 4, 1):
            verify(keeper.chain, await keeper.beacon(round))
        with pytest.raises(NotYet) as refusal:
            await keeper.beacon(5)
        assert (refusal.value.round, refusal.value.opens_s) == (5, int(NOON_S) + 40)
        clock.pass_(5)
        verify(keeper.chain, await keeper.beacon(5))
        assert keeper.signed == 5  # deterministic, so each is computed once

    asyncio.run(story())


def test_a_clock_that_leaps_while_running_signs_nothing_more(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock, period_s=10)
    clock.pass_(100)

    async def story():
        for leap in (HOUR, DAY, YEAR):
            clock.leap(leap)
            assert keeper.read().state is State.LEAPT
            assert keeper.current() == 11
            with pytest.raises(NotYet):
                await keeper.beacon(12)
            verify(keeper.chain, await keeper.beacon(11))
            clock.leap(-leap)
        clock.pass_(10)
        verify(keeper.chain, await keeper.beacon(12))

    asyncio.run(story())


def test_a_round_that_was_signed_is_refused_again_when_the_clock_goes_back(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock, period_s=10)
    clock.pass_(100)

    async def story():
        await keeper.beacon(11)
        clock.leap(-50)
        with pytest.raises(NotYet):
            await keeper.beacon(11)

    asyncio.run(story())


def test_many_who_ask_for_one_round_cost_one_signature(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)

    async def story():
        beacons = await asyncio.gather(*(keeper.beacon(1) for _ in range(500)))
        assert len({beacon.signature for beacon in beacons}) == 1
        assert keeper.signed == 1

    asyncio.run(story())


def test_a_flood_of_rounds_is_bounded(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock, period_s=1)
    clock.pass_(100_000)

    async def story():
        results = await asyncio.gather(
            *(keeper.beacon(round) for round in range(1, 1001)), return_exceptions=True
        )
        refused = [result for result in results if isinstance(result, Denied)]
        assert len(refused) == 1000 - SIGNING_MAX
        verify(keeper.chain, await keeper.beacon(999))

    asyncio.run(story())


def test_a_hang_up_takes_the_signature_from_nobody_else(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)

    async def story():
        first = asyncio.create_task(keeper.beacon(1))
        second = asyncio.create_task(keeper.beacon(1))
        await asyncio.sleep(0)
        first.cancel()
        verify(keeper.chain, await second)

    asyncio.run(story())


@pytest.mark.parametrize("halt_s", [HOUR - 60, 3 * DAY])
def test_a_halted_process_catches_up_with_every_missed_round(tmp_path, clock, halt_s):
    """L3, when the machine stayed up: elapsed time is known, so no witness is needed."""
    keeper = open_keeper(tmp_path, clock, period_s=HOUR)
    chain = keeper.chain
    keeper.write()
    clock.pass_(halt_s)

    keeper = open_keeper(tmp_path, clock)

    assert_caught_up(keeper, chain, clock)


@pytest.mark.parametrize("how", ["witness", "confirm while running", "confirm before the start"])
def test_a_machine_that_was_off_for_three_days_catches_up_once_believed(tmp_path, clock, how):
    """L3: with a second chain as witness, or the operator's word."""
    keeper = open_keeper(tmp_path, clock, period_s=HOUR)
    chain = keeper.chain
    keeper.write()
    clock.reboot(3 * DAY)
    if how == "confirm before the start":
        clockfile.ask_to_confirm(keeper.folder, Confirmation(clock.wall, clock.boot, "boot two"))
        clock.pass_(30)

    keeper = open_keeper(tmp_path, clock, boot_id="boot two")
    if how != "confirm before the start":
        assert keeper.read().state is State.LEAPT
        assert keeper.current() == 1
    if how == "witness":
        keeper.witnessed(int(clock.wall) - 3)
    elif how == "confirm while running":
        clockfile.ask_to_confirm(keeper.folder, Confirmation(clock.wall, clock.boot, "boot two"))
        clock.pass_(2)
        keeper.look()

    assert_caught_up(keeper, chain, clock)


def assert_caught_up(keeper, chain, clock):
    assert keeper.chain == chain
    assert keeper.read().state is State.STEADY
    due = 1 + int(clock.wall - chain.genesis_s) // HOUR
    assert keeper.current() == due

    async def story():
        for round in range(1, due + 1):
            verify(chain, await keeper.beacon(round))

    asyncio.run(story())


def test_a_confirmation_counts_once_and_only_for_the_clock_that_was_shown(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)
    clockfile.ask_to_confirm(keeper.folder, Confirmation(clock.wall, clock.boot, "boot one"))
    clock.leap(YEAR)

    keeper.look()

    assert keeper.read().state is State.LEAPT
    assert not (keeper.folder / "confirm").exists()
    keeper.look()
    assert keeper.read().state is State.LEAPT


def test_a_confirmation_that_cannot_be_read_is_thrown_away(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)
    (keeper.folder / "confirm").write_bytes(b"yes")

    keeper.look()

    assert not (keeper.folder / "confirm").exists()


def test_without_its_clock_file_the_gate_starts_at_the_genesis(tmp_path, clock):
    open_keeper(tmp_path, clock)
    clock.reboot(YEAR)
    for damage in (lambda path: path.unlink(), lambda path: path.write_bytes(b"{")):
        damage(tmp_path / "beacon/clock")

        keeper = open_keeper(tmp_path, clock, boot_id="boot two")

        assert keeper.read().state is State.LEAPT
        assert keeper.read().gate_s == int(NOON_S)


def test_the_clock_file_comes_back_as_it_was_written(tmp_path):
    seen = Seen(NOON_S + 0.5, 12.25, 99, 123.5, "boot")

    clockfile.save(tmp_path, seen, state="steady")

    assert clockfile.load(tmp_path) == seen
    assert clockfile.load_state(tmp_path) == "steady"
    assert (tmp_path / "clock").stat().st_mode & 0o777 == 0o600
    assert clockfile.load(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "change",
    [
        {"seen": -1},
        {"seen": None},
        {"seen": True},
        {"seen": 1e300},
        {"seen": "now"},
        {"used": float("nan")},
        {"boot_id": 5},
        {"overruled": float("inf")},
    ],
)
def test_a_clock_file_with_impossible_times_is_damaged(tmp_path, change):
    clockfile.save(tmp_path, Seen(NOON_S), state="steady")
    fields = json.loads((tmp_path / "clock").read_text())
    (tmp_path / "clock").write_text(json.dumps(fields | change))

    with pytest.raises(Damaged):
        clockfile.load(tmp_path)


def test_a_confirmation_holds_only_for_its_boot():
    confirmation = Confirmation(NOON_S, 100.0, "this")

    assert confirmation.holds(Now(NOON_S + 5, 105.0), "this", 2.0)
    assert not confirmation.holds(Now(NOON_S + 5, 105.0), "that", 2.0)
    assert not confirmation.holds(Now(NOON_S + 50, 105.0), "this", 2.0)
    assert not Confirmation(NOON_S, 100.0, "").holds(Now(NOON_S, 100.0), "", 2.0)


def test_before_the_genesis_nothing_is_current(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)
    clock.leap(-DAY)

    assert keeper.current() == 0
    with pytest.raises(NotYet):
        asyncio.run(keeper.beacon(1))


def test_the_small_tasks_start_and_stop(tmp_path, clock):
    keeper = open_keeper(tmp_path, clock)

    async def story():
        await keeper.start()
        clock.pass_(20)
        await keeper.stop()
        await keeper.stop()

    asyncio.run(story())

    seen = clockfile.load(keeper.folder)
    assert seen is not None
    assert seen.seen_s == NOON_S + 20
    assert time_of(keeper.chain, 1) == int(NOON_S)
