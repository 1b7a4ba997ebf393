"""What is told to whoever watches an installation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Health:
    """It is alive."""

    alive: bool


@dataclass(frozen=True)
class Release:
    """Which annoflow it is."""

    version: str
