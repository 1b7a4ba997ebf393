"""Keys that stand beside the mapping they belong to, or in one: the slip that would otherwise be a dozen findings."""

from collections.abc import Collection, Iterator, Mapping

from pydantic import BaseModel

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.nodes import Entry, Node, plain
from workflow_core.pipeline.language.source import Document

INSIDE: Mapping[str, Collection[str]] = {"source": spec.Source.model_fields.keys() - spec.Pipeline.model_fields.keys()}
"""What belongs into a mapping of the top, and nowhere else."""
NAMED: Mapping[str, Collection[str]] = {
    "tasks": spec.Task.model_fields.keys(),
    "routers": {"where", "sample", "to", "else"},
    "exits": spec.Exit.model_fields.keys(),
}
"""What belongs into each of those that have names of one's own."""
MARKS = ("type", "recipe", "assignees")
"""What is in a task, and not in what belongs to one."""
FIELDS = {*spec.Label.model_fields, *spec.Attribute.model_fields}
BESIDE_WHERE = {
    spec.Source: spec.Source.model_fields.keys() - {"folder"},
    spec.Case: {"to", "else", "sample"},
    spec.Export: spec.Export.model_fields.keys(),
}
"""What stands beside a filter, and is none of its fields."""


def check(document: Document, root: Node) -> None:
    """Report what stands too far left or right, and take it out of the tree, with the empty key before it."""
    _look(document, root, INSIDE)
    for key, inner in NAMED.items():
        named = _within(root, key)
        if isinstance(named, Node) and isinstance(named.value, dict):
            _look(document, named, dict.fromkeys(named.value, inner))
            for name, entry in list(named.value.items()):
                other = name in spec.Pipeline.model_fields and entry.node.value is not None
                if other and not _is_one(entry.node, inner):
                    _take(document, named, name, f"`{name}` stands in `{key}`, and not beside it", "indent it less")
            for name, entry in list(named.value.items()):
                if name in inner and not _is_one(entry.node, MARKS if key == "tasks" else inner):
                    _take(
                        document, named, name, f"`{name}` stands beside the {key}, and not in one", "indent it further"
                    )
    teams = _within(root, "teams")
    for key, entry in _entries(teams):
        people = isinstance(entry.node.value, list) or any("@" in each for each, _ in _entries(entry.node))
        if teams and key in spec.Pipeline.model_fields and not people:
            _take(document, teams, key, f"`{key}` stands in `teams`, and not beside it", "indent it less")
    for _, task in _entries(_within(root, "tasks")):
        if recipe := _within(task.node, "recipe"):
            check_recipe(document, recipe)
    for model, node in _filtered(root):
        condition = _within(node, "where")
        for key, _ in _entries(condition):
            if condition and key in BESIDE_WHERE[model]:
                _take(document, condition, key, f"`{key}` stands in `where`, and not beside it", "indent it less")
    for name, task in _entries(_within(root, "tasks")):
        own = {each for key in ("statuses", "extra_statuses") for each in _names(_within(task.node, key))}
        for where, inside in (("on", _within(task.node, "on")), ("assignees", _within(task.node, "assignees"))):
            for key, _ in _entries(inside):
                if inside and key in spec.Task.model_fields and key not in own:
                    said = f"`{key}` stands in `{where}` of {quoted(name)}, and not beside it"
                    _take(document, inside, key, said, "indent it less")


def check_recipe(document: Document, root: Node) -> None:
    """Do the same within a recipe."""
    labels = _within(root, "labels")
    for label in labels.value if labels and isinstance(labels.value, list) else ():
        attributes = _within(label, "attributes")
        for name, entry in _entries(attributes):
            if attributes and name in FIELDS and not isinstance(entry.node.value, dict):
                said = f"`{name}` stands in `attributes`, and not in one of them"
                where = "less" if name in spec.Label.model_fields else "further"
                _take(document, attributes, name, said, f"indent it {where}")


def _filtered(root: Node) -> Iterator[tuple[type[BaseModel], Node]]:
    """Yield what may have a filter."""
    if source := _within(root, "source"):
        yield spec.Source, source
    for _, router in _entries(_within(root, "routers")):
        yield from ((spec.Case, case) for case in (router.node.value if isinstance(router.node.value, list) else ()))
    for _, exit in _entries(_within(root, "exits")):
        if export := _within(exit.node, "export"):
            yield spec.Export, export


def _within(node: Node, key: str) -> Node | None:
    return node.value[key].node if isinstance(node.value, dict) and key in node.value else None


def _entries(node: Node | None) -> list[tuple[str, Entry]]:
    return list(node.value.items()) if node and isinstance(node.value, dict) else []


def _names(node: Node | None) -> Collection[str]:
    listed = plain(node) if node else None
    given = (
        [each.get("name") if isinstance(each, dict) else each for each in listed] if isinstance(listed, list) else []
    )
    return [each for each in given if isinstance(each, str)]


def _is_one(node: Node, inner: Collection[str]) -> bool:
    """Say whether a value looks like what has a name: it has a key of that, or is a list of such."""
    some = node.value if isinstance(node.value, list) else [node]
    return any(key in inner for each in some for key, _ in _entries(each))


def _take(document: Document, node: Node, key: str, message: str, hint: str) -> None:
    assert isinstance(node.value, dict)
    document.report("wrong-value", node.value.pop(key).key, message, hint)
    document.strays.add(key)


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
