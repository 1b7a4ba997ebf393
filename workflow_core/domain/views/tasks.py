"""What managers are told of tasks, and of who works on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.work.statuses import Status


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One contributor's share of a task; who is not `active` was taken out of it."""

    id: int
    task_id: int
    person: str
    weight: float
    active: bool
    paused: bool


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as lists have it; without a pipeline it was made by hand."""

    id: int
    project_id: int
    project: str
    name: str
    type: str
    pipeline_id: int | None
    pipeline: str | None
    dataset_id: int
    dataset: str
    from_pool: bool
    """Whether it hands out from a pool; else its items are allocated in advance."""
    priority: int
    due_at: datetime | None
    paused: bool
    closed: bool
    archived: bool


@dataclass(frozen=True, kw_only=True)
class Queue:
    """How a pool hands out: `batch` items at once, so many held by one person at most, for `lease` seconds each."""

    batch: int
    limit: int
    lease: int


@dataclass(frozen=True, kw_only=True)
class TaskInFull(Task):
    """All that is said of a task; `version` is that of its settings, and names them by what they are."""

    manager: str | None
    lock_when_due: bool
    review_own: bool
    max_fix_rounds: int | None
    description: str | None
    lease: int
    """How many seconds an item stays with who opened it, from each sign of work on."""
    version: int
    queue: Queue | None
    recipe_id: int
    recipe: Recipe
    actions: Sequence[Status]
    reviews: Sequence[str]
    """The tasks that this one reviews."""
    team: Sequence[Assignment]


@dataclass(frozen=True, kw_only=True)
class ListedTaskItem:
    """Where an item is in a task; `stuck` is why nobody can go on with it."""

    id: int
    item_id: int
    folder: str
    item: str
    state: str
    status: str | None
    assignment_id: int | None
    assignee: str | None
    stuck: str | None
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The recipe of a task, with an item to try it on; `next` leads to another one, and who `manages` sees them all."""

    task_id: int
    task: str
    recipe: Recipe
    item: ListedTaskItem | None
    next: str | None
    manages: bool


@dataclass(frozen=True, kw_only=True)
class LastDone:
    """An item on which whoever has an assignment set a status lately."""

    assignment_id: int
    item_id: int
    item: str
    status: str


@dataclass(frozen=True, kw_only=True)
class KeptRecipe:
    """A recipe as it is kept, with the file of its instructions, if it has one; a change of it is another recipe."""

    id: int
    name: str
    recipe: Recipe
    file: str | None
    created_at: datetime


@dataclass(frozen=True)
class File:
    """A file that belongs to a recipe, such as instructions in PDF."""

    name: str
    media_type: str
    content: bytes
