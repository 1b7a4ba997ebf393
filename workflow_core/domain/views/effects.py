"""What is told of an act of a manager: what it did, or would do, and what goes with sending and erasing items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflow_core.domain.views.exchange import JobFault
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

    `items` is how many it concerns, where the act itself counts them. What an act on more items than go at once would
    do is told of as many of them as were `tried`; where it is done, `faults` are the items for which it was refused.
    """

    done: bool
    items: int | None
    counts: Mapping[str, int]
    effects: Sequence[Effect]
    tried: int | None = None
    faults: Sequence[JobFault] = ()


@dataclass(frozen=True)
class Reached:
    """A task item that a status led to. `begun`: somebody worked on it in its present visit, or has set a status."""

    task_item_id: int
    task: str
    state: str
    begun: bool


@dataclass(frozen=True)
class TakenBack:
    """What taking statuses back does, or would do: open task items to withdraw, exits that items would come back from.

    `statuses` counts those further on, which stay as history; `exported` the items that files have already.
    """

    task_items: tuple[Reached, ...] = ()
    statuses: int = 0
    exits: tuple[str, ...] = ()
    exported: int = 0

    def __add__(self, more: "TakenBack") -> "TakenBack":
        """Return what both would do."""
        return TakenBack(
            self.task_items + more.task_items,
            self.statuses + more.statuses,
            self.exits + more.exits,
            self.exported + more.exported,
        )


@dataclass(frozen=True)
class Withdrawn:
    """A task item that would be withdrawn, and who has it, or has it open where it is claimed."""

    task_item_id: int
    task: str
    state: str
    who: str | None


@dataclass(frozen=True)
class TakenAlong:
    """What goes with sending an item somewhere: open task items, unresolved issues on or of them, the exit it leaves.

    `unrouted` are the tasks whose statuses never move then; `exported` says whether a file has the item already.
    """

    task_items: tuple[Withdrawn, ...]
    issues: tuple[int, ...]
    unrouted: tuple[str, ...]
    exit: str | None
    exported: bool


@dataclass(frozen=True)
class Snapshots:
    """How many of some items an exit's snapshots have, and when the last of these was exported."""

    pipeline: str
    exit: str
    items: int
    last: datetime


@dataclass(frozen=True)
class Effects:
    """What erasing some items takes away. `exported`: files that have them already, and keep them."""

    items: int
    task_items: int
    annotations: int
    issues: int
    comments: int
    drafts: int
    exported: Sequence[Snapshots]

    def __add__(self, more: "Effects") -> "Effects":
        """Return what erasing both takes away."""
        exported: dict[tuple[str, str], Snapshots] = {}
        for one in (*self.exported, *more.exported):
            key = one.pipeline, one.exit
            other = exported.get(key, replace(one, items=0))
            exported[key] = replace(one, items=one.items + other.items, last=max(one.last, other.last))
        counts = {name: getattr(self, name) + count for name, count in vars(more).items() if name != "exported"}
        return Effects(**counts, exported=tuple(exported[exit] for exit in sorted(exported)))


@dataclass(frozen=True)
class Erased:
    """What was erased, or, where it is not `done`, would be."""

    done: bool
    effects: Effects
