"""What the rules look at: the draft, and what follows from it as a whole."""

from collections.abc import Iterator
from functools import cached_property

from workflow_core.pipeline.graph.construction import build
from workflow_core.pipeline.graph.flow import Flow
from workflow_core.pipeline.graph.forks import Branches, branches
from workflow_core.pipeline.graph.structure import Graph
from workflow_core.pipeline.language.draft import Draft
from workflow_core.pipeline.language.findings import Fault


class Analysis(Draft):
    """A draft with its graph; everything is worked out once, when a rule first asks."""

    @cached_property
    def graph(self) -> Graph:
        """The graph, as far as it can be known."""
        return build(self)

    @cached_property
    def forks(self) -> list[Branches]:
        """The forks that can be reached, with their branches and what is wrong about them."""
        return branches(self, self.graph)

    @cached_property
    def flow(self) -> Flow:
        """What an item has been through wherever it is."""
        return Flow(self, self.graph, self.forks)

    def told(self, rule: str) -> Iterator[Fault]:
        """Yield what was found for a rule while reading and while following the forks."""
        yield from super().told(rule)
        for each in self.forks:
            yield from each.told(rule)
