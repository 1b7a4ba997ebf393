"""What contributors do: take the next item, look at it, draw, set its status."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from workflow_core.domain import values
from workflow_core.domain.views.work import Claim, OpenTaskItem, Submitted
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.services.contributors import contents, work

router = APIRouter(tags=["work"])


class Body(BaseModel):
    """What is sent: nothing but what is known, so that a slip is heard of."""

    model_config = ConfigDict(extra="forbid")


class Claiming(Body):
    """How much to claim: with `more` a further batch of a queue task, beside what is held."""

    more: bool = False


class Drawing(Body):
    """All that is drawn, in place of what was."""

    annotations: list[dict[str, Any]]


class Submission(Body):
    """A status, the token of the claim, and what is drawn; without it the draft is taken."""

    status: StrictStr
    token: Annotated[int, Field(ge=0, le=values.LARGEST)] | None = None
    annotations: list[dict[str, Any]] | None = None


@router.post("/tasks/{task_id}/claims")
def claim(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Claiming | None = None) -> list[Claim]:
    """Claim the next item of a task, or return what is held already: the first is to be done now."""
    if wanted is not None and wanted.more:
        return work.claim_more(session, actor=actor, task_id=task_id, now=now)
    taken = work.claim_next(session, actor=actor, task_id=task_id, now=now)
    return [] if taken is None else [taken]


@router.get("/task-items/{task_item_id}")
def task_item(session: Reading, actor: Reader, task_item_id: int) -> OpenTaskItem:
    """Return how an item stands in a task, and all that is drawn and said there."""
    return contents.of(session, actor=actor, task_item_id=task_item_id)


@router.put("/task-items/{task_item_id}/draft", status_code=204, response_class=Response)
def save_draft(session: Writing, actor: Writer, now: Now, task_item_id: int, drawn: Drawing) -> None:
    """Keep what is drawn so far, and renew the claim."""
    work.save_draft(session, actor=actor, task_item_id=task_item_id, annotations=drawn.annotations, now=now)


@router.post("/task-items/{task_item_id}/submission")
def submit(session: Writing, actor: Writer, now: Now, task_item_id: int, submission: Submission) -> Submitted:
    """Set a status. The same again changes nothing."""
    return work.submit(session, actor=actor, task_item_id=task_item_id, now=now, **dict(submission))
