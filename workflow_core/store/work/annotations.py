"""Annotations of an item, as tasks have them now, and what a submit makes of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlmodel import Session

from workflow_core.store import turns
from workflow_core.store.database.dialect import among, listed, rows, run
from workflow_core.store.models.data import UNSEEN


@dataclass(frozen=True)
class Content:
    """What is drawn."""

    label: str
    tool: str
    geometry: Mapping[str, Any]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Present:
    """An annotation that is there. What came in is unseen until it stands in the list of a submit.

    It waits if it came after the last claim began: it was not there to be listed, and a list takes it not away.
    """

    content: Content
    unseen: bool
    waits: bool


@dataclass(frozen=True)
class Change:
    """What a status makes of the annotations of its task item: new ones, and others by their keys."""

    task_item_id: int
    item_id: int
    created: Sequence[Content]
    changed: Mapping[int, Content]
    accepted: Sequence[int]
    deleted: Sequence[int]

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.created or self.changed or self.accepted or self.deleted)


def present(
    session: Session, *, item_ids: Sequence[int], task_ids: Iterable[int]
) -> dict[tuple[int, int], dict[int, Present]]:
    """Return what is drawn on items in some tasks and was not deleted, by item and task, and by its keys."""
    these, ids = among(session, item_ids)
    there = run(
        session,
        f"""
        SELECT n.item_id, n.task_id, n.id, n.label, n.tool, CAST(n.geometry AS TEXT), CAST(n.attributes AS TEXT),
               {UNSEEN} AS unseen, n.id > ti.shown_upto AS after
        FROM annotation n LEFT JOIN task_item ti ON ti.item_id = n.item_id AND ti.task_id = n.task_id
        WHERE n.item_id {these} AND n.task_id IN ({listed(task_ids)}) AND n.deleted_at IS NULL ORDER BY n.id
        """,
        ids=ids,
    )
    found: dict[tuple[int, int], dict[int, Present]] = {}
    for item_id, task_id, key, label, tool, geometry, attributes, unseen, after in there:
        content = Content(label, tool, loads(geometry), loads(attributes))
        found.setdefault((item_id, task_id), {})[key] = Present(content, bool(unseen), bool(unseen and after))
    return found


def write(session: Session, changes: Sequence[Change], *, person_id: int, now: datetime) -> None:
    """Write what a person has drawn, with one event at each task item; what was changed is kept as revisions."""
    new: dict[int, list[int]] = defaultdict(list)
    who = {"person": person_id, "now": now}
    if created := [(one.task_item_id, content) for one in changes for content in one.created]:
        drawn = [vars(content) | {"key": key, "number": number} for number, (key, content) in enumerate(created)]
        inserted = run(
            session,
            f"""
            INSERT INTO annotation (item_id, task_id, label, tool, geometry, attributes, origin, created_by, created_at)
            SELECT ti.item_id, ti.task_id, d.label, d.tool, d.geometry, d.attributes, 'human', :person, :now
            FROM {_drawn(session)} JOIN task_item ti ON ti.id = d.key ORDER BY d.number RETURNING item_id, id
            """,
            drawn=dumps(drawn),
            **who,
        )
        for item_id, key in sorted(tuple(row) for row in inserted):
            new[item_id].append(key)
    details = [{"key": one.task_item_id, "detail": _detail(one, new[one.item_id])} for one in changes if one]
    turns.record(
        session,
        "annotated",
        of=f"{rows(session, 'told', keys=['key'], documents=['detail'])} JOIN task_item ON task_item.id = d.key",
        what={name: f"task_item.{name}" for name in ("item_id", "task_id", "entry_id", "visit", "placement")}
        | {"detail": "d.detail"},
        now=now,
        actor_id=person_id,
        told=dumps(details),
    )
    changed = {key: content for one in changes for key, content in one.changed.items()}
    if changed:
        run(
            session,
            f"""
            INSERT INTO revision (annotation_id, event_id, label, tool, geometry, attributes)
            SELECT n.id, (SELECT max(e.id) FROM event e WHERE e.item_id = n.item_id AND e.verb = 'annotated'),
                   n.label, n.tool, n.geometry, n.attributes
            FROM annotation n WHERE n.id IN ({listed(changed)})
            """,
        )
        run(
            session,
            f"""
            UPDATE annotation SET label = d.label, tool = d.tool, geometry = d.geometry, attributes = d.attributes,
                                  area = NULL, updated_by = :person, updated_at = :now
            FROM {_drawn(session)} WHERE annotation.id = d.key
            """,
            drawn=dumps([vars(content) | {"key": key} for key, content in changed.items()]),
            **who,
        )
    accepted = [key for one in changes for key in one.accepted]
    deleted = [key for one in changes for key in one.deleted]
    for column, keys in (("accepted_at", accepted), ("deleted_at", deleted)):
        if keys:
            sets = f"{column} = :now, updated_by = :person, updated_at = :now"
            run(session, f"UPDATE annotation SET {sets} WHERE id IN ({listed(keys)})", **who)


def _detail(change: Change, new: Sequence[int]) -> dict[str, list[int]]:
    detail = {"created": new, "changed": change.changed, "accepted": change.accepted, "deleted": change.deleted}
    return {what: list(keys) for what, keys in detail.items() if keys}


def _drawn(session: Session) -> str:
    """Return the SQL of a table `d` of what is bound as `drawn`, in the order of its `number`."""
    columns = {"keys": ["key", "number"], "texts": ["label", "tool"], "documents": ["geometry", "attributes"]}
    return rows(session, "drawn", **columns)
