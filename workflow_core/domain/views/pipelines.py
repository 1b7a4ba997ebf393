"""What is told of pipelines: what is wrong with their files, what a deploy would do, did, and was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

WHY = {
    "task": "the version does not have the task {about}",
    "status": "the version has no such status: {about}",
    "fork": "the task {about} lies in another fork, or in none",
    "exit": "the version does not have the exit {about}, which holds them",
}
"""Why items stay on the version that they follow."""


@dataclass(frozen=True)
class Stayed:
    """How many items stay on their version for a reason, and what it is about: `why` says it in words."""

    reason: str
    about: str
    items: int

    @property
    def why(self) -> str:
        """Say why they stay."""
        return WHY[self.reason].format(about=self.about)


@dataclass(frozen=True)
class Migrated:
    """How many items follow the version now that did not before, and why others stay on theirs."""

    version: str
    followed: int
    stayed: tuple[Stayed, ...]


@dataclass(frozen=True)
class Keeping:
    """How many items follow a version that is not the present one, and how many of them are at each task or exit."""

    version: str
    items: int
    at: Mapping[str, int]


@dataclass(frozen=True)
class Change:
    """A setting that changes; None is its absence."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Leaver:
    """Who would leave a task, and how many items they still have to do there; these stay theirs until reassigned.

    Those that they have open (`claimed`) they may still finish; nothing new comes to them.
    """

    email: str
    open_items: int
    claimed: int = 0


@dataclass(frozen=True)
class RemovedLabel:
    """A label that the recipe would no longer have, and how many annotations have it; these stay."""

    name: str
    annotations: int


@dataclass(frozen=True)
class PlannedTask:
    """What would become of a task. `items` are to be done in it now. `kind` is new, removed, changed or same."""

    name: str
    type: str
    kind: str
    items: int = 0
    join: tuple[str, ...] = ()
    leave: tuple[Leaver, ...] = ()
    weights: tuple[Change, ...] = ()
    labels_added: tuple[str, ...] = ()
    labels_removed: tuple[RemovedLabel, ...] = ()
    recipe_changed: bool = False
    statuses_added: tuple[str, ...] = ()
    statuses_removed: tuple[str, ...] = ()
    settings: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a deploy would do. `keep` says which items on the way keep which other version.

    `number` is that of the last deploy, with which this one was compared, and 0 where there was none. `graph` is what
    changes about routes, routers, exits and the start, a line each. `waiting` items of the dataset would enter when the
    source is read. `refused` is why a deploy would be refused.
    """

    pipeline: str
    project: str
    deployed: bool
    number: int
    version: str
    version_before: str | None
    new_version: bool
    keep: tuple[Keeping, ...] = ()
    migrated: Migrated | None = None
    tasks: tuple[PlannedTask, ...] = ()
    graph: tuple[str, ...] = ()
    source: tuple[Change, ...] = ()
    exports: tuple[Change, ...] = ()
    invited: tuple[str, ...] = ()
    waiting: int = 0
    refused: str | None = None

    @property
    def changes(self) -> bool:
        """Tell whether a deploy would change anything."""
        graph = self.version != self.version_before or self.source or self.exports
        return bool(graph or any(task.kind != "same" for task in self.tasks))


@dataclass(frozen=True)
class Deployed:
    """What a deploy did: the version, whether it is new, the tasks that are new or gone, and who was taken along.

    `number` is that of the deploy; of the last, where everything was as it is. `waiting` are items of the dataset that
    a pipeline which is new, or has another source, takes in when that is read.
    """

    pipeline_id: int
    pipeline: str
    project: str
    number: int
    version: str
    new_version: bool
    new_tasks: tuple[str, ...] = ()
    removed_tasks: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    migrated: Migrated | None = None
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong in a file, where, and the way out; lines and columns are counted from 1."""

    file: str
    line: int
    column: int
    end_column: int
    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check of a pipeline's file found; without errors it can be deployed to the `project` that it names."""

    pipeline: str | None
    project: str | None
    findings: Sequence[Finding]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where what came of a test case differs from what it says."""

    file: str
    line: int
    column: int
    case: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """How many test cases were played through a pipeline, and everything that came otherwise."""

    cases: int
    differences: Sequence[Difference]


@dataclass(frozen=True, kw_only=True)
class Files:
    """A pipeline's file and those that it names, by their paths from its folder; `file` is the name of its own.

    What is no text in UTF-8 is in `encoded`, in Base64.
    """

    file: str
    texts: Mapping[str, str]
    encoded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Version:
    """A deploy of a pipeline: its `number`, the `version` that its graph is, who made it, and when.

    The same graph with other people, recipes or settings is the same version, under another number. Without `by` it was
    deployed on the machine.
    """

    number: int
    version: str
    at: datetime
    by: str | None
    file: str


@dataclass(frozen=True, kw_only=True)
class VersionFiles(Version):
    """A deploy with its files as they came."""

    files: Files
