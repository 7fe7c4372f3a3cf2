"""drand's HTTP as a browser, a cache and a careless client meet it."""

import asyncio
import json

import pytest
from aiohttp import ClientSession, web
from tests.jumping_clock import JumpingClock

from twinbell.crypto import bls
from twinbell.errors import Mistaken, Refused
from twinbell.relay.beacon import RelayBeacon
from twinbell.relay.clockgate import State
from twinbell.relay.drand import FOREVER
from twinbell.relay.witness import WitnessChain
from twinbell.wire.beacon import QUICKNET, Beacon, Chain, time_of, verify

DAY, YEAR = 86_400, 365 * 86_400


class Site:
    """An application on a free port."""

    def __init__(self, routes):
        self.app = web.Application()
        self.app.add_routes(routes)
        self.runner = web.AppRunner(self.app)

    async def __aenter__(self):
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.session = ClientSession()
        return self

    async def __aexit__(self, *exc):
        await self.session.close()
        await self.runner.cleanup()

    async def get(self, path, method="GET"):
        async with self.session.request(method, self.url + path) as response:
            body = await response.read()
            return response.status, response.headers, json.loads(body) if body else None


def run(story, data, clock, **more):
    async def told():
        beacon = await RelayBeacon.open(data, clock=clock, boot_id="boot", period_s=3, **more)
        try:
            async with Site(beacon.routes()) as site:
                return await story(beacon, site)
        finally:
            await beacon.stop()

    return asyncio.run(told())


@pytest.fixture
def clock():
    return JumpingClock()


def test_every_path_of_both_versions_answers(tmp_path, clock):
    async def story(beacon, site):
        clock.pass_(30)
        chain = beacon.keeper.chain
        chain_hash = chain.hash.hex()
        for path in ("/info", f"/{chain_hash}/info"):
            status, _, document = await site.get(path)
            assert (status, Chain.parse(document)) == (200, chain)
        for path in (f"/v2/chains/{chain_hash}/info", "/v2/beacons/twinbell/info"):
            status, _, document = await site.get(path)
            assert (status, document) == (200, chain.document_v2())
        for path in (
            "/public/5",
            f"/{chain_hash}/public/5",
            f"/v2/chains/{chain_hash}/rounds/5",
            "/v2/beacons/twinbell/rounds/5",
            "/public/5?1795345880000",
        ):
            status, headers, document = await site.get(path)
            assert (status, headers["Cache-Control"]) == (200, FOREVER)
            assert Beacon.parse(document).round == 5
            verify(chain, Beacon.parse(document))
            assert ("randomness" in document) == (not path.startswith("/v2"))
        for path in (
            "/public/latest",
            f"/{chain_hash}/public/latest",
            f"/v2/chains/{chain_hash}/rounds/latest",
            "/v2/beacons/twinbell/rounds/latest",
        ):
            status, headers, document = await site.get(path)
            assert (status, document["round"]) == (200, 11)
            assert headers["Cache-Control"] == "public, max-age=3, must-revalidate"
        for path in (
            "/health",
            f"/{chain_hash}/health",
            f"/v2/chains/{chain_hash}/health",
            "/v2/beacons/twinbell/health",
        ):
            status, headers, document = await site.get(path)
            assert (status, document) == (200, {"current": 11, "expected": 11})
            assert headers["Cache-Control"] == "no-store"
        assert (await site.get("/chains"))[2] == (await site.get("/v2/chains"))[2] == [chain_hash]
        assert (await site.get("/v2/beacons"))[2] == ["twinbell"]
        assert beacon.documents() == [chain.document()]

    run(story, tmp_path, clock)


def test_a_future_round_is_too_early_and_no_cache_keeps_that(tmp_path, clock):
    async def story(beacon, site):
        chain = beacon.keeper.chain
        for path in ("/public/2", f"/v2/chains/{chain.hash.hex()}/rounds/2", "/public/9007199254740991"):
            status, headers, problem = await site.get(path)
            assert status == 425
            assert headers["Content-Type"].startswith("application/problem+json")
            assert headers["Cache-Control"] == "no-store"
            assert problem["type"] == "urn:twinbell:problem:not-yet"
            assert problem["opens"] == time_of(chain, problem["round"])
        assert beacon.keeper.signed == 0

    run(story, tmp_path, clock)


