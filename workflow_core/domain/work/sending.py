"""From where, and to where, a manager may send an item, and what of it is withdrawn: decided before it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow_core.domain.views.effects import TakenAlong, Withdrawn
from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.states import OPEN, State
from workflow_core.errors import Conflict, InvalidInput

Branch = tuple[int, int]
"""A branch of a fork: the node of its join, and its number."""


@dataclass(frozen=True)
class Part:
    """A task item of an item in its pipeline, who has it, and the unresolved issues on it and of it."""

    id: int
    task: str
    state: State
    routing: str | None
    parked: bool
    who: str | None
    branch: Branch | None
    issues: Sequence[int]

    @property
    def goes_on(self) -> bool:
        """Whether something is open, unrouted or parked here."""
        return self.state in OPEN or self.routing in ("pending", "parked") or self.parked


@dataclass(frozen=True)
class Target:
    """A task or an exit of the version that an item follows."""

    node_id: int
    name: str
    kind: str
    branch: Branch | None


@dataclass(frozen=True, kw_only=True)
class Journey:
    """An item in its pipeline: where it has left or is held, all that it has there, and where it could go."""

    entry_id: int
    item_id: int
    exit: str | None
    held: str | None
    exported: bool
    parts: Sequence[Part]
    targets: Sequence[Target]


@dataclass(frozen=True)
class Reach:
    """Where an item may be sent, by name, and from which branch of a fork; None outside."""

    journey: Journey
    branch: Branch | None
    there: Mapping[str, Target]


@dataclass(frozen=True)
class Way:
    """Where an item goes on its journey, from which branch of a fork, and what that takes along."""

    journey: Journey
    branch: Branch | None
    target: Target
    effects: TakenAlong


def reachable(found: Managed, journey: Journey | None) -> Reach:
    """Return where an item may be sent from a task item of it.

    Raises:
        Conflict: it is in no pipeline; or, not parked, inside a fork elsewhere, deleted, or taken out.
    """
    if journey is None:
        why = f"task {found.task!r} is in no pipeline; give the item to somebody instead"
        raise Conflict(why, code="not-in-pipeline", task=found.task, pipeline=None)
    here = next(one.branch for one in journey.parts if one.id == found.id)
    parked = found.parked is not None
    if not parked:
        here = _once_more_from(found, journey, here)
    there = {one.name: one for one in journey.targets if _in_reach(one, here, parked=parked)}
    return Reach(journey, here, there)


def find(found: Managed, journey: Journey | None, to: str) -> Way:
    """Return the way of an item from a task item of it to a task; from where it is parked, to an exit, too.

    Raises:
        Conflict: as `reachable`.
        InvalidInput: the target is unknown or out of reach; the message says what is possible.
    """
    reach, name = reachable(found, journey), values.sought(to)
    if name not in reach.there:
        raise InvalidInput(f"cannot send it to {cited(to)}; {possible(name, list(reach.there))}")
    target, parts = reach.there[name], reach.journey.parts
    if found.parked is None:
        of = [one for one in parts if reach.branch in (None, one.branch)]
    elif target.kind == "task":
        of = [one for one in parts if one.id == found.id]
    else:
        of = list(parts)
    return Way(reach.journey, reach.branch, target, _effects(found, reach.journey, of))


def check_claims(found: Managed, way: Way, *, end_claims: bool) -> None:
    """Refuse to end claims unless that is confirmed; Conflict says who has the item open."""
    held = next((one for one in way.effects.task_items if one.state == State.CLAIMED), None)
    if held is not None and not end_claims:
        why = f"{held.who} has {found.name} open in {held.task!r}; confirm to end the claims on what you send away"
        raise Conflict(why, code="claims-open", task=held.task, person=held.who)


def _once_more_from(found: Managed, journey: Journey, branch: Branch | None) -> Branch | None:
    """Return the branch from which an item that is not parked is sent; None outside forks."""
    if found.archived:
        why = f"{found.name} is deleted: what was done on it stays as history"
        raise Conflict(why, code="item-deleted", item=found.name)
    if journey.exit == "removed":
        why = f"{found.name} was taken out of its pipeline; add it to the task instead"
        raise Conflict(why, code="item-removed", item=found.name)
    entered = {one.branch[0] for one in journey.parts if one.branch is not None and one.goes_on}
    if branch is not None and branch[0] in entered:
        return branch
    if entered:
        why = f"{found.name} is inside a fork: send it from a task of one of its branches, or clear what led there"
        raise Conflict(why, code="item-in-fork", item=found.name)
    return None


def _in_reach(target: Target, here: Branch | None, *, parked: bool) -> bool:
    if target.kind == "exit":
        return parked and (target.name == "discarded" or (here is None and target.name != "approved"))
    return target.branch == here


def _effects(found: Managed, journey: Journey, of: Sequence[Part]) -> TakenAlong:
    open_ = [one for one in of if one.state in OPEN]
    unrouted = [one.task for one in of if one.routing == "pending" or (one.routing == "parked" and one.id != found.id)]
    return TakenAlong(
        task_items=tuple(Withdrawn(one.id, one.task, one.state, one.who) for one in open_),
        issues=tuple(sorted({issue for one in open_ for issue in one.issues})),
        unrouted=tuple(unrouted),
        exit=journey.exit or journey.held,
        exported=journey.exported,
    )
