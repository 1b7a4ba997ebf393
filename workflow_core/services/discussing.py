"""What people say about items and issues, and which issues wait for them."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.issues import IssueState
from workflow_core.domain.roles import Permission
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import own, people
from workflow_core.store import issues
from workflow_core.store.models import Comment, Issue, Person, Task, TaskItem


def comment(
    session: Session,
    *,
    actor: Person,
    text: str,
    now: datetime,
    issue_id: int | None = None,
    place_id: int | None = None,
) -> Comment:
    """Say something in the thread of an issue, or about an item: the manager sees it, nothing else happens."""
    if not text.strip():
        raise InvalidInput("a comment says something")
    issue = session.get(Issue, issue_id) if issue_id is not None else None
    mine = [issue.place_id, issue.flagged_place_id] if issue else [place_id or 0]
    about = session.get(TaskItem, mine[0])
    if about is None or not any(_sees(session, actor, place) for place in mine):
        raise NotFound("there is nothing of that number to comment on")
    new = Comment(
        item_id=about.item_id,
        task_id=about.task_id,
        issue_id=issue_id,
        person_id=actor.id,
        text=text.strip(),
        created_at=now,
    )
    session.add(new)
    session.flush()
    return new


def waiting_for(session: Session, *, actor: Person, place_id: int) -> list[Issue]:
    """Return the unresolved issues of an item that the actor works on or reviews, oldest first."""
    place, task, _ = own.place_of(session, actor=actor, place_id=place_id)
    found = issues.owned_by if task.type == "qa" else issues.of_place
    return found(session, place.id, (IssueState.OPEN, IssueState.FOR_REVIEW))


def _sees(session: Session, actor: Person, place_id: int) -> bool:
    try:
        own.place_of(session, actor=actor, place_id=place_id)
    except NotFound:
        place = session.get_one(TaskItem, place_id)
        project_id = session.get_one(Task, place.task_id).project_id
        return people.may(session, actor=actor, project_id=project_id, permission=Permission.RESOLVE_ISSUES)
    return True
