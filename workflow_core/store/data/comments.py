"""Comments, each with the name of its item and the e-mail of who wrote it."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from workflow_core.store.database.columns import Where
from workflow_core.store.models import Comment, Item, Person


def of_issue(session: Session, *, issue_id: int) -> list[tuple[Comment, str, str]]:
    """Return the thread of an issue, oldest first."""
    return list(session.exec(_said(col(Comment.issue_id) == issue_id).order_by(col(Comment.id))))


def of_item(session: Session, *, item_id: int, task_id: int) -> list[tuple[Comment, str, str]]:
    """Return what was said in a task about an item itself, and not about an issue, oldest first."""
    here = (col(Comment.item_id) == item_id) & (col(Comment.task_id) == task_id)
    return list(session.exec(_said(here & col(Comment.issue_id).is_(None)).order_by(col(Comment.id))))


def last_of_task(session: Session, *, task_id: int, limit: int) -> list[tuple[Comment, str, str]]:
    """Return the last things said in a task, about items and issues, the newest first."""
    query = _said(col(Comment.task_id) == task_id)
    return list(session.exec(query.order_by(col(Comment.id).desc()).limit(limit)))


def _said(of: Where) -> Select[Comment, str, str]:
    return select(Comment, Item.name, Person.email).join(Item).join(Person).where(of)
