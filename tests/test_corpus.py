"""Every input that was interesting once, at every change; and the fuzzer's own control."""

import pytest
from fuzz import engine

TARGETS = [name for name in engine.names() if name != engine.CONTROL]


@pytest.mark.parametrize("name", TARGETS)
def test_the_invariant_holds_for_seeds_and_corpus(name):
    target = engine.load(name)
    inputs = [*target.seeds(), *engine.kept(name)]

    for data in inputs:
        target.one(data)
        target.one(data[:-1])

    assert inputs


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_taken_and_not_refused(name):
    """A target that refuses whatever it gets would hold any invariant."""
    target = engine.load(name)

    taken = [target.one(seed) for seed in target.seeds()]

    assert all(taken)


def test_a_parser_that_is_wrong_on_purpose_is_caught():
    control = engine.load(engine.CONTROL)

    with pytest.raises(IndexError):
        control.one(b"\xffshort")
