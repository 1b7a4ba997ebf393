"""The figures, counted from the history one event after the other: slow and plain, what the SQL must agree with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from workflow_core.domain.measures.figures import IDLE, Group, Tally, day_of
from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.replay import HistoryEvent

_MICROSECOND = timedelta(microseconds=1)


class Kind(StrEnum):
    """What a sign of activity is."""

    OPENED = "opened"
    """The item was claimed and opened: time counts from here."""
    BATCHED = "batched"
    """The item was claimed, and waits until those before it are done."""
    WORKED = "worked"
    """A draft, a renewal: it is open."""
    ENDED = "ended"
    """A status, or a flag: time counts up to here."""
    UNHELD = "unheld"
    """A status, or a flag, of what nobody had open: no time before it counts."""


class Sign(NamedTuple):
    """One sign of activity."""

    at: datetime
    task_id: int
    item_id: int
    visit: int
    person_id: int
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Happened(HistoryEvent):
    """An event with when, who, and for a flag the QA task in which it was raised."""

    at: datetime
    actor_id: int | None = None
    qa_task_id: int | None = None


@dataclass
class _Recount:
    reviews: Mapping[int, frozenset[int]]
    people: Mapping[int, int]
    tallies: dict[Group, Tally] = field(default_factory=dict)
    authors: dict[tuple[int, int], int | None] = field(default_factory=dict)
    decided: set[tuple[int, int]] = field(default_factory=set)
    placed: dict[tuple[int, int], datetime] = field(default_factory=dict)
    waited: dict[tuple[Group, int, int | None], int] = field(default_factory=dict)

    def count(self, task_id: int, person_id: int | None, at: datetime, **more: int) -> None:
        group = Group(task_id, person_id, day_of(at))
        self.tallies[group] = self.tallies.get(group, Tally()) + Tally(**more)

    def decide(self, task_id: int, item_id: int, person_id: int | None, at: datetime, approved: bool) -> None:
        first = (task_id, item_id) not in self.decided
        self.decided.add((task_id, item_id))
        self.count(
            task_id,
            person_id,
            at,
            decisions=1,
            approvals=int(approved),
            first_decisions=int(first),
            first_approvals=int(first and approved),
        )


def recount(
    events: Iterable[Happened],
    signs: Iterable[Sign],
    *,
    reviews: Mapping[int, frozenset[int]],
    people: Mapping[int, int],
) -> dict[Group, Tally]:
    """Count everything from the history, one event after the other: what the SQL must agree with.

    `reviews` says which tasks each QA task reviews, `people` whose each assignment is.
    """
    count = _Recount(reviews, people)
    for event in sorted(events, key=lambda event: event.id):
        if event.task_id is not None and event.item_id is not None:
            _count_event(count, event, event.task_id, event.item_id)
    waits = ((group, Tally(waits=1, waited_us=us, longest_wait_us=us)) for (group, *_), us in count.waited.items())
    for group, tally in (*waits, *_times(list(signs)).items()):
        count.tallies[group] = count.tallies.get(group, Tally()) + tally
    return {group: tally for group, tally in count.tallies.items() if tally != Tally()}


_ISSUES = {Verb.FIXED: "fixed", Verb.REOPENED: "reopened", Verb.ACCEPTED: "accepted", Verb.DISMISSED: "dismissed"}


def _count_event(count: _Recount, event: Happened, task: int, item: int) -> None:
    task_item = (task, item)
    share = count.people.get(event.assignment_id) if event.assignment_id is not None else None
    if event.verb is Verb.PLACED and event.name != "open":
        count.placed[task_item] = event.at
    elif event.verb is Verb.WITHDRAWN:
        count.placed.pop(task_item, None)
    elif event.verb in (Verb.CLAIMED, Verb.SUBMITTED, Verb.WAITING) and (since := count.placed.pop(task_item, None)):
        wait = (Group(task, event.actor_id, day_of(event.at)), item, event.visit)
        count.waited[wait] = count.waited.get(wait, 0) + (event.at - since) // _MICROSECOND
    if event.verb is Verb.SUBMITTED:
        count.count(task, event.actor_id, event.at, statuses=1)
        for reviewed in count.reviews.get(task, ()):
            if (reviewed, item) in count.authors:
                author = count.authors[reviewed, item]
                count.decide(reviewed, item, author, event.at, event.status == "approved")
        count.authors[task_item] = event.actor_id
    if task in count.reviews and event.verb in (Verb.SUBMITTED, Verb.WAITING):
        count.decide(task, item, event.actor_id, event.at, event.status == "approved")
    elif event.verb is Verb.RETURNED and task_item in count.authors:
        count.decide(task, item, count.authors[task_item], event.at, False)
    if task in count.reviews and event.verb in (Verb.CLEARED, Verb.UNDONE) and event.status == "approved":
        count.count(task, count.authors.get(task_item), event.at, taken_back=1)
    if event.verb is Verb.FLAGGED:
        count.count(task, share, event.at, raised=1)
        if event.qa_task_id is not None:
            count.count(event.qa_task_id, event.actor_id, event.at, raised=1)
    elif event.verb in _ISSUES:
        count.count(task, share, event.at, **{_ISSUES[event.verb]: 1})


def _times(signs: Sequence[Sign]) -> dict[Group, Tally]:
    """Return the active time of each group, from the signs in the order in which they came."""
    tallies: dict[Group, Tally] = {}
    before: dict[tuple[int, int, int, int], Sign] = {}
    days: dict[tuple[int, int, int, int], set[int]] = {}
    for sign in signs:
        what = (sign.task_id, sign.item_id, sign.visit, sign.person_id)
        group = Group(sign.task_id, sign.person_id, day_of(sign.at))
        known = days.setdefault(what, set())
        tally = Tally(items=int(not known), seen=int(group.day not in known))
        known.add(group.day)
        last = before.get(what)
        counts = last is not None and last.kind in (Kind.OPENED, Kind.WORKED)
        if last is not None and counts and sign.kind in (Kind.WORKED, Kind.ENDED):
            gap = sign.at - last.at
            tally += Tally(active_us=gap // _MICROSECOND if timedelta() <= gap <= IDLE else 0)
        before[what] = sign
        tallies[group] = tallies.get(group, Tally()) + tally
    return tallies
