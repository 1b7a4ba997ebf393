"""What managers do with the items of a task: add, take out, rank, clear; and send on, or take back, one of them."""

from functools import partial

from fastapi import APIRouter

from workflow_core.api.bodies import Removals
from workflow_core.api.tasks.bodies import Additions, Clearings, Rankings, Sending
from workflow_core.domain.views.effects import Outcome
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.repeats import Once
from workflow_core.services.managers import reversals, task_items, task_settings, tasks
from workflow_core.services.managers.previews import carry_out

router = APIRouter(tags=["items of tasks"], route_class=Once)


@router.post("/tasks/{task_id}/additions")
def fill_task(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Additions) -> Outcome:
    """Add items of the task's dataset; what is there already stays as it is."""
    act = partial(tasks.add_items, session, actor=actor, task_id=task_id, now=now, **wanted.chosen)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/tasks/{task_id}/removals")
def remove_items(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Removals) -> Outcome:
    """Take items without a status out of a task; in a pipeline they leave it by the exit `removed`."""
    said = {"end_claims": wanted.end_claims, **wanted.chosen}
    act = partial(task_items.remove_items, session, actor=actor, task_id=task_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/tasks/{task_id}/rankings")
def rank_items(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Rankings) -> Outcome:
    """Say which items come first: those of the lowest rank, by default all have 0."""
    said = {"rank": wanted.rank, **wanted.chosen}
    act = partial(task_settings.rank, session, actor=actor, task_id=task_id, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/tasks/{task_id}/clearings")
def clear(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Clearings) -> Outcome:
    """Remove statuses, with everything that was reached from them; the items are to be done again."""
    said = {"status": wanted.status, "end_claims": wanted.end_claims, **wanted.chosen}
    act = partial(reversals.clear, session, actor=actor, task_id=task_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/task-items/{task_item_id}/sendings")
def send(session: Writing, actor: Writer, now: Now, task_item_id: int, wanted: Sending) -> Outcome:
    """Send an item on from where it is stuck, or else to a task once more; it counts as no visit."""
    said = wanted.model_dump(exclude={"dry_run"})
    act = partial(task_items.send, session, actor=actor, task_item_id=task_item_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/task-items/{task_item_id}/releases", status_code=204)
def end_claim(session: Writing, actor: Writer, now: Now, task_item_id: int) -> None:
    """End somebody's claim by force; their draft stays, their token is dead."""
    task_items.release(session, actor=actor, task_item_id=task_item_id, now=now)
