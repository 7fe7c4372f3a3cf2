"""Every error is a sentence that a person reads, with an exit code that a script reads."""

import inspect

import pytest

from twinbell import errors
from twinbell.errors import NotYet, TwinbellError

CLASSES = [
    value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, TwinbellError)
]

# What docs and scripts rely on: done is 0, and these are all the others.
EXIT_CODES = {
    1: "a fault of ours",
    2: "usage",
    3: "not yet",
    4: "unreachable",
    5: "chain retired",
    6: "damaged",
    7: "refused",
    8: "not found",
    9: "vault locked",
}


@pytest.mark.parametrize("error", CLASSES)
def test_the_docstring_of_an_error_is_a_sentence(error):
    sentence = inspect.cleandoc(error.__doc__)

    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "!" not in sentence
    assert "  " not in sentence
    assert str(error()) == " ".join(sentence.split())


@pytest.mark.parametrize("error", CLASSES)
def test_an_error_has_a_docstring_of_its_own(error):
    assert "__doc__" in vars(error)
    assert error.__doc__


@pytest.mark.parametrize("error", CLASSES)
def test_an_error_ends_in_a_documented_exit_code(error):
    assert error.exit_code in EXIT_CODES


def test_every_exit_code_is_used():
    assert {error.exit_code for error in CLASSES} == set(EXIT_CODES)


@pytest.mark.parametrize("error", CLASSES)
def test_a_sentence_of_its_own_takes_the_place_of_the_docstring(error):
    raised = error("The paper is torn.", hint="Use the other copy.")

    assert str(raised) == "The paper is torn."
    assert raised.hint == "Use the other copy."


@pytest.mark.parametrize("error", CLASSES)
def test_an_error_stands_in_the_tree_at_the_top_of_its_file(error):
    assert error.__name__ in inspect.cleandoc(errors.__doc__)


def test_not_yet_tells_when():
    early = NotYet(round=7, opens_s=100)

    assert (early.round, early.opens_s) == (7, 100)
    assert str(early) == "It is not yet time."


def test_too_early_is_never_said_for_the_other_three():
    others = [errors.Unreachable, errors.Retired, errors.Damaged]

    assert len({str(error()) for error in [NotYet, *others]}) == 4
    assert not any(issubclass(error, NotYet) for error in others)
