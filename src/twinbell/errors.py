"""Everything that can be refused, and the sentence a person reads when it is.

    TwinbellError
    ├── Refused            not now, or not this way; nothing is wrong with the data
    │   ├── NotYet         the time has not come
    │   ├── Unreachable    nobody answered
    │   ├── Retired        a chain has ended, what was locked to it stays locked
    │   ├── NotFound       there is no such thing here
    │   ├── NotForMe       none of these keys fits
    │   ├── Conflict       the same name was used for something else
    │   │   └── Stale      somebody else changed it first
    │   ├── Unauthorised   no such mailbox, or not yours: one answer for both
    │   ├── OverQuota      full, or too fast
    │   ├── Burnt          a bell that was touched by the wrong hand
    │   └── VaultLocked    the home is closed
    ├── Damaged            what came from outside is not what it should be
    │   ├── ArmorDamaged   \
    │   ├── HeaderDamaged   |  the four places where an age file can be wrong
    │   ├── HmacDamaged     |
    │   └── PayloadDamaged /
    └── Mistaken           the program was asked for something that makes no sense

The docstring of a class is its sentence. A message given to the constructor takes its place; `hint`
is one more sentence that says what to do. Facts that a user interface can use are attributes.
"""


class TwinbellError(Exception):
    """Something went wrong inside Twinbell."""

    exit_code = 1

    def __init__(self, sentence: str = "", *, hint: str = "") -> None:
        super().__init__(sentence or " ".join((type(self).__doc__ or "").split()))
        self.hint = hint


class Refused(TwinbellError):
    """This was refused."""

    exit_code = 7


class NotYet(Refused):
    """It is not yet time."""

    exit_code = 3

    def __init__(
        self, sentence: str = "", *, round: int | None = None, opens_s: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.round = round
        self.opens_s = opens_s


class Unreachable(Refused):
    """Nobody answered."""

    exit_code = 4


class Retired(Refused):
    """The chain that holds this has ended, and its key is gone."""

    exit_code = 5


class NotFound(Refused):
    """There is no such thing here."""

    exit_code = 8


class NotForMe(Refused):
    """None of these keys opens this."""


class Conflict(Refused):
    """The same name was already used for something else."""


class Stale(Conflict):
    """Somebody else changed this first."""

    def __init__(self, sentence: str = "", *, newest: int | None = None, hint: str = "") -> None:
        super().__init__(sentence, hint=hint)
        self.newest = newest


class Unauthorised(Refused):
    """There is no such mailbox, or it is not yours."""


class OverQuota(Refused):
    """There is no room for this now."""


class Burnt(Refused):
    """This bell was touched by the wrong hand and is burnt. Give a new one."""


class VaultLocked(Refused):
    """The home is locked."""

    exit_code = 9


class Damaged(TwinbellError):
    """This is damaged."""

    exit_code = 6


class ArmorDamaged(Damaged):
    """The text armor of this age file is damaged."""


class HeaderDamaged(Damaged):
    """The header of this age file is damaged."""


class HmacDamaged(Damaged):
    """The header of this age file was changed after it was written."""


class PayloadDamaged(Damaged):
    """The body of this age file is damaged or cut short."""


class Mistaken(TwinbellError):
    """This makes no sense."""

    exit_code = 2
