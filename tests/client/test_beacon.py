"""Getting rounds: whatever anybody answers, only the chain's own signature opens, and never early."""

import http.server
import json
import threading

import pytest

from twinbell.client.beacon import HttpSource, Memory, Rounds, import_round, read_chain, sources_for
from twinbell.crypto import bls
from twinbell.errors import Damaged, Mistaken, NotFound, NotYet, Retired, Unreachable
from twinbell.wire.beacon import QUICKNET, QUICKNET_URLS, Beacon, Chain, keeper_of, time_of

SECRET = (21).to_bytes(32)
CHAIN = Chain(
    public_key=bls.public(SECRET), period_s=10, genesis_s=1_000_000, group_hash=bytes(32), beacon_id="ours"
)
OTHER = Chain(
    public_key=bls.public((22).to_bytes(32)), period_s=10, genesis_s=1_000_000, group_hash=bytes(32)
)
DUE_S = time_of(CHAIN, 5)


def beacon_of(round, secret=SECRET):
    return Beacon(round, bls.sign(secret, bls.round_message(round)))


class Says:
    """A source that answers what it is told to, and counts."""

    def __init__(self, answer, name="somebody"):
        self.answer, self.name, self.asked = answer, name, 0

    def fetch(self, chain, round):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_round_is_fetched_verified_and_kept():
    source, cache = Says(beacon_of(5)), Memory()
    rounds = Rounds(cache, [source])

    assert rounds.beacon(CHAIN, 5, now_s=DUE_S) == beacon_of(5)
    assert rounds.beacon(CHAIN, 5, now_s=DUE_S) == beacon_of(5)

    assert source.asked == 1
    assert cache.signature(CHAIN.hash, 5) == beacon_of(5).signature


def test_nobody_is_asked_before_the_time():
    source = Says(beacon_of(5))

    with pytest.raises(NotYet) as refusal:
        Rounds(Memory(), [source]).beacon(CHAIN, 5, now_s=DUE_S - 0.01)

    assert (refusal.value.round, refusal.value.opens_s) == (5, DUE_S)
    assert f"Round 5 of {keeper_of(CHAIN)} comes on " in str(refusal.value)
    assert source.asked == 0


def test_what_is_kept_opens_whatever_the_clock_says():
    cache = Memory()
    cache.keep(CHAIN.hash, 5, beacon_of(5).signature)

    assert Rounds(cache).beacon(CHAIN, 5, now_s=0) == beacon_of(5)


@pytest.mark.parametrize("kept", [bytes(48), b"", beacon_of(6).signature])
def test_what_is_kept_and_damaged_is_fetched_anew(kept):
    cache = Memory()
    cache.keep(CHAIN.hash, 5, kept)

    assert Rounds(cache, [Says(beacon_of(5))]).beacon(CHAIN, 5, now_s=DUE_S) == beacon_of(5)
    assert cache.signature(CHAIN.hash, 5) == beacon_of(5).signature


def test_a_silent_source_is_passed_over():
    rounds = Rounds(Memory(), [Says(Unreachable()), Says(beacon_of(4)), Says(beacon_of(5))])

    assert rounds.beacon(CHAIN, 5, now_s=DUE_S) == beacon_of(5)


@pytest.mark.parametrize(
    "wrong",
    [beacon_of(4), beacon_of(5, (22).to_bytes(32)), Beacon(5, beacon_of(4).signature), Beacon(5, bytes(48))],
)
def test_what_is_handed_out_wrongly_is_damaged_and_not_kept(wrong):
    cache = Memory()

    with pytest.raises(Damaged) as refusal:
        Rounds(cache, [Says(wrong), Says(Unreachable())]).beacon(CHAIN, 5, now_s=DUE_S)

    assert "somebody" in str(refusal.value)
    assert cache.signature(CHAIN.hash, 5) is None


def test_a_source_whose_clock_is_behind_says_not_yet():
    with pytest.raises(NotYet):
        Rounds(Memory(), [Says(Unreachable()), Says(NotYet())]).beacon(CHAIN, 5, now_s=DUE_S)


def test_silence_is_unreachable_and_says_who_was_asked():
    with pytest.raises(Unreachable) as refusal:
        Rounds(Memory(), [Says(Unreachable(), "one"), Says(Unreachable(), "two")]).beacon(
            CHAIN, 5, now_s=DUE_S
        )

    assert "one, two" in str(refusal.value)
    assert "import" in refusal.value.hint


def test_nobody_to_ask_is_unreachable():
    with pytest.raises(Unreachable):
        Rounds(Memory()).beacon(CHAIN, 5, now_s=DUE_S)


def test_a_retired_chain_is_not_asked_but_what_is_kept_opens():
    source, cache = Says(beacon_of(5)), Memory()
    rounds = Rounds(cache, [source], retired=[CHAIN.hash])

    with pytest.raises(Retired):
        rounds.beacon(CHAIN, 5, now_s=0)
    cache.keep(CHAIN.hash, 5, beacon_of(5).signature)

    assert rounds.beacon(CHAIN, 5, now_s=0) == beacon_of(5)
    assert source.asked == 0


def test_the_signature_of_a_round_is_what_a_time_lock_asks_for():
    of = Rounds(Memory(), [Says(beacon_of(5))]).signature_of(CHAIN, now_s=DUE_S)

    assert of(5) == beacon_of(5).signature
    with pytest.raises(NotYet):
        of(6)


