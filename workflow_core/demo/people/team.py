"""How the simulated team behaves: each person with a pace, a hand, and faults of their own, all from a seed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from workflow_core.demo.frames import TruthShape
from workflow_core.demo.people import faults
from workflow_core.demo.people.faults import Fault
from workflow_core.demo.people.marks import Mark, Marks, freehand
from workflow_core.domain.annotations.recipes import Recipe

DISCARDED = "discarded"
SPOILT = 3
"""With this many faults in one task, the reviewer sends the item back as a whole, where a status does that."""


@dataclass(frozen=True)
class Persona:
    """One person of the team. Rates are shares from 0 to 1, `noise` is in pixels."""

    email: str
    pace: float = 1.0
    """How long they need, as a multiple of what is usual."""
    noise: float = 1.5
    misses: float = 0.02
    mislabels: float = 0.02
    slips: float = 0.008
    discards: float = 0.015
    hurries: float = 0.2
    """How often they call a fault fixed that is not, and, a quarter as often, only half look at an item."""
    attention: float = 0.85
    """As a reviewer: how likely they see a fault."""


@dataclass(frozen=True)
class Work:
    """What a person does with an item: the status that they set, how long it takes them, what they draw.

    `seconds` is in the simulation's own time: about 1 for a usual item.
    """

    status: str
    seconds: float
    marks: Marks
    fixed: tuple[int, ...] = ()
    """Issues to mark for review."""


@dataclass(frozen=True)
class Known:
    """An unresolved issue, as those see it who work on its item."""

    id: int
    geometry: Mapping[str, Any]
    """Where the fault is."""
    is_open: bool = True
    rounds: int = 0

    def stands(self, found: Iterable[Fault]) -> bool:
        """Say whether the fault is still there."""
        return any(fault.geometry == self.geometry for fault in found)


@dataclass(frozen=True)
class Verdict:
    """What a reviewer does with an item: issues are approved, re-opened and flagged; without any a status is set."""

    seconds: float
    status: str | None = None
    flags: tuple[Fault, ...] = ()
    approved: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()


def persona(email: str, seed: int) -> Persona:
    """Return the person behind an address; the same seed gives the same person."""
    rng = Random(f"{seed}/{email}")
    return Persona(
        email,
        pace=rng.uniform(0.7, 1.5),
        noise=rng.uniform(0.6, 2.6),
        misses=rng.uniform(0.005, 0.025),
        mislabels=rng.uniform(0.005, 0.03),
        slips=rng.uniform(0.003, 0.012),
        discards=rng.uniform(0.005, 0.025),
        hurries=rng.uniform(0.1, 0.3),
        attention=rng.uniform(0.75, 0.95),
    )


def annotate(
    who: Persona,
    recipe: Recipe,
    truth: Sequence[TruthShape],
    *,
    item: str,
    size: tuple[int, int],
    seed: int,
    visit: int = 1,
    before: Sequence[Mapping[str, Any]] = (),
) -> Work:
    """Annotate an item for a recipe, or discard it; in a later visit what was good `before` stays."""
    rng = Random(f"{seed}/{who.email}/{item}/{visit}")
    if visit == 1 and rng.random() < who.discards:
        return Work(DISCARDED, who.pace * 0.4, ())
    hurry = 12 if visit == 1 and rng.random() < who.hurries / 4 else 1 / visit
    marks = [dict(mark) for mark in before]
    todo = faults.find(truth, marks, {label.name for label in recipe.labels})
    for fault in todo:
        # the first shape is never missed: an empty frame would look like a different mistake
        if not marks or rng.random() >= who.misses * hurry:
            rates = {"mislabels": who.mislabels * min(hurry, 1), "slips": who.slips * hurry}
            marks = _repaired(marks, fault, recipe, size, rng, noise=who.noise / visit, **rates)
    seconds = who.pace * (0.35 + 0.12 * len(todo)) * rng.uniform(0.7, 1.4)
    return Work("completed", seconds / max(hurry / 6, 1), tuple(marks))


def fix(
    who: Persona,
    recipe: Recipe,
    truth: Sequence[TruthShape],
    drawn: Sequence[Mapping[str, Any]],
    issues: Sequence[Known],
    *,
    item: str,
    size: tuple[int, int],
    seed: int,
) -> Work:
    """Correct what was flagged. Who is in a hurry leaves it as it is; the second time they take care."""
    marks = [dict(mark) for mark in drawn]
    seconds = who.pace * 0.2
    for fault in faults.find(truth, marks, {label.name for label in recipe.labels}):
        for issue in issues:
            if not issue.stands([fault]):
                continue
            rng = Random(f"{seed}/{who.email}/{item}/fix/{fault.geometry}/{issue.rounds}")
            seconds += who.pace * 0.2 * rng.uniform(0.7, 1.4)
            if rng.random() >= who.hurries / (1 + 2 * issue.rounds):
                marks = _repaired(marks, fault, recipe, size, rng, noise=who.noise / 2)
    return Work("completed", seconds, tuple(marks), tuple(issue.id for issue in issues))


def _repaired(
    marks: list[Mark], fault: Fault, recipe: Recipe, size: tuple[int, int], rng: Random, **rates: float
) -> list[Mark]:
    old, rest = fault.mark, [mark for mark in marks if mark != fault.mark]
    if fault.truth is None:
        return rest
    drawn = freehand(fault.truth, recipe, size, rng, **rates)
    return [*rest, {**drawn, "id": old["id"]} if old and "id" in old else drawn]


def review(
    who: Persona,
    tasks: Sequence[Recipe],
    truth: Sequence[TruthShape],
    drawn: Sequence[Mapping[str, Any]],
    issues: Sequence[Known] = (),
    *,
    statuses: Iterable[str],
    item: str,
    seed: int,
    visit: int = 1,
    back: Mapping[str, Sequence[str]] | None = None,
) -> Verdict:
    """Review what was drawn on an item in some tasks: flag faults, judge fixes; then approve, send it back, or doubt.

    `statuses` are those that the QA task offers. `back` tells for a status which labels it sends back; a status
    with none is for doubtful cases. What somebody flagged they look at closely; what they once overlooked
    they overlook again.
    """
    rng = Random(f"{seed}/{who.email}/{item}/review/{visit}")
    offered, back = list(statuses), {key: of for key, of in (back or {}).items() if key in statuses}
    seconds = who.pace * (0.25 + 0.02 * len(drawn)) * rng.uniform(0.7, 1.4)
    if visit == 1 and not issues and rng.random() < who.discards and DISCARDED in offered:
        return Verdict(seconds, DISCARDED)
    wrong = [fault for recipe in tasks for fault in faults.find(truth, drawn, {one.name for one in recipe.labels})]
    reopened = tuple(issue.id for issue in issues if not issue.is_open and issue.stands(wrong))
    approved = tuple(issue.id for issue in issues if not issue.is_open and not issue.stands(wrong))
    known = [issue.geometry for issue in issues]
    new = [one for one in wrong if one.geometry not in known and _sees(who, one, item, seed)]
    if not issues:
        for status, labels in back.items():
            if sum(one.label in labels for one in new) >= SPOILT:
                return Verdict(seconds, status)
    if new or reopened:
        return Verdict(seconds + who.pace * 0.1 * len(new), None, tuple(new), approved, reopened)
    doubtful = [s for s in offered if s not in back and s not in ("approved", DISCARDED)]
    if visit == 1 and doubtful and rng.random() < _doubt(truth):
        return Verdict(seconds, rng.choice(doubtful), approved=approved)
    return Verdict(seconds, "approved" if "approved" in offered else offered[0], approved=approved)


def _sees(who: Persona, fault: Fault, item: str, seed: int) -> bool:
    return Random(f"{seed}/{who.email}/{item}/sees/{fault.geometry}").random() < who.attention


def _doubt(truth: Sequence[TruthShape]) -> float:
    """Return how likely a reviewer asks the expert: the more is hidden, the more likely."""
    hidden = sum(bool(shape.attributes.get("occluded")) for shape in truth) / max(1, len(truth))
    return 0.05 + 0.3 * hidden
