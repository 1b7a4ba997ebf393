"""Verify issues and annotations: each is as its events say, and stands where it may."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from workflow_core.domain.words.wording import counted
from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.issues import UNRESOLVED, IssueEvent, IssueState, next_state
from workflow_core.domain.work.states import State
from workflow_core.errors import Conflict
from workflow_core.services.running.differences import Difference
from workflow_core.store.reads.chunks import Chunk, IssueRow, Told

CHANGES = {
    Verb.FIXED: IssueEvent.MARK_FOR_REVIEW,
    Verb.REOPENED: IssueEvent.REOPEN,
    Verb.ACCEPTED: IssueEvent.APPROVE,
    Verb.DISMISSED: IssueEvent.DISMISS,
}
HANDED = (Verb.HANDED_ON, Verb.HANDED_BACK)
NEVER_HELD = (None, "discarded", "removed")


@dataclass
class _Issue:
    """An issue, as its history says."""

    item_id: int
    task_id: int | None
    qa_task_id: int | None
    state: IssueState = IssueState.OPEN
    rounds: int = 0


def faults(chunk: Chunk) -> Iterator[Difference]:
    """Find the issues and annotations that are not what their events, or the rules, say."""
    erased = {event.item_id for event in chunk.events if event.verb is Verb.ERASED}
    events = [event for event in chunk.events if event.item_id not in erased]
    yield from _issues(chunk, events)
    yield from _annotations(chunk, events)


def _issues(chunk: Chunk, events: list[Told]) -> Iterator[Difference]:
    told: dict[int, _Issue] = {}
    for event in events:
        if event.item_id is not None and event.verb in {Verb.FLAGGED, *CHANGES, *HANDED}:
            number = int(event.detail["issue"])
            if wrong := _tell(told, number, event, event.item_id):
                yield Difference(event.item_id, event.task_id, f"event {event.id} of issue {number}: {wrong}")
    for row in chunk.issues:
        said = told.pop(row.id, None)
        wrong = "is in no history" if said is None else _wrong(chunk, row, said)
        if wrong:
            yield Difference(row.item_id, said.task_id if said else None, f"issue {row.id} {wrong}")
    for number, said in told.items():
        yield Difference(said.item_id, said.task_id, f"the history has issue {number}, the table does not")
    waited_for = {row.qa_task_item_id for row in chunk.issues if row.state in UNRESOLVED}
    for one in chunk.rows:
        if one.state == State.WAITING and one.id not in waited_for:
            yield Difference(one.item_id, one.task_id, "it waits for the fixes of no issue")


def _tell(told: dict[int, _Issue], number: int, event: Told, item_id: int) -> str | None:
    """Let an event change what is told of an issue; returns what is wrong with it."""
    if event.verb is Verb.FLAGGED:
        told[number] = _Issue(item_id, event.task_id, event.detail["qa"])
    elif number not in told:
        return "nobody flagged it"
    elif event.verb in HANDED:
        told[number].qa_task_id = event.task_id
    else:
        told[number].rounds += event.verb is Verb.REOPENED
        try:
            told[number].state = next_state(told[number].state, CHANGES[event.verb])
        except Conflict as conflict:
            return str(conflict)
    return None


def _wrong(chunk: Chunk, row: IssueRow, said: _Issue) -> str | None:
    rows = {one.id: one for one in chunk.rows if one.item_id == row.item_id}
    at, by = rows.get(row.task_item_id), rows.get(row.qa_task_item_id)
    if at is None or by is None:
        return "is about another item than its task items"
    is_, was = (row.state, row.rounds, at.task_id, by.task_id), (said.state, said.rounds, said.task_id, said.qa_task_id)
    for name, here, there in zip(("its state", "its rounds", "its task", "its review's task"), is_, was, strict=True):
        if here != there:
            return f"differs: {name} is {here}, its history says {there}"
    if row.annotation_id is not None and (row.annotation_id, row.item_id, at.task_id) not in {
        (one.id, one.item_id, one.task_id) for one in chunk.annotations
    }:
        return "is about an annotation of another item or task"
    if row.state not in UNRESOLVED:
        return None
    if State.WITHDRAWN in (at.state, by.state):
        return f"is {row.state}, and its task item is withdrawn"
    if row.state == IssueState.OPEN and at.state == State.SUBMITTED:
        return "is open, and its task item has a status"
    if any(one.id == at.entry_id and one.exit not in NEVER_HELD for one in chunk.entries):
        return f"is {row.state}, and the item has left"
    return None


def _annotations(chunk: Chunk, events: list[Told]) -> Iterator[Difference]:
    made: dict[int, Told] = {}
    deleted: set[int] = set()
    seen: set[int] = set()
    imported: Counter[tuple[int, int | None]] = Counter()
    for event in events:
        if event.item_id is not None and event.verb is Verb.IMPORTED:
            imported[event.item_id, event.task_id] += int(event.detail["annotations"])
        elif event.verb is Verb.ANNOTATED:
            made |= dict.fromkeys(event.detail.get("created", ()), event)
            deleted |= set(event.detail.get("deleted", ()))
            seen |= {number for numbers in event.detail.values() for number in numbers}
    for row in chunk.annotations:
        by = made.pop(row.id, None)
        if by is not None and (by.item_id, by.task_id, by.actor_id) != (row.item_id, row.task_id, row.created_by):
            yield Difference(row.item_id, row.task_id, f"annotation {row.id} was drawn elsewhere, or by somebody else")
        elif by is None and row.created_by is not None:
            yield Difference(row.item_id, row.task_id, f"annotation {row.id} is in no history")
        elif by is None:
            imported[row.item_id, row.task_id] -= 1
        if row.deleted != (row.id in deleted):
            yield Difference(
                row.item_id,
                row.task_id,
                f"annotation {row.id} is {'' if row.deleted else 'not '}deleted; its history says otherwise",
            )
        if row.created_by is None and row.unseen == (row.id in seen):
            who = "nobody" if row.unseen else "somebody"
            said = f"annotation {row.id} was seen by {who}; its history says otherwise"
            yield Difference(row.item_id, row.task_id, said)
    for number, by in made.items():
        yield Difference(by.item_id or 0, by.task_id, f"the history has annotation {number}, the table does not")
    for (item_id, task_id), more in imported.items():
        if more:
            what = counted(abs(more), "imported annotation")
            yield Difference(item_id, task_id, f"{'gone' if more > 0 else 'in no history'}: {what}")
