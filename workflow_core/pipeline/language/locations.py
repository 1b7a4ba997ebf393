"""Where a key or a value of the file stands, by its path."""

from dataclasses import dataclass

from workflow_core.pipeline.language.findings import Location, Span
from workflow_core.pipeline.language.nodes import Node

Step = str | int
TOP = Span(1, 1, 2)


@dataclass(frozen=True)
class Locations:
    """A file, or a part of it, in which locations are looked up. What is not there yields the nearest thing above."""

    file: str
    root: Node
    origin: Span = TOP
    strays: frozenset[str] = frozenset()
    """Keys that stand where they do not belong, and so are missing elsewhere."""

    def value(self, *path: Step) -> Location:
        """Return where the value at the path stands; where it is empty, its key."""
        key, node = self._walk(path)
        return self._location(node.span if node.span.end_column > node.span.column else key)

    def key(self, *path: Step) -> Location:
        """Return where the key at the end of the path stands; for an entry of a list, the entry."""
        key, node = self._walk(path)
        return self._location(key if key is not self.origin or not path else node.span)

    def text(self, *path: Step) -> Location:
        """Return where a name stands that may be written as the value itself, or as its `name`."""
        _, node = self._walk(path)
        return self.value(*path, "name") if isinstance(node.value, dict) else self.value(*path)

    def gone(self, *path: Step) -> frozenset[str]:
        """Return the keys of the mapping at the path that were left out because they were faulty."""
        node = self._find(path)
        return frozenset(node.dropped) if node else frozenset()

    def lacks(self, key: str, *path: Step) -> bool:
        """Say whether a key is really not there: neither left out of the mapping at the path, nor astray elsewhere."""
        return key not in self.gone(*path) and key not in self.strays

    def entries(self, *path: Step) -> list[tuple[str, Location]]:
        """Return the texts of a list, or the keys of a mapping, each with its location."""
        node = self._find(path)
        if node is None:
            return []
        if isinstance(node.value, dict):
            return [(key, self._location(entry.key)) for key, entry in node.value.items()]
        listed = node.value if isinstance(node.value, list) else []
        return [(each.value, self._location(each.span)) for each in listed if isinstance(each.value, str)]

    def within(self, *path: Step) -> "Locations":
        """Return the part of the file at the path."""
        key, node = self._walk(path)
        return Locations(self.file, node, key, self.strays)

    def _find(self, path: tuple[Step, ...]) -> Node | None:
        node: Node | None = self.root
        for step in path:
            node = _child(node, step) if node else None
        return node

    def _walk(self, path: tuple[Step, ...]) -> tuple[Span, Node]:
        key, node = self.origin, self.root
        for step in path:
            child = _child(node, step)
            if child is None:
                if isinstance(step, str) and step in node.dropped:
                    key = node.dropped[step]
                    return key, Node(key, None)
                break
            key = _key(node, step) or child.span
            node = child
        return key, node

    def _location(self, span: Span) -> Location:
        return Location(self.file, span)


def _child(node: Node, step: Step) -> Node | None:
    if isinstance(node.value, dict) and isinstance(step, str):
        entry = node.value.get(step)
        return entry.node if entry else None
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _key(node: Node, step: Step) -> Span | None:
    return node.value[step].key if isinstance(node.value, dict) and isinstance(step, str) else None
