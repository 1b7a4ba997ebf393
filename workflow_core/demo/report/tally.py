"""Counting a run from its history: what ended where, what was lost, what was moved twice, who did what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from workflow_core.demo.report.outcome import IssueRow, Step, TaskRow
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import join_of
from workflow_core.pipeline.drawing.traffic import Move
from workflow_core.services.managers.history import Flagged, Happened


def where(history: Iterable[Happened]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many items left by each exit, and how many are at each task, by the last that each reached."""
    last: dict[int, Happened] = {}
    for one in history:
        if one.verb in ("placed", "exited"):
            last[one.item] = one
    exits = Counter(one.name or "" for one in last.values() if one.verb == "exited")
    tasks = Counter(one.task or "" for one in last.values() if one.verb == "placed")
    return dict(exits.most_common()), dict(tasks.most_common())


def issues(history: Iterable[Happened], flagged: Iterable[Flagged]) -> tuple[IssueRow, ...]:
    """Return by kind what became of the issues, the most frequent kind first."""
    fixes = Counter(one.issue for one in history if one.verb == "fixed")
    by_kind: dict[str, list[Flagged]] = defaultdict(list)
    for one in flagged:
        by_kind[one.kind].append(one)
    return tuple(
        IssueRow(
            kind,
            raised=len(found),
            fixed=sum(fixes[one.id] for one in found),
            reopened=sum(one.reopened for one in found),
            approved=sum(one.state == "approved" for one in found),
            dismissed=sum(one.state == "dismissed" for one in found),
            unresolved=sum(one.state not in ("approved", "dismissed") for one in found),
        )
        for kind, found in sorted(by_kind.items(), key=lambda pair: -len(pair[1]))
    )


def moves(history: Sequence[Happened]) -> tuple[Move, ...]:
    """Return how often each status of each task brought an item to the same nodes."""
    led: dict[int | None, set[str]] = defaultdict(set)
    for one in history:
        if one.verb in ("placed", "exited", "arrived"):
            node = (one.name if one.verb == "exited" else one.task) or ""
            led[one.cause].add(join_of(node) if one.verb == "arrived" else node)
    counted = Counter(
        (one.task or "", one.status or "", tuple(sorted(led[one.id])))
        for one in history
        if one.verb == "submitted" and one.id in led
    )
    return tuple(Move(*key, count) for key, count in counted.items())


def tasks(history: Sequence[Happened], pipeline: Pipeline, still_open: Mapping[str, int]) -> tuple[TaskRow, ...]:
    """Return how each task went."""
    seen: dict[str, set[int]] = defaultdict(set)
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    again: Counter[str] = Counter()
    for one in history:
        if one.task is None:
            continue
        if one.verb == "placed":
            seen[one.task].add(one.item)
            again[one.task] += (one.visit or 1) > 1
        elif one.verb == "submitted":
            statuses[one.task][one.status or ""] += 1
    return tuple(
        TaskRow(
            name,
            task.type,
            len(seen[name]),
            still_open.get(name, 0),
            {status.name: statuses[name][status.name] for status in task.statuses if statuses[name][status.name]},
            again[name],
        )
        for name, task in pipeline.tasks.items()
    )


def most_travelled(history: Sequence[Happened], task: str) -> int | None:
    """Return the item with the longest way among those that a task decided and that have left."""
    left = {one.item for one in history if one.verb == "exited"}
    decided = {one.item for one in history if one.verb == "submitted" and one.task == task} & left
    length = Counter(one.item for one in history if one.item in decided)
    return max(length, key=lambda item: (length[item], -item), default=None)


def went_round(history: Sequence[Happened], flagged: Iterable[Flagged]) -> int | None:
    """Return the item with the shortest way among those with a fix that was re-opened and approved in the end."""
    left = {one.item for one in history if one.verb == "exited" and one.name == "approved"}
    round = {one.item for one in flagged if one.reopened and one.state == "approved"} & left
    length = Counter(one.item for one in history if one.item in round)
    return min(length, key=lambda item: (length[item], item), default=None)


OF_ISSUES = {
    "flagged": "flagged",
    "fixed": "fixed",
    "re-opened": "re-opened",
    "accepted": "approved the fix",
    "dismissed": "dismissed",
}
WAY = {
    "entered": "entered the pipeline",
    "placed": "open in",
    "diverted": "came round too often; sent elsewhere instead of",
    "submitted": "decided",
    "answered": "back in",
    "exited": "left by the exit",
} | OF_ISSUES


def steps(history: Sequence[Happened], item: int, kinds: Mapping[int, str] | None = None) -> tuple[Step, ...]:
    """Return an item's way, without the claims; `kinds` are those of the issues by id.

    The mover's clock is read before it waits for its turn to write; nothing is shown before what led to it.
    """
    way: list[Step] = []
    at: datetime | None = None
    for one in (one for one in history if one.item == item):
        at, visit = max(at or one.at, one.at), one.visit or 1
        if one.verb in WAY:
            what = WAY[one.verb] + (f" {one.name}" if one.verb == "exited" else "")
            if one.verb == "placed" and visit > 1:
                what = "open again in"
            issue = (kinds or {}).get(one.issue or 0, "issue") if one.verb in OF_ISSUES else None
            decided = one.verb == "submitted"
            task = None if one.verb in ("entered", "exited") else one.task
            who, status = one.actor if decided or issue else None, one.status if decided else None
            way.append(Step(at, what, who, task, status, visit if task else 1, issue))
    return tuple(way)
