"""Drafts: what somebody has drawn so far; nobody else's, and there until it is submitted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlmodel import Session

from workflow_core.store.database.columns import micros
from workflow_core.store.database.dialect import among, json, run

MINE = "task_item_id = :task_item AND person_id = :person"
VERSION = f"coalesce((SELECT updated_at FROM draft WHERE {MINE}), 0)"
"""The moment of the last save, which no other save has; 0 where there is none."""


def save(
    session: Session,
    *,
    task_item_id: int,
    person_id: int,
    content: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> int | None:
    """Keep a draft in place of the one that there was, if that is of the `version` expected; return the new version."""
    saved = run(
        session,
        f"""
        INSERT INTO draft (task_item_id, person_id, content, updated_at)
        SELECT :task_item, :person, CAST(:content AS {json(session)}), :now
        WHERE CAST(:version AS BIGINT) IS NULL OR :version = {VERSION}
        ON CONFLICT (task_item_id, person_id) DO UPDATE
        SET content = excluded.content, updated_at = excluded.updated_at
        """,
        task_item=task_item_id,
        person=person_id,
        content=dumps(content),
        now=now,
        version=version,
    )
    return micros(now) if saved.rowcount else None


def version(session: Session, *, task_item_id: int, person_id: int) -> int:
    """Return the version of a person's draft; 0 where there is none."""
    return int(run(session, f"SELECT {VERSION}", task_item=task_item_id, person=person_id).scalar())


def find(session: Session, *, task_item_id: int, person_id: int) -> tuple[int, list[dict[str, Any]]]:
    """Return the version of a person's draft and its annotations; 0 and none where there is none."""
    query = f"SELECT updated_at, CAST(content AS TEXT) FROM draft WHERE {MINE}"
    row = run(session, query, task_item=task_item_id, person=person_id).first()
    return (row[0], loads(row[1])["annotations"]) if row else (0, [])


def drop(session: Session, *, task_item_ids: Sequence[int], person_id: int) -> None:
    """Forget a person's drafts."""
    these, ids = among(session, task_item_ids)
    run(session, f"DELETE FROM draft WHERE task_item_id {these} AND person_id = :person", ids=ids, person=person_id)
