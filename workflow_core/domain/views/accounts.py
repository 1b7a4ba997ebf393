"""What is told of accounts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token, without its secret. `used_at` is exact to the hour."""

    id: int
    name: str
    writes: bool
    ends_at: datetime | None
    used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewToken(Token):
    """A token that was just made; nobody can tell its secret again."""

    secret: str
