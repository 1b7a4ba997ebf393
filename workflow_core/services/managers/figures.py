"""The figures of managers: per task, assignment, person, label or day; `domain.measures.figures` says what each is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from workflow_core.domain.measures import progress
from workflow_core.domain.measures.figures import Group, Tally, add_up, date_of
from workflow_core.domain.measures.progress import Counts, status
from workflow_core.domain.measures.reports import Ages, By, Figures, LabelFigures, TeamFigures
from workflow_core.domain.work.roles import Permission
from workflow_core.domain.work.states import OPEN
from workflow_core.errors import InvalidInput
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.store.data import teams
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Task
from workflow_core.store.reads import counts
from workflow_core.store.reads.figures import flaws, labels, quality, standing, times
from workflow_core.store.reads.figures.standing import Standing

WEEK = 7
"""Days that the pace of a team is told of."""


def of_tasks(session: Session, *, actor: Actor, task_ids: Iterable[int], by: By, now: datetime) -> list[Figures]:
    """Return the figures of some tasks, by task, assignment, person or day.

    Raises:
        NotAllowed: the actor may not see analytics.
        InvalidInput: labels have figures of their own: `of_labels`.
    """
    tasks = access.tasks(session, actor=actor, task_ids=task_ids, permission=Permission.SEE_ANALYTICS)
    if by is By.LABEL:
        raise InvalidInput("labels have other figures than people: use of_labels")
    parts: dict[_Key, _Parts] = defaultdict(_Parts)
    types = {task.id: task.type for task in tasks}
    named = by is By.PERSON
    for group, tally in tallies(session, tasks=tasks, by_person=named).items():
        parts[_key(by, group.task_id, group.person_id, group.day)].tallies.append((group.day, tally))
    if by is not By.DAY:
        _add_standing(session, parts, types=types, by=by, now=now)
    emails: dict[int | None, str] = dict(teams.emails(session).items()) if named else {}
    names: dict[int | None, str] = {task.id: task.name for task in tasks}
    return [
        replace(
            part.figures(session, types[key.task_id]),
            task=names.get(key.task_id),
            person=emails.get(key.person_id),
            day=date_of(key.day) if key.day is not None else None,
        )
        for key, part in sorted(parts.items(), key=lambda each: _order(each[0], emails))
    ]


def of_team(session: Session, *, actor: Actor, task_id: int) -> TeamFigures:
    """Return how fast the people of a task are, how much of their work was approved at first, and what waits longest.

    They are told of the last `WEEK` up to when somebody last worked there: figures of all days take the longer the
    longer it has been worked on, and say less of now.

    Raises:
        NotFound: there is no such task, or the actor is not in its project.
        NotAllowed: the actor may not see analytics.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_ANALYTICS)
    found: dict[int | None, Tally] = defaultdict(Tally)
    until = times.latest(session, task.id)
    if until is not None:
        since = until - WEEK + 1
        decisions = quality.made(session, [task.id], since=since)
        if task.type == "annotation":
            decisions = quality.about(session, task.id, since=since)
        of_time, of_statuses = (one(session, [task.id], since=since) for one in (times.times, times.statuses))
        for group, tally in (*of_time, *of_statuses, *decisions):
            found[group.person_id] += tally
    emails = teams.emails(session)
    longest = standing.longest_open(session, task.id)
    return TeamFigures(
        until=date_of(until) if until is not None else None,
        tallies={emails[person]: tally for person, tally in found.items() if person is not None},
        oldest=standing.oldest(session, longest) if longest else None,
    )


def of_labels(session: Session, *, actor: Actor, task_ids: Iterable[int]) -> list[LabelFigures]:
    """Return what is drawn in some tasks, and the issues on it, by label.

    Raises:
        NotAllowed: the actor may not see analytics.
    """
    tasks = access.tasks(session, actor=actor, task_ids=task_ids, permission=Permission.SEE_ANALYTICS)
    ids = [task.id for task in tasks]
    faults = {(one.task_id, one.label): one for one in labels.faults(session, ids)}
    drawn = {(one.task_id, one.label): one for one in labels.drawn(session, ids)}
    found = []
    for task in tasks:
        known = {label for task_id, label in (*drawn, *faults) if task_id == task.id}
        for label in sorted(known, key=lambda label: label or ""):
            figures = LabelFigures(task=task.name, label=label)
            for one in (drawn.get((task.id, label or "")), faults.get((task.id, label))):
                if one is not None:
                    counted = {name: value for name, value in vars(one).items() if name not in ("task_id", "label")}
                    figures = replace(figures, **counted)
            found.append(figures)
    return found


