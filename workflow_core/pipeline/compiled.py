"""What a checked pipeline file compiles to: plain values for the store, the flows and the diagrams."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.items.splits import Split
from workflow_core.domain.work.statuses import Status

TargetKind = Literal["task", "router", "exit"]


@dataclass(frozen=True)
class Target:
    """Where a route, a case or a diversion leads."""

    kind: TargetKind
    name: str


@dataclass(frozen=True)
class Queue:
    """How a task hands out items from its pool."""

    batch: int = 1
    limit: int = 1
    lease_seconds: int = 1800


@dataclass(frozen=True)
class Task:
    """One micro-task. `reviews` names the annotation tasks that a QA task reviews."""

    name: str
    type: Literal["annotation", "qa"]
    recipe: Recipe
    statuses: tuple[Status, ...]
    assignees: Mapping[str, float]
    team: str | None
    routes: Mapping[str, tuple[Target, ...]]
    reviews: tuple[str, ...] = ()
    queue: Queue | None = None
    lease_seconds: int = 1800
    manager: str | None = None
    max_visits: int | None = None
    on_max_visits: Target | None = None
    branches: tuple[tuple[str, ...], ...] = ()
    """For a `join: all` task: the task names of each branch that meets here."""
    priority: int = 0
    due: str | None = None
    lock_when_due: bool = False
    review_own: bool = False
    max_fix_rounds: int | None = None
    description: str | None = None


@dataclass(frozen=True)
class Case:
    """One case of a router: the filter (section "filters") and the share of the draw, both must hold.

    `share` is a half-open range of the router's draw in millionths; None takes every draw.
    """

    to: Target
    where: Mapping[str, Any] | None = None
    share: tuple[int, int] | None = None


@dataclass(frozen=True)
class Router:
    """A routing node: the first case that holds decides."""

    name: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Export:
    """Where and how the items of an exit are written."""

    formats: tuple[str, ...]
    to: str
    schedule: str | None = None
    where: Mapping[str, Any] | None = None
    split: Split | None = None


@dataclass(frozen=True)
class Exit:
    """Where items leave the pipeline."""

    name: str
    export: Export | None = None


@dataclass(frozen=True)
class Schedule:
    """When a source is read: a cron expression in a time zone."""

    cron: str
    timezone: str = "UTC"


@dataclass(frozen=True)
class Source:
    """Where new items come from (`uri`), and which items of the dataset enter."""

    uri: str | None = None
    folder: str | None = None
    where: Mapping[str, Any] | None = None
    schedule: Schedule | None = None
    watch: bool = False


@dataclass(frozen=True)
class Pipeline:
    """A whole pipeline, checked. `digest` names the version: it covers the graph alone.

    The graph is: tasks with their types, statuses, routes, reviews, visits and joins; routers and exits.
    """

    name: str
    project: str
    dataset: str
    manager: str | None
    start: tuple[str, ...]
    source: Source
    tasks: Mapping[str, Task]
    routers: Mapping[str, Router]
    exits: Mapping[str, Exit]
    teams: Mapping[str, Mapping[str, float]]
    digest: str
