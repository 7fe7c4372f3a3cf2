"""Python's side of a watch of which a guardian has the web app: writer, reader and the other guardian.

As `watched.py`, with other people at the terminals.
"""

from typing import Any

from tests.interop.watched import GUARDIANS, READER, WRITER, Everybody, main

from twinbell.bond.bundle import Kind
from twinbell.client import alive, bonds, letters, opened, reader, watch

Answer = dict[str, Any]

ANN, BO = GUARDIANS


class AroundAnn(Everybody):
    """The homes of all but Ann."""

    names = (WRITER, READER, BO)
    browser = ANN

    def meet(self, relay: str) -> Answer:
        """Let the pair have their bond, and each of them one with the guardian who is here."""
        self._join(WRITER, READER, Kind.PAIR, relay)
        self._join(WRITER, BO, Kind.GUARDIAN, relay)
        self._join(READER, BO, Kind.GUARDIAN, relay)
        return {}

    def begin(self, every: int) -> Answer:
        """Begin a watch, and ask both guardians."""
        self._begin(every)
        return {}

    def agreed(self) -> Answer:
        """Return whether the one who has the web app agreed, as the writer knows."""
        self.settle()
        return {"agreed": self._ann.appointed.agreed}

    def go(self, text: str) -> Answer:
        """Arm, and leave a last letter."""
        return self._arm([text], ["in 1 year"])

    def help(self) -> Answer:
        """Let the writer be heard from, who is made to."""
        home = self._mei
        home.vault.run("update watch set duress_s = ?", home.now_s + 35 * 86_400)
        alive.now(home, self._own)
        return {}

    def helped(self) -> Answer:
        """Return how many guardians have helped the reader."""
        self.settle()
        home = self._homes[READER]
        (row,) = letters.every(home.vault)
        return {"helped": len(reader.helpers(home, reader.guardians_of(row)))}

    def open(self) -> Answer:
        """Let the reader open the letter."""
        home = self._homes[READER]
        (row,) = letters.every(home.vault)
        _, found = opened.open_letter(home, row)
        return {"text": found.mail.text}

    def done(self) -> Answer:
        """Return whether the writer knows that the one who has the web app did their part."""
        self.settle()
        return {"done": self._ann.appointed.done_day > 0}

    def heard(self) -> Answer:
        """Return what the writer was told of the one who has the web app."""
        self.settle()
        vault = self._mei.vault
        rows = vault.all("select kind from event where bond = ?", bonds.find(vault, ANN).id)
        return {"kinds": [row[0] for row in rows]}

    @property
    def _ann(self) -> watch.Asked:
        (found,) = [each for each in watch.asked(self._mei, self._own) if each.bond.peer == ANN]
        return found


if __name__ == "__main__":
    main(AroundAnn)
