"""Group commit, on a real disk and on a full one (test X4)."""

import asyncio
import os
import secrets
import subprocess
import threading
from pathlib import Path

import pytest
from tests.relay.running import Person, eventually, running

from twinbell.errors import Conflict, Damaged
from twinbell.relay.store import Broken, Drop, Full, Job, Keep
from twinbell.relay.store.schema import STEPS
from twinbell.relay.store.sqlite import SqliteStore
from twinbell.relay.store.writer import GROUP_MAX, Writer
from twinbell.wire.mailbox import Setting

SETTING = Setting(epoch=1, collect={"aa" * 8: b"c" * 32}, deposit={"peer": b"p" * 32})


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "relay.db")
    store.commit([], [], [Job(lambda: store.put_mailbox(b"m" * 16, b"o" * 32, SETTING, 1))])
    yield store
    store.close()


def keep(seq: int, id_: bytes | None = None, body: bytes = b"body") -> Keep:
    return Keep(1, seq, seq, id_ or secrets.token_bytes(16), 0, 60, (), body)


def test_groups_of_every_size_are_kept_whole(store):
    seq = 0
    for size in (1, 7, 8, 31, 33, 129, 256):
        group = [keep(seq + number) for number in range(1, size + 1)]
        seq += size
        store.commit(group, [], [])

    assert [kept.seq for kept in store.envelopes_at(range(1, 10_000))] == list(range(1, seq + 1))


def test_a_repeat_within_one_group_is_the_first_again(store):
    id_ = b"i" * 16
    first, again, other = keep(1, id_), keep(2, id_), keep(3, id_, b"other")

    store.commit([first, again, other, keep(4)], [], [])

    assert (first.fresh, again.fresh, other.fresh) == (True, False, False)
    assert (again.seq, again.error) == (1, None)
    assert isinstance(other.error, Conflict)
    assert [kept.seq for kept in store.envelopes_at(range(1, 10))] == [1, 4]


def test_a_job_that_fails_takes_nothing_else_with_it(store):
    def half_done():
        store.reserve_seqs(1, 99)
        raise Conflict

    failed, kept = Job(half_done), keep(1)
    store.commit([kept], [], [failed])

    found = store.find_mailbox(b"m" * 16)
    assert isinstance(failed.error, Conflict)
    assert found is not None
    assert found.reserved_seq == 0
    assert found.waiting == ((1, 1, 0),)


def test_what_is_dropped_is_gone_after_opening_again(tmp_path, store):
    store.commit([keep(number) for number in range(1, 301)], [], [])

    store.commit([], [Drop(1, [(number, number, 0) for number in range(1, 200)], "aa" * 8, 250)], [])

    again = SqliteStore(tmp_path / "relay.db")
    found = again.find_mailbox(b"m" * 16)
    again.close()
    assert found is not None
    assert [seq for seq, _, _ in found.waiting] == list(range(200, 301))
    assert found.devices[0].cursor == 250


def test_a_database_from_the_future_is_refused(tmp_path):
    path = tmp_path / "relay.db"
    store = SqliteStore(path)
    store._writer.execute(f"pragma user_version={len(STEPS) + 1}")
    store.close()

    with pytest.raises(Damaged):
        SqliteStore(path)


def test_every_table_is_explained():
    schema = "\n".join(STEPS).splitlines()

    for number, line in enumerate(schema):
        if line.startswith("create table"):
            assert schema[number - 1].startswith("--"), line


def test_the_store_syncs_before_it_answers(store):
    (journal,), (synchronous,) = (
        store._writer.execute(f"pragma {name}").fetchone() for name in ("journal_mode", "synchronous")
    )

    assert (journal, synchronous) == ("wal", 2)


