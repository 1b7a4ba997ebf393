"""The life of an issue: state × event as one table."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workflow_core.domain.words import documents, values
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import Conflict


class IssueState(StrEnum):
    """Where an issue is."""

    OPEN = "open"
    """Flagged; its author's fix moves it on."""
    FOR_REVIEW = "for_review"
    """Fixed, says the author; the reviewer moves it on."""
    APPROVED = "approved"
    """The reviewer accepted the fix."""
    DISMISSED = "dismissed"
    """Taken back or overruled; final."""


class IssueEvent(StrEnum):
    """What can happen to an issue."""

    MARK_FOR_REVIEW = "mark for review"
    """The author fixed it."""
    REOPEN = "re-open"
    """The reviewer does not accept the fix."""
    APPROVE = "approve"
    """The reviewer accepts the fix."""
    DISMISS = "dismiss"
    """The reviewer takes it back, a manager overrules it, or its row is withdrawn or discarded."""


UNRESOLVED: Final = frozenset({IssueState.OPEN, IssueState.FOR_REVIEW})
"""The states that hold an item at its exit, and a task from being completed."""

TRANSITIONS: Final[Mapping[tuple[IssueState, IssueEvent], IssueState]] = MappingProxyType(
    {
        (IssueState.OPEN, IssueEvent.MARK_FOR_REVIEW): IssueState.FOR_REVIEW,
        (IssueState.FOR_REVIEW, IssueEvent.REOPEN): IssueState.OPEN,
        (IssueState.FOR_REVIEW, IssueEvent.APPROVE): IssueState.APPROVED,
        (IssueState.OPEN, IssueEvent.DISMISS): IssueState.DISMISSED,
        (IssueState.FOR_REVIEW, IssueEvent.DISMISS): IssueState.DISMISSED,
        (IssueState.APPROVED, IssueEvent.DISMISS): IssueState.DISMISSED,
    }
)
"""The whole machine. What is absent cannot happen."""

_CAN = {IssueState.OPEN: "wait for its fix, or dismiss it", IssueState.FOR_REVIEW: "its reviewer decides"}


def check_flag(kind: object, text: object, geometry: object) -> None:
    """Refuse what cannot be kept of a fault: a kind is a line of up to 64 characters, a geometry is JSON."""
    values.line(kind, "the kind of an issue", most=values.NAME)
    values.text(text, "the text of an issue")
    if isinstance(geometry, Mapping):
        documents.check(dict(geometry), "the geometry of an issue")
    elif geometry is not None:
        raise values.Unfit(f"the geometry of an issue is a mapping, not {quoted(geometry)}")


def next_state(state: IssueState, event: IssueEvent) -> IssueState:
    """Return the state that the event leads to; Conflict where it is not possible.

    >>> next_state(IssueState.FOR_REVIEW, IssueEvent.MARK_FOR_REVIEW)
    Traceback (most recent call last):
    workflow_core.errors.Conflict: cannot mark for review an issue that is for review; its reviewer decides
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        can = _CAN.get(state, "flag anew what is still wrong")
        why = f"cannot {event} an issue that is {state.replace('_', ' ')}; {can}"
        raise Conflict(why, code="wrong-issue-state", state=state, event=event) from None
