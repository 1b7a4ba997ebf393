"""The tree of a YAML file, built from the parser's events: every key and value knows where it stands.

Composing or loading would follow aliases, recurse as deep as the text nests, and lose duplicate keys.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.language.findings import Span
from workflow_core.pipeline.language.scalars import Scalar, describe, resolve

MAX_DEPTH = 64
MAX_NODES = 100_000

Report = Callable[[str, Span, str, str], None]
"""Takes the name of a rule, a location, a message and a hint."""


@dataclass(slots=True, eq=False)
class Node:
    """A value of the file: a scalar, a list of nodes, or entries by key."""

    span: Span
    value: "Scalar | list[Node] | dict[str, Entry]"
    dropped: dict[str, Span] = field(default_factory=dict)
    """What was there and had to be left out, because it was faulty: by key; in a list, by any name."""
    written: str = ""
    """What stands in the file for a number, a boolean or nothing."""


@dataclass(slots=True, eq=False)
class Entry:
    """A key of a mapping with its location, and its value."""

    key: Span
    node: Node
    told: bool = False
    """Whether it is reported already that the key is no text."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; `key` waits for its value."""

    node: Node
    key: tuple[str | None, Span] | None = None
    odd: bool = False


def plain(node: Node) -> Any:
    """Return the node as plain values."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(each) for each in node.value]
    return node.value


def build(events: Iterable[yaml.Event], lines: list[str], report: Report) -> Node | None:
    """Build the tree of the first document. Stops at a limit, with what there is up to there lost."""
    root: Node | None = None
    stack: list[_Open] = []
    count = documents = 0
    for event in events:
        span = _span(event, lines)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                report("yaml-syntax", span, "a second document starts here", "one file holds one document")
                return root
        elif isinstance(event, yaml.CollectionEndEvent):
            _close(stack.pop().node, span)
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            if count > MAX_NODES:
                report("yaml-limit", span, f"there are more than {MAX_NODES:,} values", "split the file")
                return None
            if len(stack) >= MAX_DEPTH:
                report("yaml-limit", span, f"this is nested more than {MAX_DEPTH} levels deep", "")
                return None
            node = _node(event, span, report)
            if stack:
                _location(stack[-1], node, event, span, report)
            else:
                root = node
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(_Open(node or _collection(event, span)))
    return root


def _span(event: yaml.Event, lines: list[str]) -> Span:
    start, end = event.start_mark, event.end_mark
    assert start is not None and end is not None
    if isinstance(event, yaml.CollectionStartEvent) or end.line != start.line:
        line = lines[start.line] if start.line < len(lines) else ""
        text = re.split(r"\s#", line[start.column : start.column + 300], maxsplit=1)[0]
        return Span(start.line + 1, start.column + 1, start.column + len(text.rstrip()) + 1)
    return Span(start.line + 1, start.column + 1, end.column + 1)


def _close(node: Node, end: Span) -> None:
    """Let a list or mapping in brackets end at its bracket, where that is in the same line."""
    if end.line == node.span.line and end.end_column > end.column:
        node.span = Span(end.line, node.span.column, end.end_column)


def _collection(event: yaml.CollectionStartEvent, span: Span) -> Node:
    return Node(span, [] if isinstance(event, yaml.SequenceStartEvent) else {})


def _node(event: yaml.NodeEvent, span: Span, report: Report) -> Node | None:
    if isinstance(event, yaml.AliasEvent):
        report("yaml-feature", span, f"the alias *{event.anchor} is not allowed", "repeat what it stands for")
        return None
    if event.anchor is not None:
        report("yaml-feature", span, f"the anchor &{event.anchor} is not allowed", "remove it")
    tag = getattr(event, "tag", None)
    if tag is not None:
        report(
            "yaml-feature",
            span,
            f"the tag {tag.replace('tag:yaml.org,2002:', '!!')} is not allowed",
            "remove it; quote what is to be text",
        )
    if isinstance(event, yaml.CollectionStartEvent):
        return _collection(event, span) if tag is None else None
    assert isinstance(event, yaml.ScalarEvent)
    found = re.search("[\x00\ud800-\udfff]", event.value)
    if found:
        report("yaml-syntax", span, f"a text cannot hold the character U+{ord(found.group()):04X}", "")
        return None
    if event.implicit[0] and tag is None:
        return Node(span, resolve(event.value), written=event.value)
    return Node(span, event.value)


def _location(parent: _Open, node: Node | None, event: yaml.NodeEvent, span: Span, report: Report) -> None:
    value = parent.node.value
    if isinstance(value, list):
        if node is None:
            parent.node.dropped[f"#{len(value)}"] = span
        else:
            value.append(node)
        return
    assert isinstance(value, dict)
    if parent.key is None:
        parent.key = (_key(node, event, span, report), span)
        parent.odd = node is not None and not isinstance(node.value, str)
        return
    (key, key_span), parent.key = parent.key, None
    if key is None:
        return
    first = value[key].key if key in value else parent.node.dropped.get(key)
    if first:
        message = f"the key {quoted(key)} is there already, in line {first.line}"
        report("duplicate-key", key_span, message, "keep one of them")
    elif node is None:
        parent.node.dropped[key] = key_span
    else:
        value[key] = Entry(key_span, node, parent.odd)
    parent.odd = False


def _key(node: Node | None, event: yaml.NodeEvent, span: Span, report: Report) -> str | None:
    if node is None:
        return None
    if isinstance(node.value, str):
        if node.value == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
            report("yaml-feature", span, "merge keys are not allowed", "repeat what is to be merged")
            return None
        return node.value
    text = event.value if isinstance(event, yaml.ScalarEvent) else ""
    hint = f"quote it: {quoted(text)}" if text else ""
    if isinstance(node.value, bool):
        hint += f"; or write `{'on' if node.value else 'off'}`, which some tools write as {text}"
    report("wrong-value", span, f"a key is text, and this is {describe(node.value)}", hint)
    return text or None
