"""What becomes of a last letter when the bond ends, and when the reader is silent too.

The writer chooses it when the letter is sealed, keeps it, and says it at the end of the letter itself, where
only its reader finds it. It is no condition of the lock: what was delivered cannot be called back, and that
is said.
"""

from dataclasses import dataclass
from enum import StrEnum

from twinbell.bond.bundle import NAME_LENGTH_MAX, check_name
from twinbell.bond.record import Fields, Record
from twinbell.encoding import Value
from twinbell.errors import Damaged, Mistaken


class AtParting(StrEnum):
    """When one of the two ends the bond."""

    BURN = "burn"  # its parcel is deleted: way 1 is closed for ever
    KEEP = "keep"


class BothSilent(StrEnum):
    """When the reader has fallen silent too."""

    HEIR = "heir"  # another bond of the writer gets a letter that says so
    LATER = "later"  # it stays, and opens from the floor on
    BURN = "burn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """The fate of one letter. Raises `Mistaken` for one that makes no sense."""

    at_parting: AtParting = AtParting.BURN
    both_silent: BothSilent = BothSilent.LATER
    heir: str = ""  # the name of that person, if there is to be one

    def __post_init__(self) -> None:
        if (self.both_silent is BothSilent.HEIR) != bool(self.heir):
            raise Mistaken("An heir is named where there is to be one, and only there.")
        if self.heir:
            check_name(self.heir)

    def to_record(self) -> Record:
        return {"parting": str(self.at_parting), "silent": str(self.both_silent), "heir": self.heir}

    @classmethod
    def from_record(cls, value: Value) -> "Fate":
        fields = Fields(value, "fate")
        try:
            return cls(
                at_parting=AtParting(fields.text("parting", length_max=16)),
                both_silent=BothSilent(fields.text("silent", length_max=16)),
                heir=fields.text("heir", length_max=NAME_LENGTH_MAX),
            )
        except (ValueError, Mistaken):
            raise Damaged("This letter has a fate that this Twinbell does not know.") from None

    def words(self, *, reader: str, floor: str) -> str:
        """Return it in plain sentences: for the writer before sealing, and for the end of the letter.

        `floor` is the day from which guardians alone can open it, in words.
        """
        parting = {
            AtParting.BURN: (
                "If this bond is ended, the relay's part of the key is deleted; "
                f"a copy that {reader} already has can still be opened by guardians from {floor} on."
            ),
            AtParting.KEEP: "If this bond is ended, this letter stays.",
        }
        silent = {
            BothSilent.HEIR: f"If {reader} has fallen silent too, {self.heir} is to have what it says.",
            BothSilent.LATER: (
                f"If {reader} has fallen silent too, it stays, and guardians can open it from {floor} on."
            ),
            BothSilent.BURN: (
                f"If {reader} has fallen silent too, nobody is to open it: a wish, which nothing enforces."
            ),
        }
        return f"{parting[self.at_parting]} {silent[self.both_silent]}"
