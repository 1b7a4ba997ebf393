"""What a submit comes to: decided from the situation alone, before anything is written."""

from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.work import situations, statuses
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import Event, Kept, State
from workflow_core.errors import Conflict


@dataclass(frozen=True)
class Decision:
    """What is to happen: a status by an event, and what becomes of it.

    `led_already` says that it led already where the same status led which an issue had taken, `take_back` is the event
    of another status which an issue had taken: all that was reached from that is taken back. `again` says that the
    person has set this status before, and nothing is to happen.
    """

    status: str
    event: Event
    routing: str
    led_already: bool = False
    take_back: int | None = None
    again: bool = False


def decide(found: Situation, *, status: str, token: int | None, email: str, now: datetime) -> Decision:
    """Decide what comes of a status that a person sets, but for the issues that may stand against it.

    In a pipeline it waits for the mover; outside it has nowhere to go and counts as routed. A fix of what is history
    leads nowhere.

    Raises:
        InvalidInput: the task item does not offer it.
        Conflict: the claim has ended, somebody else has it, it has another status, or the task is closed.
        NotAllowed: they would review their own work.
    """
    chosen = statuses.resolve(status, found.statuses).name
    if token is not None and token != found.claim_no:
        why = f"your claim on {found.name} has ended and it was claimed anew; your draft is kept"
        raise Conflict(why, code="claim-ended", **found.about)
    event = Event.DISCARD if chosen == "discarded" else Event.SUBMIT
    if found.status == chosen and found.assignment_id == found.own_id:
        return Decision(chosen, event, found.routing or "routed", again=True)
    situations.check_event(found, event, f"set {chosen} on")
    if found.assignment_id not in (None, found.own_id) and not found.left_behind:
        held = found.state is State.CLAIMED
        now_is = f"somebody else holds {found.name}" if held else f"{found.name} is in somebody else's assignment"
        raise Conflict(f"{now_is} now; your draft is kept", code="held-by-another", **found.about)
    situations.check_open(found, now, holding=True)
    situations.check_parked(found)
    situations.check_author(found, email)
    fixed = found.kept_routing if found.kept_by == Kept.BY_ISSUE else None
    if fixed == "void":
        return Decision(chosen, event, "void")
    if fixed == "routed" and found.kept_status == chosen:
        return Decision(chosen, event, "routed", led_already=True)
    anew = fixed in ("routed", "again") and found.kept_status != chosen
    routing = "routed" if found.entry_id is None else "pending"
    return Decision(chosen, event, routing, take_back=found.kept_event_id if anew else None)
