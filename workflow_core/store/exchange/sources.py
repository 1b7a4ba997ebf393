"""Items and the files of sources that they were made of."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from workflow_core.domain.items.sources import File, Known, Refusal
from workflow_core.store import turns
from workflow_core.store.database.dialect import is_postgres, listed, run, run_many
from workflow_core.store.models.task_items import OPEN

PAGE = 10_000
COLUMNS = "id, folder, name, uri, size, stamp, checksum, gone_at, archived_at"
BEGUN = "state IN ('claimed', 'submitted', 'returned', 'waiting')"


def known(session: Session, *, dataset_id: int, uris: Iterable[str]) -> dict[str, list[Known]]:
    """Return the items of these addresses, by address."""
    each = "jsonb_array_elements_text(CAST(:uris AS JSONB))" if is_postgres(session) else "json_each(:uris)"
    found: dict[str, list[Known]] = {}
    rows = run(
        session,
        f"SELECT {COLUMNS} FROM item WHERE dataset_id = :dataset AND uri IN (SELECT value FROM {each} AS listed)",
        uris=json.dumps(list(uris)),
        dataset=dataset_id,
    )
    for one in map(_known, rows):
        found.setdefault(one.file.uri, []).append(one)
    return found


def made_of_files(session: Session, *, dataset_id: int, until: int, without: Container[int] = ()) -> Iterator[Known]:
    """Yield the items up to one that were made of the files of a source, by their ids. One page is in memory."""
    last = 0
    while True:
        page = run(
            session,
            f"""
            SELECT {COLUMNS} FROM item WHERE dataset_id = :dataset AND stamp IS NOT NULL AND id > :last AND id <= :until
            ORDER BY id LIMIT {PAGE}
            """,
            dataset=dataset_id,
            last=last,
            until=until,
        ).all()
        yield from (_known(row) for row in page if row.id not in without)
        if len(page) < PAGE:
            return
        last = page[-1].id


def _known(row: Any) -> Known:
    file = File(row.folder, row.name, row.uri or "", row.size, row.stamp, row.checksum)
    return Known(row.id, file, gone=row.gone_at is not None, archived=row.archived_at is not None)


def follow(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Let items have the file that each row has, with its `id`; its width and height are None where they are known."""
    run_many(
        session,
        """
        UPDATE item SET folder = :folder, name = :name, uri = :uri, size = :size, stamp = :stamp, checksum = :checksum,
            width = coalesce(:width, width), height = coalesce(:height, height), gone_at = NULL
        WHERE id = :id
        """,
        rows,
    )


def tell(session: Session, verb: str, *, item_ids: Sequence[int], now: datetime, actor_id: int | None = None) -> None:
    """Note what became of the pictures of items, in their history and on them."""
    column = {"replaced": "replaced_at", "missed": "gone_at"}.get(verb)
    of = f"id IN ({listed(item_ids)})"
    if column:
        run(session, f"UPDATE item SET {column} = :now WHERE {of}", now=now)
    turns.record(session, verb, of=f"item WHERE {of}", what={"item_id": "item.id"}, now=now, actor_id=actor_id)


def refused(session: Session, *, dataset_id: int) -> dict[str, Refusal]:
    """Return the files of a dataset's sources that make no items, by address."""
    rows = run(session, "SELECT uri, mark, reason FROM refused WHERE dataset_id = :dataset", dataset=dataset_id)
    return {row.uri: Refusal(row.uri, row.mark, row.reason) for row in rows}


def remember(session: Session, *, dataset_id: int, no_more: Sequence[str], new: Sequence[Refusal]) -> None:
    """Note files that make no items, and no more those at these addresses."""
    if no_more:
        forget = "DELETE FROM refused WHERE dataset_id = :dataset AND uri = :uri"
        run_many(session, forget, [{"dataset": dataset_id, "uri": uri} for uri in no_more])
    if new:
        add = "INSERT INTO refused (dataset_id, uri, mark, reason) VALUES (:dataset, :uri, :mark, :reason)"
        run_many(session, add, [{"dataset": dataset_id, **asdict(one)} for one in new])


def with_open_work(session: Session, *, item_ids: Iterable[int]) -> frozenset[int]:
    """Return those of some items that somebody is still to work on, in whatever task."""
    of = f"item_id IN ({listed(item_ids)})"
    return frozenset(run(session, f"SELECT DISTINCT item_id FROM task_item WHERE {OPEN} AND {of}").scalars())


def without_picture(session: Session, *, pipeline_id: int, limit: int) -> list[tuple[str, bool]]:
    """Return the items of a pipeline whose picture is gone, by folder and name, and whether work on them is open."""
    rows = run(
        session,
        f"""
        SELECT item.folder, item.name, EXISTS (
            SELECT 1 FROM task_item t JOIN task ON task.id = t.task_id
            WHERE t.item_id = item.id AND task.pipeline_id = :pipeline AND {OPEN}
        ) AS open
        FROM item JOIN entry ON entry.item_id = item.id AND entry.pipeline_id = :pipeline
        WHERE item.gone_at IS NOT NULL AND item.archived_at IS NULL
            AND item.dataset_id = (SELECT dataset_id FROM pipeline WHERE id = :pipeline)
        ORDER BY open DESC, item.id LIMIT :limit
        """,
        pipeline=pipeline_id,
        limit=limit,
    )
    return [(f"{row.folder.rstrip('/')}/{row.name}", bool(row.open)) for row in rows]


def with_another_picture(session: Session, *, pipeline_id: int, limit: int) -> list[str]:
    """Return the items of a pipeline with work from before their picture was replaced, by folder and name."""
    rows = run(
        session,
        f"""
        SELECT item.folder, item.name FROM item
        WHERE item.replaced_at IS NOT NULL AND item.archived_at IS NULL
            AND item.dataset_id = (SELECT dataset_id FROM pipeline WHERE id = :pipeline)
            AND EXISTS (
                SELECT 1 FROM task_item t JOIN task ON task.id = t.task_id
                WHERE t.item_id = item.id AND task.pipeline_id = :pipeline AND {BEGUN} AND t.since < item.replaced_at
            )
        ORDER BY item.id LIMIT :limit
        """,
        pipeline=pipeline_id,
        limit=limit,
    )
    return [f"{row.folder.rstrip('/')}/{row.name}" for row in rows]
