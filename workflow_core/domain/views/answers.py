"""What a server answers besides: refusals and their codes, whether it is well, and what it had answered before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Answered:
    """An answer as it went out."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A code, the HTTP status that it comes with, the names of its facts, and when it comes."""

    code: str
    status: int
    facts: Sequence[str]
    about: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A place in what was sent, and what is wrong there."""

    where: Sequence[str]
    fault: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why something was not done (RFC 9457). `detail` is for people; `code` and `facts` are for programs, and what they
    mean is told where `type` leads, below the server's own address.

    `faults` are places in what was sent, `findings` those of a pipeline's file, `request` is the number in the log.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: Mapping[str, Any]
    request: str | None = None
    faults: Sequence[Fault] | None = None
    findings: Sequence[Mapping[str, Any]] | None = None


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
