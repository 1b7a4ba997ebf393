"""What flags, answers and last words come to: decided from what was read, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work import allocation, situations
from workflow_core.domain.work.issues import UNRESOLVED, IssueEvent, IssueState, next_state
from workflow_core.domain.work.situations import NOBODY, Situation
from workflow_core.domain.work.states import TRANSITIONS, Event, Kept, State
from workflow_core.errors import Conflict, InvalidInput, NotAllowed, NotFound


class Member(NamedTuple):
    """Somebody who is active in a task and may work on an item there."""

    assignment_id: int
    person_id: int
    weight: float
    allotted: int


class Turn(NamedTuple):
    """Whose turn it is at a task item: an assignment, or None for the pool; `parked` says why it is nobody's."""

    assignment_id: int | None
    parked: str | None = None


class Flag(NamedTuple):
    """An unresolved issue of a review; `submitted` says whether the task item that it is on has a status."""

    id: int
    state: IssueState
    submitted: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A task item as issues meet it, whoever acts; its `team` are those who may work on it."""

    id: int
    entry_id: int | None
    assignment_id: int | None
    state: State
    kept_by: str | None
    queue: bool
    exited: bool
    """Whether the item has left by an exit to which an issue holds it again."""
    team: Sequence[Member]
    flags: Sequence[Flag]
    """The unresolved issues that it owns."""

    def can(self, event: Event) -> bool:
        """Say whether an event can happen to it."""
        return (self.state, event, Kept(self.kept_by or Kept.NOTHING)) in TRANSITIONS

    def answered(self, flags: Sequence[Flag] | None = None) -> Turn | None:
        """Return whose turn it is if all flags are answered for which it waits: its own, or what they are about to be.

        Each is for review, at a task item that has its status.
        """
        open_yet = [
            one
            for one in (self.flags if flags is None else flags)
            if one.state is not IssueState.FOR_REVIEW or not one.submitted
        ]
        return self.turn_of() if self.can(Event.ANSWERED) and not open_yet else None

    def turn_of(self, person_id: int | None = None) -> Turn:
        """Return whose turn it is: the person's, else the present holder's, else another's or the pool's."""
        theirs = (one.assignment_id for one in self.team if one.person_id == person_id)
        holders = (one.assignment_id for one in self.team if one.assignment_id == self.assignment_id)
        chosen = next(theirs, None) or next(holders, None)
        if chosen is not None or (self.queue and self.team):
            return Turn(chosen)
        if not self.team:
            return Turn(None, NOBODY)
        weights = {one.assignment_id: one.weight for one in self.team}
        dealt = allocation.shares(weights, {one.assignment_id: one.allotted for one in self.team}, 1)
        return Turn(next((key for key, count in dealt.items() if count), None))


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A task that is reviewed at a QA task item, and how the item stands there; None where it never was there."""

    task: str
    labels: frozenset[str]
    standing: Standing | None
    submitted_by: int | None
    """Who set a status on the item there last."""


class Annotation(NamedTuple):
    """What a reviewer points at."""

    id: int
    task_id: int
    created_by: int | None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Where a reviewer says that a fault is: on an annotation, or in the task that is named or has the label."""

    annotation_id: int | None
    label: str | None
    task: str | None


@dataclass(frozen=True, kw_only=True)
class Case:
    """An issue with the task item that it is on, and the review that it waits for.

    `others` says whether another one on the same task item is unresolved, `role` is the actor's in their project.
    """

    id: int
    state: IssueState
    rounds: int
    author_id: int | None
    others: bool
    max_fix_rounds: int | None
    role: str | None
    returned: Standing
    review: Standing


@dataclass(frozen=True, kw_only=True)
class SentBack:
    """What is sent back to its author: whose `turn` it is where a status is taken, and whether the review now waits.

    What came back `too_often` waits for a manager.
    """

    returned: Standing
    turn: Turn | None
    waits: bool
    too_often: bool = False


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What comes of an issue that is fixed, approved or dismissed: the status it took may be set again, and whose turn
    it is at the review, if that waited for nothing else.
    """

    state: IssueState
    gives_back: bool
    turn: Turn | None