def test_relays_come_before_the_keepers_of_quicknet():
    names = [source.name for source in sources_for(QUICKNET, ["https://relay.example/"])]

    assert names == ["relay.example", *(url.removeprefix("https://") for url in QUICKNET_URLS)]
    assert sources_for(CHAIN) == []


# Importing


def test_a_round_in_a_file_finds_its_chain_by_its_signature():
    cache = Memory()

    chain, beacon = import_round(json.dumps(beacon_of(5).document()).encode(), [OTHER, CHAIN], cache)

    assert (chain, beacon) == (CHAIN, beacon_of(5))
    assert cache.signature(CHAIN.hash, 5) == beacon.signature


def test_a_round_of_no_known_chain_is_refused():
    cache = Memory()

    with pytest.raises(Damaged):
        import_round(json.dumps(beacon_of(5).document()).encode(), [OTHER, QUICKNET], cache)

    assert cache.signature(OTHER.hash, 5) is None


def test_a_chain_is_read_from_a_file(tmp_path):
    path = tmp_path / "info.json"
    path.write_text(json.dumps(CHAIN.document()))

    assert read_chain(str(path)) == CHAIN
    assert read_chain(str(path), expected_hash=CHAIN.hash) == CHAIN
    with pytest.raises(Damaged):
        read_chain(str(path), expected_hash=bytes(32))
    with pytest.raises(NotFound):
        read_chain(str(tmp_path / "nothing"))


# Over HTTP


class Server:
    """A real server on this machine that answers any path with what it was given."""

    def __init__(self):
        self.status, self.body = 200, b""
        self.paths: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.paths.append(self.path)
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *args):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server():
    with Server() as running:
        yield running


def fetch(server):
    return Rounds(Memory(), [HttpSource(server.url)]).beacon(CHAIN, 5, now_s=DUE_S)


def test_a_round_comes_over_http_by_its_chains_hash(server):
    server.body = json.dumps(beacon_of(5).document()).encode()

    assert fetch(server) == beacon_of(5)
    assert server.paths == [f"/{CHAIN.hash.hex()}/public/5"]


def test_what_time_it_is_for_a_relay_is_its_newest_round(server):
    server.body = json.dumps(beacon_of(9).document()).encode()

    assert HttpSource(server.url).latest(CHAIN) == beacon_of(9)
    assert server.paths == [f"/{CHAIN.hash.hex()}/public/latest"]

    server.body = json.dumps(Beacon(9, beacon_of(8).signature).document()).encode()
    with pytest.raises(Damaged):
        HttpSource(server.url).latest(CHAIN)


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, b"<html>please log in</html>", Unreachable),
        (200, b"", Unreachable),
        (200, b"{}", Unreachable),
        (200, b"\x00" * 1000, Unreachable),
        (200, b"[" * 10_000, Unreachable),
        (200, b" " * 100_000, Unreachable),
        (200, json.dumps(beacon_of(6).document()).encode(), Damaged),
        (200, json.dumps(Beacon(5, beacon_of(6).signature).document()).encode(), Damaged),
        (302, b"", Unreachable),
        (404, b"", Unreachable),
        (500, b"", Unreachable),
        (425, b"", NotYet),
    ],
)
def test_whatever_a_server_answers_is_one_of_the_four(server, status, body, answer):
    server.status, server.body = status, body

    with pytest.raises(answer) as refusal:
        fetch(server)

    assert type(refusal.value) is answer


def test_nobody_there_is_unreachable():
    with pytest.raises(Unreachable):
        Rounds(Memory(), [HttpSource("http://127.0.0.1:9")]).beacon(CHAIN, 5, now_s=DUE_S)


def test_a_chain_over_http_is_compared_with_its_hash(server):
    server.body = json.dumps(CHAIN.document()).encode()

    assert read_chain(f"{server.url}#{CHAIN.hash.hex()}") == CHAIN
    assert read_chain(server.url, expected_hash=CHAIN.hash) == CHAIN
    assert read_chain(f"{server.url}/{CHAIN.hash.hex()}/info#{CHAIN.hash.hex()}") == CHAIN
    with pytest.raises(Damaged):
        read_chain(f"{server.url}#{OTHER.hash.hex()}")

    named = f"/{CHAIN.hash.hex()}/info"
    assert server.paths[:3] == [named, named, named]


def test_a_chain_over_http_without_a_hash_says_what_to_compare(server):
    server.body = json.dumps(CHAIN.document()).encode()

    with pytest.raises(Mistaken) as refusal:
        read_chain(server.url)

    assert CHAIN.hash.hex() in str(refusal.value)


def test_quicknet_is_recognised_by_its_hash_wherever_it_comes_from(server):
    server.body = json.dumps(QUICKNET.document()).encode()

    assert read_chain(server.url) == QUICKNET


@pytest.mark.parametrize("wrong", ["#abc", "#" + "AB" * 32, "#" + "zz" * 32])
def test_a_hash_that_is_none_is_refused(wrong):
    with pytest.raises(Mistaken):
        read_chain("http://127.0.0.1:9" + wrong)


def test_a_server_that_describes_nothing_is_told(server):
    server.status = 404
    with pytest.raises(Unreachable):
        read_chain(f"{server.url}#{CHAIN.hash.hex()}")
