"""What is seen of an item by who opens it in a task: what is drawn on it, what was flagged, what was said."""

from collections.abc import Sequence
from json import loads
from typing import Any

from sqlmodel import Session

from workflow_core.domain.views.data import Outline
from workflow_core.domain.views.work import Drawn
from workflow_core.domain.words import values
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.data import UNSEEN
from workflow_core.store.models.task_items import CLAIMABLE


def placed(session: Session, *, task_item_id: int) -> dict[str, Any]:
    """Return what a situation does not know: the item's `folder`, the `visit`, when the lease ends, what is below."""
    row = run(
        session,
        f"""SELECT i.folder, task_item.visit, task_item.lease_until,
               (SELECT below.item_id FROM task_item below
                WHERE below.task_id = task_item.task_id AND below.assignment_id = task_item.assignment_id
                AND below.{CLAIMABLE} AND below.parked IS NULL AND below.id <> task_item.id
                ORDER BY below.rank, below.position, below.id LIMIT 1) AS upcoming
        FROM task_item JOIN item i ON i.id = task_item.item_id WHERE task_item.id = :id""",
        id=task_item_id,
    ).mappings()
    (found,) = row
    return found | {"lease_until": None if found["lease_until"] is None else moment(found["lease_until"])}


def drawn(
    session: Session, *, item_id: int, task_id: int | None = None, after: int = 0, limit: int = values.LARGEST
) -> list[Drawn]:
    """Return what is drawn on an item, in whatever task, in the order in which it came, after an annotation.

    `own` are those of the task `task_id`.
    """
    rows = run(
        session,
        f"""
        SELECT n.id, t.name AS task, coalesce(n.task_id = :task, FALSE) AS own, n.label, n.tool,
               CAST(n.geometry AS TEXT) AS geometry, CAST(n.attributes AS TEXT) AS attributes,
               p.email AS by, n.model, n.score, {UNSEEN} AS unseen
        FROM annotation n LEFT JOIN task t ON t.id = n.task_id LEFT JOIN person p ON p.id = n.created_by
        WHERE n.item_id = :item AND n.id > :after AND n.deleted_at IS NULL ORDER BY n.id LIMIT :limit
        """,
        item=item_id,
        task=task_id or 0,
        after=after,
        limit=limit,
    ).mappings()
    whole = ("geometry", "attributes")
    truth = ("own", "unseen")
    return [
        Drawn(**{**row, **{name: loads(row[name]) for name in whole}, **{name: bool(row[name]) for name in truth}})
        for row in rows
    ]


def outlines(session: Session, *, dataset_id: int, item_ids: Sequence[int], most: int) -> dict[int, list[Outline]]:
    """Return what is drawn on items of a dataset, by item, in the order in which it came: of each so much at most."""
    # CROSS, because SQLite keeps that order: these items, instead of all that the dataset has.
    rows = run(
        session,
        f"""
        SELECT item_id, label, tool, CAST(geometry AS TEXT) AS geometry FROM (
            SELECT a.id, item_id, label, tool, geometry, row_number() OVER (PARTITION BY item_id ORDER BY a.id) AS nth
            FROM annotation a CROSS JOIN item i
            WHERE a.item_id IN ({listed(item_ids)}) AND a.deleted_at IS NULL
            AND i.id = a.item_id AND i.dataset_id = :dataset
        ) AS n WHERE nth <= :most ORDER BY id
        """,
        dataset=dataset_id,
        most=most,
    ).mappings()
    found: dict[int, list[Outline]] = {}
    for row in rows:
        one = Outline(label=row["label"], tool=row["tool"], geometry=loads(row["geometry"]))
        found.setdefault(row["item_id"], []).append(one)
    return found


def issues(session: Session, *, item_id: int, task_item_id: int, task_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the issues of an item on some tasks, and those that a task item is returned for or owns, oldest first."""
    rows = run(
        session,
        f"""
        SELECT x.id, x.state, x.kind, x.text, x.annotation_id, CAST(x.geometry AS TEXT) AS geometry, t.name AS task,
               :here IN (x.task_item_id, x.qa_task_item_id) AS here, f.email AS flagged_by, a.email AS author,
               x.rounds, x.created_at AS flagged_at
        FROM issue x JOIN task_item r ON r.id = x.task_item_id JOIN task t ON t.id = r.task_id
        JOIN person f ON f.id = x.flagged_by LEFT JOIN person a ON a.id = x.author_id
        WHERE x.item_id = :item
        AND (:here IN (x.task_item_id, x.qa_task_item_id) OR r.task_id IN ({listed(task_ids)})) ORDER BY x.id
        """,
        item=item_id,
        here=task_item_id,
    ).mappings()
    return [
        {
            **row,
            "geometry": None if row["geometry"] is None else loads(row["geometry"]),
            "here": bool(row["here"]),
            "flagged_at": moment(row["flagged_at"]),
        }
        for row in rows
    ]


def said(session: Session, *, item_id: int, task_id: int, issue_ids: Sequence[int]) -> list[tuple[int | None, Any]]:
    """Return what was said on some issues, and in a task about the item itself, oldest first: issue, and comment."""
    rows = run(
        session,
        f"""
        SELECT c.issue_id, p.email AS by, c.text, c.created_at AS at FROM comment c JOIN person p ON p.id = c.person_id
        WHERE c.item_id = :item
        AND (c.issue_id IN ({listed(issue_ids)}) OR c.issue_id IS NULL AND c.task_id = :task) ORDER BY c.id
        """,
        item=item_id,
        task=task_id,
    ).mappings()
    return [(row["issue_id"], {"by": row["by"], "text": row["text"], "at": moment(row["at"])}) for row in rows]
