"""The history: what each verb says, and the line that tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Verb(StrEnum):
    """What happened. Who, when, where and why are columns of the event, never part of the verb."""

    ENTERED = "entered"
    """The item entered a pipeline: an entry begins; `name` is the version that it follows."""
    PLACED = "placed"
    """A row was made, or re-opened: queued for an assignment or in the pool; `visit` says which time."""
    ARRIVED = "arrived"
    """A route led to a join, which fires when no branch is missing: only recorded."""
    DIVERTED = "diverted"
    """`max_visits` was used up: the item went where the task says instead."""
    PARKED = "parked"
    """The item is stuck here until a manager sends it on."""
    UNPARKED = "unparked"
    """A manager sent the item on, or to a task once more; or what stood in its way is gone."""
    HELD = "held"
    """The item is at an exit, which waits for the issues that are unresolved."""
    EXITED = "exited"
    """The item left the pipeline by an exit: the entry ends."""
    CAME_BACK = "came-back"
    """What led to the exit was taken back: the entry goes on."""
    CLAIMED = "claimed"
    """A contributor took the row."""
    RELEASED = "released"
    """The claim was given up, or ended by a manager."""
    EXPIRED = "expired"
    """The lease ended."""
    POSTPONED = "postponed"
    """The holder put the row behind the others."""
    SUBMITTED = "submitted"
    """A contributor set a status, `discarded` included; a missing claim is implied."""
    CLEARED = "cleared"
    """A manager removed the status."""
    UNDONE = "undone"
    """The person took their own status back, and holds the row again."""
    RETURNED = "returned"
    """An issue took the status: it is its author's turn."""
    RESTORED = "restored"
    """The last issue was dismissed: the taken status is set again."""
    WAITING = "waiting"
    """The reviewer flagged something; the QA row waits for the fixes."""
    ANSWERED = "answered"
    """All flags of the QA row are answered or dismissed: it is its reviewer's turn."""
    WITHDRAWN = "withdrawn"
    """The task item was closed because the item left; a status it had before is set again."""
    VOIDED = "voided"
    """The item left before the status was routed: it never moves, unless the exit is taken back."""
    REASSIGNED = "reassigned"
    """The row went to another assignment, or to the pool."""
    ANNOTATED = "annotated"
    """Annotations were added, changed or removed."""
    FLAGGED = "flagged"
    """A reviewer flagged an issue."""
    FIXED = "fixed"
    """The author marked an issue for review."""
    REOPENED = "re-opened"
    """The reviewer did not accept the fix."""
    ACCEPTED = "accepted"
    """The reviewer approved the fix of an issue."""
    DISMISSED = "dismissed"
    """An issue was taken back or overruled."""
    HANDED_ON = "handed-on"
    """An issue for review became the next review's, since its own had decided."""
    HANDED_BACK = "handed-back"
    """What had led to the next review was taken back: the issue is again that review's which had handed it on."""
    IMPORTED = "imported"
    """Annotations made elsewhere came in for a task."""
    MOVED = "moved"
    """The item's picture was found elsewhere in its source, and its address follows."""
    REPLACED = "replaced"
    """Another picture was found in the place of the item's own; the work on it stays."""
    MISSED = "missed"
    """The item's picture was not found in its source any more."""
    FOUND = "found"
    """The item's picture, which had been missed, is in its place again."""
    ARCHIVED = "archived"
    """The item was deleted; its history stays."""
    ERASED = "erased"
    """The item is gone with all that was on it; of its history the bare events stay."""
    MIGRATED = "migrated"
    """The item follows another version of its pipeline from now on; `name` says which."""
    DEPLOYED = "deployed"
    """A version of a pipeline became the present one; this is about no item."""


@dataclass(frozen=True)
class Line:
    """One event with the names that a reader knows; what is unknown stays None."""

    verb: Verb
    actor: str | None = None
    task: str | None = None
    assignee: str | None = None
    status: str | None = None
    visit: int | None = None
    exit: str | None = None
    pipeline: str | None = None
    note: str | None = None


