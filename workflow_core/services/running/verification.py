"""Verify that the history reproduces the tables: what `annoflow db check` does."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import counted
from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.replay import Whereabouts, replay
from workflow_core.domain.work.states import OPEN, Kept
from workflow_core.services.running import verified_reviews, verified_ways
from workflow_core.services.running.differences import Difference, Kind
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import chunks
from workflow_core.store.reads.chunks import Chunk, Row, Told

BEGINNING_ANEW = frozenset(
    {Verb.WITHDRAWN, Verb.RESTORED, Verb.CLEARED, Verb.UNDONE, Verb.UNPARKED, Verb.HELD, Verb.CAME_BACK}
)
"""After these the same status may lead on once more."""
SAID = ("state", "status", "visit", "placement", "placements", "assignment_id", "kept", "kept_status")
"""What the history says of a task item."""


def check(session: Session, *, chunk: int = chunks.CHUNK) -> list[Difference]:
    """Replay the whole history, compare it with all that items have, and check that none is nowhere or at a wrong exit.

    A list without an end is a sign of a bug or of changes made by hand; an empty one is the proof. Items are read
    in chunks, so memory does not grow with their number.
    """
    found: list[Difference] = []
    forks = chunks.forks(session)
    for one in chunks.chunks(session, size=values.whole(chunk, "a chunk", least=1)):
        found += _task_items(one)
        found += _entries(session, one)
        found += _moves(one)
        found += verified_ways.faults(one)
        found += verified_ways.joins(one, forks)
        found += verified_reviews.faults(one)
    items, tasks = chunks.names(
        session,
        items={each.item_id for each in found},
        tasks={each.task_id for each in found if each.task_id is not None},
    )
    return [replace(each, item=items.get(each.item_id), task=tasks.get(each.task_id or 0)) for each in found]


def _task_items(chunk: Chunk) -> Iterator[Difference]:
    replayed = replay(chunk.events)
    for fault in replayed.faults:
        yield Difference(int(fault.split("item ")[1].split(",")[0]), None, f"impossible {fault}")
    rows = {(row.task_id, row.item_id): row for row in chunk.rows}
    for key in replayed.task_items.keys() | rows.keys():
        row, task_item = rows.get(key), replayed.task_items.get(key)
        if row is None or task_item is None:
            has, lacks = ("history", "table") if row is None else ("table", "history")
            yield Difference(key[1], key[0], f"the {has} has this task item, the {lacks} does not")
            continue
        for name in SAID:
            there, told = getattr(row, name), getattr(task_item, name)
            if there != told:
                yield Difference(key[1], key[0], f"{name} is {there!s}, its history says {told!s}")
        yield from _shape(row)
    for entry in chunk.entries:
        told_of = replayed.entries.get(entry.id)
        if told_of is None:
            yield Difference(entry.item_id, None, f"entry {entry.id} is in no history")
        elif told_of != Whereabouts(entry.exit, None if entry.exit else entry.held, entry.version):
            has = f"exit is {entry.exit}, held at {entry.held}, by version {entry.version}"
            told = f"{told_of.exit}, {told_of.held}, {told_of.version}"
            yield Difference(entry.item_id, None, f"{has}; its history says {told}")


def _shape(row: Row) -> Iterator[Difference]:
    if row.other_pipeline:
        entered = f"entry {row.entry_id} is of another pipeline or item"
        what = "it never entered the pipeline of the task" if row.entry_id is None else entered
        yield Difference(row.item_id, row.task_id, what)
    if row.other_task:
        yield Difference(row.item_id, row.task_id, f"assignment {row.assignment_id} is of another task")
    if row.entry_id is None and row.routing in ("pending", "parked"):
        yield Difference(row.item_id, row.task_id, "outside a pipeline a status has nowhere to go")


def _entries(session: Session, chunk: Chunk) -> Iterator[Difference]:
    """Conservation: what has not left is somewhere, what has left is nowhere."""
    busy: defaultdict[int, int] = defaultdict(int)
    fixed: defaultdict[int, int] = defaultdict(int)
    for row in chunk.rows:
        if row.entry_id is not None:
            going_on = row.state in OPEN or row.routing in ("pending", "parked") or row.parked is not None
            busy[row.entry_id] += going_on
            # A review outside the pipeline may flag what was discarded; the fix leads nowhere.
            fixed[row.entry_id] += row.kept is Kept.BY_ISSUE
    lost = [entry for entry in chunk.entries if entry.exit is None and entry.held is None and not busy[entry.id]]
    gone = chunks.archived(session, [entry.item_id for entry in lost])
    for entry in lost:
        if entry.item_id not in gone:
            what = f"entry {entry.id} is neither in a task nor on its way nor at an exit"
            yield Difference(entry.item_id, None, what, kind=Kind.LOST)
    for entry in chunk.entries:
        left_open = busy[entry.id] - fixed[entry.id]
        if entry.exit is not None and left_open:
            what = f"it left by {entry.exit}, and can go on in {counted(left_open, 'task')}"
            yield Difference(entry.item_id, None, what)


def _moves(chunk: Chunk) -> Iterator[Difference]:
    """Each status leads to each task once, and what is routed led somewhere."""
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for event in chunk.events:
        if event.item_id is not None:
            told[event.item_id].append(event)
    statuses: dict[int, Told] = {}
    led: set[int] = set()
    for item_id, events in told.items():
        seen: set[tuple[int, Verb, int | None, str | None]] = set()
        for event in events:
            if event.verb is Verb.SUBMITTED:
                statuses[event.id] = event
            if event.verb in BEGINNING_ANEW:
                seen.clear()
            if event.verb is Verb.HELD:
                # A new issue takes an item that has left back to its exit, by which it leaves again.
                seen = {move for move in seen if move[1] is not Verb.EXITED}
            if event.cause_id is None:
                continue
            led.add(event.cause_id)
            move = (event.cause_id, event.verb, event.task_id, event.name)
            if event.verb in (Verb.PLACED, Verb.EXITED) and move in seen:
                what = f"event {event.id} moved it a second time"
                yield Difference(item_id, event.task_id, what, kind=Kind.MOVED_TWICE)
            seen.add(move)
    for row in chunk.rows:
        if row.status_event_id is None:
            continue
        set_by = statuses.get(row.status_event_id)
        if set_by is None or (set_by.task_id, set_by.status) != (row.task_id, row.status):
            yield Difference(row.item_id, row.task_id, f"its status {row.status} was set by no event")
        elif row.routing == "routed" and row.entry_id is not None and row.status_event_id not in led:
            what = f"its status {row.status} is routed, and led nowhere"
            yield Difference(row.item_id, row.task_id, what, kind=Kind.LOST)
