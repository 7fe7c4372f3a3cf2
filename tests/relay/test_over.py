"""`watch/over`: what was ended or stopped, written once, and read again after any crash."""

import pytest
from tests.relay.watching import Watched

from twinbell.relay.over import ENDED, FILE, Over
from twinbell.relay.stages import under
from twinbell.relay.store.watchrows import Row

CODE = bytes(range(16))


def row(number, **changed):
    terms = Watched().terms
    made = Row(id=bytes([number]) * 16, base=0, rule=terms.rule(), zone="", tokens=(), **changed)
    return under(made, terms)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "watch").mkdir()
    return tmp_path / "watch" / FILE


def opened(path):
    return Over(path.parent.parent)


def test_what_is_written_is_read_again_and_stands_once(path):
    for _ in range(2):
        over = opened(path)
        over.note(row(1))
        over.note(row(2), CODE)
        over.close()

    assert path.read_text() == f"{'01' * 16} ended;\n{'02' * 16} {CODE.hex()};\n"


def test_a_line_that_a_crash_has_cut_does_not_count_and_harms_no_other(path):
    whole = f"{'01' * 16} ended;\n{'02' * 16} {CODE.hex()};\n"
    for length in range(len(whole)):
        path.write_text(whole[:length])
        over = opened(path)
        over.note(row(3))
        over.close()

        lines = path.read_text().splitlines()
        assert lines[-1] == f"{'03' * 16} ended;"
        counts = [line for line in whole[:length].splitlines() if line.endswith(";")]
        assert [line for line in lines[:-1] if line.endswith(";")] == counts


@pytest.mark.parametrize(
    "line", ["", ";", "ended;", "zz ended;", f"{'01' * 15} ended;", f"{'01' * 16} 00;", "\xff;"]
)
def test_what_is_no_line_is_passed_over(path, line):
    path.write_text(f"{line}\n{'01' * 16} ended;\n", "latin-1")

    assert list(opened(path)._known) == [(b"\1" * 16, ENDED)]


def test_a_rehearsal_leaves_nothing_there(path):
    opened(path).note(row(1, over_s=5), CODE)

    assert path.read_text() == ""
