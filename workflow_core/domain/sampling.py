"""Reproducible draws: the share of a router into which an item falls.

A draw is a number in [0, 1_000_000) that depends on the router and the item alone, so a replay decides the
same and a new item moves no other. It is a degree-two polynomial hash over the prime field of 2**31 - 1,
plain integer arithmetic, because SQLite and PostgreSQL must compute it alike (see `store.dialect`).
"""

import hashlib
from dataclasses import dataclass

PRIME = 2**31 - 1
SCALE = 1_000_000


@dataclass(frozen=True)
class Seed:
    """The three coefficients of one router's hash."""

    a: int
    b: int
    c: int


def seed(*parts: str) -> Seed:
    """Derive a router's coefficients from its names.

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
