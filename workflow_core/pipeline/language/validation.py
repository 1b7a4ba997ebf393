"""Whether a tree has the shape of a spec. What is faulty is reported and left out, and the rest is read."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from workflow_core.domain.words.suggestions import closest, suggest
from workflow_core.domain.words.wording import agreed, quoted, shown
from workflow_core.pipeline.language import keys
from workflow_core.pipeline.language.findings import Span
from workflow_core.pipeline.language.nodes import Node, plain
from workflow_core.pipeline.language.scalars import describe
from workflow_core.pipeline.language.source import Document

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T", bound=BaseModel)

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_ROUNDS = 8


def validate(document: Document, root: Node, model: type[T]) -> T | None:
    """Read the tree as the model; None where nothing of it can be used. Drops what is faulty from the tree."""
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(plain(root))
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
        faulty = [_Faulty(root, error) for error in errors]
        for each in faulty:
            each.leave_out_what_is_meant(model, document)
        odd = {(id(each.parent), each.step) for each in faulty if each.of_key}
        alone = (each for each in faulty if each.of_key or (id(each.parent), each.step) not in odd)
        for group in _grouped(each for each in alone if not each.follows(model, document)):
            rule, message, hint = group[0].told(group)
            document.report(rule, group[0].span, message, hint)
        _drop(faulty)
        if any(each.parent is None for each in faulty):
            return None
    return None


class _Faulty:
    """What an error of pydantic is about."""

    def __init__(self, root: Node, error: "ErrorDetails") -> None:
        self.error = error
        self.parent: Node | None = None
        self.step: str = ""
        self.node = root
        self.span = root.span
        self.known: list[str] = []
        self.of_key = "[key]" in error["loc"]
        key = error["type"] == "extra_forbidden"
        for step in error["loc"]:
            if step == "[key]":
                key = True
            elif not self._enter(step):
                break
        if error["type"] == "missing" or (key and self.parent):
            self.span = self._key_span() or self.span

    def _enter(self, step: str | int) -> bool:
        value = self.node.value
        if isinstance(step, str) and step.startswith("\0"):
            return True
        if isinstance(value, dict) and step in value:
            self.parent, self.step, self.node = self.node, str(step), value[str(step)].node
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            self.parent, self.step, self.node = self.node, "", value[step]
        else:
            return False
        empty = self.node.span.end_column <= self.node.span.column
        self.span = (self._key_span() if empty else None) or self.node.span
        return True

    def _key_span(self) -> Span | None:
        value = self.parent.value if self.parent else None
        return value[self.step].key if isinstance(value, dict) else None

    def leave_out_what_is_meant(self, model: type[BaseModel], document: Document) -> None:
        """Let a key that is misspelt, or joined with its value, count as one that is there and faulty.

        One that is nothing like those that are possible may be meant for any of them that is not there; one that
        belongs elsewhere is missing there.
        """
        given = self.parent.value if self.parent else None
        if not self.parent or not isinstance(given, dict) or self.step not in given:
            return
        if self._may_be_of_elsewhere(model, given[self.step].node):
            document.strays.add(self.step)
        known = self.known = (
            keys.possible(model, self.error["loc"][:-1]) if self.error["type"] == "extra_forbidden" else []
        )
        key, colon, _ = self.step.partition(":")
        joined = colon and (key in known if known else self.error["input"] is None)
        meant = key if joined else closest(self.step, known) if known else None
        if known and (not meant or self.step in keys.all_known() or isinstance(self.node.value, dict)):
            document.strays.add(self.step)
        for each in [meant] if meant else known:
            if each not in given:
                self.parent.dropped.setdefault(each, given[self.step].key)

    def _may_be_of_elsewhere(self, model: type[BaseModel], value: Node) -> bool:
        """Tell whether a value of another kind, under a name of one's own, is one that stands in the wrong mapping."""
        loc, kind = self.error["loc"], self.error["type"]
        if not (self.of_key or kind in _WANTED or kind.startswith("union_tag")) or keys.possible(model, loc[:-1]):
            return False
        named = len(loc) == 2 and loc[0] in ("tasks", "routers", "exits")
        return named or isinstance(value.value, dict | list) or self.step in keys.all_known()

    def stands_among_strangers(self) -> bool:
        """Tell whether no key of its mapping belongs there: then it is the mapping that does not."""
        given = self.parent.value if self.parent else None
        if not isinstance(given, dict) or not (self.of_key or self.error["type"] == "extra_forbidden"):
            return False
        return not any("@" in each if self.of_key else each in self.known for each in given)

    def follows(self, model: type[BaseModel], document: Document) -> bool:
        """Tell whether this is only because something else, already reported, was left out."""
        dropped = self.node.dropped
        if self.error["type"] == "missing":
            return self.error["loc"][-1] in dropped or self.error["loc"][-1] in document.strays
        if self.error["type"] == "extra_forbidden":
            entry = self.parent.value.get(self.step) if self.parent and isinstance(self.parent.value, dict) else None
            return entry is not None and entry.told
        if not isinstance(self.node.value, list | dict) or self.error["type"] in _WANTED:
            return False
        inner = self.node.value.values() if isinstance(self.node.value, dict) else ()
        astray = document.strays.intersection(keys.possible(model, self.error["loc"]))
        return bool(dropped or astray) or any(each.node.dropped for each in inner)

    def told(self, group: "list[_Faulty]") -> tuple[str, str, str]:
        """Return the rule, the message and the hint, for all of its group."""
        kind, context = self.error["type"], self.error.get("ctx", {})
        given = self.error["input"]
        written = self.node.written if given is self.node.value else ""
        joined = _joined(self.step if given is None else given)
        if joined and kind in (*_WANTED, "extra_forbidden", "union_tag_invalid"):
            return "wrong-value", "a blank is missing after the colon", f"write it like {': '.join(joined)}"
        match kind:
            case "extra_forbidden":
                known = self.known
                if (key := self.step.partition(":")[0]) != self.step and key in known:
                    return "wrong-value", "a blank is missing after the colon", f"write one behind `{key}:`"
                where = f"{quoted(self.step)} is not a key here"
                return "unknown-key", where, keys.home(self.step) or suggest(self.step, known)
            case "missing":
                lacks = " and ".join(f"`{one.error['loc'][-1]}`" for one in group)
                are = f"the {agreed(len(group), 'key', 'keys')} {lacks} {agreed(len(group), 'is', 'are')} missing here"
                return "missing-key", are, ""
            case "literal_error":
                wanted = context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
                return "wrong-value", f"{describe(given)} is not possible here", suggest(str(given), wanted)
            case "union_tag_invalid" | "union_tag_not_found":
                wanted = context.get("expected_tags", "").replace("'", "").replace("\0", "")
                found = " or ".join(_article(each) for each in wanted.split(", "))
                return "wrong-value", *self._expected(found, given, written)
        if kind in _WANTED:
            return "wrong-value", *self._expected(_WANTED[kind], given, written)
        if "message" in context:
            return kind, str(context["message"]), str(context.get("hint", ""))
        limit = self.error["msg"].lower().replace("input", "this")
        return "wrong-value", f"{limit}, and it is {describe(given)}", ""

    def _expected(self, wanted: str, given: object, written: str) -> tuple[str, str]:
        """Say what kinds of value are possible, and how one is written."""
        message = f"expected {wanted}, and this is {describe(given, written)}"
        if "text" in wanted and isinstance(given, bool | int | float | None) and written:
            return message, f"quote it: {quoted(written)}"
        if given is None:
            return message, "give it a value, or remove the key"
        if "a number" in wanted and isinstance(given, str) and (number := re.search(r"[0-9]+(\.[0-9]+)?", given)):
            return message, f"write {number[0]}"
        path = [step for step in self.error["loc"] if isinstance(step, str) and not step.startswith("\0")]
        example = (
            keys.EXAMPLES.get(path[-1]) or (keys.EXAMPLES.get(f"{path[-2]}.") if len(path) > 1 else None)
            if path
            else None
        )
        if "mapping" in wanted and example:
            return message, f"write it like {example}"
        if "a list" in wanted and isinstance(given, str):
            return message, f"write it like [{shown(given)}]"
        return message, ""


