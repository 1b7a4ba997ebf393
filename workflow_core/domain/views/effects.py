"""What is told of an act of a manager: what it did, or would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow_core.domain.views.history import Step


@dataclass(frozen=True)
class Effect:
    """What happened to one item. An effect on no item, a deploy, has no `item`."""

    item_id: int | None
    item: str | None
    step: Step


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an act did, or, where it is not `done`, would do: how many effects by verb, and the first of them.

    `items` is how many it concerns, where the act itself counts them.
    """

    done: bool
    items: int | None
    counts: Mapping[str, int]
    effects: Sequence[Effect]
