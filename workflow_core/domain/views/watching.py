"""What is told to whoever watches an installation."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Health:
    """It is alive."""

    alive: bool


@dataclass(frozen=True)
class Release:
    """Which annoflow it is."""

    version: str


@dataclass(frozen=True)
class Motion:
    """How many statuses wait to be moved on, and since when the oldest does."""

    statuses: int
    oldest: datetime | None
