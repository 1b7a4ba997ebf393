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
    operator: bool
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
    """Whom a link is for; nobody yet where it is for the first owner, who says who they are."""

    email: str | None


@dataclass(frozen=True, kw_only=True)
class NewLink(Invited):
    """A link that was just made, as the secret at its end; nobody can tell it again."""

    ends_at: datetime
    secret: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who works here; `invited` until they have a password."""

    id: int
    email: str
    name: str | None
    active: bool
    service: bool
    invited: bool


@dataclass(frozen=True, kw_only=True)
class Member(Account):
    """Somebody in a project, and what they are there; `version` counts how often that was changed."""

    role: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Belonging(Member):
    """Somebody in one of their projects."""

    project: str


@dataclass(frozen=True, kw_only=True)
class Somebody(Account):
    """Anybody, as those are told who run the installation; an `operator` is one of them."""

    operator: bool


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Who may come in: by the link, once until it ends, or without one where they can sign in already, or others
    are to give it to them.
    """

    email: str
    url: str | None
    ends_at: datetime | None
