"""What is known when a person acts: their seat in a task, and how a task item stands.

It is all that decides what they may do. The store reads it at once, frozen; the checks are pure, and refuse in the
words of people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.work.states import TRANSITIONS, Event, Kept, State
from workflow_core.domain.work.statuses import Status
from workflow_core.errors import Conflict, NotAllowed

MAX_FIX_ROUNDS = "max-fix-rounds"
"""Why a task item is parked whose issue was re-opened too often: only a manager can go on with it."""
MAX_VISITS = "max-visits"
"""Why a task item is parked to which an item came too often: only a manager can send it on."""
NOBODY = "nobody"
"""Why a task item is parked that no contributor of its task may take."""
_WAITS_FOR_A_MANAGER = {MAX_FIX_ROUNDS: "was re-opened too often", MAX_VISITS: "came here too often"}


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person's share of a task; `own_id` is their assignment, and `member` says whether they are in the team now."""

    task_id: int
    task: str
    type: str
    project_id: int
    pipeline: str | None
    queue: Mapping[str, Any] | None
    lease: int
    review_own: bool
    closed: bool
    due_at: datetime | None
    lock_when_due: bool
    paused: bool
    pipeline_paused: bool
    own_id: int
    member: bool
    role: str
    holds: bool
    """Whether they have something of the task open."""


@dataclass(frozen=True, kw_only=True)
class Situation(Seat):
    """A task item as a person meets it; what has a name of `TaskItem` is what it is there."""

    id: int
    item_id: int
    entry_id: int | None
    assignment_id: int | None
    state: State
    status: str | None
    routing: str | None
    status_event_id: int | None
    kept_by: str | None
    kept_status: str | None
    kept_routing: str | None
    kept_event_id: int | None
    claim_no: int
    parked: str | None
    name: str
    """The item's."""
    width: int | None
    height: int | None
    archived: bool
    left_behind: bool
    """Whether it was returned to somebody who is gone: whoever may do it has it."""
    held_before: bool
    """Whether the person ever had it open, or set a status there, though it is in another assignment now."""
    finished: bool
    """Whether the person has set its status since a deploy took them out: the same submission again is no error."""
    author: bool
    """Whether the person ever set a status on the item in a task that this one reviews, for others than they."""
    disputed: bool
    """Whether an issue of the item is unresolved, whoever flagged it, wherever."""
    drawn: bool
    """Whether the task has annotations on the item."""
    reviewed_by_author: bool
    """Whether a review of this task is open which its holder may not do once they have set a status here."""
    recipe: Recipe
    statuses: Sequence[Status]
    """What the task item offers: by name its version's, in look the task's."""
    draft: str | None
    """The person's, as JSON: who submits annotations beside it need not read it, and it may be large."""

    @property
    def about(self) -> Mapping[str, str]:
        """What a refusal is about."""
        return {"item": self.name, "task": self.task}

    @property
    def held(self) -> bool:
        """Whether the person has it open."""
        return self.state is State.CLAIMED and self.assignment_id == self.own_id

    @property
    def theirs(self) -> bool:
        """Whether it exists for the person: in their assignment, in the pool of a task of theirs, or left behind.

        Who lost a claim from a pool hears of it; what was never theirs does not exist for them.
        """
        if not (self.member or self.held):
            return False
        return self.assignment_id in (None, self.own_id) or self.left_behind or self.held_before


def check_open(seat: Seat, now: datetime, *, holding: bool = False) -> None:
    """Refuse work in a task that is closed or locked, and handing out in one that is paused.

    Raises:
        Conflict: it says until when, or who can change it.
    """
    if seat.closed:
        raise Conflict(f"task {seat.task!r} is closed; its manager can re-open it", code="task-closed", task=seat.task)
    if seat.lock_when_due and seat.due_at is not None and now >= seat.due_at:
        why = f"task {seat.task!r} was due {seat.due_at:%Y-%m-%d %H:%M} UTC and is locked"
        raise Conflict(why, code="task-locked", task=seat.task, due=seat.due_at.isoformat())
    if not holding and (seat.paused or seat.pipeline_paused):
        what = f"task {seat.task!r}" if seat.paused else f"pipeline {seat.pipeline!r}"
        why = f"{what} is paused: nothing new is handed out; what you hold you can finish"
        raise Conflict(why, code="paused", task=seat.task, pipeline=None if seat.paused else seat.pipeline)


def check_member(seat: Seat) -> None:
    """Refuse anything new to who was taken out of a task."""
    if not seat.member:
        why = f"you were taken out of {seat.task!r}: finish or release what you have open, nothing new comes"
        raise Conflict(why, code="left-team", task=seat.task)


def check_event(found: Situation, event: Event, what: str) -> None:
    """Refuse what cannot happen to a task item in its state; `what` is it that the person wants to do.

    Raises:
        Conflict: it names the item, and says what the person can do about it.
    """
    if (found.state, event, Kept(found.kept_by or Kept.NOTHING)) not in TRANSITIONS:
        raise refusal(found, what)


def refusal(found: Situation, what: str) -> Conflict:
    """Say why something cannot be done to a task item as it stands, and what the person can do about it."""
    match found.state:
        case State.SUBMITTED if found.assignment_id != found.own_id:
            can = f"somebody else set it {found.status} here; a manager can clear it"
        case State.SUBMITTED:
            can = f"it is {found.status} here already; undo that first, or ask a manager to clear it"
        case State.WAITING:
            can = "you flagged it and wait for the fix; dismiss what is flagged, or discard the item"
        case State.WITHDRAWN:
            can = f"it has left {found.task!r}, and comes back only by its pipeline or a manager"
        case _:
            can = "its status was taken by an issue; fix that, and mark it for review"
    why = f"cannot {what} {found.name}: {can}"
    return Conflict(why, code="wrong-state", **found.about, state=found.state, status=found.status)


def check_author(found: Situation, email: str) -> None:
    """Refuse that somebody reviews their own work."""
    if found.author:
        why = f"{email} worked on {found.name} in a task that {found.task!r} reviews; somebody else is to review it"
        raise NotAllowed(why, code="own-work", **found.about, person=email)


def check_parked(found: Situation) -> None:
    """Refuse to go on with what waits for a manager."""
    if found.parked in _WAITS_FOR_A_MANAGER:
        why = f"{found.name} {_WAITS_FOR_A_MANAGER[found.parked]} and waits for a manager"
        raise Conflict(why, code="parked", **found.about, parked=found.parked)


def check_held(found: Situation, verb: str) -> None:
    """Refuse to give back what the person does not have open; `verb` says what is done with it."""
    if not found.held:
        why = f"only what you have open can be {verb}; {found.name} is not"
        raise Conflict(why, code="wrong-state", **found.about, state=found.state, status=found.status)
