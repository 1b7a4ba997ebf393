"""What a person finds on their desk, and a task item as they open it: all that is seen, and all that may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.work.issues import IssueState
from workflow_core.domain.work.states import State
from workflow_core.domain.work.statuses import Status


@dataclass(frozen=True)
class Claim:
    """A task item that somebody holds: `token` proves it at submit."""

    id: int
    item_id: int
    task_id: int
    token: int


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """An annotation on an item; without `by` a model made it, or nobody known did.

    `own` are those of the task that is open: what is submitted there takes their place. What came in is `unseen` until
    it stands in the list of somebody's submission.
    """

    id: int
    task: str | None
    own: bool
    label: str
    tool: str
    geometry: Mapping[str, Any]
    attributes: Mapping[str, Any]
    by: str | None
    model: str | None
    score: float | None
    unseen: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A comment."""

    by: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What was flagged on an item: an annotation, or the item itself; `geometry` is where, if that was said.

    `task` is where it is to be fixed; `here` says whether this is the task item that it was flagged from, or is to be
    fixed at.
    """

    id: int
    state: IssueState
    kind: str
    text: str
    annotation_id: int | None
    geometry: Mapping[str, Any] | None
    task: str
    here: bool
    flagged_by: str
    author: str | None
    rounds: int
    flagged_at: datetime
    thread: Sequence[Said]


@dataclass(frozen=True, kw_only=True)
class ChangedIssue:
    """How an issue stands after something was done about it."""

    id: int
    state: IssueState
    rounds: int
    task_item_id: int


@dataclass(frozen=True, kw_only=True)
class OpenTaskItem:
    """How an item stands in a task, for the person who opens it there.

    `width` and `height` are pixels of the picture as a browser shows it. `token` proves the claim at submit, and is
    there only for who holds it, until `lease_until`. `draft` is what the person has drawn and not yet
    submitted; its version is 0 where there is none. `upcoming` is the item that lies below it on their desk, as long as
    nobody changes that: its picture may be asked for meanwhile.
    """

    id: int
    item_id: int
    name: str
    folder: str
    width: int | None
    height: int | None
    task_id: int
    task: str
    type: str
    state: State
    status: str | None
    visit: int
    token: int | None
    lease_until: datetime | None
    recipe: Recipe
    actions: Sequence[Status]
    annotations: Sequence[Drawn]
    draft: Sequence[Mapping[str, Any]] | None
    draft_version: int
    issues: Sequence[Issue]
    comments: Sequence[Said]
    upcoming: int | None


@dataclass(frozen=True)
class Submitted:
    """A status that is set, for good: its transaction is about to commit.

    `next` is what the person has to do next in the task, claimed, where that was asked for and there is something.
    """

    task_item_id: int
    item_id: int
    status: str
    event_id: int
    next: OpenTaskItem | None = None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why something came back."""

    kind: str
    text: str
    flagged_by: str


@dataclass(frozen=True, kw_only=True)
class OnDesk:
    """A task item on somebody's desk: with `faults` it came back, with a `status` it is done, and maybe `undoable`."""

    id: int
    item_id: int
    name: str
    task: str
    status: str | None = None
    undoable: bool = False
    since: datetime | None = None
    faults: Sequence[Fault] = ()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What came back, what waits for others, and what was finished last."""

    returned: Sequence[OnDesk]
    waiting: Sequence[OnDesk]
    finished: Sequence[OnDesk]
