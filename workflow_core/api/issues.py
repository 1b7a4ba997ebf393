"""What reviewers flag, and what becomes of it; what people say."""

from workflow_core.api.bodies import CommentWanted, Flag, Reopening
from workflow_core.api.lists import Part
from workflow_core.domain.views.issues import Comment
from workflow_core.domain.views.work import ChangedIssue
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.repeats import Once
from workflow_core.http.routing import Router
from workflow_core.services.contributors import comments
from workflow_core.services.reviewers import reviews

router = Router(tags=["issues"], route_class=Once)


@router.post("/task-items/{task_item_id}/issues", status_code=201)
def flag(session: Writing, actor: Writer, now: Now, task_item_id: int, flag: Flag) -> ChangedIssue:
    """Flag a fault: the item goes back to who made it, and waits here for the fix."""
    said = flag.model_dump(exclude={"annotation"})
    return reviews.flag(session, actor=actor, task_item_id=task_item_id, annotation_id=flag.annotation, now=now, **said)


@router.post("/issues/{issue_id}/fix")
def fix(session: Writing, actor: Writer, now: Now, issue_id: int) -> ChangedIssue:
    """Mark an issue as fixed: once all are, and the item has its status again, it goes back to who flagged it."""
    return reviews.fix(session, actor=actor, issue_id=issue_id, now=now)


@router.post("/issues/{issue_id}/reopening")
def reopen(session: Writing, actor: Writer, now: Now, issue_id: int, why: Reopening | None = None) -> ChangedIssue:
    """Do not accept a fix: the same effects as flagging."""
    return reviews.reopen(session, actor=actor, issue_id=issue_id, now=now, text=why.text if why else "")


@router.post("/issues/{issue_id}/approval")
def approve(session: Writing, actor: Writer, now: Now, issue_id: int) -> ChangedIssue:
    """Accept a fix."""
    return reviews.approve(session, actor=actor, issue_id=issue_id, now=now)


@router.post("/issues/{issue_id}/dismissal")
def dismiss(session: Writing, actor: Writer, now: Now, issue_id: int) -> ChangedIssue:
    """Take an issue back, or overrule it as a manager."""
    return reviews.dismiss(session, actor=actor, issue_id=issue_id, now=now)


@router.post("/issues/{issue_id}/comments", status_code=204)
def comment_issue(session: Writing, actor: Writer, now: Now, issue_id: int, comment: CommentWanted) -> None:
    """Say something in the thread of an issue."""
    comments.comment(session, actor=actor, issue_id=issue_id, text=comment.text, now=now)


@router.post("/task-items/{task_item_id}/comments", status_code=204)
def comment_task_item(session: Writing, actor: Writer, now: Now, task_item_id: int, comment: CommentWanted) -> None:
    """Say something about an item; its manager sees it, and nothing else happens."""
    comments.comment(session, actor=actor, task_item_id=task_item_id, text=comment.text, now=now)


@router.get("/issues/{issue_id}/comments")
def issue_comments(session: Reading, actor: Reader, issue_id: int, part: Part) -> Page[Comment]:
    """Return what was said in the thread of an issue, oldest first."""
    return comments.thread(session, actor=actor, issue_id=issue_id, **part)


@router.get("/task-items/{task_item_id}/comments")
def task_item_comments(session: Reading, actor: Reader, task_item_id: int, part: Part) -> Page[Comment]:
    """Return what was said in a task about an item itself, oldest first."""
    return comments.thread(session, actor=actor, task_item_id=task_item_id, **part)


@router.get("/tasks/{task_id}/comments")
def task_comments(session: Reading, actor: Reader, task_id: int, part: Part) -> Page[Comment]:
    """Return what was said in a task, about items and issues, the newest first; for managers."""
    return comments.in_task(session, actor=actor, task_id=task_id, **part)
