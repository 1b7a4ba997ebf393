"""What managers do with the items of a task: add, take out, rank, clear; and send on, or take back, one of them."""

from functools import partial

from fastapi import Response

from workflow_core.api.acts import OR_A_JOB, ask
from workflow_core.api.bodies import Removals
from workflow_core.api.tasks.bodies import Additions, Clearings, Rankings, Sending
from workflow_core.domain.views.effects import Outcome, TakenAlong
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.repeats import Once
from workflow_core.http.routing import Router
from workflow_core.services.managers import task_items
from workflow_core.services.managers.previews import carry_out

router = Router(tags=["items of tasks"], route_class=Once)


@router.post("/tasks/{task_id}/additions", **OR_A_JOB)
def fill_task(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Additions) -> Outcome | Response:
    """Add items of the task's dataset; what is there already stays as it is."""
    return ask(session, actor, now, "add", task_id, **wanted.model_dump())


@router.post("/tasks/{task_id}/removals", **OR_A_JOB)
def remove_items(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Removals) -> Outcome | Response:
    """Take items without a status out of a task; in a pipeline they leave it by the exit `removed`."""
    return ask(session, actor, now, "remove", task_id, **wanted.model_dump())


@router.post("/tasks/{task_id}/rankings", **OR_A_JOB)
def rank_items(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Rankings) -> Outcome | Response:
    """Say which items come first: those of the lowest rank, by default all have 0."""
    return ask(session, actor, now, "rank", task_id, **wanted.model_dump())


@router.post("/tasks/{task_id}/clearings", **OR_A_JOB)
def clear(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Clearings) -> Outcome | Response:
    """Remove statuses, with everything that was reached from them; the items are to be done again."""
    return ask(session, actor, now, "clear", task_id, **wanted.model_dump())


@router.post("/task-items/{task_item_id}/sendings")
def send(session: Writing, actor: Writer, now: Now, task_item_id: int, wanted: Sending) -> Outcome:
    """Send an item on from where it is stuck, or else to a task once more; it counts as no visit."""
    said = wanted.model_dump(exclude={"dry_run"})
    act = partial(task_items.send, session, actor=actor, task_item_id=task_item_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.get("/task-items/{task_item_id}/sendings")
def foretell_sending(session: Reading, actor: Reader, task_item_id: int, to: str) -> TakenAlong:
    """Say what goes with an item that is sent to a task, or, where it is stuck, to an exit."""
    return task_items.preview_send(session, actor=actor, task_item_id=task_item_id, to=to)


@router.post("/task-items/{task_item_id}/releases", status_code=204)
def end_claim(session: Writing, actor: Writer, now: Now, task_item_id: int) -> None:
    """End somebody's claim by force; their draft stays, their token is dead."""
    task_items.release(session, actor=actor, task_item_id=task_item_id, now=now)
