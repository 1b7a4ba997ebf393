"""What people say about items and issues, and which issues wait for them."""

from datetime import datetime

from workflow_core.domain.views.issues import Comment as Said
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import NotFound
from workflow_core.services import access, people
from workflow_core.store.data import comments
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Comment, Issue, Person
from workflow_core.store.work import issues, managed


def comment(
    session: Session,
    *,
    actor: Person,
    text: str,
    now: datetime,
    issue_id: int | None = None,
    task_item_id: int | None = None,
) -> Comment:
    """Say something in the thread of an issue, or about an item: the manager sees it, nothing else happens."""
    text = values.text(text, "a comment", least=1).strip()
    about = _about(session, actor, issue_id, task_item_id)
    new = Comment(
        item_id=about.item_id,
        task_id=about.task_id,
        issue_id=issue_id,
        person_id=actor.id,
        text=text,
        created_at=now,
    )
    keep(session, new)
    return new


def thread(
    session: Session,
    *,
    actor: Person,
    issue_id: int | None = None,
    task_item_id: int | None = None,
    after: str | None = None,
    limit: int = USUAL,
) -> Page[Said]:
    """Return a part of what was said in the thread of an issue, or in a task about an item, oldest first.

    Raises:
        NotFound: there is no such thing, or it is somebody else's.
        InvalidInput: `after` is no place in this list.
    """
    about = _about(session, actor, issue_id, task_item_id)
    (last,) = pages.after(after, int) or (0,)
    part = {"after": int(last), "limit": pages.one_more(limit)}
    if issue_id is not None:
        return _told(comments.of_issue(session, issue_id=issue_id, **part), limit)
    return _told(comments.of_item(session, item_id=about.item_id, task_id=about.task_id, **part), limit)


def in_task(
    session: Session, *, actor: people.Actor, task_id: int, after: str | None = None, limit: int = USUAL
) -> Page[Said]:
    """Return a part of what was said in a task, about items and issues, the newest first; for managers.

    Raises:
        NotFound: there is no such task, or none for this person.
        NotAllowed: their role does not show them the project.
        InvalidInput: `after` is no place in this list.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    (first,) = pages.after(after, int) or (values.LARGEST,)
    return _told(comments.last_of_task(session, task_id=task.id, before=int(first), limit=pages.one_more(limit)), limit)


def _told(rows: comments.Told, limit: int) -> Page[Said]:
    said = [Said(one.id, one.item_id, item, one.issue_id, email, one.text, one.created_at) for one, item, email in rows]
    return pages.page(said, limit=limit, key=lambda one: [one.id])


def waiting_for(session: Session, *, actor: Person, task_item_id: int) -> list[Issue]:
    """Return the unresolved issues of an item that the actor works on or reviews, oldest first."""
    found = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True)
    return issues.unresolved(session, task_item_id=found.id, owned=found.type == "qa")


def _about(session: Session, actor: Person, issue_id: int | None, task_item_id: int | None) -> Managed:
    """Return the task item that an issue, or a comment, is about; the actor's, or one that they manage.

    Of an issue two are concerned: the one with the fault, and the review of whoever found it.
    """
    keys = [values.key(task_item_id)] if issue_id is None else issues.concerned(session, id=values.key(issue_id))
    found = {one.id: one for one in managed.find(session, keys)}
    if not found or not any(_sees(session, actor, found[key]) for key in keys):
        what = f"issue {shown(issue_id)}" if issue_id is not None else f"task item {shown(task_item_id)}"
        raise NotFound(f"{actor.email} has no {what}")
    return found[keys[0]]


def _sees(session: Session, actor: Person, about: Managed) -> bool:
    try:
        access.own(session, actor=actor, task_item_id=about.id, only_read=True)
    except NotFound:
        return people.may(session, actor=actor, project_id=about.project_id, permission=Permission.RESOLVE_ISSUES)
    return True
