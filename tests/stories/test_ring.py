"""Rings, heard at once, late, or after the relay was away."""


def test_a_ring_is_heard_at_once_by_who_listens(pair):
    mei, jun = pair

    with jun.leaves_running("listen", "--for", "60", "--json") as listening:
        rung = mei.types("ring", "--pattern", "heartbeat")
        heard = listening.says_event("ring")

    assert rung["status"] == "sent"
    assert heard["sound"] is True
    assert heard["peer"] == "Mei"
    assert heard["pattern"] == [120, 140, 220, 620, 120, 140, 220]


def test_rings_go_both_ways_and_each_is_told_once(pair):
    mei, jun = pair

    mei.types("ring")
    jun.types("ring", "--pattern", "200,100,200")

    assert [event["event"] for event in jun.hears()] == ["ring"]
    assert jun.hears() == []
    assert [event["pattern"] for event in mei.hears()] == [[200, 100, 200]]


def test_a_ring_that_the_relay_did_not_hear_goes_later_and_once(relay, pair):
    mei, jun = pair
    relay.stop()

    first = mei.types("ring")
    second = mei.types("ring", "--pattern", "knock")
    relay.start()
    third = mei.types("ring")

    assert [first["status"], second["status"], third["status"]] == ["waiting", "waiting", "sent"]
    heard = [event["pattern"] for event in jun.hears(1)]
    assert heard == [[400], [120, 120, 120], [400]]
    assert jun.hears() == []


def test_listening_goes_on_when_the_relay_comes_back(relay, pair):
    mei, jun = pair
    with jun.leaves_running("listen", "--for", "80", "--json") as listening:
        mei.types("ring")
        listening.says_event("ring")
        relay.stop()
        relay.start()

        mei.types("ring", "--pattern", "long")

        assert listening.says_event("ring")["pattern"] == [1600]


def test_ctrl_c_ends_listening_quietly(pair):
    mei, jun = pair
    with jun.leaves_running("listen", "--json") as listening:
        mei.types("ring")
        listening.says_event("ring")

        ended = listening.interrupted()

    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_a_pattern_that_is_none_is_refused(pair):
    mei, _ = pair

    for pattern in ("waltz", "", "1", "99999", ",".join(["100"] * 40)):
        answer = mei.tries("ring", "--pattern", pattern)

        assert answer.code == 2, pattern


def test_verifying_is_told_to_the_other_one(pair):
    mei, jun = pair

    mei.types("bond", "verify", "--yes")

    assert mei.types("bond", "list")["bonds"][0]["verified"] is True
    assert [event["event"] for event in jun.hears()] == ["verified"]
    assert jun.types("bond", "list")["bonds"][0]["verified"] is False


def test_a_name_is_changed_here_and_nowhere_else(pair):
    mei, jun = pair

    mei.types("bond", "rename", "--to", "Junie")

    assert mei.types("bond", "list")["bonds"][0]["peer"] == "Junie"
    assert jun.types("bond", "show")["me"] == "Jun"
    assert mei.types("ring", "junie")["status"] == "sent"
