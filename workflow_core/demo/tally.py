"""Counting a run from its history: what ended where, what was lost, what was moved twice, who did what."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from workflow_core.demo.outcome import Move, Step, TaskRow
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services.tracing import Happened

ARRIVALS = ("placed", "arrived", "parked", "held", "exited")


def where(history: Iterable[Happened]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many items left by each exit, and how many are at each task, by the last that each reached."""
    last: dict[int, Happened] = {}
    for one in history:
        if one.verb in ("placed", "exited"):
            last[one.item] = one
    exits = Counter(one.name or "" for one in last.values() if one.verb == "exited")
    tasks = Counter(one.task or "" for one in last.values() if one.verb == "placed")
    return dict(exits.most_common()), dict(tasks.most_common())


def lost(history: Sequence[Happened], acknowledged: Collection[int], *, pending: int) -> int:
    """Count the acknowledged statuses that are not in the history, or led nowhere.

    `pending` statuses are known to wait for the mover: they are not lost.
    """
    kept = {one.id for one in history if one.verb == "submitted"}
    moved = {one.cause for one in history if one.verb in ARRIVALS}
    vanished = sum(event not in kept for event in acknowledged)
    unmoved = sum(event in kept and event not in moved for event in acknowledged)
    return vanished + max(0, unmoved - pending)


def moved_twice(history: Sequence[Happened], pipeline: Pipeline) -> int:
    """Count the statuses that brought their item to more places than their route has targets."""
    statuses = {one.id: one for one in history if one.verb == "submitted"}
    arrivals = Counter(one.cause for one in history if one.verb in ("placed", "exited"))
    twice = 0
    for cause, count in arrivals.items():
        status = statuses.get(cause) if cause is not None else None
        if status is None:
            continue
        task = pipeline.tasks.get(status.task or "")
        targets = task.routes.get(status.status or "", ()) if task else ()
        twice += count > max(1, len(targets))
    return twice


def moves(history: Sequence[Happened]) -> tuple[Move, ...]:
    """Return how many items each status of each task brought where."""
    statuses = {one.id: one for one in history if one.verb == "submitted"}
    counted: Counter[tuple[str, str, str]] = Counter()
    for one in history:
        cause = statuses.get(one.cause) if one.cause is not None and one.verb in ("placed", "exited") else None
        if cause and cause.task and cause.status:
            counted[cause.task, cause.status, (one.name if one.verb == "exited" else one.task) or ""] += 1
    return tuple(Move(*key, count) for key, count in counted.items())


def tasks(history: Sequence[Happened], pipeline: Pipeline, still_open: Mapping[str, int]) -> tuple[TaskRow, ...]:
    """Return how each task went."""
    seen: dict[str, set[int]] = defaultdict(set)
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    people: dict[str, Counter[str]] = defaultdict(Counter)
    again: Counter[str] = Counter()
    for one in history:
        if one.task is None:
            continue
        if one.verb == "placed":
            seen[one.task].add(one.item)
            again[one.task] += one.visit > 1
        elif one.verb == "submitted":
            statuses[one.task][one.status or ""] += 1
            people[one.task][one.who or ""] += 1
    return tuple(
        TaskRow(
            name,
            task.type,
            len(seen[name]),
            still_open.get(name, 0),
            {status.name: statuses[name][status.name] for status in task.statuses if statuses[name][status.name]},
            again[name],
            dict(sorted(people[name].items())),
        )
        for name, task in pipeline.tasks.items()
    )


def most_travelled(history: Sequence[Happened], task: str) -> int | None:
    """Return the item with the longest way among those that a task decided and that have left."""
    left = {one.item for one in history if one.verb == "exited"}
    decided = {one.item for one in history if one.verb == "submitted" and one.task == task} & left
    length = Counter(one.item for one in history if one.item in decided)
    return max(length, key=lambda item: (length[item], -item), default=None)


def steps(history: Sequence[Happened], item: int) -> tuple[Step, ...]:
    """Return an item's way, without the claims.

    The mover's clock is read before it waits for its turn to write; nothing is shown before what led to it.
    """
    way: list[Step] = []
    at: datetime | None = None
    for one in history:
        if one.item != item:
            continue
        at = max(at or one.at, one.at)
        if one.verb == "entered":
            way.append(Step(at, "entered the pipeline"))
        elif one.verb == "placed":
            way.append(Step(at, "open in" if one.visit == 1 else "open again in", task=one.task, visit=one.visit))
        elif one.verb == "diverted":
            way.append(Step(at, "came round too often; sent elsewhere instead of", task=one.task, visit=one.visit))
        elif one.verb == "submitted":
            way.append(Step(at, "decided", one.who, one.task, one.status, one.visit))
        elif one.verb == "exited":
            way.append(Step(at, f"left by the exit {one.name}"))
    return tuple(way)
