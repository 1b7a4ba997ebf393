"""Routing in a few lines: where statuses lead. The oracle of the SQL of `store.routing`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STUCK = "stuck"
"""Where a status leads that has no route."""

Routes = Mapping[tuple[str, str], tuple[str, ...]]
"""(task, status) → the names of the task items it leads to, several for a fork."""


@dataclass(frozen=True)
class Status:
    """A status that is not routed yet."""

    item: int
    task: str
    status: str


def arrivals(statuses: Iterable[Status], routes: Routes, *, exits: frozenset[str]) -> set[tuple[int, str]]:
    """Return which items arrive where, each once; an item that leaves arrives nowhere else.

    >>> routes = {("cars", "completed"): ("signs",), ("cars", "discarded"): ("discarded",)}
    >>> statuses = [Status(1, "cars", "completed"), Status(2, "cars", "discarded"), Status(3, "cars", "odd")]
    >>> sorted(arrivals(statuses, routes, exits=frozenset({"discarded"})))
    [(1, 'signs'), (2, 'discarded'), (3, 'stuck')]
    """
    found: set[tuple[int, str]] = set()
    leaving: dict[int, str] = {}
    for one in statuses:
        for task_item in routes.get((one.task, one.status), (STUCK,)):
            found.add((one.item, task_item))
            if task_item in exits:
                leaving.setdefault(one.item, task_item)
    return {(item, task_item) for item, task_item in found if leaving.get(item, task_item) == task_item}
