"""Chunks: the whole history of some items at a time, with the rows that it must amount to."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.replay import HistoryEvent
from workflow_core.domain.work.states import Kept
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.data import UNSEEN

CHUNK = 1_000
"""Items that are compared at a time."""


@dataclass(frozen=True)
class Row:
    """A task item as its table has it."""

    id: int
    task_id: int
    item_id: int
    entry_id: int | None
    assignment_id: int | None
    state: str
    status: str | None
    routing: str | None
    status_event_id: int | None
    kept: Kept
    kept_status: str | None
    visit: int
    placement: int
    placements: int
    parked: str | None
    other_pipeline: bool
    """The entry is one of another pipeline, or of another item, or there is none in a pipeline: impossible."""
    other_task: bool
    """The assignment is one of another task: impossible."""


@dataclass(frozen=True)
class EntryRow:
    """An entry as its table has it."""

    id: int
    item_id: int
    exit: str | None
    held: str | None
    version: str


@dataclass(frozen=True)
class IssueRow:
    """An issue as its table has it."""

    id: int
    item_id: int
    task_item_id: int
    qa_task_item_id: int
    annotation_id: int | None
    state: str
    rounds: int


@dataclass(frozen=True)
class AnnotationRow:
    """An annotation as its table has it, and whether somebody has seen it; what it shows is in no history."""

    id: int
    item_id: int
    task_id: int | None
    created_by: int | None
    deleted: bool
    unseen: bool


@dataclass(frozen=True, kw_only=True)
class Told(HistoryEvent):
    """An event, with the event of the status that led to it; `detail` is that of issues and annotations alone."""

    cause_id: int | None = None
    actor_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


DETAILED = (
    Verb.FLAGGED,
    Verb.FIXED,
    Verb.REOPENED,
    Verb.ACCEPTED,
    Verb.DISMISSED,
    Verb.HANDED_ON,
    Verb.HANDED_BACK,
    Verb.ANNOTATED,
    Verb.IMPORTED,
)


@dataclass
class Chunk:
    """Everything about some items that follow each other."""

    events: list[Told] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    issues: list[IssueRow] = field(default_factory=list)
    annotations: list[AnnotationRow] = field(default_factory=list)


def chunks(session: Session, *, size: int = CHUNK) -> Iterator[Chunk]:
    """Yield all items, `size` at a time, with their events and all that they have."""
    after, last = 0, False
    while not last:
        page = "SELECT id FROM item WHERE id > :after ORDER BY id LIMIT :size"
        upto = run(session, f"SELECT max(id), count(*) FROM ({page}) p", after=after, size=size).one()
        last = upto[1] < size
        # The last chunk has no end: events of an item that is gone are differences too.
        between = {"after": after, "upto": 2**62 if last else int(upto[0])}
        yield Chunk(
            _events(session, between),
            _rows(session, between),
            _entries(session, between),
            _issues(session, between),
            _annotations(session, between),
        )
        after = between["upto"]


def _events(session: Session, between: dict[str, int]) -> list[Told]:
    rows = run(
        session,
        f"""
        SELECT id, verb, item_id, task_id, entry_id, assignment_id, actor_id, status, visit, placement, name,
               cause_id,
               CASE WHEN verb IN ({", ".join(f"'{verb}'" for verb in DETAILED)}) THEN CAST(detail AS TEXT) END AS detail
        FROM event WHERE item_id > :after AND item_id <= :upto ORDER BY item_id, id
        """,
        **between,
    )
    return [
        Told(**{**row, "verb": Verb(row["verb"]), "detail": json.loads(row["detail"] or "{}")})
        for row in rows.mappings()
    ]


def _rows(session: Session, between: dict[str, int]) -> list[Row]:
    rows = run(
        session,
        """
        SELECT ti.id, ti.task_id, ti.item_id, ti.entry_id, ti.assignment_id, ti.state, ti.status, ti.routing,
               ti.status_event_id, ti.kept_by AS kept, ti.kept_status, ti.visit, ti.placement, ti.placements,
               ti.parked,
               (coalesce(e.pipeline_id, 0) <> coalesce(t.pipeline_id, 0)
                OR coalesce(e.item_id, ti.item_id) <> ti.item_id) AS other_pipeline,
               s.task_id <> ti.task_id AS other_task
        FROM task_item ti JOIN task t ON t.id = ti.task_id
        LEFT JOIN entry e ON e.id = ti.entry_id LEFT JOIN assignment s ON s.id = ti.assignment_id
        WHERE ti.item_id > :after AND ti.item_id <= :upto ORDER BY ti.item_id, ti.id
        """,
        **between,
    )
    return [Row(**{**row, "kept": Kept(row["kept"] or Kept.NOTHING)}) for row in rows.mappings()]


def _entries(session: Session, between: dict[str, int]) -> list[EntryRow]:
    rows = run(
        session,
        """SELECT e.id, e.item_id, e.exit, e.held_exit AS held, v.digest AS version
        FROM entry e JOIN pipeline_version v ON v.id = e.version_id
        WHERE e.item_id > :after AND e.item_id <= :upto ORDER BY e.item_id, e.id""",
        **between,
    )
    return [EntryRow(**row) for row in rows.mappings()]


def _issues(session: Session, between: dict[str, int]) -> list[IssueRow]:
    rows = run(
        session,
        """SELECT id, item_id, task_item_id, qa_task_item_id, annotation_id, state, rounds FROM issue
        WHERE item_id > :after AND item_id <= :upto ORDER BY item_id, id""",
        **between,
    )
    return [IssueRow(*row) for row in rows]


def _annotations(session: Session, between: dict[str, int]) -> list[AnnotationRow]:
    rows = run(
        session,
        f"""SELECT id, item_id, task_id, created_by, deleted_at IS NOT NULL AS deleted, {UNSEEN} AS unseen
        FROM annotation n WHERE item_id > :after AND item_id <= :upto ORDER BY item_id, id""",
        **between,
    )
    return [AnnotationRow(*row) for row in rows]


def forks(session: Session) -> dict[tuple[str, int], set[int]]:
    """Return the tasks inside each fork, by the version and the task in which its branches meet."""
    rows = run(
        session,
        """
        SELECT v.digest, n.task_id AS meeting, b.task_id FROM branch b
        JOIN node n ON n.id = b.join_id JOIN pipeline_version v ON v.id = n.version_id
        """,
    )
    found: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for row in rows:
        found[row.digest, row.meeting].add(row.task_id)
    return found


def archived(session: Session, item_ids: list[int]) -> set[int]:
    """Return which of these items were deleted: their entries stand still."""
    query = f"SELECT id FROM item WHERE archived_at IS NOT NULL AND id IN ({listed(item_ids)})"
    return set(run(session, query).scalars())


def names(session: Session, *, items: set[int], tasks: set[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Return the names of items and of tasks, for messages."""
    return _names(session, "item", items), _names(session, "task", tasks)


def _names(session: Session, table: str, ids: set[int]) -> dict[int, str]:
    return {row[0]: row[1] for row in run(session, f"SELECT id, name FROM {table} WHERE id IN ({listed(ids)})")}
