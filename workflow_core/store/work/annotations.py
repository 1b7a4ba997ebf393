"""Annotations of an item, as tasks have them now, and what a submit makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlmodel import Session

from workflow_core.store import turns
from workflow_core.store.database.dialect import is_postgres, json, listed, run
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


def present(session: Session, *, item_id: int, task_ids: Sequence[int]) -> dict[int, Present]:
    """Return what is drawn on an item in some tasks and was not deleted, by its keys."""
    rows = run(
        session,
        f"""
        SELECT n.id, n.label, n.tool, CAST(n.geometry AS TEXT), CAST(n.attributes AS TEXT),
               {UNSEEN} AS unseen, n.id > ti.shown_upto AS after
        FROM annotation n LEFT JOIN task_item ti ON ti.item_id = n.item_id AND ti.task_id = n.task_id
        WHERE n.item_id = :item AND n.task_id IN ({listed(task_ids)}) AND n.deleted_at IS NULL ORDER BY n.id
        """,
        item=item_id,
    )
    return {
        key: Present(Content(label, tool, loads(geometry), loads(attributes)), bool(unseen), bool(unseen and after))
        for key, label, tool, geometry, attributes, unseen, after in rows
    }


def write(
    session: Session,
    *,
    task_item_id: int,
    created: Sequence[Content],
    changed: Mapping[int, Content],
    accepted: Sequence[int],
    deleted: Sequence[int],
    person_id: int,
    now: datetime,
) -> None:
    """Write what a person has drawn, with one event; what was changed is kept as revisions."""
    new: list[int] = []
    who = {"person": person_id, "now": now}
    if created:
        inserted = run(
            session,
            f"""
            INSERT INTO annotation (item_id, task_id, label, tool, geometry, attributes, origin, created_by, created_at)
            SELECT ti.item_id, ti.task_id, d.label, d.tool, d.geometry, d.attributes, 'human', :person, :now
            FROM task_item ti, {_drawn(session)} WHERE ti.id = :task_item ORDER BY d.number RETURNING id
            """,
            drawn=dumps([asdict(one) | {"number": number} for number, one in enumerate(created)]),
            task_item=task_item_id,
            **who,
        )
        new = sorted(inserted.scalars())
    detail = {"created": new, "changed": list(changed), "accepted": list(accepted), "deleted": list(deleted)}
    turns.record(
        session,
        "annotated",
        of="task_item WHERE task_item.id = :task_item",
        what={name: f"task_item.{name}" for name in ("item_id", "task_id", "entry_id", "visit", "placement")}
        | {"detail": f"CAST(:detail AS {json(session)})"},
        now=now,
        actor_id=person_id,
        task_item=task_item_id,
        detail=dumps({what: keys for what, keys in detail.items() if keys}),
    )
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
            FROM {_drawn(session)} WHERE annotation.id = d.number
            """,
            drawn=dumps([asdict(one) | {"number": key} for key, one in changed.items()]),
            **who,
        )
    for column, keys in (("accepted_at", accepted), ("deleted_at", deleted)):
        if keys:
            sets = f"{column} = :now, updated_by = :person, updated_at = :now"
            run(session, f"UPDATE annotation SET {sets} WHERE id IN ({listed(keys)})", **who)
    if changed or accepted or deleted:
        session.expire_all()


def _drawn(session: Session) -> str:
    """Return the SQL of a table `d` of what is bound as `drawn`, each with its `number`."""
    if is_postgres(session):
        columns = "number BIGINT, label TEXT, tool TEXT, geometry JSONB, attributes JSONB"
        return f"jsonb_to_recordset(CAST(:drawn AS JSONB)) AS d({columns})"
    columns = "value ->> 'number' AS number, value ->> 'label' AS label, value ->> 'tool' AS tool"
    return f"""(SELECT {columns}, value -> 'geometry' AS geometry, value -> 'attributes' AS attributes
                FROM json_each(:drawn)) AS d"""
