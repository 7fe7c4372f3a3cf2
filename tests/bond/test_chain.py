from hypothesis import given, settings
from hypothesis import strategies as st

from twinbell.bond import chain
from twinbell.bond.chain import DAY_S, WINDOW, Gap, Receiving, Sending, Verdict
from twinbell.crypto.kdf import sha256
from twinbell.encoding import decode_map, encode

DEVICE = b"device-1"
DAY = 20_000
NOW_S = DAY * DAY_S


class Sender:
    """A device that counts, and can be set back to an older copy of itself."""

    def __init__(self, next=0, prev=bytes(32)):
        self.chain = Sending(next, prev)

    def says(self, text, sent_s=NOW_S):
        body = {"n": self.chain.next, "prev": self.chain.prev, "sent_s": sent_s}
        body["digest"] = sha256(text.encode(), str(body["n"]).encode(), body["prev"])
        self.chain = self.chain.after(body["digest"])
        return body

    def copy(self):
        return Sender(self.chain.next, self.chain.prev)


def take(receiving, body, now_s=NOW_S):
    return receiving.accept(**body, prekey=1, now_s=now_s)


def takes(receiving, bodies):
    verdicts = []
    for body in bodies:
        receiving, verdict = take(receiving, body)
        verdicts.append(verdict)
    return receiving, verdicts


def test_bodies_in_order_are_each_the_next():
    sender = Sender()

    receiving, verdicts = takes(Receiving(device=DEVICE), [sender.says(str(n)) for n in range(5)])

    assert verdicts == [Verdict.NEXT] * 5
    assert (receiving.next, receiving.gaps) == (5, ())


def test_a_double_changes_nothing():
    body = Sender().says("hello")
    receiving, _ = take(Receiving(device=DEVICE), body)

    assert take(receiving, body, NOW_S + 999) == (receiving, Verdict.DOUBLE)


def test_a_gap_is_noted_and_closed_when_the_rest_comes():
    sender = Sender()
    bodies = [sender.says(str(n)) for n in range(6)]

    receiving, _ = takes(Receiving(device=DEVICE), [bodies[0], bodies[5]])
    assert receiving.gaps == (Gap(1, 4, NOW_S),)
    receiving, verdicts = takes(receiving, [bodies[2], bodies[2], bodies[4]])

    assert verdicts == [Verdict.LATE, Verdict.DOUBLE, Verdict.LATE]
    assert [(gap.first, gap.last) for gap in receiving.gaps] == [(1, 1), (3, 3)]


def test_a_device_restored_from_a_copy_is_a_fork_and_what_it_says_is_not_lost():
    sender = Sender()
    before = [sender.says(str(n)) for n in range(3)]
    copy = sender.copy()
    lost = sender.says("said before the phone was restored")
    after = [copy.says("said after"), copy.says("and more")]

    _, verdicts = takes(Receiving(device=DEVICE), [*before, lost, *after, *after, lost])

    assert verdicts[:4] == [Verdict.NEXT] * 4
    assert verdicts[4] is Verdict.FORK
    assert verdicts[5] is not Verdict.DOUBLE
    assert verdicts[6:] == [Verdict.DOUBLE] * 3


def test_a_body_that_follows_another_than_the_one_we_have_is_a_fork():
    sender = Sender()
    receiving, _ = take(Receiving(device=DEVICE), sender.says("hello"))
    body = sender.says("well")

    assert take(receiving, body | {"prev": bytes(32)})[1] is Verdict.FORK


def test_a_first_body_that_does_not_begin_at_zero_shows_a_gap():
    receiving, verdict = take(Receiving(device=DEVICE), Sender(7, bytes(32)).says("hello"))

    assert verdict is Verdict.NEXT
    assert receiving.gaps == (Gap(0, 6, NOW_S),)