@pytest.mark.parametrize(
    "round",
    [
        *("0", "01", "-1", "+1", "1.0", "1e3", "0x1", "%D9%A1", "%00", "1%20", "latest2", "null", "next"),
        *("9007199254740992", "18446744073709551616", "9" * 400),
    ],
)
def test_a_malformed_round_is_told(tmp_path, clock, round):
    async def story(beacon, site):
        clock.pass_(YEAR)
        for path in (f"/public/{round}", f"/v2/beacons/twinbell/rounds/{round}"):
            status, headers, problem = await site.get(path)
            assert (status, problem["status"]) == (400, 400)
            assert headers["Cache-Control"] == "no-store"

    run(story, tmp_path, clock)


def test_an_unknown_chain_is_not_found(tmp_path, clock):
    async def story(beacon, site):
        for path in (
            f"/{QUICKNET.hash.hex()}/info",
            f"/{QUICKNET.hash.hex()}/public/1",
            f"/v2/chains/{QUICKNET.hash.hex()}/rounds/1",
            "/v2/chains/quicknet/info",
            "/v2/beacons/quicknet/info",
            f"/v2/chains/{beacon.keeper.chain.hash.hex().upper()}/info",
        ):
            status, _, problem = await site.get(path)
            assert (status, problem["type"]) == (404, "urn:twinbell:problem:not-found")

    run(story, tmp_path, clock)


def test_browsers_of_any_origin_may_read_also_what_is_refused(tmp_path, clock):
    async def story(beacon, site):
        for path in ("/info", "/public/1", "/public/99", "/public/x", "/health", "/chains"):
            _, headers, _ = await site.get(path)
            assert headers["Access-Control-Allow-Origin"] == "*"
            status, headers, _ = await site.get(path, method="OPTIONS")
            assert status == 204
            assert "User-Agent" in headers["Access-Control-Allow-Headers"]
            assert (await site.get(path, method="HEAD"))[0] == (await site.get(path))[0]

    run(story, tmp_path, clock)


def test_a_leap_is_seen_in_the_health_and_latest_is_not_cached(tmp_path, clock):
    async def story(beacon, site):
        clock.pass_(30)
        clock.leap(DAY)
        status, _, health = await site.get("/health")
        assert (status, health["current"]) == (503, 11)
        assert health["expected"] > health["current"]
        status, headers, document = await site.get("/public/latest")
        assert (status, document["round"], headers["Cache-Control"]) == (200, 11, "no-store")

    run(story, tmp_path, clock)


def test_before_the_genesis_latest_is_too_early(tmp_path, clock):
    async def story(beacon, site):
        clock.leap(-DAY)
        assert (await site.get("/public/latest"))[0] == 425

    run(story, tmp_path, clock)


# Witnesses: a second relay is the other chain.


class OtherChain:
    """A chain that says what it is told to say."""

    def __init__(self, clock, genesis_s):
        self.secret = (77).to_bytes(32)
        self.clock = clock
        self.chain = Chain(
            public_key=bls.public(self.secret),
            period_s=3,
            genesis_s=int(genesis_s),
            group_hash=bytes(32),
            beacon_id="other",
        )
        self.asked = []
        self.forge = None
        self.lag = 0
        self.silent = False

    def routes(self):
        prefix = f"/{self.chain.hash.hex()}"
        return [web.get(prefix + "/info", self.info), web.get(prefix + "/public/{round}", self.round)]

    async def info(self, request):
        return web.json_response(self.chain.document())

    async def round(self, request):
        which = request.match_info["round"]
        self.asked.append(which)
        if self.silent:
            return web.Response(status=503)
        newest = int(self.clock.wall - self.lag - self.chain.genesis_s) // 3 + 1
        round = newest if which == "latest" else int(which)
        signed = self.forge or round
        return web.json_response(Beacon(round, bls.sign(self.secret, bls.round_message(signed))).document())


def with_witness(story, data, clock, prepare=None):
    async def told():
        other = OtherChain(clock, clock.wall - DAY)
        if prepare:
            prepare(other)
        async with Site(other.routes()) as far:
            witness = f"{far.url}#{other.chain.hash.hex()}"
            beacon = await RelayBeacon.open(
                data, clock=clock, boot_id="boot", period_s=3, witnesses=[witness]
            )
            try:
                async with Site(beacon.routes()) as site:
                    return await story(beacon, site, other)
            finally:
                await beacon.stop()

    return asyncio.run(told())


