"""Slips in a file: each key in other letters, cut, moved or gone, each value of another kind."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import yaml

from workflow_core.pipeline.language.nodes import build, plain

Path = tuple[str | int, ...]
KINDS: dict[str, Any] = {
    "nothing": None,
    "a number": 7,
    "a negative number": -1,
    "a fraction": 1.5,
    "a truth": True,
    "a text": "x y",
    "an empty text": "",
    "a long text": "x" * 70,
    "a date": "2020-01-01",
    "a person": "zed@example.org",
    "a list of numbers": [7],
    "a list of texts": ["xx"],
    "a list of nothing": [None],
    "a list of lists": [[]],
    "a list of mappings": [{}],
    "an empty list": [],
    "an empty mapping": {},
    "a mapping of numbers": {"xx": 1},
}


class Slip(NamedTuple):
    """What is done at a place of a file."""

    at: Path
    what: str
    into: Path = ()


INTO = "indented into a mapping that may stand before it"


def loaded(text: str) -> Any:
    """Read a file as annoflow does, where `on` is a text."""
    root = build(yaml.parse(text, Loader=yaml.SafeLoader), text.splitlines(), lambda *_: None)
    assert root
    return plain(root)


def of(tree: Any, at: Path = ()) -> Iterator[Slip]:
    """Yield every slip that is possible in a tree."""
    for step, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        here = (*at, step)
        if isinstance(step, str) and not _is_own(here):
            yield from (Slip(here, what) for what in (*renamed(step), "moved up", "moved into the next", "gone"))
        elif isinstance(step, str):
            yield Slip(here, "misspelt")
        if isinstance(tree, dict):
            others = [(*at, other) for other, each in tree.items() if other != step and isinstance(each, dict | list)]
            yield from (Slip(here, INTO, into) for other in others for into in _ends(tree[other[-1]], other))
        yield from (Slip(here, what) for what in (*KINDS, "in a list"))
        if isinstance(value, str):
            yield from (Slip(here, f"the value {what}") for what in ("in capitals", "with a letter more"))
        yield from of(value, here)


def _ends(value: Any, at: Path) -> Iterator[Path]:
    """Yield the mappings that go on to the last line of a value: what is indented below it is in one of them."""
    if isinstance(value, dict):
        yield at
    if value and isinstance(value, dict | list):
        step = next(reversed(value)) if isinstance(value, dict) else len(value) - 1
        yield from _ends(value[step], (*at, step))


def renamed(key: str) -> dict[str, str]:
    """Return a key as people get it wrong."""
    ways = {
        "in capitals": key.upper(),
        "with a capital": key.title(),
        "in the plural": f"{key}s",
        "in the singular": key[:-1],
        "with a dash": key.replace("_", "-"),
        "in one word": key.replace("_", ""),
        "with letters swapped": key[:-2] + key[-1] + key[-2],
        "without a letter": key[:1] + key[2:],
        "as another word": "zebra",
    }
    return {what: new for what, new in ways.items() if new != key} | ({"as a truth": "true"} if key == "on" else {})


def _is_own(at: Path) -> bool:
    """Say whether the key at the end of a path is a name that people choose."""
    inner = at[at.index("recipe") + 1 :] if "recipe" in at else at
    named = len(inner) == 2 and inner[0] in ("teams", "tasks", "routers", "exits")
    return named or (len(inner) > 2 and inner[0] == "teams") or inner[-2:-1] in _OWN


_OWN = (("on",), ("attributes",), ("where",), ("assignees",))


def made(tree: Any, slip: Slip) -> str | None:
    """Return the file with a slip; None where it makes no difference or stands where that has its place, too."""
    tree = deepcopy(tree)
    *above, step = slip.at
    parent = _at(tree, above)
    key, value = step, parent[step]
    ways = renamed(step) if isinstance(step, str) else {}
    if slip.what in KINDS:
        parent[step] = KINDS[slip.what]
    elif slip.what == "in a list":
        parent[step] = [value]
    elif slip.what.startswith("the value"):
        parent[step] = value.upper() if slip.what.endswith("capitals") else f"{value}x"
    elif slip.what == "gone":
        del parent[step]
    elif slip.what == INTO:
        target = _at(tree, list(slip.into))
        if step in target:
            return None
        target[step] = parent.pop(step)
    elif slip.what.startswith("moved"):
        others = [_at(tree, above[:n]) for n in range(len(above))][::-1] if slip.what == "moved up" else parent.values()
        target = next((each for each in others if isinstance(each, dict) and each is not value), None)
        if target is None or step in target:
            return None
        target[step] = parent.pop(step)
    else:
        key = ways.get(slip.what, f"{step}x")
        if key in parent:
            return None
        entries = [(key if each == step else each, content) for each, content in parent.items()]
        parent.clear()
        parent.update(entries)
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    return text.replace("'true':", "true:") if key == "true" else text


def _at(tree: Any, path: list[str | int]) -> Any:
    for step in path:
        tree = tree[step]
    return tree
