"""What is told of how far the work is: tasks, shares in them, what is stuck, a graph with how many items are where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workflow_core.domain.measures.progress import Counts, WorkStatus


@dataclass(frozen=True)
class ShareProgress:
    """One contributor's share of a task; without a person it is the pool."""

    assignment_id: int | None
    person: str | None
    weight: float
    active: bool
    status: WorkStatus
    counts: Counts


@dataclass(frozen=True)
class TaskProgress:
    """How far a task is. `to_come` counts items that are still upstream; routers may send them elsewhere.

    What a task hands out `from_pool` is never dealt anew.
    """

    task_id: int
    task: str
    type: str
    status: WorkStatus
    counts: Counts
    statuses: Mapping[str, int]
    to_come: int
    closed: bool
    paused: bool
    shares: tuple[ShareProgress, ...] = field(default=())
    from_pool: bool = False


@dataclass(frozen=True)
class Passing:
    """An item that is on its way to a task, or has left by an exit, and since when it is where it is."""

    item_id: int
    folder: str
    item: str
    since: datetime


@dataclass(frozen=True)
class Stuck:
    """A task item with which nobody can go on, why (`managers.history` says it in words), and since when."""

    task_item_id: int
    item_id: int
    folder: str
    item: str
    task: str
    pipeline: str | None
    assignee: str | None
    status: str | None
    why: str
    since: datetime


@dataclass(frozen=True)
class Pictures:
    """Items, by folder and name, whose picture is gone, each with whether work on it is open; and those whose picture
    was replaced under work that was begun before."""

    gone: tuple[tuple[str, bool], ...]
    replaced: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A pipeline at a glance: its tasks, and how many items left by which exit, are `moving`, or wait for issues.

    Of what is `stuck` there is a thousand at most, the oldest first. `ahead_seconds` is how far the newest history is
    dated ahead of now, where a clock was wrong.
    """

    project: str
    pipeline: str
    paused: bool
    tasks: Sequence[TaskProgress]
    exits: Mapping[str, int]
    moving: int
    held: Mapping[str, int]
    stuck: Sequence[Stuck]
    pictures: Pictures
    ahead_seconds: int | None


@dataclass(frozen=True)
class Share:
    """A person's share of a task; `pool` is how many items wait there for whoever asks. `locked` since it was due."""

    task_id: int
    task: str
    pipeline: str | None
    type: str
    priority: int
    due_at: datetime | None
    locked: bool
    closed: bool
    paused: bool
    status: WorkStatus
    counts: Counts
    pool: int


@dataclass(frozen=True, kw_only=True)
class GraphNode:
    """A start, annotation, qa, router, fork, join or exit. The names of those without one in the file begin with `:`.

    `items` are open in a task, or left by an exit, and `held` wait at an exit for issues.
    """

    name: str
    kind: str
    items: int
    held: int


@dataclass(frozen=True, kw_only=True)
class GraphEdge:
    """A way from one node to another, and the statuses or conditions that lead there; `diverts` what came too often."""

    source: str
    target: str
    labels: Sequence[str]
    diverts: bool


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A pipeline as it was deployed last. `moving` items have a status that was not routed; `stuck` ones nobody has.

    Items of former versions are counted where they are, if that is in this one.
    """

    version: str
    nodes: Sequence[GraphNode]
    edges: Sequence[GraphEdge]
    moving: int
    stuck: int
