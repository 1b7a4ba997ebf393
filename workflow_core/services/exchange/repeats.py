"""What comes again: the same, which changes nothing, or the same otherwise, which is listed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations import identities
from workflow_core.services.exchange.fits import Fit
from workflow_core.store.exchange.imports import Present

SCORE = 0.0001
"""By how much a score differs where a tool has written it with few digits."""
AREA = 0.0001
"""By what share an area does, at least a hundredth of a pixel."""
ATTRIBUTES = "it is there already, and comes with other attributes than those, which stay"


@dataclass(frozen=True)
class Beside:
    """What is known of an annotation beside what it is known by; of an area that people have overtaken, nothing."""

    score: float | None
    area: float | None


Known = dict[tuple[int, str], dict[str, list[Beside]]]
"""What is there of an item and all but its attributes: by the whole that it is known by."""


@dataclass
class Repeats:
    """What comes again in an import; `present` counts the same. It `keeps` what came if that leaves nothing behind."""

    problems: Problems
    keeps: bool = False
    present: int = 0
    _there: Known = field(default_factory=dict)
    _came: Known = field(default_factory=dict)

    def know(self, there: Iterable[Present]) -> None:
        """Take what is there on the items of a batch as known, as it came and as it is now."""
        self._there = {}
        for one in there:
            for key, area in _keys(one):
                _add(self._there, one.item_id, key, Beside(one.score, area))

    def add(self, new: Fit) -> None:
        """Take what comes in now as known."""
        for item_id, key in (new.known_as, new.by_anybody):
            _add(self._came if self.keeps else self._there, item_id, key, Beside(new.row["score"], _area(new.row)))

    def has(self, each: Fit) -> bool:
        """Say whether an annotation is there already: the same is counted, the same otherwise is listed."""
        names = [each.known_as] if each.signed else [each.known_as, each.by_anybody]
        places = [(item_id, identities.shape(key)) for item_id, key in names]
        alike = [known[place] for known in (self._there, self._came) for place in places if place in known]
        # What says nothing of attributes says nothing else than what is there, as with scores and areas.
        keys = {key for _, key in names}
        same = (ones for known in alike for key, ones in known.items() if key in keys or not each.row["attributes"])
        there = [one for ones in same for one in ones]
        scored = [one for one in there if _is_score(one, each)]
        if any(_is_area(one, each) for one in scored):
            self.present += 1
        elif there:
            found = ("area", scored[0].area) if scored else ("score", there[0].score)
            self.problems.add(each.where, _otherwise(*found))
        elif alike:
            self.problems.add(each.where, ATTRIBUTES)
        return bool(alike)


def _otherwise(what: str, there: float | None) -> str:
    if there is None:
        return f"it is there already without a {what}, and stays without"
    stays = f"{there:.4f}".rstrip("0").rstrip(".")
    return f"it is there already, and comes with another {what} than {stays}, which stays"


def _add(known: Known, item_id: int, key: str, one: Beside) -> None:
    known.setdefault((item_id, identities.shape(key)), {}).setdefault(key, []).append(one)


def _keys(one: Present) -> Iterator[tuple[str, float | None]]:
    """Yield by what one that is there is known, with its area."""
    unnamed = one.content | identities.UNNAMED
    now, of_a_model, of_anybody = identities.keys(one.content, one.content, unnamed, identities.ANYBODY)
    area = _area(one.content | {"area": one.area})
    yield now, area
    if one.external_id not in (None, now):
        yield str(one.external_id), None
    if one.content["origin"] == "model":
        yield of_a_model, area
    if not one.deleted:
        yield of_anybody, area


def _area(of: Any) -> float | None:
    """Return the area that an object in a box has for what is known: a file may say that of the box, too."""
    if of["tool"] != "box":
        return None
    shape = of["geometry"]
    return float(shape["width"] * shape["height"]) if of["area"] is None else float(of["area"])


def _is_score(there: Beside, new: Fit) -> bool:
    said = new.row["score"]
    return said is None or (there.score is not None and isclose(said, there.score, abs_tol=SCORE, rel_tol=0))


def _is_area(there: Beside, new: Fit) -> bool:
    said = new.row["area"]
    return None in (said, there.area) or isclose(said, there.area or 0, abs_tol=0.01, rel_tol=AREA)