def _grouped(faulty: Iterable[_Faulty]) -> list[list[_Faulty]]:
    """Put together what is told as one: what a mapping lacks, and its keys if none of them belongs there."""
    groups: dict[tuple[str, int], list[_Faulty]] = {}
    strange: dict[int, bool] = {}
    for each in faulty:
        key = ("alone", id(each))
        if each.error["type"] == "missing":
            key = ("missing", id(each.node))
        elif each.of_key or each.error["type"] == "extra_forbidden":
            if id(each.parent) not in strange:
                strange[id(each.parent)] = each.stands_among_strangers()
            key = ("strangers", id(each.parent)) if strange[id(each.parent)] else key
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _joined(text: object) -> tuple[str, str] | None:
    """Return the key and the value of what is one text for want of a blank between them."""
    found = re.fullmatch(r"([^\s:{}\[\],]+):([^\s/:].*)", text) if isinstance(text, str) else None
    return (found[1], found[2]) if found else None


def _drop(faulty: list[_Faulty]) -> None:
    """Take what is faulty out of the tree, a whole list at once."""
    lists: dict[int, tuple[Node, set[int]]] = {}
    for each in faulty:
        value = each.parent.value if each.parent else None
        if each.parent and isinstance(value, dict) and each.step in value:
            each.parent.dropped[each.step] = value.pop(each.step).key
        elif each.parent and isinstance(value, list):
            each.parent.dropped[f"#{id(each.node)}"] = each.node.span
            lists.setdefault(id(each.parent), (each.parent, set()))[1].add(id(each.node))
    for parent, gone in lists.values():
        assert isinstance(parent.value, list)
        parent.value[:] = [node for node in parent.value if id(node) not in gone]


def _article(tag: str) -> str:
    tag = tag.rsplit("\\x00", 1)[-1]
    return {"list": "a list", "mapping": "a mapping", "boolean": "true or false"}.get(tag, tag)
