"""An item is sent on from where it is stuck, or to a task once more: where to, what that takes along, and done."""

from functools import partial
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.managers import task_items
from workflow_core.web.rendering.acts import Act, at_once, carried_out
from workflow_core.web.rendering.pages import Page, page, running

router = Router(route_class=Page, prefix="/board/task-items/{task_item_id}")

Switch = Annotated[bool, Form()]


@router.get("/send")
def targets(session: Reading, actor: Reader, task_item_id: int, item: int | None = None) -> Response:
    """Ask where to; whoever comes from the page of the item is led back there."""
    possible = task_items.targets(session, actor=actor, task_item_id=task_item_id)
    back = _back(item)
    return page("sending", here="board", item=item, targets=possible, back=back, **running(session, actor=actor))


@router.post("/send")
def send(
    session: Writing,
    actor: Writer,
    now: Now,
    task_item_id: int,
    target: Annotated[str, Form()],
    item: Annotated[int | None, Form()] = None,
    sure: Switch = False,
    end_claims: Switch = False,
) -> Response:
    """Say what sending it there would take along, or send it."""
    sent = partial(task_items.send, session, actor=actor, task_item_id=task_item_id, to=target, now=now)
    at = f"/board/task-items/{task_item_id}/send"
    hint = "What the item has open elsewhere on its way is withdrawn; it counts as no visit."
    said = Act(
        f"Send the item to {target}",
        "Send",
        at=at,
        back=_back(item),
        here="board",
        count=1,
        hint=hint,
        fields=[("target", target), ("item", str(item or ""))],
    )
    return carried_out(session, said, at_once(session, sent, now=now), actor=actor, sure=sure, end_claims=end_claims)


def _back(item: int | None) -> str:
    return f"/items/{item}" if item is not None else "/board"
