"""A task item as a manager meets it, whoever has it: all of it that decides what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow_core.domain.words.wording import counted
from workflow_core.domain.work.states import Kept, State
from workflow_core.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class Managed:
    """A task item; what has a name of `TaskItem` is what it is there."""

    id: int
    item_id: int
    task_id: int
    entry_id: int | None
    project_id: int
    name: str
    """The item's."""
    task: str
    archived: bool
    state: State
    status: str | None
    routing: str | None
    status_event_id: int | None
    kept_by: str | None
    kept_status: str | None
    kept_event_id: int | None
    parked: str | None
    issues: Sequence[int]
    """The unresolved ones that took its status."""
    role: str | None
    """That of whoever asks, in the project."""
    sent_by: tuple[str, str] | None
    """The task and the status that sent it back, where a re-entry took its status; None where a manager did."""

    @property
    def about(self) -> Mapping[str, str]:
        """What a refusal is about."""
        return {"item": self.name, "task": self.task}


def check_rework(found: Managed) -> None:
    """Refuse to clear, or to take out, what had a status that an issue or a re-entry took: it may have it again.

    Raises:
        Conflict: it says what is to be dismissed, or cleared, first.
    """
    if found.kept_status is None:
        return
    was = f"{found.name} had the status {found.kept_status} in {found.task!r}"
    if found.kept_by == Kept.BY_ISSUE:
        listed = ", ".join(map(str, found.issues))
        why = f"{was} and is returned: dismiss what was flagged (issue {listed}), or delete the item"
    else:
        first = f"clear {found.sent_by[1]!r} in {found.sent_by[0]!r}, which sent it back" if found.sent_by else ""
        why = f"{was} and is to be done again: {first or 'wait for it'}, or delete the item"
    raise Conflict(why, code="in-rework", **found.about, status=found.kept_status, issues=list(found.issues))


def check_removed(found: Sequence[Managed]) -> None:
    """Refuse to take out of a task what has a status there, or had one that it will have again; Conflict says why."""
    done = [one for one in found if one.state is State.SUBMITTED]
    if done:
        task = done[0].task
        why = f"cannot remove what has a status: {counted(len(done), 'item')} in {task!r}; clear that first"
        raise Conflict(why, code="have-status", task=task, count=len(done))
    for one in found:
        check_rework(one)


def check_claimed(found: Managed) -> None:
    """Refuse to end a claim where nobody has one; Conflict says so."""
    if found.state is not State.CLAIMED:
        why = f"nobody has {found.name} open in {found.task!r}"
        raise Conflict(why, code="wrong-state", **found.about, state=found.state, status=found.status)
