"""Reproducible draws: the share of a router into which an item falls, and the sample of a task that QA looks at.

A draw is a number in [0, 1_000_000) that depends on the router (or task) and the item alone, so a replay decides the
same and a new item moves no other. It is a degree-two polynomial hash over the prime field of 2**31 - 1,
plain integer arithmetic, because SQLite and PostgreSQL must compute it alike (see `store.database.dialect`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

PRIME = 2**31 - 1
SCALE = 1_000_000
ITEMS = 2**42
"""More than items have numbers: a draw times that, and the item, is a rank that no two share."""


class Sample(TypedDict):
    """Which of the items that have one of these statuses in a task are meant, as JSON has it.

    Those whose draw is `below` a number of millionths, and of the people by whose keys `least` has ranks, who set the
    status, those of that rank or a lower one.
    """

    task_id: int
    statuses: Sequence[str]
    seed: Sequence[int]
    below: int
    least: Mapping[str, int]


@dataclass(frozen=True)
class Seed:
    """The three coefficients of the hash of one router or task."""

    a: int
    b: int
    c: int


def seed(*parts: str) -> Seed:
    """Derive the coefficients of a router or task from its names.

    >>> seed("dashcam", "spot-check") == seed("dashcam", "spot-check")
    True
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    a, b, c = (int.from_bytes(digest[i : i + 8], "big") % (PRIME - 1) + 1 for i in (0, 8, 16))
    return Seed(a, b, c)


def draw(seed: Seed, item_id: int) -> int:
    """Return the item's draw in millionths.

    >>> 0 <= draw(seed("dashcam", "spot-check"), 7) < SCALE
    True
    """
    x = (item_id % PRIME * seed.a + seed.b) % PRIME
    x = (x * x + seed.c) % PRIME
    x = (x * seed.a + seed.b) % PRIME
    return x * SCALE // PRIME


def millionths(share: float) -> int:
    """Return below which draw an item is in a share.

    >>> millionths(0.25)
    250000
    """
    return round(share * SCALE)
