"""How the simulated team behaves: each person with a pace, a hand, and faults of their own, all from a seed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from workflow_core.demo.marks import Marks, faults, freehand, made_up
from workflow_core.demo.scene.outline import TruthShape
from workflow_core.domain.recipes import Recipe

DISCARDED = "discarded"


@dataclass(frozen=True)
class Persona:
    """One person of the team. Rates are shares from 0 to 1, `noise` is in pixels."""

    email: str
    pace: float = 1.0
    """How long they need, as a multiple of what is usual."""
    noise: float = 1.5
    misses: float = 0.04
    mislabels: float = 0.01
    discards: float = 0.015
    attention: float = 0.85
    """As a reviewer: how likely they see a fault."""


@dataclass(frozen=True)
class Work:
    """What a person does with an item: what they draw, the status that they set, and how long it takes them.

    `marks` is None for a reviewer who leaves the annotations as they are. `seconds` is in the simulation's
    own time: about 1 for a usual item.
    """

    status: str
    seconds: float
    marks: Marks | None = None


def persona(email: str, seed: int) -> Persona:
    """Return the person behind an address; the same seed gives the same person."""
    rng = Random(f"{seed}/{email}")
    return Persona(
        email,
        pace=rng.uniform(0.7, 1.5),
        noise=rng.uniform(0.6, 2.6),
        misses=rng.uniform(0.01, 0.06),
        mislabels=rng.uniform(0.0, 0.02),
        discards=rng.uniform(0.005, 0.025),
        attention=rng.uniform(0.75, 0.95),
    )


def annotate(
    who: Persona,
    recipe: Recipe,
    truth: Sequence[TruthShape] | None,
    *,
    item: str,
    size: tuple[int, int],
    seed: int,
    visit: int = 1,
    before: Sequence[Mapping[str, Any]] = (),
) -> Work:
    """Annotate an item for a recipe, or discard it.

    `truth` is None for pictures that nobody knows: the marks are then made up. In a later visit people look
    more closely: what they drew `before` stays, and they add what they had missed.
    """
    rng = Random(f"{seed}/{who.email}/{item}/{visit}")
    labels = {label.name for label in recipe.labels}
    if visit == 1 and rng.random() < who.discards:
        return Work(DISCARDED, who.pace * 0.4)
    if truth is None:
        known = made_up(recipe, size, Random(f"{seed}/{item}/{sorted(labels)}"))
    else:
        known = [shape for shape in truth if shape.label in labels]
    marks = [dict(mark) for mark in before]
    missed, _ = faults(known, marks)
    seconds = who.pace * (0.35 + 0.12 * len(missed)) * rng.uniform(0.7, 1.4)
    for shape in missed:
        # the first shape is never missed: an empty frame would look like a different mistake
        if marks and rng.random() < who.misses / visit:
            continue
        marks.append(freehand(shape, recipe, size, rng, noise=who.noise / visit, mislabels=who.mislabels / visit))
    return Work("completed", seconds, tuple(marks))


def review(
    who: Persona,
    recipe: Recipe,
    truth: Sequence[TruthShape] | None,
    drawn: Sequence[Mapping[str, Any]],
    *,
    statuses: Iterable[str],
    item: str,
    seed: int,
    visit: int = 1,
    reason: Mapping[str, Sequence[str]] | None = None,
) -> Work:
    """Review what was drawn on an item: approve it, send it back, ask the expert, or discard it.

    `statuses` are those that the task offers. `reason` tells for a status which labels it sends back; a status
    with none is for doubtful cases.
    """
    rng = Random(f"{seed}/{who.email}/{item}/review/{visit}")
    offered, labels = list(statuses), {label.name for label in recipe.labels}
    seconds = who.pace * (0.25 + 0.02 * len(drawn)) * rng.uniform(0.7, 1.4)
    if rng.random() < who.discards and DISCARDED in offered:
        return Work(DISCARDED, seconds)
    back = {status: set(of) for status, of in (reason or {}).items() if status in offered}
    wrong = _wrong(truth, drawn, labels, rng)
    for status, of in back.items():
        if wrong & of and rng.random() < who.attention:
            return Work(status, seconds)
    doubtful = [s for s in offered if s not in back and s not in ("approved", DISCARDED)]
    if doubtful and rng.random() < _doubt(truth, wrong):
        return Work(rng.choice(doubtful), seconds)
    return Work("approved" if "approved" in offered else offered[0], seconds)


def _wrong(
    truth: Sequence[TruthShape] | None, drawn: Sequence[Mapping[str, Any]], labels: set[str], rng: Random
) -> set[str]:
    """Return the labels of which something is missing or too much; by chance where nobody knows."""
    if truth is None:
        return {label for label in sorted(labels) if rng.random() < 0.08}
    missed, extra = faults([shape for shape in truth if shape.label in labels], drawn)
    return {shape.label for shape in missed} | {str(mark["label"]) for mark in extra}


def _doubt(truth: Sequence[TruthShape] | None, wrong: set[str]) -> float:
    """Return how likely a reviewer asks the expert: the more is hidden, the more likely."""
    if truth is None:
        return 0.12
    hidden = sum(bool(shape.attributes.get("occluded")) for shape in truth) / max(1, len(truth))
    return 0.04 + 0.2 * hidden + 0.08 * len(wrong)
