"""When two annotations that come in are the same: by what they say and who made them, whatever file they are in."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

UNNAMED: Final[dict[str, None]] = {"model": None, "model_version": None}
"""Of a model that a file does not name, what any model has made is there already."""
ANYBODY: Final[dict[str, None]] = {"origin": None, **UNNAMED}
"""Where nobody says who made it, what anybody has made is there already."""
SHAPE: Final = ("label", "tool", "geometry")
MAKER: Final = ("origin", "model", "model_version")


def key(content: Mapping[str, Any]) -> str:
    """Name an annotation by what it says and who made it, in two parts: all but its attributes, and these.

    A number is the same as a whole one and as a fraction; after the fourth digit tools disagree of a place.

    >>> one = {"label": "car", "tool": "point", "attributes": {}} | ANYBODY
    >>> key(one | {"geometry": {"x": 1 / 32}}) == key(one | {"geometry": {"x": 1 / 32 + 1e-9}})
    True
    """
    return keys(content, content)[0]


def keys(content: Mapping[str, Any], *makers: Mapping[str, Any]) -> list[str]:
    """Name it as the work of each maker: what it says is read once for all."""
    shape = hashlib.sha256(json.dumps([_rounded(content[name]) for name in SHAPE], sort_keys=True)[:-1].encode())
    attributes = {name: float(value) if type(value) is int else value for name, value in content["attributes"].items()}
    said = hashlib.sha256(json.dumps(attributes, sort_keys=True).encode()).hexdigest()[:32]
    found = []
    for maker in makers:
        whole = shape.copy()
        whole.update(f", {json.dumps([maker[name] for name in MAKER])[1:]}".encode())
        found.append(f"{whole.hexdigest()[:32]}.{said}")
    return found


NUDGE: Final = 1.2345e-7
"""How far the borders between places lie aside: on a thirty-second, which many places are, none may lie."""


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value + NUDGE, 4) + 0.0 if isinstance(value, float) else value


def shape(key: str) -> str:
    """Return the part of a key that says all but the attributes."""
    return key.partition(".")[0]
