"""Comments, each with the name of its item and the e-mail of who wrote it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Comment, Item, Person

Told = Sequence[tuple[Comment, str, str]]


def add(session: Session, *, issue_id: int, person_id: int, text: str, now: datetime) -> None:
    """Add to the thread of an issue."""
    run(
        session,
        """
        INSERT INTO comment (item_id, task_id, issue_id, person_id, text, created_at)
        SELECT o.item_id, o.task_id, x.id, :person, :text, :now
        FROM issue x JOIN task_item o ON o.id = x.task_item_id WHERE x.id = :issue
        """,
        issue=issue_id,
        person=person_id,
        text=text,
        now=now,
    )


def of_issue(session: Session, *, issue_id: int, after: int, limit: int) -> Told:
    """Return the thread of an issue after a comment, oldest first."""
    return _oldest(session, col(Comment.issue_id) == issue_id, after, limit)


def of_item(session: Session, *, item_id: int, task_id: int, after: int, limit: int) -> Told:
    """Return what was said in a task about an item itself, and not about an issue, oldest first."""
    here = (col(Comment.item_id) == item_id) & (col(Comment.task_id) == task_id)
    return _oldest(session, here & col(Comment.issue_id).is_(None), after, limit)


def last_of_task(session: Session, *, task_id: int, before: int, limit: int) -> Told:
    """Return the last things said in a task before a comment, about items and issues, the newest first."""
    here = (col(Comment.task_id) == task_id) & (col(Comment.id) < before)
    return session.exec(_SAID.where(here).order_by(col(Comment.id).desc()).limit(limit)).all()


_SAID = select(Comment, Item.name, Person.email).join(Item).join(Person)


def _oldest(session: Session, of: Where, after: int, limit: int) -> Told:
    return session.exec(_SAID.where(of, col(Comment.id) > after).order_by(col(Comment.id)).limit(limit)).all()
