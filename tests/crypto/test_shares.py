from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.public_vectors import public_vectors

from twinbell.crypto import shares
from twinbell.errors import Damaged, Mistaken

SECRET = bytes(range(32))
MOST = 7  # guardians of a watch
EVERY = [(1, 1)] + [(k, n) for n in range(2, MOST + 1) for k in range(2, n + 1)]


@pytest.mark.parametrize(("k", "n"), EVERY)
def test_any_k_give_the_secret_and_fewer_do_not(k, n):
    dealt = shares.split(SECRET, k, n)

    assert len(dealt) == n
    for count in range(1, n + 1) if n < 6 else (k - 1, k):
        for some in combinations(dealt, count):
            if count >= k:
                assert shares.combine(some) == SECRET
            else:
                with pytest.raises(Damaged, match="needed"):
                    shares.combine(some)


@given(st.binary(min_size=32, max_size=32), st.data())
@settings(max_examples=10)
def test_any_secret_comes_back_from_any_k_in_any_order(secret, data):
    n = data.draw(st.integers(2, 16))
    k = data.draw(st.integers(2, n))
    dealt = shares.split(secret, k, n)

    some = data.draw(st.permutations(dealt))[:k]

    assert shares.combine(some) == secret


def test_all_official_vectors_hold_in_the_library():
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    vectors = public_vectors("slip39/vectors.json")

    for description, mnemonics, secret, _ in vectors:
        if secret:
            assert combine_mnemonics(mnemonics, b"TREZOR").hex() == secret, description
        else:
            with pytest.raises(MnemonicError):
                combine_mnemonics(mnemonics, b"TREZOR")
    assert len(vectors) == 45


def test_shares_of_another_program_are_read_by_the_library():
    from shamir_mnemonic import combine_mnemonics

    vector = public_vectors("slip39/generated_2of3.json")

    for some in combinations(vector["shares"], 2):
        assert combine_mnemonics(some, vector["passphrase"].encode()).hex() == vector["secret"]


def test_a_word_that_was_misheard_names_its_share():
    dealt = shares.split(SECRET, 2, 3)
    words = dealt[1].split()
    words[10] = "academic" if words[10] != "academic" else "acid"

    with pytest.raises(Damaged, match="Share 2 is damaged"):
        shares.combine([dealt[0], " ".join(words)])


def test_a_word_that_does_not_exist_is_told():
    dealt = shares.split(SECRET, 2, 2)

    with pytest.raises(Damaged, match="Share 1 has a word that is not in the list: 'bellx'"):
        shares.combine([dealt[0].rsplit(" ", 1)[0] + " bellx", dealt[1]])


def forge(share):
    """Return a share that looks right and leads elsewhere: a liar's, with a good checksum."""
    from dataclasses import replace

    from shamir_mnemonic import Share

    true = Share.from_mnemonic(share)
    return replace(true, value=bytes([true.value[0] ^ 1]) + true.value[1:]).mnemonic()


@pytest.mark.parametrize("liar", range(3))
def test_a_forged_share_is_named_where_there_is_one_to_spare(liar):
    dealt = shares.split(SECRET, 2, 3)
    dealt[liar] = forge(dealt[liar])

    with pytest.raises(Damaged, match=f"Share {liar + 1} is false"):
        shares.combine(dealt)


