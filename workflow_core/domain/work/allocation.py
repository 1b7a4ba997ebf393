"""Allocation in advance: how many of some new items each assignment gets, by weights, exactly.

Plain largest remainder, repeated over batches, drifts: what a batch rounds up, the next cannot take back. So
items are dealt one at a time by the quota method of Balinski and Young, which holds at every step: nobody is
ever a whole item away from their quota, and any batches add up to what one batch would have given.
Whole rounds (60:40 is a round of 5) are dealt at once, so a million items cost what a few do.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, lcm


def shares(weights: Mapping[int, float], totals: Mapping[int, int], count: int) -> dict[int, int]:
    """Return how many of `count` new items each assignment gets, given what it already has.

    Who is ahead of their quota gets nothing until the others have caught up; ties go to the lower id; nobody
    of weight 0 gets anything. Empty where nobody has a weight.

    >>> shares({1: 60, 2: 40}, {}, 10)
    {1: 6, 2: 4}
    >>> shares({1: 1, 2: 1, 3: 1}, {1: 5}, 7)
    {1: 0, 2: 4, 3: 3}
    """
    ratio = _whole(weights)
    have = {person: totals.get(person, 0) for person in ratio}
    behind = _without_the_far_ahead(ratio, have, count)
    dealt = _deal({p: ratio[p] for p in behind}, {p: have[p] for p in behind}, count) if behind else have
    return {person: dealt.get(person, have[person]) - have[person] for person in ratio}


def _whole(weights: Mapping[int, float]) -> dict[int, int]:
    """Return the weights as whole numbers in lowest terms, by id, those above zero only."""
    exact = {p: Fraction(str(w)) for p, w in sorted(weights.items()) if w > 0}
    scale = lcm(*(w.denominator for w in exact.values()))
    whole = {p: int(w * scale) for p, w in exact.items()}
    return {p: w // gcd(*whole.values()) for p, w in whole.items()}


def _without_the_far_ahead(ratio: Mapping[int, int], have: Mapping[int, int], count: int) -> list[int]:
    """Leave out who would still be a whole item above their quota of the grand total."""
    people = list(ratio)
    while people:
        total = sum(ratio[p] for p in people)
        grand = sum(have[p] for p in people) + count
        kept = [p for p in people if (have[p] - 1) * total < ratio[p] * grand]
        if kept == people:
            break
        people = kept
    return people


def _deal(ratio: Mapping[int, int], have: Mapping[int, int], count: int) -> dict[int, int]:
    """Deal `count` items, each to the one below quota whose next item is due first."""
    total = sum(ratio.values())
    dealt, done = dict(have), sum(have.values())
    grand = done + count
    rounds = grand // total
    if done < rounds * total and all(have[p] <= rounds * ratio[p] for p in ratio):
        dealt, done = {p: rounds * ratio[p] for p in ratio}, rounds * total
    common = lcm(*ratio.values())
    pace = {p: common // ratio[p] for p in ratio}
    for position in range(done + 1, grand + 1):
        below = (p for p in ratio if dealt[p] * total < ratio[p] * position)
        dealt[min(below, key=lambda p: (dealt[p] + 1) * pace[p])] += 1
    return dealt


def constrained(
    groups: Mapping[frozenset[int], int], weights: Mapping[int, float], totals: Mapping[int, int]
) -> dict[frozenset[int], dict[int, int]]:
    """Allocate groups of items, each keyed by the assignments that may not have them.

    The most constrained group is placed first, the free one last, so that it evens the others out. A group
    that nobody may have maps to an empty mapping: it is stuck.

    >>> constrained({frozenset(): 6, frozenset({1}): 4}, {1: 1, 2: 1}, {})
    {frozenset({1}): {2: 4}, frozenset(): {1: 5, 2: 1}}
    """
    have = dict(totals)
    placed = {}
    for forbidden in sorted(groups, key=lambda g: (-len(g & weights.keys()), sorted(g))):
        allowed = {p: w for p, w in weights.items() if p not in forbidden}
        placed[forbidden] = shares(allowed, have, groups[forbidden])
        for person, count in placed[forbidden].items():
            have[person] = have.get(person, 0) + count
    return placed
