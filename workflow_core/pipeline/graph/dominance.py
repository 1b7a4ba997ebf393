"""Which nodes every path from the start must pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


class Dominance:
    """The dominator tree of a graph: `a` dominates `b` when no path from the start to `b` avoids `a`.

    Leave out the nodes where everything ends, and which nobody asks about: with thousands of edges into one
    node the algorithm becomes quadratic.
    """

    def __init__(self, net: "nx.DiGraph[str]", start: str, *, leaving_out: Iterable[str] = ()) -> None:
        import networkx as nx

        inner = net.copy()
        inner.remove_nodes_from(leaving_out)
        self.above: dict[str, str] = {
            node: over for node, over in nx.immediate_dominators(inner, start).items() if over not in (None, node)
        }
        below: dict[str, list[str]] = defaultdict(list)
        for node, over in self.above.items():
            below[over].append(node)
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        stack = [(start, False)]
        while stack:
            node, done = stack.pop()
            if done:
                self._last[node] = len(self._first)
                continue
            self._first[node] = len(self._first)
            stack.append((node, True))
            stack.extend((each, False) for each in below[node])

    def dominates(self, over: str, node: str) -> bool:
        """Tell whether every path from the start to `node` passes `over`; false for what is out of reach."""
        if over not in self._first or node not in self._first:
            return False
        return self._first[over] <= self._first[node] < self._last[over]

    def downwards(self) -> Iterator[tuple[str, str]]:
        """Yield every node with the nearest one that dominates it, from the start outwards."""
        return ((node, self.above[node]) for node in self._first if node in self.above)