class Faulty:
    """A store whose commits wait for a gate, and fail if told so."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.groups: list[int] = []
        self.error: Exception | None = None

    def commit(self, keeps, drops, jobs):
        self.gate.wait(5)
        self.groups.append(len(keeps) + len(drops) + len(jobs))
        if self.error is not None and keeps:
            raise self.error
        for job in jobs:
            job.result = job.run()

    def free_bytes(self) -> int:
        return 0

    def checkpoint(self) -> None:
        return


async def until(question) -> None:
    while not question():  # noqa: ASYNC110  (what is waited for happens in a thread)
        await asyncio.sleep(0.001)


def write(tmp_path: Path, act, *, reserve_bytes: int = 0):
    """Run `act(writer, store, done)` on a loop with a writer over a faulty store."""

    async def main():
        done: list[object] = []
        store = Faulty()

        def on_done(group):
            done.extend(group)
            for change in group:
                if isinstance(change, Job) and change.caller is not None:
                    change.caller.set_result(change.result)

        writer = Writer(store, folder=tmp_path, reserve_bytes=reserve_bytes, on_done=on_done)  # type: ignore[arg-type]
        try:
            return await act(writer, store, done)
        finally:
            store.gate.set()
            await writer.stop()

    return asyncio.run(main())


def test_nothing_is_answered_before_the_commit(tmp_path):
    async def act(writer, store, done):
        writer.put(keep(1))
        await asyncio.sleep(0.05)
        before = list(done)
        store.gate.set()
        await until(lambda: len(done) >= 1)
        return before

    assert write(tmp_path, act) == []


def test_what_gathers_meanwhile_shares_a_commit_up_to_the_limit(tmp_path):
    async def act(writer, store, done):
        writer.put(keep(0))
        await asyncio.sleep(0.02)
        for number in range(1, 601):
            writer.put(keep(number))
        store.gate.set()
        await until(lambda: len(done) >= 601)
        return store.groups

    groups = write(tmp_path, act)
    assert groups[0] == 1
    assert max(groups) == GROUP_MAX
    assert sum(groups) == 601


def test_a_full_disk_refuses_what_is_new_and_still_deletes(tmp_path):
    async def act(writer, store, done):
        store.error = Full()
        store.gate.set()
        kept, dropped = keep(1), Drop(1, [(1, 1, 0)], None, 1)
        writer.put(kept)
        writer.put(dropped)
        await until(lambda: len(done) >= 2)
        return kept.error, dropped.error, writer.full

    kept_error, dropped_error, full = write(tmp_path, act)
    assert isinstance(kept_error, Full)
    assert dropped_error is None
    assert full


def test_after_an_io_error_nothing_is_ever_called_safe(tmp_path):
    async def act(writer, store, done):
        store.error = Broken("fsync")
        store.gate.set()
        writer.put(keep(1))
        await until(lambda: len(done) >= 1)
        store.error = None  # a second fsync would succeed, and lie
        writer.put(keep(2))
        await until(lambda: len(done) >= 2)
        return [change.error for change in done], writer.broken

    errors, broken = write(tmp_path, act)
    assert all(isinstance(error, Broken) for error in errors)
    assert broken


def test_below_the_reserve_deposits_are_refused(tmp_path):
    async def act(writer, store, done):
        store.gate.set()
        writer.put(keep(1))
        await until(lambda: len(done) >= 1)
        return done[0].error

    assert isinstance(write(tmp_path, act, reserve_bytes=2**60), Full)


@pytest.fixture
def small_disk(tmp_path):
    """8 MiB of memory as a disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        os.getuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True
        ).returncode
    ):
        pytest.skip("only root may mount an 8 MiB disk for test X4")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_recovers_without_a_restart(small_disk):
    person, kept = Person(), {}
    with running(small_disk / "relay", reserve_mib=4) as relay:
        person.register(relay)
        for number in range(3_000):
            body = b"%06d" % number + secrets.token_bytes(4_000)
            answer = person.deposit(relay, body)
            if answer.status != 200:
                break
            kept[number] = body
        refused, health = person.deposit(relay, b"x" * 4_000), relay.ask("GET", "/healthz")
        page = person.collect(relay)
        acknowledged = person.acknowledge(relay, page.envelopes[40].seq)

        assert (answer.status, answer.slug) == (507, "full")
        assert len(kept) > 100
        assert refused.status == 507
        assert (health.status, health.body) == (503, b'{"status": "full"}')
        assert acknowledged.status == 200

        # Another program fills what is left, to the last byte: collecting still works.
        hog = small_disk / "hog"
        try:
            with hog.open("wb", buffering=0) as file:
                while file.write(b"x" * 65_536):
                    pass
        except OSError:
            pass
        everything: dict[int, bytes] = {}
        after = page.envelopes[40].seq
        while (page := person.collect(relay, after=after)).envelopes:
            everything |= {int(each.body[:6]): each.body for each in page.envelopes}
            after = page.envelopes[-1].seq
        assert everything == {number: body for number, body in kept.items() if number > 40}
        hog.unlink()

        eventually(lambda: person.acknowledge(relay, after).status == 200)
        assert eventually(lambda: person.deposit(relay, b"room again").status == 200)
        assert relay.ask("GET", "/healthz").body == b'{"status": "ok"}'
