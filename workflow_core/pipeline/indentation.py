"""Keys that stand beside the mapping they belong to: the slip that would otherwise be a dozen findings."""

from collections.abc import Collection, Mapping

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.nodes import Entry, Node
from workflow_core.pipeline.language.source import Document

INSIDE: Mapping[str, Collection[str]] = {"source": spec.Source.model_fields.keys() - spec.Pipeline.model_fields.keys()}
"""What belongs into a mapping of the top, and nowhere else."""


def check(document: Document, root: Node) -> None:
    """Report what stands too far left, and take it out of the tree with the empty key before it."""
    _look(document, root, INSIDE)
    tasks = root.value.get("tasks") if isinstance(root.value, dict) else None
    if tasks and isinstance(tasks.node.value, dict):
        _look(document, tasks.node, dict.fromkeys(tasks.node.value, spec.Task.model_fields.keys()))


def _look(document: Document, node: Node, inside: Mapping[str, Collection[str]]) -> None:
    assert isinstance(node.value, dict)
    entries = list(node.value.items())
    empty: tuple[str, Entry] | None = None
    for name, entry in entries:
        if empty and name in inside[empty[0]]:
            if empty[0] in node.value:
                node.dropped[empty[0]] = node.value.pop(empty[0]).key
                message = f"`{name}` stands beside {quoted(empty[0])}, and not in it"
                document.report("wrong-value", entry.key, message, "indent it, and what follows, further than the name")
            del node.value[name]
        else:
            empty = (name, entry) if entry.node.value is None and name in inside else None
