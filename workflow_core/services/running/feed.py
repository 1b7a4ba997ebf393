"""What happens in a project, event by event, for whoever reads on from where they were."""

from collections.abc import Hashable

from workflow_core.domain.views.history import Event
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import Page
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import NotSignedIn
from workflow_core.services import people
from workflow_core.services.managers import history
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.reads import feed, histories
from workflow_core.store.reads.feed import horizon

__all__ = ["check", "horizon", "part", "standing", "stirs"]

LOOKED_AT = 10_000
"""How many events are looked at, at most, for those of somebody's own: else one who has none would wait for all."""


def check(session: Session, *, actor: Person, project_id: int) -> None:
    """Refuse whoever is not in a project; NotFound says so."""
    people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_OWN_WORK)


def stirs(session: Session, *, actor: Person, after: int, until: int) -> bool:
    """Return whether anything happened, after one event and up to another, that the actor's pages show.

    Raises:
        NotSignedIn: the actor is no longer active.
    """
    after, until = (values.whole(one, "an event") for one in (after, until))
    if not actor.active:
        raise NotSignedIn(f"{actor.email} is no longer active")
    return until - after > LOOKED_AT or feed.stirs(session, person_id=actor.id, after=after, until=until)


def standing(session: Session, *, actor: Person) -> Hashable:
    """Return what compares unequal once the actor's tasks changed without an event, as when they are put into one."""
    return feed.standing(session, person_id=actor.id)


def part(session: Session, *, actor: Person, project_id: int, after: int, until: int, limit: int) -> Page[Event]:
    """Return what happened in a project after an event, the oldest first; to a contributor what is their own work.

    `until` is the `horizon`, asked in a session of its own before. A part may be empty and have a next one.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
    """
    key = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_OWN_WORK)
    after, until = (values.whole(one, "an event") for one in (after, until))
    if people.may(session, actor=actor, project_id=key, permission=Permission.SEE_HISTORY):
        own, end = None, until
    else:
        own, end = actor.id, feed.window(session, project_id=key, after=after, until=until, most=LOOKED_AT)
    more = pages.one_more(limit)
    rows = histories.events_between(session, project_id=key, person_id=own, after=after, until=end, limit=more)
    found = [
        Event(
            **vars(history.step(row if own is None else row | {"cause_id": None, "cause_status": None})),
            item_id=row["item_id"],
            item=row["item"],
            task_id=row["task_id"],
            issue_id=row["issue"],
        )
        for row in rows[:limit]
    ]
    if len(rows) > limit:
        return Page(found, str(found[-1].id))
    return Page(found, str(end) if end < until else None)
