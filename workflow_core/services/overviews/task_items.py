"""The items of a task: those in a state, or with somebody, and what each person finished last."""

from workflow_core.domain.views.tasks import LastDone, ListedTaskItem
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import Page
from workflow_core.domain.work.roles import Permission
from workflow_core.domain.work.states import State
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.store.database.engine import Session
from workflow_core.store.reads.figures import standing


def of_task(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    state: State | None = None,
    assignment_id: int | None = None,
    after: str | None = None,
    limit: int = pages.USUAL,
) -> Page[ListedTaskItem]:
    """Return a part of the items of a task, in one state or in all but withdrawn, in the order in which they came.

    Raises:
        NotFound: there is no such task, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
        InvalidInput: `after` is no place in this list.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    (last,) = pages.after(after, int) or (0,)
    share = None if assignment_id is None else values.key(assignment_id)
    states = [state] if state is not None else [one for one in State if one is not State.WITHDRAWN]
    found = standing.of_task(
        session, task_id=task.id, states=states, assignment_id=share, after=int(last), limit=pages.one_more(limit)
    )
    return pages.page(found, limit=limit, key=lambda one: [one.id])


def latest(session: Session, *, actor: Actor, task_id: int, most: int = 4) -> dict[int, list[LastDone]]:
    """Return what each person finished last in a task, by assignment, the latest first; as `of_task`."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    found: dict[int, list[LastDone]] = {}
    for one in standing.latest(session, task_id=task.id, most=values.whole(most, "a limit")):
        found.setdefault(one.assignment_id, []).append(one)
    return found
