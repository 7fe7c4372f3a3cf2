"""Two pendants with a bond, a clock that jumps, and a network that does what it should."""

from tests.bond.people import NOW_S, pair

from twinbell.bond import event as ev
from twinbell.bond import lifecycle
from twinbell.bond.chain import DAY_S
from twinbell.bond.message import Letter

LETTER = Letter(id=b"i" * 16, blob=b"b" * 16, length=9, sha256=b"s" * 32, lock=b"l" * 32, eml=b"e" * 32)


class Two:
    """Ana and Ben, a clock that jumps, and a network that does what it should."""

    def __init__(self):
        ana, ben = pair()
        self.sides = {"ana": ana, "ben": ben}
        self.now_s = NOW_S
        self.news: list[tuple[str, object]] = []
        self.effects: list[tuple[str, object]] = []
        self.sent: dict[str, dict[int, ev.Deposit]] = {"ana": {}, "ben": {}}

    @property
    def ana(self):
        return self.sides["ana"]

    @property
    def ben(self):
        return self.sides["ben"]

    def does(self, who, event, *, deliver=True):
        """Let one do something and carry all that follows to the other; return the deposits of the first."""
        self.sides[who], effects = lifecycle.step(self.sides[who], event, self.now_s)
        deposits = [effect for effect in effects if isinstance(effect, ev.Deposit)]
        for effect in effects:
            self.effects.append((who, effect))
            if isinstance(effect, ev.Tell):
                self.news.append((who, effect.news))
            if isinstance(effect, ev.Deposit):
                self.sent[who][effect.n] = effect
                if deliver:
                    self.deliver(who, effect)
            if isinstance(effect, ev.Resend) and deliver:
                for n in range(effect.first, effect.last + 1):
                    self.deliver(who, self.sent[who][n])
        return deposits

    def deliver(self, who, deposit, arrived_s=None):
        to = "ben" if who == "ana" else "ana"
        sealed = self.sides[who].seal(deposit.body)
        event = ev.Arrived(sealed, self.now_s if arrived_s is None else arrived_s)
        _, effects = lifecycle.step(self.sides[to], event, self.now_s)
        if any(isinstance(effect, ev.FetchBlob) for effect in effects):
            event = ev.Arrived(sealed, event.arrived_s, deposit.blob)
        self.does(to, event)
        return sealed

    def heard(self, who, kind):
        return [news for name, news in self.news if name == who and isinstance(news, kind)]

    def caused(self, who, kind):
        return [effect for name, effect in self.effects if name == who and isinstance(effect, kind)]

    def days(self, count):
        for _ in range(count):
            self.now_s += DAY_S
            for who in self.sides:
                self.does(who, ev.Tick())
