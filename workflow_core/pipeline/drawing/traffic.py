"""How many items went along each way of a drawing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflow_core.pipeline.drawing.elements import START, Drawing, Edge

Way = tuple[Edge, str]
"""An edge, and the status by which items went along it; the status is empty where none was set."""


@dataclass(frozen=True)
class Move:
    """How many times a status in a task brought an item to these nodes: tasks, joins, an exit."""

    task: str
    status: str
    nodes: tuple[str, ...]
    count: int


def traffic(drawing: Drawing, moves: Iterable[Move], items: int) -> Counter[Way]:
    """Count the items on every way. Through routers and forks it is told by where the items came out."""
    counts: Counter[Way] = Counter({(edge, ""): items for edge in drawing.edges if edge.source == START})
    for move in moves:
        begun = [
            (edge, move.status) for edge in drawing.edges if edge.source == move.task and move.status in edge.labels
        ]
        ways = {way for node in move.nodes for way in next(_paths(drawing, begun, node), ())}
        counts.update(dict.fromkeys(ways, move.count))
    return counts


def _paths(drawing: Drawing, begun: list[Way], end: str) -> Iterator[tuple[Way, ...]]:
    """Yield the paths that come out at a node, the shortest first; tasks are passed only where they divert."""
    shapes = {node.name: node.shape for node in drawing.nodes}
    queue: list[tuple[Way, ...]] = [(way,) for way in begun]
    while queue:
        path = queue.pop(0)
        here = path[-1][0].target
        if here == end:
            yield path
        elif len(path) < len(drawing.nodes):
            passed = shapes[here] in ("router", "fork", "join")
            queue += [(*path, (edge, "")) for edge in drawing.edges if edge.source == here and (passed or edge.dotted)]
