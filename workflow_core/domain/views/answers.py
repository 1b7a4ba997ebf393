"""What a request was answered."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answered:
    """An answer as it went out."""

    status: int
    headers: Mapping[str, str]
    body: bytes
