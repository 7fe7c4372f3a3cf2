import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell import errors
from twinbell.errors import TwinbellError, Unreachable
from twinbell.wire.problems import BY_CODE, Denied, Problem, document, of, parse, to_error


@pytest.mark.parametrize("problem", Problem)
def test_a_problem_arrives_as_the_error_it_stands_for(problem):
    error = parse(problem.status, document(problem, "Because of this."))

    assert type(error) is problem.error


def test_codes_and_slugs_are_used_once():
    assert len(BY_CODE) == len(Problem)
    assert len({problem.slug for problem in Problem}) == len(Problem)


def test_unauthorised_and_fault_never_say_more():
    for problem in (Problem.UNAUTHORISED, Problem.FAULT):
        assert document(problem, "The mailbox is there.") == document(problem)


def test_every_error_has_a_problem_with_its_own_exit_code():
    for name in ("NotYet", "NotFound", "Conflict", "Unauthorised", "OverQuota", "Burnt", "Damaged"):
        error = getattr(errors, name)()
        assert to_error(of(error)).exit_code == error.exit_code
    assert of(Denied(Problem.STALE)) is Problem.STALE
    assert of(TwinbellError()) is Problem.FAULT


@given(st.integers(300, 599), st.binary(max_size=80))
def test_whatever_a_proxy_answers_is_an_error_of_ours(status, body):
    assert isinstance(parse(status, body), TwinbellError)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"type": 3}', b'{"type": "about:blank"}', b"[" * 5000])
def test_a_bad_gateway_is_unreachable(body):
    assert isinstance(parse(502, body), Unreachable)


def test_what_to_try_again_is_said():
    assert json.loads(document(Problem.TOO_FAST, retry_s=7))["retry_s"] == 7


def test_what_a_relay_says_does_not_move_a_cursor():
    error = parse(409, document(Problem.CONFLICT, "\x1b[2J\x9b31mhello\n\u202e"))

    assert str(error).isprintable()
    assert "hello" in str(error)


@pytest.mark.parametrize(("newest", "expected"), [(0, 0), (7, 7), (None, None), (True, None), (-1, None)])
def test_stale_says_above_which_number_something_would_be_taken(newest, expected):
    error = parse(412, document(Problem.STALE, "This is older.", newest=newest))

    assert isinstance(error, errors.Stale)
    assert error.newest == expected
    assert str(error) == "This is older."
