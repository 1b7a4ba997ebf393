"""What a person sees who opens a task item."""

from json import loads

from workflow_core.domain.views import view
from workflow_core.domain.views.work import Issue, OpenTaskItem, Said
from workflow_core.domain.work.issues import IssueState
from workflow_core.services import access
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.reads import contents
from workflow_core.store.work import drafts, reviews


def of(session: Session, *, actor: Person, task_item_id: int) -> OpenTaskItem:
    """Return a task item as the actor opens it; nothing is changed by it, and no claim is needed.

    Issues are those of the task itself, and for a reviewer those of all that they review there.

    Raises:
        NotFound: it is not theirs: for them it does not exist.
    """
    found = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True, finished=True)
    placed = contents.placed(session, task_item_id=found.id)
    reviewed = reviews.task_ids(session, qa_task_item_ids=[found.id]) if found.type == "qa" else {}
    tasks = reviewed.get(found.id, [found.task_id])
    flagged = contents.issues(session, item_id=found.item_id, task_item_id=found.id, task_ids=tasks)
    threads: dict[int | None, list[Said]] = {}
    keys = [one["id"] for one in flagged]
    for about, comment in contents.said(session, item_id=found.item_id, task_id=found.task_id, issue_ids=keys):
        threads.setdefault(about, []).append(Said(**comment))
    return view(
        OpenTaskItem,
        found,
        folder=placed["folder"],
        visit=placed["visit"],
        token=found.claim_no if found.held else None,
        lease_until=placed["lease_until"] if found.held else None,
        actions=found.statuses,
        annotations=contents.drawn(session, item_id=found.item_id, task_id=found.task_id),
        draft_version=drafts.version(session, task_item_id=found.id, person_id=actor.id),
        draft=None if found.draft is None else loads(found.draft)["annotations"],
        issues=[
            Issue(**{**one, "state": IssueState(one["state"])}, thread=threads.get(one["id"], ())) for one in flagged
        ],
        comments=threads.get(None, ()),
        upcoming=placed["upcoming"],
    )
