"""What is told of projects and their pipelines, and what a manager sees of one at one glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.views.progress import Stuck, TaskProgress


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project, and what the caller is in it."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline; `version` names what new items follow, and is null before the first deploy."""

    id: int
    name: str
    dataset_id: int
    dataset: str
    version: str | None
    deployed_at: datetime | None
    paused: bool


@dataclass(frozen=True)
class Lane:
    """Tasks that belong together, and by which exit how many items left; without a pipeline they were made by hand."""

    pipeline: Pipeline | None
    tasks: Sequence[TaskProgress]
    exits: Mapping[str, int]


@dataclass(frozen=True)
class Board:
    """How far all tasks of a project are, and what nobody can go on with, the oldest first."""

    lanes: Sequence[Lane]
    stuck: Sequence[Stuck]
