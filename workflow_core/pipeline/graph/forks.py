"""The branches of forks: which nodes are inside, where they meet, and what crosses the boundary.

A node is inside a branch when every path to it passes the branch's first task, and it comes before the join.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.graph.dominance import Dominance
from workflow_core.pipeline.graph.structure import UNKNOWN, Edge, Fork, Graph
from workflow_core.pipeline.language.draft import Draft
from workflow_core.pipeline.language.findings import Fault, Location


@dataclass
class Branches:
    """A fork, the task where its branches meet, and the nodes inside each branch by its first task."""

    fork: Fork
    join: str | None = None
    inside: dict[str, set[str]] = field(default_factory=dict)
    met: dict[str, dict[str, Edge]] = field(default_factory=dict)
    """Every join that is met, with the first edge into it of each branch."""
    faults: list[tuple[str, Fault]] = field(default_factory=list)

    def told(self, rule: str) -> Iterator[Fault]:
        """Yield what was found for a rule."""
        return (fault for name, fault in self.faults if name == rule)

    def report(self, rule: str, location: Location, message: str, hint: str = "") -> None:
        """Note a fault for the rule of that name."""
        self.faults.append((rule, Fault(location, message, hint)))


def branches(draft: Draft, graph: Graph) -> list[Branches]:
    """Work out the branches of every fork that can be reached, with all that is wrong about them."""
    joins = {name for name, task in draft.spec.tasks.items() if task.join}
    found = [Branches(fork) for node, fork in graph.forks.items() if node in graph.reachable]
    for each in found:
        _Walk(graph, graph.dominance, joins, each).go()
    inner = {node for each in found for region in each.inside.values() for node in region}
    for each in found:
        if each.fork.node in inner:  # the outer fork is told that it is there; two may be inside each other
            each.faults = [(rule, fault) for rule, fault in each.faults if rule == "nested-fork"]
    return found


class _Walk:
    def __init__(self, graph: Graph, dominance: Dominance, joins: set[str], found: Branches) -> None:
        self.graph, self.dominance, self.joins, self.found = graph, dominance, joins, found
        self.out: list[tuple[str, Edge]] = []
        self.nested = False

    def go(self) -> None:
        fork, found = self.found.fork, self.found
        for entry, location in zip(fork.entries, fork.locations, strict=True):
            if self.graph.kinds[entry] in ("router", "exit"):
                what = f"a fork leads to tasks, and {quoted(entry)} is {_a(self.graph.kinds[entry])}"
                found.report("fork-target", location, what, "begin the branch with a task")
            elif entry in self.joins:
                what = f"the branch to {quoted(entry)} has no task before the join"
                found.report("fork-target", location, what, "a fork leads to the first task of each branch")
            else:
                found.inside[entry] = self._region(entry)
        found.join = (
            min(self.found.met, key=lambda each: (-len(self.found.met[each]), each)) if self.found.met else None
        )
        if len(found.inside) == len(fork.entries) and not self.nested:
            self._meeting()
            self._crossing_out()
            self._crossing_in()

    def _region(self, entry: str) -> set[str]:
        region, todo = {entry}, deque([entry])
        while todo:
            for edge in self.graph.outgoing[todo.popleft()]:
                node = edge.target
                if node == UNKNOWN:
                    self.out.append((entry, edge))
                elif node in self.joins and node != entry:
                    self.found.met.setdefault(node, {}).setdefault(entry, edge)
                    if edge.by == "max_visits":
                        self.out.append((entry, edge))
                elif node in self.graph.forks and self.dominance.dominates(entry, node):
                    region.add(node)
                    self.nested = True
                    self.found.report(
                        "nested-fork", edge.location, f"this fork is inside the branch {quoted(entry)} of another one"
                    )
                elif self.graph.kinds.get(node) == "exit" or not self.dominance.dominates(entry, node):
                    self.out.append((entry, edge))
                elif node not in region:
                    region.add(node)
                    todo.append(node)
                if edge.by == "max_visits" and self.graph.kinds.get(node) == "router":
                    self.out.append((entry, edge))
        return region

    def _meeting(self) -> None:
        found, fork = self.found, self.found.fork
        if found.join is None:
            shared = self._shared()
            hint = (
                f"give {quoted(shared)} `join: all`" if shared else "let all branches lead to a task with `join: all`"
            )
            found.report("fork-without-join", fork.edges[0].location, "the branches of this fork meet nowhere", hint)
            return
        for entry, location in zip(fork.entries, fork.locations, strict=True):
            if entry not in self.found.met[found.join] and not self._unknown(entry):
                message = f"the branch {quoted(entry)} never comes to the join {quoted(found.join)}"
                found.report("fork-without-join", location, message, "the join would wait for it for ever")
        for name, edges in self.found.met.items():
            for entry, edge in edges.items() if name != found.join else ():
                message = f"the branch {quoted(entry)} comes to the join {quoted(name)}, others to {quoted(found.join)}"
                found.report("fork-without-join", edge.location, message, "all branches meet in one task")

    def _shared(self) -> str | None:
        branches_to: dict[str, set[str]] = {}
        for entry, edge in self.out:
            if self.graph.kinds.get(edge.target) == "task":
                branches_to.setdefault(edge.target, set()).add(entry)
        shared = [name for name, entries in branches_to.items() if len(entries) > 1 and name not in self.found.inside]
        return shared[0] if shared else None

    def _unknown(self, entry: str) -> bool:
        return any(edge.target == UNKNOWN for branch, edge in self.out if branch == entry)

    def _crossing_out(self) -> None:
        shared = self._shared() if self.found.join is None else None
        for entry, edge in self.out:
            if edge.target in (UNKNOWN, "discarded", shared) or self.graph.kinds.get(edge.target) == "unknown":
                continue
            if edge.by == "max_visits":
                what = f"`on_max_visits` inside the branch {quoted(entry)} leads to {_name(edge)}"
                hint = "inside a fork it may lead to a task of the same branch, or to discarded"
            else:
                what = f"this leads from the branch {quoted(entry)} {self._where(edge.target)}"
                hint = f"a branch ends in its join{self._named_join()} or at discarded"
            self.found.report("fork-crossed", edge.location, what, hint)

    def _where(self, target: str) -> str:
        if self.graph.kinds.get(target) == "exit":
            return f"to the exit {quoted(target)}"
        for entry, region in self.found.inside.items():
            if target in region:
                return f"into the branch {quoted(entry)}"
        return f"out of the fork, to {quoted(target)}" if target in self.graph.kinds else "out of the fork"

    def _named_join(self) -> str:
        return f" {quoted(self.found.join)}" if self.found.join else ""

    def _crossing_in(self) -> None:
        found = self.found
        inside = set().union(*found.inside.values())
        for entry in found.fork.entries:
            for edge in self.graph.incoming[entry]:
                if edge.source not in inside and edge.source != found.fork.node and edge.source in self.graph.reachable:
                    message = f"this leads into the branch {quoted(entry)} of a fork, from outside"
                    found.report("fork-crossed", edge.location, message, "enter by the fork")
        for edge in self.graph.incoming[found.join] if found.join else ():
            if edge.source not in inside and edge.source in self.graph.reachable:
                message = f"this leads to the join {quoted(edge.target)}, from outside its fork"
                found.report("fork-crossed", edge.location, message, "only the branches of its fork lead to a join")


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "exit" else f"a {kind}"


def _name(edge: Edge) -> str:
    return "another fork" if edge.target.startswith("\0") else quoted(edge.target)
