"""Items of datasets, added and chosen as sets."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, func, or_, text, true, tuple_
from sqlmodel import Session, col, select

from workflow_core.store import turns
from workflow_core.store.data import filters
from workflow_core.store.database import dialect
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models import Assignment, Dataset, Item, TaskItem

COLUMNS = ("folder", "name", "uri", "meta", "width", "height", "size", "stamp", "checksum")


def add(session: Session, *, dataset_id: int, rows: Sequence[dict[str, Any]], now: datetime) -> int:
    """Add items in one statement, each with some of `COLUMNS`; returns how many were not there yet.

    An item is the same if its folder and name are; it stays as it is.
    """
    # `meta` travels as text inside the document, so that both databases store it digit for digit.
    document = json.dumps([{**row, "meta": json.dumps(row["meta"])} for row in rows])
    if is_postgres(session):
        source = """ROWS FROM (
                json_to_recordset(CAST(:rows AS JSON))
                AS (folder TEXT, name TEXT, uri TEXT, meta TEXT, width INTEGER, height INTEGER,
                    size INTEGER, stamp TEXT, checksum TEXT)
            ) WITH ORDINALITY AS r(folder, name, uri, meta, width, height, size, stamp, checksum, number)"""
        values = ", ".join("CAST(r.meta AS JSONB)" if column == "meta" else f"r.{column}" for column in COLUMNS)
        order = "r.number"
    else:
        source = "json_each(:rows) r"
        values = ", ".join(f"json_extract(r.value, '$.{column}')" for column in COLUMNS)
        order = "r.key"
    return run(
        session,
        f"""
        INSERT INTO item (dataset_id, {", ".join(COLUMNS)}, created_at)
        SELECT :dataset, {values}, :now FROM {source} WHERE TRUE ORDER BY {order}
        ON CONFLICT (dataset_id, folder, name) DO NOTHING
        """,
        rows=document,
        dataset=dataset_id,
        now=now,
    ).rowcount


def with_dataset(session: Session, *, id: int) -> tuple[Item, Dataset] | None:
    """Return an item and its dataset."""
    return session.exec(select(Item, Dataset).join(Dataset).where(Item.id == id)).first()


def in_tasks_of(session: Session, *, item_id: int, person_id: int) -> Sequence[int]:
    """Return the task items of an item in tasks in which a person has, or had, a share."""
    query = select(TaskItem.id).join(Assignment, col(Assignment.task_id) == col(TaskItem.task_id))
    return session.exec(query.where(TaskItem.item_id == item_id, Assignment.person_id == person_id)).all()


def batch(session: Session) -> int:
    """Return how many items one transaction adds: few on SQLite, where others wait for its one writer."""
    return 5_000 if is_postgres(session) else 1_000


def page(session: Session, where: Where, *, archived: bool, after: tuple[str, str] | None, limit: int) -> list[Item]:
    """Return up to `limit` items by folder and name, those after a folder and name: archived ones, or the others."""
    query = select(Item).where(where, _archived(archived))
    path = col(Item.folder), col(Item.name)
    if after is not None:
        query = query.where(tuple_(*path) > tuple_(*after))
    return list(session.exec(query.order_by(*path).limit(limit)))


def ids(session: Session, where: Where, *, archived: bool | None, limit: int, after: int = 0) -> list[int]:
    """Return up to `limit` numbers of items after one: of archived ones, of the others, or of both."""
    kept = true() if archived is None else _archived(archived)
    query = select(Item.id).where(where, col(Item.id) > after, kept)
    return list(session.exec(query.order_by(col(Item.id)).limit(limit)))


def count(session: Session, where: Where) -> int:
    """Count items that are not archived."""
    return session.exec(select(func.count()).select_from(Item).where(where, _archived(False))).one()


def every() -> Where:
    """Return the condition that leaves none out."""
    return true()


def _archived(wanted: bool) -> Where:
    return col(Item.archived_at).is_not(None) if wanted else col(Item.archived_at).is_(None)


def counted_folders(session: Session, *, dataset_id: int, after: str, limit: int) -> list[tuple[str, int]]:
    """Return up to `limit` folders after one, each with how many items it has itself that are not archived."""
    # All that are there less those archived, each from an index: the table says of single rows whether they are.
    archived = """(SELECT count(*) FROM item a
        WHERE a.dataset_id = :dataset AND a.folder = item.folder AND a.archived_at IS NOT NULL)"""
    counted = f"""SELECT folder, count(*) - {archived} FROM item WHERE dataset_id = :dataset AND folder > :after
        GROUP BY folder HAVING count(*) > {archived} ORDER BY folder LIMIT :limit"""
    return [(folder, count) for folder, count in run(session, counted, dataset=dataset_id, after=after, limit=limit)]


def folders_with_items(session: Session, *, dataset_id: int, limit: int) -> list[str]:
    """Return up to `limit` folders in which items lie that are not archived: each is found from the one before it."""
    following = """(SELECT i.folder FROM item i
        WHERE i.dataset_id = :dataset AND i.folder > {} AND i.archived_at IS NULL ORDER BY i.folder LIMIT 1)"""
    found = f"""WITH RECURSIVE found (folder) AS (
            SELECT {following.format("''")}
            UNION ALL SELECT {following.format("found.folder")} FROM found WHERE found.folder IS NOT NULL
        ) SELECT folder FROM found WHERE folder IS NOT NULL LIMIT :limit"""
    return list(run(session, found, dataset=dataset_id, limit=limit).scalars())


def those(
    session: Session,
    *,
    dataset_id: int | None = None,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    item_ids: Iterable[int] | None = None,
    tasks: Mapping[str, int],
) -> Where:
    """Return the condition on items: of the dataset, and in the folder or below, and of the filter, and listed.

    Raises:
        FilterError: the filter is malformed, or names a task that is not in `tasks`.
    """
    by_key = item_ids is not None
    chosen = true() if dataset_id is None else within(dataset_id) if by_key else col(Item.dataset_id) == dataset_id
    if folder is not None:
        chosen &= in_folder(folder)
    if where is not None:
        chosen &= filters.of(session, where, tasks=tasks).clause()
    if item_ids is not None:
        chosen &= listed(session, item_ids)
    return chosen


def within(dataset_id: int) -> Where:
    """Return the condition that an item, found by its key, is in a dataset: + 0, or SQLite goes over all of it."""
    return col(Item.dataset_id) + 0 == dataset_id


def listed(session: Session, ids: Iterable[int]) -> TextClause:
    """Return the condition that an item is one of those listed, however many: they are bound as one value."""
    if is_postgres(session):
        each = "SELECT CAST(listed AS BIGINT) FROM jsonb_array_elements_text(CAST(:listed_items AS JSONB)) listed"
    else:
        each = "SELECT value FROM json_each(:listed_items)"
    return text(f"item.id IN ({each})").bindparams(listed_items=json.dumps([int(one) for one in ids]))


def at(session: Session, *, dataset_id: int, folder: str, name: str) -> Item | None:
    """Return the item of a folder and name, as it is now; nobody else changes it until the transaction ends."""
    query = select(Item).where(Item.dataset_id == dataset_id, Item.folder == folder, Item.name == name)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def numbers(session: Session, *, dataset_id: int, paths: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the numbers of the items of some folders and names."""
    rows = run(
        session,
        # CROSS: else SQLite goes through all items of the dataset, and for each through all that is listed.
        f"""SELECT i.folder, i.name, i.id FROM {_listed_files(session)} f
        CROSS JOIN item i WHERE i.dataset_id = :dataset AND i.folder = f.folder AND i.name = f.name""",
        files=json.dumps(list(paths)),
        dataset=dataset_id,
    )
    return {(folder, name): number for folder, name, number in rows}