def tallies(session: Session, *, tasks: Iterable[Task], by_person: bool = True) -> dict[Group, Tally]:
    """Return all that adds up, by task, person and day."""
    found: dict[Group, Tally] = {}
    for group, tally in _counted(session, {task.id: task.type for task in tasks}, by_person=by_person):
        found[group] = found.get(group, Tally()) + tally
    return {group: tally for group, tally in found.items() if tally != Tally()}


def _counted(session: Session, types: Mapping[int, str], *, by_person: bool) -> Iterator[tuple[Group, Tally]]:
    annotation = [task_id for task_id, type in types.items() if type == "annotation"]
    qa = [task_id for task_id, type in types.items() if type == "qa"]
    yield from times.times(session, types)
    yield from times.statuses(session, types)
    yield from flaws.about(session, annotation)
    for task_id in annotation:
        yield from quality.about(session, task_id, by_person=by_person)
    yield from quality.made(session, qa)
    yield from quality.taken_back(session, qa)
    yield from flaws.raised_in(session, qa)


class _Key(NamedTuple):
    """What there is a row for; what is not told apart is None."""

    task_id: int
    person_id: int | None = None
    day: int | None = None


def _key(by: By, task_id: int, person_id: int | None, day: int | None) -> _Key:
    return _Key(task_id, person_id if by is By.PERSON else None, day if by is By.DAY else None)


def _order(key: _Key, emails: Mapping[int | None, str]) -> tuple[object, ...]:
    return (emails.get(key.person_id, "~"), key.task_id, key.day or 0)


@dataclass
class _Parts:
    tallies: list[tuple[int, Tally]] = field(default_factory=list)
    task_items: list[Standing] = field(default_factory=list)
    counted: list[Counts] = field(default_factory=list)
    ages: Ages = field(default_factory=Ages)
    of_now: bool = False

    def figures(self, session: Session, type: str) -> Figures:
        tally = add_up(one for _, one in self.tallies)
        states: dict[str, int] = defaultdict(int)
        statuses: dict[str, int] = defaultdict(int)
        for one in self.task_items:
            states[one.state] += one.items
            if one.status is not None:
                statuses[one.status] += one.items
        still_open = [one for one in self.task_items if one.state in OPEN]
        return Figures(
            type=type,
            status=status(progress.total(self.counted)) if self.of_now else None,
            states=dict(states),
            statuses=dict(sorted(statuses.items())),
            tally=tally if self.of_now else replace(tally, items=tally.seen),
            days=len({day for day, one in self.tallies if one.statuses}),
            ages=self.ages,
            oldest=standing.oldest(session, min(still_open, key=lambda one: one.since)) if still_open else None,
        )


def _add_standing(
    session: Session, parts: dict[_Key, _Parts], *, types: Mapping[int, str], by: By, now: datetime
) -> None:
    """Add where the items are now, how far each share is, and how old its issues are."""
    shares = teams.shares(session, task_ids=types)
    people_of: dict[int | None, int | None] = {share: person for share, _, person in shares}

    def at(task_id: int, share: int | None) -> _Parts:
        return parts[_key(by, task_id, people_of.get(share), None)]

    for share_id, task_id, _ in shares:
        at(task_id, share_id)
    for task_id in types if by is By.TASK else ():
        at(task_id, None)
    for one in standing.standings(session, types):
        at(one.task_id, one.assignment_id).task_items.append(one)
    for (task_id, share), ages in flaws.ages(session, types, now=now).items():
        at(task_id, share).ages += ages
    for (task_id, share), counted in counts.by_share(session, counts.alike(session, task_ids=types)).items():
        at(task_id, share).counted.append(counted)
    for part in parts.values():
        part.of_now = True