def flag(
    qa: Situation,
    fault: Fault,
    *,
    annotation: Annotation | None,
    reviewed: Mapping[int, Reviewed],
    email: str,
    now: datetime,
) -> tuple[SentBack, int | None]:
    """Decide what comes of a flag, and who is to fix it: who made the annotation, else who set a status there last.

    Raises:
        NotAllowed: this is no QA task, or the reviewer worked on the item themselves.
        NotFound: the annotation is not there.
        InvalidInput: it is not clear, or not allowed, what is flagged.
        Conflict: somebody else holds the review, or the item is neither open nor has it a status in that task.
    """
    if qa.type != "qa":
        why = f"{qa.task!r} is an annotation task; issues are flagged in a QA task that reviews it"
        raise NotAllowed(why, code="not-a-review", task=qa.task)
    if qa.assignment_id not in (None, qa.own_id):
        why = f"somebody else reviews {qa.name} now; a manager can reassign it"
        raise Conflict(why, code="held-by-another", **qa.about)
    situations.check_open(qa, now, holding=True)
    situations.check_parked(qa)
    situations.check_event(qa, Event.FLAG, "flag")
    situations.check_author(qa, email)
    if fault.annotation_id is not None and annotation is None:
        raise NotFound(f"there is no annotation {shown(fault.annotation_id)} on {qa.name}")
    owner = annotation.task_id if annotation else _at_fault(fault, reviewed)
    if owner not in reviewed:
        why = f"{qa.task!r} reviews only {_names(reviewed)}; this annotation was made elsewhere"
        raise InvalidInput(why)
    there = reviewed[owner]
    if there.standing is None or there.standing.state is State.WITHDRAWN:
        state = there.standing.state if there.standing else None
        why = f"{qa.name} is not in {there.task!r} now: there is nothing to flag"
        raise Conflict(why, code="wrong-state", item=qa.name, task=there.task, state=state, status=None)
    made_by = annotation.created_by if annotation else None
    author_id = there.submitted_by if made_by is None else made_by
    return _sent_back(qa, there.standing, author_id), author_id


def reopen(case: Case, qa: Situation) -> SentBack:
    """Decide what comes of a fix that is not accepted: what comes of a flag, but for what was re-opened too often.

    Raises:
        Conflict: the review waits for a manager, or cannot wait for anybody; or the issue is not for review.
    """
    situations.check_parked(qa)
    situations.check_event(qa, Event.FLAG, "re-open an issue on")
    next_state(case.state, IssueEvent.REOPEN)
    too_often = case.max_fix_rounds is not None and case.rounds >= case.max_fix_rounds
    return replace(_sent_back(qa, case.returned, case.author_id), too_often=too_often)


def answer(case: Case, event: IssueEvent) -> Answered:
    """Decide what comes of a fix, or of the last word on it; Conflict where the issue is not there for that."""
    after = next_state(case.state, event)
    flags = [one._replace(state=after) if one.id == case.id else one for one in case.review.flags]
    return Answered(
        state=after,
        gives_back=after is IssueState.DISMISSED and not case.others and case.returned.can(Event.GIVE_BACK),
        turn=case.review.answered([one for one in flags if one.state in UNRESOLVED]),
    )


def _sent_back(qa: Situation, returned: Standing, author_id: int | None) -> SentBack:
    waits_already = qa.state is State.WAITING and qa.assignment_id == qa.own_id
    turn = returned.turn_of(author_id) if returned.state is State.SUBMITTED else None
    return SentBack(returned=returned, turn=turn, waits=not waits_already)


def _at_fault(fault: Fault, reviewed: Mapping[int, Reviewed]) -> int:
    """Return whose fault something is: of the task that is named, or that owns the label, or of the only one."""
    if fault.task is not None:
        found = [key for key, one in reviewed.items() if one.task == fault.task]
    elif fault.label is not None:
        found = [key for key, one in reviewed.items() if values.sought(fault.label) in one.labels]
    else:
        found = list(reviewed)
    if len(found) == 1:
        return found[0]
    named = f"the task {cited(fault.task)}" if fault.task else f"the label {cited(fault.label)}" if fault.label else ""
    why = f"{named or 'nothing'} does not tell whose fault it is; name one of the tasks {_names(reviewed)}"
    raise InvalidInput(why)


def _names(reviewed: Mapping[int, Reviewed]) -> str:
    return ", ".join(repr(one.task) for one in reviewed.values())
