"""Drafts: what somebody has drawn so far; nobody else's, and there until it is submitted."""

from collections.abc import Mapping
from datetime import datetime
from json import dumps
from typing import Any

from sqlmodel import Session

from workflow_core.store.database.dialect import json, run


def save(session: Session, *, task_item_id: int, person_id: int, content: Mapping[str, Any], now: datetime) -> None:
    """Keep a draft in place of the one that there was."""
    run(
        session,
        f"""
        INSERT INTO draft (task_item_id, person_id, content, updated_at)
        VALUES (:task_item, :person, CAST(:content AS {json(session)}), :now)
        ON CONFLICT (task_item_id, person_id) DO UPDATE
        SET content = excluded.content, updated_at = excluded.updated_at
        """,
        task_item=task_item_id,
        person=person_id,
        content=dumps(content),
        now=now,
    )


def drop(session: Session, *, task_item_id: int, person_id: int) -> None:
    """Forget a draft."""
    mine = "task_item_id = :task_item AND person_id = :person"
    run(session, f"DELETE FROM draft WHERE {mine}", task_item=task_item_id, person=person_id)
