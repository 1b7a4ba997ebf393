from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.work.allocation import constrained, shares

people = st.integers(1, 9)
whole_weights = st.dictionaries(people, st.integers(0, 40), max_size=7)
decimal_weights = st.dictionaries(people, st.decimals(0, 100, places=2).map(float), max_size=5)
any_weights = whole_weights | decimal_weights
any_totals = st.dictionaries(people, st.integers(0, 60))


def total_weight(weights):
    return sum(Fraction(str(w)) for w in weights.values())


def quota(weights, person, count):
    return Fraction(str(weights[person])) / total_weight(weights) * count


def largest_remainder(weights, count):
    given = {p: int(quota(weights, p, count)) for p in weights}
    by_remainder = sorted(weights, key=lambda p: (given[p] - quota(weights, p, count), p))
    for person in by_remainder[: count - sum(given.values())]:
        given[person] += 1
    return given


def dealt_in(batches, weights):
    have = Counter()
    for count in batches:
        have.update(shares(weights, have, count))
    return dict(have)


@given(weights=any_weights, totals=any_totals, count=st.integers(0, 300))
def test_every_item_is_given_to_somebody_of_weight_and_nobody_gives_one_back(weights, totals, count):
    got = shares(weights, totals, count)
    assert set(got) == {person for person, weight in weights.items() if weight > 0}
    assert all(n >= 0 for n in got.values())
    assert sum(got.values()) == (count if got else 0)


@st.composite
def small_teams(draw):
    """A few people with small weights who have a few items each: somebody is often ahead by a whole round."""
    team = draw(st.integers(2, 4))
    weights = draw(st.lists(st.integers(1, 5), min_size=team, max_size=team))
    totals = draw(st.lists(st.integers(0, 12), min_size=team, max_size=team))
    return dict(enumerate(weights)), dict(enumerate(totals))


@given(team=small_teams(), count=st.integers(0, 12))
def test_in_a_small_team_nobody_gives_an_item_back(team, count):
    got = shares(*team, count)
    assert min(got.values()) >= 0
    assert sum(got.values()) == count


def test_who_is_ahead_of_the_whole_rounds_keeps_what_they_have():
    got = shares({0: 3, 1: 4, 2: 1, 3: 4}, {1: 4, 2: 11, 3: 9}, 10)
    assert min(got.values()) >= 0
    assert sum(got.values()) == 10


@given(weights=any_weights, batches=st.lists(st.integers(0, 40), max_size=12))
def test_batches_and_restarts_change_nothing(weights, batches):
    assert dealt_in(batches, weights) == dealt_in([sum(batches)] if batches else [], weights)


@given(weights=any_weights.filter(total_weight), count=st.integers(0, 500))
def test_nobody_is_a_whole_item_away_from_their_quota_or_more_than_one_from_largest_remainder(weights, count):
    got, expected = shares(weights, {}, count), largest_remainder(weights, count)
    for person, items in got.items():
        assert abs(items - quota(weights, person, count)) < 1
        assert abs(items - expected[person]) <= 1


@given(weights=whole_weights.filter(total_weight), rounds=st.integers(0, 20))
def test_a_count_that_the_weights_divide_is_divided_exactly(weights, rounds):
    count = rounds * sum(weights.values())
    assert shares(weights, {}, count) == {p: rounds * w for p, w in weights.items() if w}


@given(weights=any_weights.filter(total_weight), totals=any_totals, count=st.integers(0, 100))
def test_who_is_ahead_of_their_quota_of_the_grand_total_gets_nothing(weights, totals, count):
    got = shares(weights, totals, count)
    grand = sum(totals.get(p, 0) for p in got) + count
    for person, items in got.items():
        if totals.get(person, 0) >= quota(weights, person, grand):
            assert items == 0


@given(weights=any_weights.filter(total_weight), totals=any_totals, count=st.integers(0, 100))
def test_nobody_is_brought_above_their_quota_of_the_grand_total_by_a_whole_item(weights, totals, count):
    got = shares(weights, totals, count)
    grand = sum(totals.get(p, 0) for p in got) + count
    for person, items in got.items():
        if items:
            assert totals.get(person, 0) + items - quota(weights, person, grand) < 1


def test_ties_go_to_the_lower_id_in_whatever_order_the_weights_come():
    assert shares({3: 1, 1: 1, 2: 1}, {}, 4) == {1: 2, 2: 1, 3: 1}


def test_a_newcomer_catches_up_first():
    assert shares({1: 1, 2: 1, 3: 1}, {1: 500, 2: 500}, 100) == {1: 0, 2: 0, 3: 100}


def test_who_is_behind_is_evened_out_although_somebody_is_far_ahead():
    assert shares({1: 1, 2: 1, 3: 1}, {1: 1000, 2: 100}, 100) == {1: 0, 2: 0, 3: 100}
    assert shares({1: 1, 2: 1, 3: 1}, {1: 1000, 2: 100}, 300) == {1: 0, 2: 100, 3: 200}


@pytest.mark.parametrize("weights", [{}, {1: 0, 2: 0.0}])
def test_where_nobody_has_a_weight_nobody_gets_anything(weights):
    assert shares(weights, {1: 4}, 10) == {}


def test_items_are_dealt_without_a_look_at_each_of_them():
    count = 10**15  # who looked at each would never end
    assert sum(shares({p: 33.3 + p for p in range(20)}, {3: 700}, count).values()) == count


groups = st.dictionaries(st.frozensets(people, max_size=4), st.integers(0, 50), max_size=5)


@given(groups=groups, weights=whole_weights, totals=any_totals)
def test_no_group_goes_to_whom_it_is_forbidden_and_only_one_nobody_may_have_is_stuck(groups, weights, totals):
    placed = constrained(groups, weights, totals)
    assert placed.keys() == groups.keys()
    for forbidden, got in placed.items():
        assert got.keys() == {p for p, w in weights.items() if w and p not in forbidden}
        assert sum(got.values()) == (groups[forbidden] if got else 0)


@given(weights=whole_weights, totals=any_totals, count=st.integers(0, 100))
def test_free_items_alone_are_allocated_as_if_there_were_no_constraint(weights, totals, count):
    assert constrained({frozenset(): count}, weights, totals)[frozenset()] == shares(weights, totals, count)


def test_free_items_even_out_what_separation_of_duties_skewed():
    placed = constrained({frozenset(): 50, frozenset({1}): 50}, {1: 1, 2: 1}, {})
    assert placed == {frozenset({1}): {2: 50}, frozenset(): {1: 50, 2: 0}}


def test_somebody_who_is_not_in_the_team_constrains_nothing():
    placed = constrained({frozenset({1}): 2, frozenset({7, 8}): 2}, {1: 1, 2: 1}, {})
    assert placed == {frozenset({1}): {2: 2}, frozenset({7, 8}): {1: 2, 2: 0}}
