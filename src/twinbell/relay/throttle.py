"""How often somebody may do something: token buckets, in memory only.

Addresses are held here and nowhere else, never written, and forgotten as soon as their bucket is full
again. An IPv6 address counts by its /64, which is what one household has.
"""

import ipaddress
from dataclasses import dataclass
from typing import Generic, TypeVar

_Who = TypeVar("_Who")
_WHO_MAX = 65_536  # strangers remembered at once; beyond it the longest unseen are forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`burst` at once, then `per_s` a second."""

    burst: float
    per_s: float


class Throttle(Generic[_Who]):
    """One bucket for each `who`. Time is an argument: any clock that does not go back."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._left: dict[_Who, tuple[float, float]] = {}

    def take(self, who: _Who, now_s: float, cost: float = 1.0) -> float:
        """Take `cost` and return 0, or take nothing and return after how many seconds to try again."""
        budget = self._budget
        left, at_s = self._left.pop(who, (budget.burst, now_s))
        left = min(budget.burst, left + (now_s - at_s) * budget.per_s)
        wait_s = 0.0
        if left < cost:
            wait_s = (cost - left) / budget.per_s if budget.per_s else 3600.0
        else:
            left -= cost
        self._left[who] = (left, now_s)  # last in the dictionary is last seen
        if len(self._left) > _WHO_MAX:
            del self._left[next(iter(self._left))]
        return wait_s

    def forget(self, now_s: float) -> None:
        """Drop every bucket that is full again."""
        budget = self._budget
        for who, (left, at_s) in list(self._left.items()):
            if left + (now_s - at_s) * budget.per_s >= budget.burst:
                del self._left[who]

    def __len__(self) -> int:
        return len(self._left)


def neighbourhood(address: str) -> str:
    """Return what counts as one sender: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False).network_address)
    return str(ip)
