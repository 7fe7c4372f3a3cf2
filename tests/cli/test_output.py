"""Where data goes: whole files or none, and a terminal that gets nothing but text."""

import contextlib
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.scripts import environment

from twinbell.age import HybridIdentity, seal
from twinbell.cli.output import Whole
from twinbell.errors import Refused

KEY = HybridIdentity(bytes(32))
AGE = [sys.executable, "-m", "twinbell.cli", "age"]
LONG = os.urandom(3 << 20)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    (tmp_path / "long.age").write_bytes(seal(LONG, [KEY.recipient]))
    (tmp_path / "out").write_text("what was there")
    return tmp_path


def start(folder, *words, **more):
    return subprocess.Popen([*AGE, *words], cwd=folder, env=environment(folder), **more)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_whatever_ends_the_process_no_part_of_a_file_is_left(folder, by):
    before = sorted(folder.iterdir())
    with start(folder, "decrypt", "-i", "key.txt", "-o", "out", stdin=subprocess.PIPE, bufsize=0) as process:
        process.stdin.write((folder / "long.age").read_bytes()[:2_200_000])
        _wait_until_it_writes(process)

        process.send_signal(by)

        assert process.wait(30) != 0
    assert sorted(folder.iterdir()) == before
    assert (folder / "out").read_text() == "what was there"


def _wait_until_it_writes(process: subprocess.Popen) -> None:
    """Return once the process has a file open that has no name and in which something stands."""
    for _ in range(3000):
        for handle in Path(f"/proc/{process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                status = handle.stat()
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0 and status.st_size >= 1 << 20:
                    return
        time.sleep(0.01)
    process.kill()
    pytest.skip("there are no nameless files here")


def test_a_file_without_a_name_is_not_needed(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE")
    target = tmp_path / "out"

    with Whole(target) as file:
        file.write(memoryview(b"hello"))
        assert not target.exists()
    with pytest.raises(RuntimeError), Whole(target) as file:
        file.write(memoryview(b"something else"))
        raise RuntimeError

    assert target.read_bytes() == b"hello"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_gets_the_mode_that_files_get(tmp_path):
    mask = os.umask(0o027)
    try:
        with Whole(tmp_path / "out") as file:
            file.write(memoryview(b"hello"))
    finally:
        os.umask(mask)

    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(Refused):
        Whole(tmp_path / "nowhere" / "out")


def on_a_terminal(folder, *words) -> tuple[int, bytes, bytes]:
    """Run with a terminal as standard output; return the exit code, what it showed, and standard error."""
    ours, theirs = pty.openpty()
    process = start(folder, *words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so when nobody holds the other end
            break
        if not part:
            break
        shown += part
    assert process.stderr
    said = process.stderr.read()
    process.stderr.close()
    os.close(ours)
    return process.wait(30), shown, said


def test_a_terminal_gets_text(folder):
    (folder / "text.age").write_bytes(seal("生日快乐 🔔\n\tAda\n".encode(), [KEY.recipient]))

    code, shown, _ = on_a_terminal(folder, "decrypt", "-i", "key.txt", "text.age")

    assert code == 0
    assert shown.replace(b"\r\n", b"\n").decode() == "生日快乐 🔔\n\tAda\n"


@pytest.mark.parametrize("plain", [b"\x00", b"\xff\xfe", b"fine so far \x1b[2J", "\u202edrawkcab".encode()])
def test_a_terminal_gets_nothing_that_it_would_obey(folder, plain):
    (folder / "other.age").write_bytes(seal(plain, [KEY.recipient]))

    code, shown, said = on_a_terminal(folder, "decrypt", "-i", "key.txt", "other.age")

    assert (code, shown) == (7, b"")
    assert b"-o -" in said


def test_a_terminal_gets_what_is_asked_for_all_the_same(folder):
    (folder / "other.age").write_bytes(seal(b"\x01", [KEY.recipient]))

    assert on_a_terminal(folder, "decrypt", "-i", "key.txt", "-o", "-", "other.age")[:2] == (0, b"\x01")


def test_a_sealed_file_does_not_go_to_a_terminal_unless_it_is_text(folder):
    code, shown, said = on_a_terminal(folder, "encrypt", "-i", "key.txt", "out")
    armored = on_a_terminal(folder, "encrypt", "-a", "-i", "key.txt", "out")

    assert (code, shown) == (2, b"")
    assert b"-a" in said
    assert armored[0] == 0
    assert armored[1].startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")


def test_a_pipe_that_is_closed_is_no_error(folder):
    process = start(
        folder, "decrypt", "-i", "key.txt", "long.age", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout and process.stderr

    process.stdout.read(10)
    process.stdout.close()

    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 0


def test_a_damaged_file_gives_a_pipe_whole_chunks_and_a_refusal(folder):
    damaged = bytearray((folder / "long.age").read_bytes())
    damaged[-1] ^= 1

    done = subprocess.run(
        [*AGE, "decrypt", "-i", "key.txt"],
        cwd=folder,
        env=environment(folder),
        input=damaged,
        capture_output=True,
    )

    assert done.returncode == 6
    assert done.stdout == LONG[: len(done.stdout)]
    assert len(done.stdout) % 65536 == 0
    assert 0 < len(done.stdout) < len(LONG)
