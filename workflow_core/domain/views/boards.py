"""What a manager sees of a project at one glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow_core.domain.views.progress import Stuck, TaskProgress
from workflow_core.domain.views.projects import Pipeline


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
