"""Verify the ways to exits and joins: whatever led an item there still stands."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.states import OPEN, Kept
from workflow_core.services.running.differences import Difference
from workflow_core.store.reads.chunks import Chunk, Told


@dataclass
class _Placement:
    """What led an item to a task, each time while it was there; and the statuses that it has, or had, from it."""

    causes: list[int | None] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)


def faults(chunk: Chunk) -> Iterator[Difference]:
    """Find the items at exits to which a status led that was taken back, or was reached from one that was."""
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for event in chunk.events:
        if event.item_id is not None:
            told[event.item_id].append(event)
    for entry in chunk.entries:
        if (at := entry.exit or entry.held) is None:
            continue
        events = told[entry.item_id]
        last = next(
            (e for e in reversed(events) if e.entry_id == entry.id and e.verb in (Verb.EXITED, Verb.HELD)), None
        )
        if last is None or last.cause_id is None:
            continue
        if last.cause_id not in _standing(events):
            yield Difference(
                entry.item_id, None, f"it is at {at} by a status that was taken back, or was reached from one"
            )


def joins(chunk: Chunk, forks: Mapping[tuple[str, int], set[int]]) -> Iterator[Difference]:
    """Find the items that branches led to where they meet, and that are to be done in a branch again.

    What an issue took is not to be done again in that sense: it waits for its fix, and the join for what comes of it.
    """
    versions = {entry.id: entry.version for entry in chunk.entries}
    led = {
        (event.item_id, event.task_id): event.cause_id is not None and event.name is None
        for event in chunk.events
        if event.verb == Verb.PLACED
    }
    again = {(row.entry_id, row.task_id) for row in chunk.rows if row.state in OPEN and row.kept is not Kept.BY_ISSUE}
    for row in chunk.rows:
        if row.entry_id is None or row.state not in OPEN or not led.get((row.item_id, row.task_id)):
            continue
        inside = forks.get((versions.get(row.entry_id, ""), row.task_id), set())
        if any((row.entry_id, task_id) in again for task_id in inside):
            yield Difference(row.item_id, row.task_id, "its branches met here, and one of them is to be done again")


def _standing(events: list[Told]) -> set[int]:
    """Return the statuses that were not taken back, and were reached from none that was."""
    placed: defaultdict[tuple[int | None, int | None], _Placement] = defaultdict(_Placement)
    for event in events:
        number = event.task_id, event.placement
        match event.verb:
            case Verb.PLACED:
                placed[number].causes.append(event.cause_id)
            case Verb.WITHDRAWN:
                placed.pop(number, None)
            case Verb.SUBMITTED:
                placed[number].statuses.add(event.id)
            case Verb.CLEARED | Verb.UNDONE:
                placed[number].statuses.clear()
            case _:
                pass
    standing: set[int] = set()
    left = list(placed.values())
    while found := [one for one in left if any(cause is None or cause in standing for cause in one.causes)]:
        standing = standing.union(*(one.statuses for one in found))
        left = [one for one in left if one not in found]
    return standing
