"""The pipeline as a graph of tasks, routers and exits, with the statuses on its edges."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from workflow_core.pipeline.graph.dominance import Dominance
from workflow_core.pipeline.language.findings import Location

START = "\0start"
UNKNOWN = "\0unknown"
"""Stands for a target that does not exist or was left out: it may lead anywhere, an exit too."""

Kind = Literal["task", "router", "exit", "unknown"]
By = Literal["start", "status", "case", "max_visits"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a node to the next: by a status, a router's case, or too many visits."""

    source: str
    target: str
    label: str
    by: By
    location: Location


@dataclass(frozen=True, slots=True)
class Fork:
    """A status, or the start, that leads to several targets at once. `edges` are those that enter it."""

    node: str
    entries: tuple[str, ...]
    locations: tuple[Location, ...]
    edges: list[Edge] = field(default_factory=list)


class Graph:
    """Nodes by name; `net` also has the start, and one node for every fork."""

    def __init__(self) -> None:
        import networkx as nx

        self.kinds: dict[str, Kind] = {START: "unknown", UNKNOWN: "unknown"}
        self.locations: dict[str, Location] = {}
        self.forks: dict[str, Fork] = {}
        self.net: nx.DiGraph[str] = nx.DiGraph()
        self.net.add_node(START)
        self.outgoing: dict[str, list[Edge]] = defaultdict(list)
        self.incoming: dict[str, list[Edge]] = defaultdict(list)

    def add_node(self, name: str, kind: Kind, location: Location) -> None:
        """Add a task, a router or an exit, unless the name is taken."""
        if name not in self.kinds:
            self.kinds[name] = kind
            self.locations[name] = location
            self.net.add_node(name)

    def add_edge(self, edge: Edge) -> None:
        """Add a way."""
        self.outgoing[edge.source].append(edge)
        self.incoming[edge.target].append(edge)
        self.net.add_edge(edge.source, edge.target)

    def add_fork(self, way: Edge, targets: Mapping[str, Location]) -> None:
        """Add a way that leads to several nodes at once; the same targets are the same fork."""
        node = "\0fork " + "\0".join(sorted(targets))
        if node not in self.forks:
            self.forks[node] = Fork(node, tuple(targets), tuple(targets.values()))
            for target, location in targets.items():
                self.add_edge(Edge(node, target, "", "status", location))
        edge = replace(way, target=node)
        self.forks[node].edges.append(edge)
        self.add_edge(edge)

    def named(self, *kinds: Kind) -> Iterator[str]:
        """Yield the names of the nodes of these kinds, in the order of the file."""
        return (name for name, kind in self.kinds.items() if kind in kinds and name in self.locations)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Everything that an item can come to."""
        return frozenset(self._spread([START], self.net.adj))

    @cached_property
    def leaving(self) -> frozenset[str]:
        """Everything from where an item can leave by an exit other than `discarded`."""
        ways_out = [name for name in self.net if self.kinds.get(name) == "exit" and name != "discarded"]
        return frozenset(self._spread([*ways_out, *([UNKNOWN] if UNKNOWN in self.net else [])], self.net.pred))

    @staticmethod
    def _spread(start: Iterable[str], neighbours: Mapping[str, Iterable[str]]) -> set[str]:
        seen = set(start)
        todo = deque(seen)
        while todo:
            for each in neighbours[todo.popleft()]:
                if each not in seen:
                    seen.add(each)
                    todo.append(each)
        return seen

    @cached_property
    def dominance(self) -> Dominance:
        """Which tasks and routers every path to a task or router must pass."""
        return Dominance(self.net, START, leaving_out=[*self.named("exit"), UNKNOWN])

    def loops(self, nodes: Iterable[str]) -> list[list[Edge]]:
        """Return one loop, a shortest from its first location in the file, of each knot among these nodes."""
        import networkx as nx

        net = self.net.subgraph(nodes)
        knots = [knot for knot in nx.strongly_connected_components(net) if len(knot) > 1]
        return sorted((self._loop(knot) for knot in knots), key=lambda loop: self.locations[loop[0].source].order)

    def _loop(self, knot: set[str]) -> list[Edge]:
        first = min((each for each in knot if each in self.locations), key=lambda each: self.locations[each].order)
        path = self.path(first, first, within=knot)
        assert path is not None
        return path

    def path(
        self, source: str, target: str, *, within: Iterable[str] | None = None, avoiding: str | None = None
    ) -> list[Edge] | None:
        """Return a shortest path of at least one edge, the earlier in the file the better; None if there is none."""
        allowed = None if within is None else set(within)
        came: dict[str, Edge] = {}
        todo = deque([source])
        while todo:
            for edge in self.outgoing[todo.popleft()]:
                node = edge.target
                if node in came or node in (avoiding, edge.source) or (allowed is not None and node not in allowed):
                    continue
                came[node] = edge
                if node == target:
                    return _back(came, source, target)
                todo.append(node)
        return None


def _back(came: dict[str, Edge], source: str, target: str) -> list[Edge]:
    edges = [came[target]]
    while edges[-1].source != source:
        edges.append(came[edges[-1].source])
    return edges[::-1]


def written(edges: Sequence[Edge]) -> str:
    """Write a path for a message.

    >>> from workflow_core.pipeline.language.findings import Span
    >>> location = Location("p.yaml", Span(1, 1, 2))
    >>> written([Edge(START, "cars", "", "start", location), Edge("cars", "qa", "completed", "status", location)])
    'start -> cars -completed-> qa'
    """
    if len(edges) > 40:
        return f"{written(edges[:15])} ... {written(edges[-15:])}"
    text = "" if not edges else _shown(edges[0].source)
    for edge in edges:
        arrow = f"-{edge.label}->" if edge.label else "->"
        if not edge.source.startswith("\0fork"):
            text += f" {arrow}"
        if not edge.target.startswith("\0fork"):
            text += f" {_shown(edge.target)}"
    return text


def _shown(node: str) -> str:
    return "start" if node == START else "?" if node == UNKNOWN else node
