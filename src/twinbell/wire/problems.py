"""What a relay refuses, and how it says so (RFC 9457).

One table: each problem has a slug for HTTP, a code for frames, a status, and the error that the client
raises. The title is the same for every occurrence. `UNAUTHORISED` never carries a detail, because its
bytes must not tell an absent mailbox from somebody else's (test O5).
"""

import json
from enum import Enum

from twinbell.encoding import INTEGER_MAX
from twinbell.errors import (
    Burnt,
    Conflict,
    Damaged,
    NotFound,
    NotYet,
    OverQuota,
    Refused,
    Stale,
    TwinbellError,
    Unauthorised,
    Unreachable,
)

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:twinbell:problem:"


class Problem(Enum):
    """Each member: slug, code in a PROBLEM frame, HTTP status, error, title."""

    MALFORMED = ("malformed", 1, 400, Damaged, "The relay cannot read this request.")
    UNAUTHORISED = ("unauthorised", 2, 401, Unauthorised, "There is no such mailbox, or it is not yours.")
    ORIGIN = ("origin", 19, 403, Refused, "Pages of this origin may not connect here.")
    NOT_FOUND = ("not-found", 3, 404, NotFound, "There is no such thing here.")
    METHOD = ("method", 4, 405, Refused, "This cannot be done to that.")
    SLOW = ("slow", 5, 408, Unreachable, "The request did not arrive in time.")
    CONFLICT = ("conflict", 6, 409, Conflict, "The same name was already used for something else.")
    BURNT = ("burnt", 7, 410, Burnt, "This bell is burnt or too old. Give a new one.")
    GONE = ("gone", 21, 410, NotFound, "This is gone and will not come back.")
    TAKEN = ("taken", 20, 409, Conflict, "Somebody else has taken this place in the room.")
    STALE = ("stale", 8, 412, Stale, "Somebody else changed this first.")
    TOO_LARGE = ("too-large", 9, 413, Refused, "This is larger than the relay takes.")
    RANGE = ("range", 10, 416, Refused, "There is no such part of it.")
    NOT_YET = ("not-yet", 11, 425, NotYet, "It is not yet time.")
    TOO_FAST = ("too-fast", 12, 429, OverQuota, "This is too fast. Try again later.")
    FAULT = ("fault", 13, 500, TwinbellError, "Something went wrong inside the relay.")
    STOPPING = ("stopping", 14, 503, Unreachable, "The relay is stopping. Try again soon.")
    READ_ONLY = ("read-only", 15, 503, Unreachable, "The relay cannot write to its disk.")
    FROZEN = (
        "frozen",
        16,
        503,
        Unreachable,
        "This mailbox waits for its owner, because the relay was restored.",
    )
    UPSTREAM = ("upstream", 18, 502, Unreachable, "The keepers of that chain do not answer.")
    FULL = ("full", 17, 507, OverQuota, "There is no room for this now. Collecting still works.")

    def __init__(self, slug: str, code: int, status: int, error: type[TwinbellError], title: str) -> None:
        self.slug = slug
        self.code = code
        self.status = status
        self.error = error
        self.title = title


BY_CODE = {problem.code: problem for problem in Problem}
BY_SLUG = {problem.slug: problem for problem in Problem}

# What the relay raises inside becomes the first problem here that fits; the order is from special to general.
_OF_ERROR: tuple[tuple[type[TwinbellError], Problem], ...] = (
    (NotYet, Problem.NOT_YET),
    (NotFound, Problem.NOT_FOUND),
    (Stale, Problem.STALE),
    (Conflict, Problem.CONFLICT),
    (Unauthorised, Problem.UNAUTHORISED),
    (OverQuota, Problem.FULL),
    (Burnt, Problem.BURNT),
    (Unreachable, Problem.STOPPING),
    (Damaged, Problem.MALFORMED),
)


class Denied(Refused):
    """The relay refused this."""

    def __init__(self, problem: Problem, detail: str = "", *, retry_s: int = 0) -> None:
        super().__init__(detail or problem.title)
        self.problem = problem
        self.detail = detail
        self.retry_s = retry_s


def of(error: TwinbellError) -> Problem:
    """Return the problem that tells `error` to the other end."""
    if isinstance(error, Denied):
        return error.problem
    for kind, problem in _OF_ERROR:
        if isinstance(error, kind):
            return problem
    return Problem.FAULT


def document(problem: Problem, detail: str = "", *, retry_s: int = 0, newest: int | None = None) -> bytes:
    """Return the JSON document of one occurrence; `detail` is left out where it could tell too much.

    `newest` is the number above which something would be taken, where that is what was refused.
    """
    fields: dict[str, str | int] = {
        "type": TYPE_PREFIX + problem.slug,
        "title": problem.title,
        "status": problem.status,
    }
    if detail and detail != problem.title and problem not in (Problem.UNAUTHORISED, Problem.FAULT):
        fields["detail"] = detail
    if retry_s:
        fields["retry_s"] = retry_s
    if newest is not None:
        fields["newest"] = newest
    return json.dumps(fields, ensure_ascii=False).encode()


def to_error(problem: Problem, detail: str = "") -> TwinbellError:
    """Return the error that a client raises for `problem`."""
    return problem.error(detail or problem.title)


def _plain(text: str) -> str:
    """Return a relay's words without anything that a terminal would obey: they end up on one."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INTEGER_MAX:
        return value
    return None


def parse(status: int, body: bytes) -> TwinbellError:
    """Return the error that an HTTP answer of `status` with `body` tells; never raises, whatever came.

    A proxy in between may answer with a page of its own: then the status alone decides.
    """
    try:
        fields = json.loads(body)
        problem = BY_SLUG[str(fields["type"]).removeprefix(TYPE_PREFIX)]
        detail = _plain(str(fields.get("detail", ""))[:500])
        if problem is Problem.STALE:
            return Stale(detail or problem.title, newest=_whole(fields.get("newest")))
        return to_error(problem, detail)
    except (ValueError, KeyError, TypeError, RecursionError):
        for problem in Problem:
            if problem.status == status:
                return to_error(problem)
    if status >= 500:
        return Unreachable(f"The relay, or a proxy before it, answered {status}.")
    return Refused(f"The relay, or a proxy before it, answered {status}.")
