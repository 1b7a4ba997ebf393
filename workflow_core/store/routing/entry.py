"""Choose items and enter them: the scratch table `entering` holds which."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, column, func, insert, select, table
from sqlmodel import Session, col

from workflow_core.store import turns
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models import Entry, Item, Pipeline, Task, TaskItem

ENTERING = table("entering", column("item_id"))


def choose_new(session: Session, *, pipeline: Pipeline, where: Where, limit: int, since: int | None) -> int:
    """Choose up to `limit` items of its dataset that have never been in the pipeline, in the order they came.

    With `since` only those are looked at that came after it, and those that came after all that ever entered: what a
    pause kept out. Whoever calls has locked the pipeline's row, so that two processes never enter one item twice.
    """
    entered = _entered(pipeline)
    last = entered_last(session, pipeline_id=pipeline.id)
    low = last if since is None else min(since, last)
    # Most of what is new came after all that entered; only when nothing is there do we look through all items. The
    # bound above, and + 0, make PostgreSQL look by number even while it has no statistics: each batch of an import
    # would read the whole dataset.
    newest = select(func.max(col(Item.id))).scalar_subquery()
    later = where & (col(Item.id) > low) & (col(Item.id) <= newest) & (col(Item.dataset_id) + 0 == pipeline.dataset_id)
    chosen = choose(session, where=later if low == last else later & ~entered.exists(), limit=limit)
    if chosen or not last or since is not None:
        return chosen
    return choose(session, where=where & (col(Item.dataset_id) == pipeline.dataset_id) & ~entered.exists(), limit=limit)


def count_new(session: Session, *, pipeline: Pipeline, where: Where) -> int:
    """Count the items of its dataset that have never been in the pipeline."""
    here = (col(Item.dataset_id) == pipeline.dataset_id) & col(Item.archived_at).is_(None)
    counted = select(func.count()).select_from(Item).where(here, where, ~_entered(pipeline).exists())
    return session.connection().execute(counted).scalar_one()


def _entered(pipeline: Pipeline) -> Select[int]:
    return select(col(Entry.id)).where(col(Entry.pipeline_id) == pipeline.id, col(Entry.item_id) == col(Item.id))


def entered_last(session: Session, *, pipeline_id: int) -> int:
    """Return the highest item that ever was in the pipeline, 0 before the first."""
    # As a range, for which only one index will do: by `=` PostgreSQL may walk back through other pipelines' entries.
    query = """SELECT pipeline_id, item_id FROM entry WHERE pipeline_id <= :id
    ORDER BY pipeline_id DESC, item_id DESC LIMIT 1"""
    last = run(session, query, id=pipeline_id).first()
    return last.item_id if last and last.pipeline_id == pipeline_id else 0


def lock(session: Session, table: type[Pipeline] | type[Task], id: int) -> None:
    """Lock a pipeline or a task until the transaction ends; only on PostgreSQL, SQLite has one writer anyway."""
    if is_postgres(session):
        run(session, f"SELECT id FROM {table.__tablename__} WHERE id = :id FOR NO KEY UPDATE", id=id)


def choose(session: Session, *, where: Where, limit: int) -> int:
    """Choose up to `limit` items, in the order they came."""
    chosen = select(col(Item.id)).where(where, col(Item.archived_at).is_(None)).order_by(col(Item.id)).limit(limit)
    # Without the option SQLAlchemy answers -1 on PostgreSQL, and whoever enters until 0 would never end.
    into = insert(ENTERING).from_select(["item_id"], chosen).execution_options(preserve_rowcount=True)
    return session.connection().execute(into).rowcount


def lock_chosen(session: Session) -> None:
    """Lock the entries that the chosen items have, in the order of `task_items`: none of them comes back meanwhile."""
    if is_postgres(session):
        run(
            session,
            "SELECT id FROM entry WHERE item_id IN (SELECT item_id FROM entering) ORDER BY id FOR NO KEY UPDATE",
        )


def enter(session: Session, *, pipeline_id: int, version_id: int, now: datetime) -> None:
    """Make the entries of the chosen items, with their event; who had left comes back, on this version."""
    run(
        session,
        """
        INSERT INTO entry (pipeline_id, item_id, version_id, created_at)
        SELECT :pipeline, item_id, :version, :now FROM entering WHERE TRUE ORDER BY item_id
        ON CONFLICT (pipeline_id, item_id) DO UPDATE
        SET version_id = excluded.version_id, exit = NULL, exited_at = NULL, exported_at = NULL
        """,
        pipeline=pipeline_id,
        version=version_id,
        now=now,
    )
    entry = "(SELECT e.id FROM entry e WHERE e.pipeline_id = :pipeline AND e.item_id = g.item_id)"
    turns.record(
        session,
        "entered",
        of="entering g ORDER BY g.item_id",
        what={
            "item_id": "g.item_id",
            "entry_id": entry,
            "name": "(SELECT v.digest FROM pipeline_version v WHERE v.id = :version)",
        },
        now=now,
        pipeline=pipeline_id,
        version=version_id,
    )


def absent_from(*, task_id: int) -> Where:
    """Return the condition that an item is not in a task, or withdrawn from it."""
    there = select(col(TaskItem.id)).where(
        col(TaskItem.task_id) == task_id, col(TaskItem.item_id) == col(Item.id), col(TaskItem.state) != "withdrawn"
    )
    return ~there.exists()


def with_status(*, task_id: int, statuses: Iterable[str]) -> Where:
    """Return the condition that an item has one of these statuses in a task now."""
    having = select(col(TaskItem.id)).where(
        col(TaskItem.task_id) == task_id, col(TaskItem.item_id) == col(Item.id), col(TaskItem.status).in_(statuses)
    )
    return having.exists()


def with_nothing_to_review(session: Session, *, task_id: int, version_id: int) -> int:
    """Return how many of the chosen items have no annotation, and never had a status in what a QA task reviews.

    It reviews what a version of its pipeline says.
    """
    counted = """
        SELECT count(*) FROM entering g
        WHERE NOT EXISTS (SELECT 1 FROM annotation n WHERE n.item_id = g.item_id AND n.deleted_at IS NULL)
        AND NOT EXISTS (
            SELECT 1 FROM review r JOIN event ev ON ev.task_id = r.task_id AND ev.verb = 'submitted'
            WHERE r.qa_task_id = :task AND r.version_id = :version AND ev.item_id = g.item_id
        )
    """
    return int(run(session, counted, task=task_id, version=version_id).scalar())


def open_elsewhere(session: Session, *, pipeline_id: int) -> int:
    """Return how many of the chosen items are in a pipeline and have not left it."""
    counted = "SELECT count(*) FROM entering g JOIN entry e ON e.item_id = g.item_id"
    return int(run(session, f"{counted} WHERE e.pipeline_id = :id AND e.exit IS NULL", id=pipeline_id).scalar())
