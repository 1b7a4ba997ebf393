"""What is told to whoever watches an installation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Health:
    """It is alive."""

    alive: bool


@dataclass(frozen=True)
class Version:
    """Which annoflow it is."""

    version: str