def test_the_rounds_of_a_witness_are_handed_out_here_verified_and_once_fetched(tmp_path, clock):
    async def story(beacon, site, other):
        prefix = f"/{other.chain.hash.hex()}"
        assert (await site.get(prefix + "/info"))[2] == other.chain.document()
        assert (await site.get("/chains"))[2] == [beacon.keeper.chain.hash.hex(), other.chain.hash.hex()]
        other.asked.clear()
        for path in (prefix + "/public/100", "/v2/beacons/other/rounds/100"):
            status, headers, document = await site.get(path)
            assert (status, headers["Cache-Control"]) == (200, FOREVER)
            verify(other.chain, Beacon.parse(document))
        assert other.asked == ["100"]
        status, _, document = await site.get(prefix + "/public/latest")
        assert (status, document["round"]) == (200, DAY // 3 + 1)
        assert (await site.get(prefix + "/health"))[0] == 200

    with_witness(story, tmp_path, clock)


def test_a_future_round_of_a_witness_is_not_even_asked_for(tmp_path, clock):
    async def story(beacon, site, other):
        other.asked.clear()
        status, _, problem = await site.get(f"/{other.chain.hash.hex()}/public/{DAY // 3 + 2}")
        assert (status, problem["type"]) == (425, "urn:twinbell:problem:not-yet")
        assert other.asked == []

    with_witness(story, tmp_path, clock)


def test_what_a_witness_forges_goes_to_nobody(tmp_path, clock):
    async def story(beacon, site, other):
        other.forge = 99
        for path in ("/public/100", "/public/latest"):
            status, headers, problem = await site.get(f"/{other.chain.hash.hex()}{path}")
            assert (status, problem["type"]) == (502, "urn:twinbell:problem:upstream")
            assert headers["Cache-Control"] == "no-store"
        other.forge = None
        assert (await site.get(f"/{other.chain.hash.hex()}/public/100"))[0] == 200

    with_witness(story, tmp_path, clock)


def test_the_witnesses_are_asked_at_once_when_the_relay_starts(tmp_path, clock):
    async def story(beacon, site, other):
        asked = asyncio.Event()

        async def ask():
            asked.set()

        beacon.ask_witnesses = ask
        await beacon.start()
        await asyncio.wait_for(asked.wait(), 5)

    with_witness(story, tmp_path, clock)


def test_a_witness_ends_a_leap_while_running(tmp_path, clock):
    async def story(beacon, site, other):
        clock.leap(3 * DAY)  # a machine that was paused: wall clock set right, elapsed time behind
        assert beacon.read().state is State.LEAPT
        await beacon.ask_witnesses()
        assert beacon.read().state is State.STEADY
        assert (await site.get(f"/public/{DAY}"))[0] == 200

    with_witness(story, tmp_path, clock)


def test_a_witness_that_is_forged_or_silent_ends_no_leap(tmp_path, clock):
    async def story(beacon, site, other):
        clock.leap(3 * DAY)
        other.forge = 1
        await beacon.ask_witnesses()
        other.silent = True
        await beacon.ask_witnesses()
        assert beacon.read().state is State.LEAPT
        assert other.asked[-2:] == ["latest", "latest"]

    with_witness(story, tmp_path, clock)


def test_a_first_start_that_the_witness_denies_writes_no_key(tmp_path, clock):
    async def story(beacon, site, other):
        raise AssertionError

    with pytest.raises(Refused):
        with_witness(story, tmp_path, clock, lambda other: setattr(other, "lag", 3600))

    assert not (tmp_path / "beacon/key").exists()


def test_a_first_start_with_a_silent_witness_goes_on_without(tmp_path, clock):
    async def story(beacon, site, other):
        assert beacon.read().state is State.STEADY

    with_witness(story, tmp_path, clock, lambda other: setattr(other, "silent", True))


def test_a_witness_is_pinned_by_its_hash():
    assert WitnessChain.parse("https://api.drand.sh").chain_hash == QUICKNET.hash
    assert WitnessChain.parse("https://api.drand.sh").chain is QUICKNET
    assert WitnessChain.parse("http://far:1/#" + "ab" * 32).chain_hash == bytes.fromhex("ab" * 32)
    for wrong in (
        "far",
        "ftp://far",
        "http://",
        "http://far#abc",
        "http://far#" + "AB" * 32,
        "http://far?x=1",
    ):
        with pytest.raises(Mistaken):
            WitnessChain.parse(wrong)


def test_an_address_that_describes_another_chain_is_no_witness(tmp_path, clock):
    async def told():
        other = OtherChain(clock, clock.wall)
        pinned = bytes(31) + b"\x01"
        routes = [web.get(f"/{pinned.hex()}/info", other.info)]
        async with Site(routes) as far:
            beacon = await RelayBeacon.open(
                tmp_path, clock=clock, boot_id="boot", witnesses=[f"{far.url}#{pinned.hex()}"]
            )
            assert beacon.documents() == [beacon.keeper.chain.document()]
            await beacon.stop()

    asyncio.run(told())
