"""What is kept of watches comes back as it was, and always fits into the relay's slot."""

from dataclasses import replace

import pytest
from tests.bond.guards import WATCH, Guarded, ask, owned, says, signed
from tests.bond.people import NOW_S

from twinbell.bond import guardian as gm
from twinbell.bond import watchevent as we
from twinbell.bond.bundle import NAME_LENGTH_MAX
from twinbell.bond.keys import KEYRING_BYTES_MAX, Keyring, Kind
from twinbell.bond.last import arm
from twinbell.bond.watchkeys import (
    RELEASED_MAX,
    SHARES_MAX,
    WATCH_KEYS_BYTES_MAX,
    Appointed,
    HeldShare,
    Reading,
    Seat,
    WatchKeys,
    with_share,
)
from twinbell.encoding import encode
from twinbell.errors import Damaged, Refused
from twinbell.wire.limits import SLOT_BYTES_MAX

ARMED = arm(3, 5)
SHARE = ARMED.share(0, watch=WATCH, epoch=1)
GIVEN = gm.GuardianSeat("https://relay.example", WATCH, b"k" * 32, b"t" * 32, signed())
SEAT = Seat(
    ask=ask(),
    seed=b"e" * 32,
    consent_day=20_000,
    given=GIVEN,
    coming=GIVEN,
    coming_s=NOW_S,
    shares=(HeldShare(share=SHARE, since_s=NOW_S),),
    life_s=1,
    life_n=2,
    away_s=3,
    duress_s=4,
    stopped=b"h" * 32,
)
APPOINTED = Appointed(
    ask=ask(),
    token=b"t" * 32,
    answered=True,
    seat=b"s" * 32,
    day=20_000,
    consent=b"c" * 64,
    given=GIVEN,
    share=SHARE,
    doubtful=True,
    done_day=20_001,
)
READING = Reading(
    watch=WATCH,
    relay="https://relay.example",
    key=b"k" * 32,
    token=b"t" * 32,
    terms=signed(),
    guardians=("A",),
)
RELEASE = gm.ShareRelease(WATCH, 1, SHARE.gate, SHARE.words)
ALL = WatchKeys(
    owned=(owned(epoch=1, k=3, n=5, life_n=9, armed_day=1, rehearsed_day=2),),
    appointed=(APPOINTED, Appointed(ask=ask(watch=b"w" * 16), token=b"t" * 32)),
    seats=(SEAT, Seat(ask=ask(watch=b"w" * 16))),
    reading=(READING,),
    released=(RELEASE,),
)


def test_all_of_it_comes_back_as_it_was_kept():
    assert WatchKeys.from_record(ALL.to_record()) == ALL


def test_a_keyring_brings_it_back_from_paper():
    ana = Guarded().ana
    keyring = replace(ana.keyring, watch=ALL)

    assert Keyring.open(keyring.seal(), ana.device.age_seed) == keyring


def test_what_is_not_there_is_not_written():
    assert WatchKeys().to_record() == {}
    assert WatchKeys(released=(RELEASE,)).to_record().keys() == {"released"}


@pytest.mark.parametrize("name", ["owned", "appointed", "seats", "reading", "released"])
def test_a_row_that_lacks_something_is_damaged(name):
    rows = ALL.to_record()[name]
    assert isinstance(rows, list)
    row = rows[0]
    assert isinstance(row, dict)
    for field in row:
        bad = {key: value for key, value in row.items() if key != field}
        if bad.keys() | {"given", "coming", "share"} >= row.keys():
            continue  # null and nothing are the same for what may be missing
        with pytest.raises(Damaged):
            WatchKeys.from_record({name: [bad]})


def test_printing_shows_no_secret():
    text = repr(ALL) + repr(ALL.owned) + repr(ALL.seats) + repr(ALL.appointed)

    for secret in (SEAT.seed, APPOINTED.token, SHARE.words, RELEASE.words):
        assert str(secret) not in text
    assert SHARE.words not in repr(SHARE) + repr(RELEASE)


def test_the_oldest_share_goes_where_there_are_too_many():
    seat = SEAT
    for epoch in range(SHARES_MAX + 3, 0, -1):
        seat = with_share(seat, ARMED.share(0, watch=WATCH, epoch=epoch), NOW_S)

    assert [held.share.epoch for held in seat.shares] == list(range(4, SHARES_MAX + 4))


def test_a_bond_that_is_full_of_watches_still_fits_into_the_slot():
    """The other fills what we keep with the longest that anyone may say; we keep 200 letter keys besides."""
    two = Guarded().agrees()
    name, relay = "名" * NAME_LENGTH_MAX, f"https://{'a' * 60}.example/{'b' * 150}"
    longest = gm.GuardianSeat(relay, WATCH, b"k" * 32, b"t" * 32, bytes(gm.SIGNED_BYTES_MAX))
    shares = tuple(
        HeldShare(share=ARMED.share(0, watch=WATCH, epoch=n + 1), since_s=NOW_S) for n in range(SHARES_MAX)
    )
    full = Seat(
        ask=ask(reader=name, relay=relay), seed=b"s" * 32, given=longest, coming=longest, shares=shares
    )
    seats = [replace(full, ask=replace_watch(full.ask, bytes([n]) * 16)) for n in range(2)]
    released = [gm.ShareRelease(WATCH, n, SHARE.gate, SHARE.words) for n in range(RELEASED_MAX)]
    appointed = tuple(replace(APPOINTED, ask=replace_watch(ask(), bytes([n]) * 16)) for n in range(3))
    keys = WatchKeys(appointed=appointed, seats=tuple(seats), released=tuple(released))
    letters = tuple(bytes([n]) * 32 for n in range(200))
    two.sides["ben"] = replace(two.ben, keyring=replace(two.ben.keyring, letters=letters, watch=keys))

    for n in range(9):
        says(two, "ana", ask(watch=bytes([99 + n]) * 16, reader=name, relay=relay))

    assert len(encode(two.kept("ben").to_record())) <= WATCH_KEYS_BYTES_MAX
    assert len(two.kept("ben").seats) < 6
    assert two.heard("ben", we.WatchRefused)
    assert len(encode(two.ben.keyring.to_record())) <= KEYRING_BYTES_MAX
    assert len(two.ben.keyring.seal()) <= SLOT_BYTES_MAX


def replace_watch(asked, watch):
    return gm.GuardianAsk.from_record(asked.to_record() | {"watch": watch})


def test_what_a_person_wants_beyond_it_is_refused_in_words():
    two = Guarded(Kind.PAIR)
    two.does("ana", we.WatchKept(owned()))
    for n in range(1, 6):
        two.does("ana", we.WatchKept(owned(watch=bytes([n]) * 16)))

    with pytest.raises(Refused, match="as many watches as it can"):
        two.does("ana", we.WatchKept(owned(watch=b"z" * 16)))
