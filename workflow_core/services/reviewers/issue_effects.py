"""What follows for issues once statuses are set, in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from workflow_core.domain.work.disputes import Resolved
from workflow_core.domain.work.issues import IssueEvent
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import Kept
from workflow_core.domain.work.submitting import Decision
from workflow_core.store.database.engine import Session
from workflow_core.store.routing import lineage, placement
from workflow_core.store.work import issues, rework, submissions


def follow_up(
    session: Session,
    decided: Sequence[tuple[Situation, Decision, Resolved]],
    *,
    events: Mapping[int, int],
    actor_id: int,
    now: datetime,
) -> None:
    """Draw the consequences of the statuses of a batch, which are set; `events` are theirs by task item."""
    dismissed = [one for *_, resolved in decided for one in resolved.dismissed]
    approved = [one for *_, resolved in decided for one in resolved.approved]
    if dismissed:
        issues.change(session, [one.id for one in dismissed], IssueEvent.DISMISS, actor_id=actor_id, now=now)
        on = [one.task_item_id for one in dismissed if one.task_item_id not in events]
        of = [one.qa_task_item_id for one in dismissed if one.qa_task_item_id not in events]
        rework.follow_dismissed(session, on=on, of=of, actor_id=actor_id, now=now, locked=True)
    if approved:
        issues.change(session, [one.id for one in approved], IssueEvent.APPROVE, actor_id=actor_id, now=now)
    led = {found.id: decision.take_back for found, decision, _ in decided if decision.take_back is not None}
    if led:
        traced = lineage.trace(session, led.values(), but=[events[key] for key in led])
        lineage.take_back(session, traced, reason="fix", now=now)
        submissions.stay(session, task_item_ids=list(led))
    if left := [found.id for found, _, resolved in decided if resolved.left]:
        rework.queue_answered_on(session, left, now=now)
    # A review outside the pipeline may have held the item there.
    freed = {one.entry_id for one in (*dismissed, *approved)}
    freed |= {found.entry_id for found, *_ in decided if found.kept_by == Kept.BY_ISSUE}
    placement.resume(session, entry_ids=freed, now=now)
