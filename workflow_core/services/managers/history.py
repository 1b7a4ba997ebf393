"""Why an item is where it is: its path, its task items, what it waits for."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from workflow_core.domain.views.data import Found
from workflow_core.domain.views.history import Step, TaskItemNow, Why
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.words.wording import agreed, cited, counted, shown
from workflow_core.domain.work.events import Line, Verb, sentence
from workflow_core.domain.work.roles import Permission, Role, allowed
from workflow_core.errors import NotFound
from workflow_core.services import people, projects
from workflow_core.services.people import Actor
from workflow_core.store.data import erasure, items
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Erased, Item, Pipeline
from workflow_core.store.reads import histories
from workflow_core.store.routing import joins

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "nobody": "nobody in the task may take it: give the task to somebody who has not worked on it",
        "gone": "who has it takes no work here any more: reassign what they have",
        "max-visits": "it was there as often as `max_visits` allows: send it on, or raise `max_visits`",
        "max-fix-rounds": "a fix was refused more often than `max_fix_rounds` allows: give the item to somebody else, "
        "dismiss the issue, or send the item on",
        "no-route": "the pipeline version that it follows has no route for this status: send it on",
        "no-case": "no case of the router holds for it: send it on, or give the router an `else`",
        "too-many-routers": "the routers lead round in a circle: send it on, and mend the pipeline",
    }
)
"""Why an item is stuck, and the way out."""


@dataclass(frozen=True)
class Happened(Step):
    """A step with the item that it is of, and the issue that it is about."""

    item: int
    issue: int | None


@dataclass(frozen=True)
class Flagged:
    """An issue: what was flagged where, and how often it was re-opened."""

    id: int
    kind: str
    item: int
    task: str
    state: str
    reopened: int
    geometry: Mapping[str, Any] | None = None


def why(session: Session, *, item: int, actor: Actor = None) -> Why:
    """Tell why an item is where it is.

    Raises:
        NotFound: there is no such item, or none for this person.
        NotAllowed: the person's role does not show them the history of items.
    """
    found, dataset = _looked_up(session, actor, item)
    entries = histories.entries_of(session, item_id=item)
    rows = histories.task_items_of(session, item_id=item)
    waits = [waited for row in rows for waited in (_waits(row), _unseen(row)) if waited]
    for entry in entries:
        if entry.held and not entry.exit:
            waits.append(f"the exit {entry.held} holds it until its issues are resolved")
        for join, branches in joins.missing(session, entry_id=entry.id) if entry.exit is None else ():
            missing = f"the {agreed(len(branches), 'branch', 'branches')} {', '.join(branches)}"
            waits.append(f"the join {join} misses {missing}")
    task_items = tuple(TaskItemNow(**{name: row[name] for name in TaskItemNow.__dataclass_fields__}) for row in rows)
    path = tuple(step(row) for row in histories.events_of(session, item_id=item))
    name, folder = (None, None) if isinstance(found, Erased) else (found.name, found.folder)
    return Why(item, name, folder, dataset.name, tuple(entries), task_items, tuple(waits), path)


def steps(
    session: Session, *, item: int, actor: Actor = None, after: str | None = None, limit: int = USUAL
) -> Page[Step]:
    """Return a part of what happened to an item, the oldest first.

    Raises:
        NotFound, NotAllowed: as `why`.
        InvalidInput: `after` is no place in this list.
    """
    _looked_up(session, actor, item)
    (last,) = pages.after(after, int) or (0,)
    rows = histories.events_of(session, item_id=item, after=int(last), limit=pages.one_more(limit))
    return pages.page([step(row) for row in rows], limit=limit, key=lambda one: [one.id])


def _looked_up(session: Session, actor: Actor, item: int) -> tuple[Item | Erased, Dataset]:
    found = session.get(Item, values.key(item)) or session.get(Erased, values.key(item))
    dataset = session.get_one(Dataset, found.dataset_id) if found else None
    if found is None or dataset is None or not people.sees(session, actor=actor, project_id=dataset.project_id):
        raise NotFound(f"no item {shown(item)}")
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.SEE_HISTORY)
    return found, dataset


def since(session: Session, *, event: int = 0) -> list[Happened]:
    """Return what happened to any item after an event, the oldest first."""
    return [
        Happened(**vars(step(row)), item=row["item_id"], issue=row["issue"])
        for row in histories.events_since(session, event_id=values.whole(event, "an event"))
        if row["item_id"] is not None
    ]


def issues(session: Session, *, pipeline: Pipeline) -> list[Flagged]:
    """Return every issue on a pipeline's items, the oldest first, also those that are resolved."""
    return [
        Flagged(one.id, one.kind, one.item_id, task, one.state, one.rounds, one.geometry)
        for one, task in histories.issues(session, pipeline_id=pipeline.id)
    ]


