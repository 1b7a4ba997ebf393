"""What is told of an item's way: where it is, what it waits for, and each step that led there."""

from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.work.events import Verb


@dataclass(frozen=True)
class Step:
    """One event of an item; `cause` is the event of the status that led to it."""

    id: int
    at: datetime
    verb: Verb
    told: str
    actor: str | None
    task: str | None
    assignee: str | None
    status: str | None
    visit: int | None
    cause: int | None
    name: str | None


@dataclass(frozen=True)
class Event(Step):
    """One event of a project: what it is about, by number and by name."""

    item_id: int | None
    item: str | None
    task_id: int | None
    issue_id: int | None


@dataclass(frozen=True)
class Standing:
    """How an item stands in a pipeline."""

    id: int
    pipeline: str
    version: str
    exit: str | None
    held: str | None
    since: datetime


@dataclass(frozen=True)
class TaskItemNow:
    """Where an item is in one task; `parked` is why nobody can go on with it."""

    id: int
    task: str
    pipeline: str | None
    state: str
    status: str | None
    routing: str | None
    visit: int
    assignee: str | None
    lease_until: datetime | None
    parked: str | None
    since: datetime
    unseen: int
    """How many annotations came in that nobody has seen, nor will before somebody claims it again."""


@dataclass(frozen=True)
class Why:
    """An item: where it is, what it waits for, how it got there. One that was erased has no name and no folder."""

    id: int
    name: str | None
    folder: str | None
    dataset: str
    entries: tuple[Standing, ...]
    task_items: tuple[TaskItemNow, ...]
    waits: tuple[str, ...]
    path: tuple[Step, ...]
