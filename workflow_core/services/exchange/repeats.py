"""What comes again: the same, which changes nothing, or the same otherwise, which is listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations import identities
from workflow_core.domain.annotations.identities import Maker, Name, Nearby
from workflow_core.services.exchange.fits import Fit, maker
from workflow_core.store.exchange.imports import Present

SCORE = 0.0001
"""By how much a score differs where a tool has written it with few digits."""
AREA = 0.0001
"""By what share an area does, at least a hundredth of a pixel."""
ATTRIBUTES = "it is there already, and comes with other attributes than those, which stay"


OUTLINE = "it is there already as the box around it, which stays"


@dataclass(frozen=True)
class Beside:
    """What is known of an annotation beside what it is known by; of an area that people have overtaken, nothing.

    It is `outlined` if it is more than the box by which it is known.
    """

    attributes: str
    score: float | None
    area: float | None
    outlined: bool = False


Known = dict[tuple[int, str, Maker], list[Beside]]
"""What is there of an item, by a shape that it has or the box around that, and by who made it."""


@dataclass
class Repeats:
    """What comes again in an import; `present` counts the same. It `keeps` what came if that leaves nothing behind."""

    problems: Problems
    keeps: bool = False
    present: int = 0
    _there: Known = field(default_factory=dict)
    _came: Known = field(default_factory=dict)
    _near: Nearby[Beside] = field(default_factory=Nearby)
    """Places of what came in this import, and of what is there on items on which something was not known exactly."""
    _not_near_yet: dict[int, list[tuple[set[Maker], Present, Beside]]] = field(default_factory=dict)

    def know(self, there: Iterable[Present]) -> None:
        """Take what is there on the items of a batch as known, as it came and as it is now."""
        self._there, self._not_near_yet = {}, {}
        if not self.keeps:
            self._near = Nearby()
        for one in there:
            now, came = identities.name(one.content), identities.read(one.external_id)
            makers = _makers(one.content, anybody=not one.deleted)
            area = _area(one.content, one.area)
            _add(self._there, one.item_id, makers, now, one.score, area)
            beside = Beside(now.attributes, one.score, area)
            self._not_near_yet.setdefault(one.item_id, []).append((makers, one, beside))
            if came not in (None, now):
                _add(self._there, one.item_id, makers, came, one.score, None)

    def add(self, new: Fit) -> None:
        """Take what comes in now as known."""
        known = self._came if self.keeps else self._there
        item_id, makers, area = new.row["item_id"], _makers(new.row, anybody=True), _area(new.row, new.row["area"])
        _add(known, item_id, makers, new.known_as, new.row["score"], area)
        _add_near(self._near, item_id, makers, new.row, Beside(new.known_as.attributes, new.row["score"], area))

    def has(self, each: Fit) -> bool:
        """Say whether an annotation is there already: the same is counted, the same otherwise is listed."""
        name = each.known_as
        alike = self._alike(each, name.shape)
        boxes = [one for one in self._alike(each, name.around) if not one.outlined] if name.around else []
        if not alike:
            alike, around = self._rounded(each)
            boxes += around
        if not alike and boxes:
            self.problems.add(each.where, OUTLINE)
            return True
        # What says nothing of attributes says nothing else than what is there, as with scores and areas.
        there = [one for one in alike if one.attributes == name.attributes or not each.row["attributes"]]
        scored = [one for one in there if _is_score(one, each)]
        if any(_is_area(one, each) for one in scored):
            self.present += 1
        elif there:
            found = ("area", scored[0].area) if scored else ("score", there[0].score)
            self.problems.add(each.where, _otherwise(*found))
        elif alike:
            self.problems.add(each.where, ATTRIBUTES)
        return bool(alike)

    def _alike(self, each: Fit, shape: str) -> list[Beside]:
        places = [(each.row["item_id"], shape, maker) for maker in each.makers]
        return [one for known in (self._there, self._came) for place in places for one in known.get(place, ())]

    def _rounded(self, each: Fit) -> tuple[list[Beside], list[Beside]]:
        """Return what is the same but for what tools round away; and of an outline, the boxes that are around it."""
        alike, boxes = list[Beside](), list[Beside]()
        if (at := identities.extent(each.row)) is None:
            return alike, boxes
        item_id = each.row["item_id"]
        for makers, known, beside in self._not_near_yet.pop(item_id, ()):
            _add_near(self._near, item_id, makers, known.content, beside)
        among = [(item_id, each.row["label"], who) for who in each.makers]
        for there, one in (found for those in among for found in self._near.near(those, at)):
            if at.outline is None or at.is_like(there):
                alike.append(one)
            elif there.outline is None:
                boxes.append(one)
        return alike, boxes


def _otherwise(what: str, there: float | None) -> str:
    if there is None:
        return f"it is there already without a {what}, and stays without"
    stays = f"{there:.4f}".rstrip("0").rstrip(".")
    return f"it is there already, and comes with another {what} than {stays}, which stays"


def _add_near(
    near: Nearby[Beside], item_id: int, makers: Iterable[Maker], content: Mapping[str, Any], one: Beside
) -> None:
    if at := identities.extent(content):
        for each in makers:
            near.add((item_id, content["label"], each), at, one)


def _makers(of: Mapping[str, Any], *, anybody: bool) -> set[Maker]:
    found = {maker(of)}
    if of["origin"] == "model":
        found.add(identities.A_MODEL)
    return found | {identities.ANYBODY} if anybody else found


def _add(
    known: Known, item_id: int, makers: Iterable[Maker], name: Name, score: float | None, area: float | None
) -> None:
    for each in makers:
        known.setdefault((item_id, name.shape, each), []).append(Beside(name.attributes, score, area))
        if name.around is not None:
            outlined = Beside(name.attributes, score, None, outlined=True)
            known.setdefault((item_id, name.around, each), []).append(outlined)


def _area(of: Mapping[str, Any], area: float | None) -> float | None:
    """Return the area that an object in a box has for what is known: a file may say that of the box, too."""
    if of["tool"] != "box":
        return None
    return float(of["geometry"]["width"] * of["geometry"]["height"]) if area is None else area


def _is_score(there: Beside, new: Fit) -> bool:
    said = new.row["score"]
    return said is None or (there.score is not None and isclose(said, there.score, abs_tol=SCORE, rel_tol=0))


def _is_area(there: Beside, new: Fit) -> bool:
    said = new.row["area"]
    return None in (said, there.area) or isclose(said, there.area or 0, abs_tol=0.01, rel_tol=AREA)