def find(session: Session, *, named: str, actor: Actor = None, project_id: int | None = None) -> Item:
    """Return the item of a number, a name, or a folder and name; of none as it is written, one that looks the same.

    It is of a project whose history the actor may see; with `project_id` of that one alone.

    Raises:
        NotFound: there is none, or there are several.
    """
    sought = values.sought(named)
    seen = _seen(session, actor, project_id)
    rows: list[Item] = []
    for text in dict.fromkeys((sought, unicodedata.normalize("NFC", sought), unicodedata.normalize("NFD", sought))):
        folder, name = _path(text)
        rows = rows or items.named(session, name=name, folder=folder if "/" in text else None, project_ids=seen)
    if not rows and (one := session.get(Item, values.written_key(sought))) and _is_of(session, one, seen):
        rows = [one]
    if not rows:
        erased = _erased(session, sought, seen)
        raise NotFound(f"no item {cited(named)}{' any more: it was erased' if erased else ''}")
    if len(rows) > 1:
        listed = ", ".join(f"{one.id} in {one.folder}" for one in rows)
        why = f"there are several items {cited(named)}; give the number of one: {listed}"
        raise NotFound(why, code="several-found", items=[one.id for one in rows])
    return rows[0]


def look_up(session: Session, *, named: str, actor: Actor = None, project_id: int | None = None) -> Found:
    """Return the numbers of an item as `find` does, also of one that was erased: by its number, or folder and name."""
    try:
        item = find(session, named=named, actor=actor, project_id=project_id)
    except NotFound:
        erased = _erased(session, values.sought(named), _seen(session, actor, project_id))
        if len(erased) != 1:
            raise
        return Found(id=erased[0].item_id, dataset_id=erased[0].dataset_id, erased=True)
    return Found(id=item.id, dataset_id=item.dataset_id, erased=False)


def _erased(session: Session, named: str, seen: Collection[int] | None) -> list[Erased]:
    found = erasure.find(session, path=_path(named), number=values.written_key(named))
    return [one for one in found if _is_of(session, one, seen)]


def _path(named: str) -> tuple[str, str]:
    folder, _, name = named.rpartition("/")
    return "/" + folder.strip("/"), name


def _seen(session: Session, actor: Actor, project_id: int | None) -> Collection[int] | None:
    """Return the projects whose history the actor may see; None where these are all."""
    if actor is None and project_id is None:
        return None
    theirs = projects.mine(session, actor=actor, project_id=project_id)
    return {one.id for one in theirs if allowed(Role(one.role), Permission.SEE_HISTORY)}


def _is_of(session: Session, item: Item | Erased, seen: Collection[int] | None) -> bool:
    return seen is None or session.get_one(Dataset, item.dataset_id).project_id in seen


def step(row: Mapping[str, Any]) -> Step:
    """Tell one event."""
    verb = Verb(row["verb"])
    note = f"{row['cause_task']} said {row['cause_status']}" if row["cause_status"] else None
    if verb is Verb.PLACED and row["name"] == "open":
        note = f"{note}; it was open there already" if note else "it was open there already"
    if verb in (Verb.PARKED, Verb.UNPARKED) and row["name"]:
        note = REASONS.get(row["name"], row["name"])
    if verb is Verb.IMPORTED and row["assignee"]:
        note = f"{row['assignee']} has it open, so they wait for the next claim"
    if verb is Verb.MIGRATED:
        note = f"version {row['name']}"
    told = {name: row[name] for name in ("actor", "task", "assignee", "status", "visit")}
    line = Line(verb, exit=row["name"], pipeline=row["pipeline"], note=note, **told)
    return Step(row["id"], row["at"], verb, sentence(line), cause=row["cause_id"], name=row["name"], **told)


def _waits(row: Mapping[str, Any]) -> str | None:
    """Say what a task item waits for; None where it waits for nothing."""
    task, who = row["task"], row["assignee"]
    if row["parked"]:
        return f"stuck at {task}: {REASONS.get(row['parked'], row['parked'])}"
    if row["routing"] == "pending":
        return f"{task} said {row['status']}: the mover has not taken it on yet"
    if row["state"] == "claimed":
        return f"{who} holds it in {task} until {row['lease_until']:%Y-%m-%d %H:%M:%S} UTC"
    if row["state"] == "waiting":
        return f"{who} waits in {task} for the fixes of what they flagged"
    if row["state"] not in ("queued", "returned"):
        return None
    turn = f"it is {who}'s turn in {task}" if who else f"whoever asks next in {task} gets it from the pool"
    if row["gone"]:
        return f"stuck at {task} with {who}: {REASONS['gone']}"
    if row["state"] == "returned":
        turn = f"{who or 'whoever asks next'} is to fix it in {task}"
    if row["closed"]:
        return f"{turn}, but the task is closed"
    return f"{turn}, but the task is paused" if row["paused"] else turn


def _unseen(row: Mapping[str, Any]) -> str | None:
    what = f"{counted(row['unseen'], 'annotation')} that came in for {row['task']}"
    return f"nobody has seen {what}, nor will before it is claimed there again" if row["unseen"] else None
