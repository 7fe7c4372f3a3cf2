"""What a relay counts of itself, for `/metrics`."""

from typing import TYPE_CHECKING

from twinbell.relay.metrics import Metric
from twinbell.wire.silence import Stage

if TYPE_CHECKING:
    from twinbell.relay.app import Relay


def figures(relay: "Relay") -> list[Metric]:
    """Return the sums of this moment, over everybody."""
    counts = relay.store.counts()
    stages = relay.store.watches.counts()
    gaps = relay.store.watches.gaps(0)
    return [
        Metric("deposited_total", "counter", "Envelopes made durable.", relay.mailboxes.deposited),
        Metric("collected_total", "counter", "Envelopes deleted as collected.", relay.mailboxes.collected),
        Metric("refused_total", "counter", "Deposits refused.", relay.mailboxes.refused),
        Metric("commits_total", "counter", "Transactions.", relay.writer.groups),
        Metric("changes_total", "counter", "Changes in all transactions.", relay.writer.rows),
        Metric("connections", "gauge", "Connections open.", relay.guard.open_sockets),
        Metric("websockets", "gauge", "WebSockets open.", len(relay.sockets)),
        Metric("mailboxes", "gauge", "Mailboxes.", counts["mailboxes"]),
        Metric("mailboxes_live", "gauge", "Mailboxes held in memory.", relay.mailboxes.live_count()),
        Metric("rooms", "gauge", "Rooms with somebody in them.", len(relay.rooms)),
        Metric("pairings", "gauge", "Bells that hang.", counts["pairings"]),
        Metric("blobs", "gauge", "Blobs stored.", counts["blobs"]),
        Metric("watches", "gauge", "Watches.", sum(stages.values())),
        Metric("watches_late", "gauge", "Watches whose person is reminded.", stages[Stage.LATE]),
        Metric(
            "watches_asking",
            "gauge",
            "Watches whose guardians are asked, or were.",
            stages[Stage.ASKING] + stages[Stage.VETO],
        ),
        Metric("reminders_total", "counter", "Reminders that were accepted.", relay.reminders.sent),
        Metric("doorbells_total", "counter", "Guardians and recipients rung.", relay.vigil.rung),
        Metric("counted_seconds", "counter", "Time that counts for watches.", relay.counter.now()),
        Metric(
            "uncounted_seconds",
            "gauge",
            "Time in the gaps that are kept.",
            sum(gap.seconds for gap in gaps),
        ),
        Metric(
            "watches_restored",
            "gauge",
            "1 after a start with an older database: every watch began anew.",
            relay.counter.restored,
        ),
        Metric("disk_full", "gauge", "1 while deposits are refused for want of disk.", relay.writer.full),
        Metric("read_only", "gauge", "1 after the disk failed.", bool(relay.writer.broken)),
        Metric("restored_mailboxes", "gauge", "Mailboxes that wait for their owner.", relay.restored),
        Metric("pushes_total", "counter", "Phones woken through a push service.", relay.push.sent),
        Metric("rounds_signed_total", "counter", "Beacon rounds signed.", relay.beacon.keeper.signed),
        Metric(
            "clock_behind_seconds",
            "gauge",
            "How far the beacon is behind a wall clock that it does not believe.",
            int(relay.beacon.read().behind_s),
        ),
    ]
