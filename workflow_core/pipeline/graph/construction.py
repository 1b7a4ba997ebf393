"""From a draft to its graph."""

from dataclasses import replace

from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.words.suggestions import closest
from workflow_core.pipeline.graph.structure import START, UNKNOWN, By, Edge, Graph
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.draft import Draft
from workflow_core.pipeline.language.findings import Location
from workflow_core.pipeline.language.locations import TOP

MAX_GUESSES = 100
"""So many slips are taken for what was meant; guessing takes time, and a file of thousands is beyond it."""


def build(draft: Draft) -> Graph:
    """Build the graph of whatever could be read.

    A target that does not exist is taken for the name that was probably meant, so that one slip is one
    finding; where there is none, and for a status without a route, the edge leads to `UNKNOWN`.
    """
    return _Builder(draft).graph


class _Builder:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.graph = Graph()
        self.guesses: dict[str, str] = {}
        self._nodes()
        whole = draft.locations.value("start") if draft.spec.start else Location(draft.locations.file, TOP)
        self._routes(Edge(START, "", "", "start", whole), draft.start())
        for name in draft.spec.tasks:
            self._task(name)
        for name, cases in draft.spec.routers.items():
            if self.graph.kinds[name] == "router":
                self._router(name, cases)
        self._diversions()

    def _nodes(self) -> None:
        locations, given, graph = self.draft.locations, self.draft.spec, self.graph
        for name in given.tasks:
            graph.add_node(name, "task", locations.key("tasks", name))
        for name in given.routers:
            graph.add_node(name, "router", locations.key("routers", name))
        for name in (*given.exits, "approved", "discarded"):
            graph.add_node(name, "exit", locations.key("exits", name))
        for key in ("tasks", "routers", "exits"):
            for name in locations.gone(key):
                graph.add_node(name, "unknown", locations.key(key, name))
                self._edge(name, UNKNOWN, "", "status", locations.key(key, name))

    def _task(self, name: str) -> None:
        draft, path = self.draft, ("tasks", name, "on")
        routes = draft.routes_of(name)
        for status, (key, targets) in routes.items():
            several = isinstance(draft.spec.tasks[name].on[key], list)
            whole = draft.locations.value(*path, key)
            locations = (
                draft.locations.value(*path, key, index) if several else whole for index in range(len(targets))
            )
            self._routes(Edge(name, "", status, "status", whole), list(zip(targets, locations, strict=True)))
        for status, origin in ((each.name, path) for each, path in draft.statuses_of(name)):
            if status not in routes:
                target = status if status in ("discarded", "approved") else UNKNOWN
                if status in draft.locations.gone(*path):
                    target = UNKNOWN
                self._edge(name, target, status, "status", draft.location_of(origin))

    def _router(self, name: str, cases: list[spec.Case]) -> None:
        for index, case in enumerate(cases):
            for key, target in (("to", case.to), ("else", case.else_)):
                if target is not None:
                    label = "else" if key == "else" else _share(case) if case.sample else "where"
                    location = self.draft.locations.value("routers", name, index, key)
                    self._edge(name, self._resolved(target), label, "case", location)
        if self.draft.locations.gone("routers", name) or not cases:
            self._edge(name, UNKNOWN, "", "case", self.graph.locations[name])

    def _diversions(self) -> None:
        """Add what leads on when an item came too often; it can only where the task is part of a loop."""
        import networkx as nx

        looping = {n for knot in nx.strongly_connected_components(self.graph.net) if len(knot) > 1 for n in knot}
        for name, task in self.draft.spec.tasks.items():
            if task.on_max_visits is not None and name in looping:
                location = self.draft.locations.value("tasks", name, "on_max_visits")
                self._edge(name, self._resolved(task.on_max_visits), "max_visits", "max_visits", location)

    def _routes(self, way: Edge, targets: list[tuple[str, Location]]) -> None:
        found = {self._resolved(name): location for name, location in targets}
        if len(found) > 1:
            self.graph.add_fork(way, found)
        for target, location in found.items() if len(found) == 1 else ():
            self.graph.add_edge(replace(way, target=target, location=location))

    def _edge(self, source: str, target: str, label: str, by: By, location: Location) -> None:
        self.graph.add_edge(Edge(source, target, label, by, location))

    def _resolved(self, name: str) -> str:
        if name in self.graph.kinds:
            return name
        if name not in self.guesses:
            guess = closest(name, self.draft.names) if len(self.guesses) < MAX_GUESSES else None
            self.guesses[name] = guess or UNKNOWN
        return self.guesses[name]


def _share(case: spec.Case) -> str:
    return f"{(case.sample or 0) * 100 / SCALE:g}%"
