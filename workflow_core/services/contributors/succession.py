"""One item after the other in one act: a status is set, and the next item is there, claimed and opened."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow_core.domain.views.work import Submitted
from workflow_core.errors import Conflict
from workflow_core.services import access
from workflow_core.services.contributors import contents, work
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person


def submit(session: Session, *, actor: Person, task_item_id: int, now: datetime, **submission: Any) -> Submitted:
    """Set a status as `work.submit` does, and go on to the next item of the task; where there is none, `next` is None.

    Raises:
        what `work.submit` does; that the task is paused or closed meanwhile keeps nobody from setting a status.
    """
    submitted = work.submit(session, actor=actor, task_item_id=task_item_id, now=now, **submission)
    task_id = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True, finished=True).task_id
    try:
        claim = work.claim_next(session, actor=actor, task_id=task_id, now=now)
    except Conflict:
        return submitted
    if claim is None:
        return submitted
    return replace(submitted, next=contents.of(session, actor=actor, task_item_id=claim.id))
