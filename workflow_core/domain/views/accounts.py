"""What is told of accounts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token, without its secret, for a project or for all. `used_at` is exact to the hour."""

    id: int
    name: str
    writes: bool
    project_id: int | None
    ends_at: datetime | None
    used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewToken(Token):
    """A token that was just made; nobody can tell its secret again."""

    secret: str


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who asks, and what they may by what they ask with: change anything, and in one project alone."""

    id: int
    email: str
    name: str | None
    service: bool
    writes: bool
    project_id: int | None


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A browser in which somebody is signed in, `current` where they ask from it; `used_at` is exact to 5 minutes."""

    id: int
    agent: str
    created_at: datetime
    used_at: datetime
    ends_at: datetime
    current: bool


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Whom a link is for."""

    email: str


@dataclass(frozen=True, kw_only=True)
class NewLink(Invited):
    """A link that was just made, as the secret at its end; nobody can tell it again."""

    ends_at: datetime
    secret: str
