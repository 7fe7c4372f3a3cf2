"""Where devices can be woken: one class for one connection, the reading or the writing one."""

import apsw

from twinbell.wire.push import Subscription


class PushTable:
    """Questions may be asked of either; a change is made with the writing one, inside a `Job`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def mailboxes(self) -> list[int]:
        """Return the numbers of mailboxes in which a device is subscribed to push."""
        return [number for (number,) in self._connection.execute("select distinct mailbox from push")]

    def of(self, number: int) -> list[tuple[str, Subscription]]:
        rows = self._connection.execute(
            "select device, endpoint, p256dh, auth from push where mailbox=?", (number,)
        )
        return [(device, Subscription(endpoint, p256dh, auth)) for device, endpoint, p256dh, auth in rows]

    def put(self, number: int, device: str, subscription: Subscription) -> None:
        """Keep where a device can be woken, unless the device went meanwhile."""
        self._connection.execute(
            "insert or replace into push select ?,?,?,?,?"
            " where exists (select 1 from device where mailbox=? and name=?)",
            (
                number,
                device,
                subscription.endpoint,
                subscription.p256dh,
                subscription.auth,
                number,
                device,
            ),
        )

    def drop(self, number: int, device: str) -> None:
        self._connection.execute("delete from push where mailbox=? and device=?", (number, device))
