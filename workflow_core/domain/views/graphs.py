"""What is told of a pipeline's graph: its nodes, the ways between them, and how many items are where."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GraphNode:
    """A start, annotation, qa, router, fork, join or exit. The names of those without one in the file begin with `:`.

    `items` are open in a task, or left by an exit, and `held` wait at an exit for issues.
    """

    name: str
    kind: str
    items: int
    held: int


@dataclass(frozen=True, kw_only=True)
class GraphEdge:
    """A way from one node to another, and the statuses or conditions that lead there; `diverts` what came too often."""

    source: str
    target: str
    labels: Sequence[str]
    diverts: bool


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A pipeline as it was deployed last. `moving` items have a status that was not routed; `stuck` ones nobody has.

    Items of former versions are counted where they are, if that is in this one.
    """

    version: str
    nodes: Sequence[GraphNode]
    edges: Sequence[GraphEdge]
    moving: int
    stuck: int