def not_there(
    session: Session, *, dataset_id: int, files: Iterable[tuple[str, str, str]]
) -> list[tuple[str, str, bool]]:
    """Return the files, by folder, name and checksum, that no item has, and whether one has another of the name."""
    rows = run(
        session,
        f"""
        SELECT f.folder, f.name, i.uri IS NOT NULL AS differs FROM {_listed_files(session)} f
        LEFT JOIN item i ON i.dataset_id = :dataset AND i.folder = f.folder AND i.name = f.name
        WHERE i.checksum IS NULL OR i.checksum <> f.checksum ORDER BY f.folder, f.name
        """,
        files=json.dumps(list(files)),
        dataset=dataset_id,
    )
    return [(folder, name, bool(differs)) for folder, name, differs in rows]


def _listed_files(session: Session) -> str:
    """Return the files that are bound as `files`: a list of folder, name and checksum each."""
    each = "json_array_elements(CAST(:files AS JSON)) AS f(value)" if is_postgres(session) else "json_each(:files)"
    return f"(SELECT value ->> 0 AS folder, value ->> 1 AS name, value ->> 2 AS checksum FROM {each})"


def newest(session: Session) -> int:
    """Return the number of the item that came last, 0 before the first."""
    return int(run(session, "SELECT coalesce(max(id), 0) FROM item").scalar())


def folders(session: Session, *, dataset_id: int, after: int) -> Sequence[str]:
    """Return the first thousand folders of the items that came after one, archived ones left out."""
    new = select(Item.folder).where(
        Item.dataset_id == dataset_id, col(Item.id) > after, col(Item.archived_at).is_(None)
    )
    return session.exec(new.distinct().order_by(Item.folder).limit(1_000)).all()


def in_folder(folder: str) -> Where:
    """Return the condition that an item lies in a folder or below it."""
    top = "/" + folder.strip("/")
    if top == "/":
        return col(Item.folder).is_not(None)
    folder_of = col(Item.folder)
    below = func.substr(folder_of, 1, len(top) + 1) == top + "/"
    # "0" comes next after "/": an index finds what lies between, which a folder's like `/a-b` does beside `/a/b`.
    return (folder_of >= top) & (folder_of < top + "0") & or_(folder_of == top, below)


def named(session: Session, *, name: str, folder: str | None, project_ids: Collection[int] | None) -> list[Item]:
    """Return up to two items of a name, in any folder or in one: enough to know whether one alone has it.

    With `project_ids` those of these projects.
    """
    query = select(Item).where(Item.name == name)
    if project_ids is not None:
        query = query.join(Dataset).where(col(Dataset.project_id).in_(project_ids))
    if folder is not None:
        query = query.where(Item.folder == folder)
    return list(session.exec(query.limit(2)))


def present(*, dataset_id: int, ids: Iterable[int]) -> Where:
    """Return the condition that an item is one of these, in a dataset, and not archived."""
    return within(dataset_id) & text(f"item.id IN ({dialect.listed(ids)})") & col(Item.archived_at).is_(None)


def archive(session: Session, *, of: Where, actor_id: int | None, now: datetime) -> list[int]:
    """Archive the items that a condition takes, as they are now, with an event for each; returns their numbers."""
    found = list(session.exec(select(Item.id).where(of)))
    these = f"id IN ({dialect.listed(found)})"
    run(session, f"UPDATE item SET archived_at = :now WHERE {these}", now=now)
    turns.record(session, "archived", of=f"item WHERE {these}", what={"item_id": "item.id"}, now=now, actor_id=actor_id)
    session.expire_all()
    return found