SENTENCES: Final[Mapping[Verb, str]] = MappingProxyType(
    {
        Verb.ENTERED: "entered {pipeline}",
        Verb.PLACED: "placed in {task} for {assignee}",
        Verb.ARRIVED: "arrived in {task}",
        Verb.DIVERTED: "diverted from {task}: no visits left",
        Verb.PARKED: "parked at {task}",
        Verb.UNPARKED: "sent on from {task} by {actor}",
        Verb.HELD: "held at the exit {exit} until its issues are resolved",
        Verb.EXITED: "left by the exit {exit}",
        Verb.CAME_BACK: "came back from the exit {exit}",
        Verb.CLAIMED: "{actor} claimed it in {task}",
        Verb.RELEASED: "{actor} released it in {task}",
        Verb.EXPIRED: "the lease of {assignee} ended in {task}",
        Verb.POSTPONED: "{actor} postponed it in {task}",
        Verb.SUBMITTED: "{actor} set {status} in {task}",
        Verb.CLEARED: "{actor} cleared {status} in {task}",
        Verb.UNDONE: "{actor} took {status} back in {task}",
        Verb.RETURNED: "an issue took {status} in {task}: returned to {assignee}",
        Verb.RESTORED: "{status} restored in {task}: no issue is left",
        Verb.WAITING: "{task} waits for the fixes",
        Verb.ANSWERED: "every flag of {task} is answered: queued for {assignee}",
        Verb.WITHDRAWN: "withdrawn from {task}",
        Verb.VOIDED: "{status} in {task} leads nowhere: the item had left",
        Verb.REASSIGNED: "{actor} gave it to {assignee} in {task}",
        Verb.ANNOTATED: "{actor} annotated it in {task}",
        Verb.FLAGGED: "{actor} flagged an issue in {task}",
        Verb.FIXED: "{actor} marked an issue for review in {task}",
        Verb.REOPENED: "{actor} re-opened an issue in {task}",
        Verb.ACCEPTED: "{actor} approved the fix of an issue in {task}",
        Verb.DISMISSED: "{actor} dismissed an issue in {task}",
        Verb.HANDED_ON: "an issue for review became one of {task}",
        Verb.HANDED_BACK: "an issue for review went back to {task}",
        Verb.IMPORTED: "{actor} imported annotations for {task}",
        Verb.MOVED: "its picture has moved, and the address follows",
        Verb.REPLACED: "its picture was replaced by another one",
        Verb.MISSED: "its picture is gone from the source",
        Verb.FOUND: "its picture is in the source again",
        Verb.ARCHIVED: "{actor} archived it",
        Verb.ERASED: "{actor} erased it",
        Verb.MIGRATED: "follows another version of {pipeline}",
        Verb.DEPLOYED: "{actor} deployed {pipeline}",
    }
)
"""How each verb is told."""

PEOPLES: Final = frozenset(verb for verb, told in SENTENCES.items() if "{actor}" in told)
"""What people do, which is told with who did it; the rest is annoflow's doing: it follows, or the clock says so."""

_UNKNOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "actor": "annoflow",
        "task": "a task",
        "assignee": "whoever claims it",
        "status": "the status",
        "exit": "of the pipeline",
        "pipeline": "a pipeline",
    }
)


def sentence(line: Line) -> str:
    """Tell one event in a sentence.

    >>> sentence(Line(Verb.SUBMITTED, actor="ann@example.org", task="cars", status="completed", visit=2))
    'ann@example.org set completed in cars (visit 2)'
    >>> sentence(Line(Verb.PLACED, task="signs", note="cars said completed"))
    'placed in signs for whoever claims it: cars said completed'
    """
    names = {name: getattr(line, name) or unknown for name, unknown in _UNKNOWN.items()}
    told = SENTENCES[line.verb].format_map(names)
    if line.visit is not None and line.visit > 1:
        told += f" (visit {line.visit})"
    return f"{told}: {line.note}" if line.note else told