def test_a_replay_from_long_ago_is_still_a_double_and_a_fork_from_long_ago_is_not():
    sender = Sender()
    first = sender.says("long ago", NOW_S)
    copy = sender.copy()
    receiving, _ = take(Receiving(device=DEVICE), first)
    for n in range(WINDOW + 10):
        receiving, _ = take(receiving, sender.says(str(n), NOW_S + 60 * n))
    restored = copy.says("the phone came back from a drawer", NOW_S + 60 * 2 * WINDOW)

    assert receiving.floor > 1
    assert take(receiving, first)[1] is Verdict.DOUBLE
    receiving, verdict = take(receiving, restored)
    assert verdict is Verdict.FORK
    assert take(receiving, restored)[1] is Verdict.DOUBLE


def test_what_did_not_come_whole_is_missing_again_and_late_when_it_comes():
    sender = Sender()
    bodies = [sender.says(str(n)) for n in range(4)]
    receiving, _ = takes(Receiving(device=DEVICE), bodies)

    reopened = receiving.reopened(2, bodies[2]["digest"], NOW_S)
    closed, verdicts = takes(reopened, bodies)

    assert [(gap.first, gap.last) for gap in reopened.gaps] == [(2, 2)]
    assert receiving.reopened(2, bodies[1]["digest"], NOW_S) == receiving
    assert verdicts == [Verdict.DOUBLE, Verdict.DOUBLE, Verdict.LATE, Verdict.DOUBLE]
    assert closed.gaps == ()


def test_a_leap_of_the_counter_costs_no_memory():
    sender = Sender()
    receiving, _ = take(Receiving(device=DEVICE), sender.says("hello"))

    receiving, verdict = take(receiving, Sender(2**48 - 1, bytes(32)).says("far away"))

    assert verdict is not Verdict.DOUBLE
    assert len(encode(receiving.to_record())) < 32_768
    assert receiving.gaps == (Gap(1, 2**48 - 2, NOW_S),)


def test_more_gaps_than_are_kept_are_given_up_oldest_first():
    receiving = Receiving(device=DEVICE)
    for n in range(1, 2 * chain.GAPS_MAX + 4, 2):
        receiving, _ = take(receiving, Sender(n, bytes(32)).says("x"))

    receiving, dropped = receiving.trimmed()

    assert len(receiving.gaps) == chain.GAPS_MAX
    assert dropped[0].first == 0


def test_without_receipts_a_head_names_only_what_came_before_yesterday_began():
    sender = Sender()
    receiving = Receiving(device=DEVICE)
    for day in range(6):
        receiving, _ = take(receiving, sender.says(str(day)), NOW_S + day * DAY_S + 3600)
    now_s = NOW_S + 5 * DAY_S + 7200

    assert receiving.head(now_s, exact=True) == (DEVICE, 5)
    assert receiving.head(now_s, exact=False) == (DEVICE, 3)
    assert receiving.head(now_s + 2 * DAY_S, exact=False) == (DEVICE, 5)
    assert Receiving(device=DEVICE).head(now_s, exact=True) is None


@settings(max_examples=50)
@given(st.data())
def test_whatever_the_order_everything_is_delivered_once_and_the_gaps_are_what_is_missing(data):
    sender = Sender()
    bodies = [sender.says(str(n)) for n in range(data.draw(st.integers(1, 30)))]
    deliveries = data.draw(st.lists(st.sampled_from(range(len(bodies))), max_size=80))
    receiving, delivered = Receiving(device=DEVICE), []

    for n in deliveries:
        receiving, verdict = take(receiving, bodies[n])
        if verdict is not Verdict.DOUBLE:
            delivered.append(n)
        receiving = Receiving.from_record(decode_map(encode(receiving.to_record()), bytes_max=1 << 20))

    assert sorted(delivered) == sorted(set(deliveries))
    missing = {n for gap in receiving.gaps for n in range(gap.first, gap.last + 1)}
    assert missing == set(range(max(deliveries, default=-1) + 1)) - set(deliveries)
