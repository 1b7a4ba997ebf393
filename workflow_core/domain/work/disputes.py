"""What issues mean for a status: when it is refused, and what becomes of them once it is set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workflow_core.domain.work.issues import IssueState
from workflow_core.domain.work.situations import Situation
from workflow_core.errors import Conflict


class Dispute(NamedTuple):
    """An unresolved issue of an item; `reviewed` says whether it is on a task that the status's task reviews."""

    id: int
    state: IssueState
    task_item_id: int
    qa_task_item_id: int
    entry_id: int | None
    label: str | None
    email: str
    reviewed: bool

    def __str__(self) -> str:
        """Name it, with what it is about and who flagged it."""
        return f"issue {self.id} ({self.label or 'the item'}, by {self.email})"


@dataclass(frozen=True)
class Resolved:
    """Which issues a status dismisses, or approves, and whether one on its task item is left for its reviewer."""

    dismissed: Sequence[Dispute] = ()
    approved: Sequence[Dispute] = ()
    left: bool = False


def resolved(found: Situation, status: str, disputes: Sequence[Dispute]) -> Resolved:
    """Decide what becomes of an item's issues, oldest first, by a status; `discarded` always passes.

    It dismisses what it makes pointless: the issues on its task item, or those that a QA task item owns. `approved` in
    QA approves those that it owns.

    Raises:
        Conflict: an open issue stands against it; it names the issue, and says what is possible.
    """
    on_it = [one for one in disputes if one.task_item_id == found.id]
    own = [one for one in disputes if one.qa_task_item_id == found.id]
    qa = found.type == "qa"
    if status == "discarded":
        return Resolved(dismissed=own if qa else on_it, left=qa and bool(on_it))
    _refuse(found, status, on_it, "fix it and mark it for review")
    if qa:
        against = [one for one in disputes if one.reviewed] if status == "approved" else own
        _refuse(found, status, against, "dismiss it or wait for its fix")
    fixed = [one for one in own if one.state is IssueState.FOR_REVIEW] if status == "approved" else ()
    return Resolved(approved=fixed, left=bool(on_it))


def _refuse(found: Situation, status: str, against: Sequence[Dispute], can: str) -> None:
    for one in against:
        if one.state is IssueState.OPEN:
            why = f"cannot set {status} on {found.name}: {one} is open; {can}"
            raise Conflict(why, code="issue-open", **found.about, issue=one.id)
