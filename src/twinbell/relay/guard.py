"""What each address may do before anybody knows who it is: budgets for requests, strangers and sockets."""

from twinbell.clock import Clock
from twinbell.relay.settings import Settings
from twinbell.relay.throttle import Budget, Throttle, neighbourhood
from twinbell.wire.problems import Denied, Problem


class Guard:
    """The budgets of all addresses. An address is a string here and nowhere else."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._per_address = settings.sockets_per_address
        self._in_all = settings.sockets
        requests, strangers = settings.requests_per_minute, settings.strangers_per_minute
        self._requests: Throttle[str] = Throttle(Budget(burst=requests, per_s=requests / 60))
        self._strangers: Throttle[str] = Throttle(Budget(burst=5 * strangers, per_s=strangers / 60))
        self._sockets: dict[str, int] = {}
        self.open_sockets = 0

    def request(self, address: str) -> None:
        """Count a request; raise `Denied` if there were too many."""
        self._take(self._requests, address)

    def stranger(self, address: str) -> None:
        """Count something that only strangers do: a new mailbox, a bell, a wrong token."""
        self._take(self._strangers, address)

    def admit(self, address: str) -> bool:
        """Count a new connection; return whether there is room for it."""
        who = neighbourhood(address)
        if self.open_sockets >= self._in_all or self._sockets.get(who, 0) >= self._per_address:
            return False
        self.open_sockets += 1
        self._sockets[who] = self._sockets.get(who, 0) + 1
        return True

    def release(self, address: str) -> None:
        who = neighbourhood(address)
        self.open_sockets -= 1
        left = self._sockets[who] - 1
        if left:
            self._sockets[who] = left
        else:
            del self._sockets[who]

    def forget(self) -> None:
        """Drop the memory of addresses that may do everything again."""
        now_s = self._clock.boot_s()
        self._requests.forget(now_s)
        self._strangers.forget(now_s)

    def _take(self, throttle: Throttle[str], address: str) -> None:
        wait_s = throttle.take(neighbourhood(address), self._clock.boot_s())
        if wait_s:
            raise Denied(Problem.TOO_FAST, retry_s=int(wait_s) + 1)
