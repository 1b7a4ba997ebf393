"""A person's desk, beside their shares: what came back, what waits for others, what they did last."""

from datetime import datetime

from workflow_core.domain.views.work import Desk, Fault, OnDesk
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.reads import desks

RECENT = 10
MOST = desks.MOST


def of(session: Session, *, actor: Person, now: datetime) -> Desk:
    """Return what lies on the actor's desk; what came back first is the first."""
    returned: dict[int, OnDesk] = {}
    faults: dict[int, list[Fault]] = {}
    for row in desks.returned(session, person_id=actor.id):
        fault = Fault(**{name: row.pop(name) for name in ("kind", "text", "flagged_by")})
        listed = faults.setdefault(row["id"], [])
        listed.append(fault)
        returned.setdefault(row["id"], OnDesk(**row, faults=listed))
    return Desk(
        returned=list(returned.values()),
        waiting=[OnDesk(**row) for row in desks.waiting(session, person_id=actor.id)],
        finished=[OnDesk(**row) for row in desks.finished(session, person_id=actor.id, now=now, most=RECENT)],
    )


def sources(session: Session, *, actor: Person) -> dict[int, list[str]]:
    """Return for each task of the actor from which others items come to it at once, by name."""
    found: dict[int, list[str]] = {}
    for task_id, name in desks.before(session, person_id=actor.id):
        found.setdefault(task_id, []).append(name)
    return found
