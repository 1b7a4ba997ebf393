"""What is told of a refusal's code."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A code, the HTTP status that it comes with, the names of its facts, and when it comes."""

    code: str
    status: int
    facts: Sequence[str]
    about: str
