"""The issues of a project, across its tasks."""

from workflow_core.domain.views.issues import ListedIssue
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import Page
from workflow_core.domain.work.issues import UNRESOLVED, IssueState
from workflow_core.domain.work.roles import Permission
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import flagged


def of_project(
    session: Session,
    *,
    actor: Actor,
    project_id: int,
    state: IssueState | None = None,
    after: str | None = None,
    limit: int = pages.USUAL,
) -> Page[ListedIssue]:
    """Return the unresolved issues of a project, or those in one state, the oldest first; for managers.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: their role does not let them see the project.
        InvalidInput: `after` is no place in this list.
    """
    people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    return _page(session, values.key(project_id), None, state, after, limit)


def of_task(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    state: IssueState | None = None,
    after: str | None = None,
    limit: int = pages.USUAL,
) -> Page[ListedIssue]:
    """Return the issues that are to be fixed in a task, or were flagged from it, as those of a project."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    return _page(session, task.project_id, task.id, state, after, limit)


def _page(
    session: Session, project_id: int, task_id: int | None, state: IssueState | None, after: str | None, limit: int
) -> Page[ListedIssue]:
    place = pages.after(after, int)
    found = flagged.page(
        session,
        project_id=project_id,
        task_id=task_id,
        states=sorted(UNRESOLVED) if state is None else [state],
        after=int(place[0]) if place else 0,
        limit=pages.one_more(limit),
    )
    return pages.page(found, limit=limit, key=lambda one: [one.id])
