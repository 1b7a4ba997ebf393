"""Items on their way go over to another version of their pipeline: who can follow, who stays and why, in sets."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from workflow_core.store import turns
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models.task_items import OPEN

GOING_ON = f"(ti.{OPEN} OR ti.routing IN ('pending', 'parked'))"
"""Whether an item has something open, unrouted or parked in a task; what was saved of it, it has in an open row."""


def positions(session: Session, *, pipeline_id: int) -> Sequence[tuple[str, str, int]]:
    """Count the items on their way that follow another version than the present one: by version, and task or exit."""
    behind = """
        entry e JOIN pipeline_version v ON v.id = e.version_id JOIN pipeline p ON p.id = e.pipeline_id
        AND p.version_id <> e.version_id
    """
    rows = run(
        session,
        f"""
        SELECT v.digest, t.name, count(*) AS items FROM {behind}
        JOIN task_item ti ON ti.item_id = e.item_id AND ti.entry_id = e.id AND {GOING_ON}
        JOIN task t ON t.id = ti.task_id
        WHERE e.pipeline_id = :pipeline AND e.exit IS NULL GROUP BY v.digest, t.name
        UNION ALL
        SELECT v.digest, e.held_exit, count(*) FROM {behind}
        WHERE e.pipeline_id = :pipeline AND e.exit IS NULL AND e.held_exit IS NOT NULL GROUP BY v.digest, e.held_exit
        ORDER BY 1, 2
        """,
        pipeline=pipeline_id,
    )
    return [(version, name, items) for version, name, items in rows]


def choose(session: Session, *, pipeline_id: int, locked: bool = True) -> list[int]:
    """Choose the items of a pipeline that are on their way, and lock their entries; returns the versions they follow.

    Who changes one of them waits for its entry, and a mover passes it by: what is decided about them stands. Those of
    whom it is only asked who could follow are not `locked`.
    """
    run(
        session,
        """
        CREATE TEMP TABLE IF NOT EXISTS migrating (
            entry_id BIGINT PRIMARY KEY, item_id BIGINT, version_id BIGINT, reason TEXT, about TEXT
        )
        """,
    )
    run(session, "DELETE FROM migrating")
    lock = "FOR NO KEY UPDATE" if locked and is_postgres(session) else ""
    run(
        session,
        f"""
        INSERT INTO migrating (entry_id, item_id, version_id)
        SELECT id, item_id, version_id FROM entry WHERE pipeline_id = :pipeline AND exit IS NULL ORDER BY id {lock}
        """,
        pipeline=pipeline_id,
    )
    return list(run(session, "SELECT DISTINCT version_id FROM migrating ORDER BY 1").scalars())


def decide(
    session: Session, *, version_id: int, forked_otherwise: Iterable[tuple[int, int]]
) -> tuple[int, Sequence[tuple[str, str, int]]]:
    """Decide who of those chosen can follow a version: how many, and why others stay: reason, about what, how many.

    Nothing is changed yet. `forked_otherwise` has versions with their tasks that lie in another fork there than in this
    one, or in none.
    """
    run(session, "DELETE FROM migrating WHERE version_id = :version", version=version_id)
    here = "n.version_id = :version AND"
    _stay(
        session,
        "task",
        "t.name",
        f"{GOING_ON} AND NOT EXISTS (SELECT 1 FROM node n WHERE {here} n.task_id = ti.task_id)",
        version=version_id,
    )
    _stay(
        session,
        "status",
        "t.name || ': ' || coalesce(ti.status, ti.kept_status)",
        f"""
        {GOING_ON} AND coalesce(ti.status, ti.kept_status) IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM route n WHERE {here} n.task_id = ti.task_id AND n.status = coalesce(ti.status, ti.kept_status)
        )
        """,
        version=version_id,
    )
    others = ", ".join(f"({int(version)}, {int(task)})" for version, task in forked_otherwise)
    if others:
        _stay(session, "fork", "t.name", f"{GOING_ON} AND (m.version_id, ti.task_id) IN (VALUES {others})")
    run(
        session,
        f"""
        UPDATE migrating SET reason = 'exit', about = e.held_exit
        FROM entry e WHERE e.id = migrating.entry_id AND e.held_exit IS NOT NULL AND migrating.reason IS NULL
        AND NOT EXISTS (SELECT 1 FROM node n WHERE {here} n.kind = 'exit' AND n.name = e.held_exit)
        """,
        version=version_id,
    )
    can = run(session, "SELECT count(*) FROM migrating WHERE reason IS NULL").scalar()
    stay = "SELECT reason, about, count(*) FROM migrating WHERE reason IS NOT NULL GROUP BY reason, about ORDER BY 1, 2"
    return can, [(reason, about, items) for reason, about, items in run(session, stay)]


def carry_out(session: Session, *, version_id: int, actor_id: int | None, now: datetime) -> None:
    """Let those follow a version of whom it was decided that they can; each tells it in its history."""
    turns.record(
        session,
        "migrated",
        of="migrating m JOIN pipeline_version v ON v.id = :version WHERE m.reason IS NULL ORDER BY m.entry_id",
        what={"item_id": "m.item_id", "entry_id": "m.entry_id", "name": "v.digest"},
        now=now,
        actor_id=actor_id,
        version=version_id,
    )
    run(
        session,
        "UPDATE entry SET version_id = :version WHERE id IN (SELECT entry_id FROM migrating WHERE reason IS NULL)",
        version=version_id,
    )
    session.expire_all()


def _stay(session: Session, reason: str, about: str, where: str, **values: int) -> None:
    """Let those of the chosen stay who have a task item of which a condition holds, unless another reason was found."""
    run(
        session,
        f"""
        UPDATE migrating SET reason = :reason, about = f.about
        FROM (
            SELECT m.entry_id, min({about}) AS about FROM migrating m
            JOIN task_item ti ON ti.item_id = m.item_id AND ti.entry_id = m.entry_id JOIN task t ON t.id = ti.task_id
            WHERE {where} GROUP BY m.entry_id
        ) f
        WHERE migrating.entry_id = f.entry_id AND migrating.reason IS NULL
        """,
        reason=reason,
        **values,
    )
