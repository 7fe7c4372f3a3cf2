import pytest

from twinbell.client import folder, key
from twinbell.errors import Refused, VaultLocked


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.delenv("TWINBELL_KEY_FILE", raising=False)
    monkeypatch.delenv("TWINBELL_KEY_COMMAND", raising=False)
    folder.make_folder(tmp_path / "mei")
    return tmp_path / "mei"


def nobody(question=""):
    raise AssertionError(f"nobody should be asked: {question}")


def test_a_plain_key_is_made_only_when_asked_for_and_found_again(path):
    made = key.make(path, lambda: None)

    assert len(made) == 32
    assert key.find(path, nobody) == made
    assert key.kind(path) == "plain"
    assert (path / "key").stat().st_mode & 0o777 == 0o600


def test_a_passphrase_opens_the_key_and_another_does_not(path):
    made = key.make(path, lambda: "two woven strands")

    assert key.kind(path) == "passphrase"
    assert key.find(path, lambda _: "two woven strands") == made
    with pytest.raises(VaultLocked, match="not the passphrase"):
        key.find(path, lambda _: "two woven strings")


def test_a_new_key_never_destroys_one_whose_vault_is_away(path):
    made = key.make(path, lambda: None)

    key.make(path, lambda: None)

    (aside,) = path.glob("key.*")
    assert key._parse(aside.read_bytes()) == made
    assert key.find(path, nobody) != made


def test_a_key_that_others_can_read_is_refused(path):
    key.make(path, lambda: None)
    (path / "key").chmod(0o640)

    with pytest.raises(Refused, match="Others on this machine can read"):
        key.find(path, nobody)


def test_the_key_may_lie_in_a_file_elsewhere(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TWINBELL_KEY_FILE", str(tmp_path / "elsewhere"))

    made = key.make(path, nobody)

    assert key.find(path, nobody) == made
    assert not (path / "key").exists()
    assert key.kind(path) == "elsewhere"


def test_the_key_may_come_from_a_command(path, monkeypatch):
    monkeypatch.setenv("TWINBELL_KEY_COMMAND", "printf %064d 7")
    assert key.find(path, nobody) == bytes(31) + b"\x07"

    monkeypatch.setenv("TWINBELL_KEY_COMMAND", "exit 3")
    with pytest.raises(VaultLocked, match="gave no key"):
        key.find(path, nobody)


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "00" * 31, "00" * 33])
def test_what_is_no_key_is_refused_in_words(path, text):
    (path / "key").write_text(text)
    (path / "key").chmod(0o600)

    with pytest.raises(VaultLocked, match="no key"):
        key.find(path, nobody)


def test_a_home_whose_key_is_gone_says_so(path):
    with pytest.raises(VaultLocked, match="not there"):
        key.find(path, nobody)


def test_a_key_left_by_a_crash_before_its_vault_is_replaced(path):
    first = key.make(path, lambda: None)

    second = key.make(path, lambda: None)

    assert second != first
    assert key.find(path, nobody) == second