@pytest.mark.parametrize(("k", "n"), [(k, n) for k, n in EVERY if k < n])
def test_one_forged_share_among_one_more_than_needed_is_named(k, n):
    dealt = shares.split(SECRET, k, n)[-k - 1 :]
    dealt[k // 2] = forge(dealt[k // 2])

    with pytest.raises(Damaged, match=f"Share {k // 2 + 1} is false"):
        shares.combine(dealt)


def test_a_forged_share_among_exactly_k_is_noticed():
    dealt = shares.split(SECRET, 2, 3)

    with pytest.raises(Damaged, match="do not fit together"):
        shares.combine([forge(dealt[0]), dealt[1]])


def test_two_liars_among_five_are_named():
    dealt = shares.split(SECRET, 3, 5)
    dealt[0], dealt[3] = forge(dealt[0]), forge(dealt[3])

    with pytest.raises(Damaged, match="Shares 1 and 4 are false"):
        shares.combine(dealt)


def test_shares_of_two_secrets_do_not_mix():
    with pytest.raises(Damaged, match="Share 2 does not belong"):
        shares.combine([shares.split(SECRET, 2, 2)[0], shares.split(SECRET, 2, 2)[1]])


def test_the_same_share_twice_counts_once():
    dealt = shares.split(SECRET, 2, 3)

    assert shares.combine([dealt[0], dealt[0], dealt[2]]) == SECRET
    with pytest.raises(Damaged, match="One more share"):
        shares.combine([dealt[0], dealt[0]])


def test_there_is_an_end_to_how_many_are_looked_at():
    with pytest.raises(Damaged, match="more than 48"):
        shares.combine(["act"] * 49)


def test_words_may_be_typed_short_and_large():
    dealt = shares.split(SECRET, 2, 2)

    assert shares.combine([" ".join(word[:4] for word in share.upper().split()) for share in dealt]) == SECRET


def test_a_share_that_would_take_minutes_is_refused_at_once():
    from shamir_mnemonic.shamir import EncryptedMasterSecret, split_ems

    slow = split_ems(1, [(2, 2)], EncryptedMasterSecret(1, True, 15, bytes(32)))[0]

    with pytest.raises(Damaged, match="another kind"):
        shares.combine([share.mnemonic() for share in slow])


def test_shares_of_several_groups_or_other_lengths_are_of_another_kind():
    from shamir_mnemonic import generate_mnemonics

    for dealt in (
        generate_mnemonics(2, [(1, 1), (1, 1)], SECRET),
        generate_mnemonics(1, [(2, 2)], SECRET, extendable=False),
        generate_mnemonics(1, [(2, 2)], SECRET, iteration_exponent=0),
    ):
        with pytest.raises(Damaged, match="another kind"):
            shares.combine([share for group in dealt for share in group])
    with pytest.raises(Damaged, match="20 words"):
        shares.combine(generate_mnemonics(1, [(2, 2)], bytes(16))[0])


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 2), (3, 2), (2, 17), (-1, 3)])
def test_impossible_splits_are_mistakes(k, n):
    with pytest.raises(Mistaken):
        shares.split(SECRET, k, n)


def test_a_secret_of_another_length_is_a_mistake():
    with pytest.raises(Mistaken):
        shares.split(bytes(16), 2, 3)


@given(st.lists(st.text(max_size=60), max_size=4))
@settings(max_examples=50)
def test_any_text_is_refused_in_words(texts):
    with pytest.raises(Damaged):
        shares.combine(texts)


@given(st.data())
@settings(max_examples=50)
def test_any_words_are_refused_in_words(data):
    from shamir_mnemonic.wordlist import WORDLIST

    words = data.draw(st.lists(st.sampled_from(WORDLIST), min_size=30, max_size=36))

    with pytest.raises(Damaged):
        shares.combine([" ".join(words), "act " * 2000])


@given(st.integers(0, 2), st.integers(0, 32), st.integers(1, 1023))
@settings(max_examples=30)
def test_one_wrong_word_is_always_noticed(at, place, step):
    from shamir_mnemonic.wordlist import WORD_INDEX_MAP, WORDLIST

    dealt = shares.split(SECRET, 3, 3)
    words = dealt[at].split()
    words[place] = WORDLIST[(WORD_INDEX_MAP[words[place]] + step) % 1024]
    dealt[at] = " ".join(words)

    with pytest.raises(Damaged, match=f"Share {at + 1}"):
        shares.combine(dealt)
