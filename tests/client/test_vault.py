import threading

import pytest

from twinbell.client.schema import STEPS
from twinbell.client.vault import VERSION, Vault
from twinbell.errors import Damaged, TwinbellError, VaultLocked

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path):
    with Vault(tmp_path / "vault.db", KEY, create=True) as vault:
        vault.remember("canary", "a word that must not be seen")
    return tmp_path / "vault.db"


def test_a_vault_remembers(path):
    with Vault(path, KEY) as vault:
        assert vault.remembered("canary") == "a word that must not be seen"
        assert vault.remembered("nothing") is None
        assert vault.sound()


def test_another_key_does_not_open_it(path):
    with pytest.raises(VaultLocked):
        Vault(path, bytes(32))


def test_nothing_of_it_is_in_clear_on_disk(path):
    with Vault(path, KEY) as vault, vault.transaction():
        vault.remember("more", "a word that must not be seen either")

    for file in path.parent.iterdir():
        data = file.read_bytes()
        for clear in (b"must not be seen", b"SQLite format", b"create table", b"setting"):
            assert clear not in data, (file, clear)


def test_others_cannot_read_the_file(path):
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_transaction_is_all_or_nothing(path):
    with Vault(path, KEY) as vault:
        with pytest.raises(ZeroDivisionError), vault.transaction():
            vault.remember("half", "done")
            _ = 1 / 0

        assert vault.remembered("half") is None


def test_two_writers_wait_for_each_other(path):
    def count():
        with Vault(path, KEY) as vault:
            for _ in range(20):
                with vault.transaction():
                    vault.remember("count", str(int(vault.remembered("count") or 0) + 1))

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Vault(path, KEY) as vault:
        assert vault.remembered("count") == "60"


def test_one_turned_bit_is_noticed(path):
    data = bytearray(path.read_bytes())
    data[-5000] ^= 1
    path.write_bytes(data)

    with Vault(path, KEY) as vault:
        assert not vault.sound()


@pytest.mark.parametrize("size", [100, 4096, 10_000])
def test_a_vault_that_was_cut_short_or_wiped_is_damaged_or_no_vault(path, size):
    path.write_bytes(bytes(size))

    with pytest.raises((Damaged, VaultLocked)):
        Vault(path, KEY).sound()


def test_a_home_of_a_newer_program_is_left_alone(path):
    with Vault(path, KEY) as vault:
        vault.run(f"pragma user_version={VERSION + 1}")

    with pytest.raises(TwinbellError, match="newer Twinbell"):
        Vault(path, KEY)


def test_a_home_of_the_first_program_is_brought_up_to_date_and_keeps_what_it_has(tmp_path):
    path = tmp_path / "old.db"
    with Vault(path, KEY, create=True) as vault:
        tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
        for (name,) in vault.all(tables):
            vault.run(f"drop table {name}")
        for statement in filter(str.strip, STEPS[0].split(";\n")):
            vault.run(statement)
        vault.run("insert into bond values (?, 'Mei', 'Jun', 'r', ?, 7, 1, null, 0, 0, 0, null)", b"b", b"p")
        vault.run("pragma user_version=1")

    with Vault(path, KEY) as vault:
        row = vault.one("select me, peer, since_s, quiet_from, quiet_to, parted_s from bond")
        assert vault.one("pragma user_version") == (VERSION,)
        assert vault.all("select * from giving") == vault.all("select * from portrait") == []

    assert row == ("Mei", "Jun", 7, 0, 0, None)


def test_every_table_says_what_it_is_for():
    for step in STEPS:
        lines = step.splitlines()
        for at, line in enumerate(lines):
            if line.startswith("create table"):
                assert lines[at - 1].startswith("-- "), line
