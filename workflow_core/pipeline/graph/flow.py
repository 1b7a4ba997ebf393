"""What an item has certainly been through: the tasks upstream of a QA task, and the paths that pass one by."""

from dataclasses import replace
from functools import cached_property

from workflow_core.pipeline.graph.dominance import Dominance
from workflow_core.pipeline.graph.forks import Branches
from workflow_core.pipeline.graph.structure import START, UNKNOWN, Edge, Graph
from workflow_core.pipeline.language.draft import Draft


class Flow:
    """The graph, seen as the life of one item."""

    def __init__(self, draft: Draft, graph: Graph, forks: list[Branches]) -> None:
        self.draft, self.graph, self.forks = draft, graph, forks
        self.tasks = [name for name in draft.spec.tasks if draft.type_of(name) == "annotation"]
        self._upstream: dict[str, tuple[str, ...]] = {}
        self._bits = {name: 1 << index for index, name in enumerate(self.tasks)}

    @cached_property
    def _before(self) -> dict[str, int]:
        """The annotation tasks upstream of each node, one bit each: its ancestors, coming back by a loop aside."""
        import networkx as nx

        net = self.graph.net
        dominance = self.graph.dominance
        forward: nx.DiGraph[str] = nx.DiGraph()
        forward.add_nodes_from(net)
        forward.add_edges_from((a, b) for a, b in net.edges if not dominance.dominates(b, a))
        knots = nx.condensation(forward)
        done: dict[int, int] = {}
        found: dict[str, int] = {}
        for knot in nx.topological_sort(knots):
            before = 0
            for each in knots.pred[knot]:
                before |= done[each]
            members = knots.nodes[knot]["members"]
            own = 0
            for node in members:
                own |= self._bits.get(node, 0)
            done[knot] = before | own
            for node in members:
                found[node] = before | (own if len(members) > 1 else 0)
        return found

    def upstream(self, name: str) -> tuple[str, ...]:
        """Return the annotation tasks that an item may have been through before it first comes here."""
        if name not in self._upstream:
            bits = f"{self._before.get(name, 0):b}"[::-1]
            self._upstream[name] = tuple(task for task, bit in zip(self.tasks, bits, strict=False) if bit == "1")
        return self._upstream[name]

    def reviews(self, name: str) -> tuple[str, ...]:
        """Return the annotation tasks that a QA task reviews: those it lists, or all upstream."""
        listed = self.draft.spec.tasks[name].reviews
        if listed is None:
            return self.upstream(name)
        names = [listed] if isinstance(listed, str) else listed
        return tuple(each for each in dict.fromkeys(names) if each in self._bits)

    @cached_property
    def serial(self) -> Graph:
        """The graph with the branches of a fork one behind the other, since an item goes through all of them.

        Diversions by `on_max_visits` are left out: whoever comes by one has been round a loop.
        """
        after: dict[tuple[str, str], str] = {}
        first: dict[str, str] = {}
        for each in self.forks:
            if each.join and not each.faults:
                entries = list(each.inside)
                first[each.fork.node] = entries[0]
                for entry, following in zip(entries, [*entries[1:], each.join], strict=True):
                    after.update({(node, each.join): following for node in each.inside[entry]})
        serial = Graph()
        serial.locations = self.graph.locations
        for edges in self.graph.outgoing.values():
            for edge in edges:
                if first.get(edge.source, edge.target) == edge.target and edge.by != "max_visits":
                    serial.add_edge(replace(edge, target=after.get((edge.source, edge.target), edge.target)))
        return serial

    @cached_property
    def _passed(self) -> dict[str, int]:
        """The annotation tasks that every path to a node passes, one bit each."""
        serial = self.serial
        found: dict[str, int] = {}
        for node, over in Dominance(serial.net, START, leaving_out=self._ends).downwards():
            found[node] = found.get(over, 0) | self._bits.get(over, 0)
        return found

    @property
    def _ends(self) -> list[str]:
        return [*self.graph.named("exit"), UNKNOWN]

    def missed(self, name: str, tasks: tuple[str, ...]) -> list[str]:
        """Return those of the tasks upstream that some path to `name` does not pass."""
        if name not in self._passed:
            return []
        missed = self._before.get(name, 0) & ~self._passed[name]
        return [task for task in tasks if missed & self._bits[task]] if missed else []

    def path_past(self, name: str, task: str) -> list[Edge]:
        """Return a path from the start to `name` that does not pass `task`."""
        return self.serial.path(START, name, avoiding=task) or []
