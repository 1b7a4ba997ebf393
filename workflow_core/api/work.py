"""What contributors do: take the next item, look at it, draw, set its status, think again."""

from typing import Annotated

from fastapi import Header, Response

from workflow_core.api.bodies import Claiming, Drawing, Renewal, Submission
from workflow_core.domain.views.work import Claim, OpenTaskItem, Submitted
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.repeats import MoreOnce, Once
from workflow_core.http.requests import LARGE, takes
from workflow_core.http.routing import Router
from workflow_core.http.versions import expected, tag
from workflow_core.services.contributors import contents, succession, work
from workflow_core.services.managers import reversals

router = Router(tags=["work"])
claims = Router(tags=["work"], route_class=MoreOnce)
changes = Router(tags=["work"], route_class=Once)
ROUTERS = (claims, router, changes)


@claims.post("/tasks/{task_id}/claims")
def claim(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Claiming | None = None) -> list[Claim]:
    """Claim the next item of a task, or return what is held already: the first is to be done now."""
    if wanted is not None and wanted.more:
        return work.claim_more(session, actor=actor, task_id=task_id, now=now)
    taken = work.claim_next(session, actor=actor, task_id=task_id, now=now)
    return [] if taken is None else [taken]


@router.post("/tasks/{task_id}/renewals", status_code=204)
def renew(session: Writing, actor: Writer, now: Now, task_id: int, renewal: Renewal | None = None) -> None:
    """Renew the claims that the caller has in a task, as often as they do something there."""
    opened = renewal.task_item if renewal else None
    work.renew(session, actor=actor, task_id=task_id, task_item_id=opened, now=now)


@router.get("/task-items/{task_item_id}")
def task_item(session: Reading, actor: Reader, response: Response, task_item_id: int) -> OpenTaskItem:
    """Return how an item stands in a task, and all that is drawn and said there; `ETag` is the draft's."""
    found = contents.of(session, actor=actor, task_item_id=task_item_id)
    response.headers["ETag"] = tag(found.draft_version)
    return found


@changes.put("/task-items/{task_item_id}/draft", status_code=204)
@takes(LARGE)
def save_draft(
    session: Writing,
    actor: Writer,
    now: Now,
    response: Response,
    task_item_id: int,
    drawn: Drawing,
    if_match: Annotated[str | None, Header()] = None,
) -> None:
    """Keep what is drawn so far, and renew the claim; with `If-Match` only where nothing else was saved since."""
    version = work.save_draft(
        session,
        actor=actor,
        task_item_id=task_item_id,
        annotations=drawn.annotations,
        version=expected(if_match),
        now=now,
    )
    response.headers["ETag"] = tag(version)


@router.post("/task-items/{task_item_id}/submission")
@takes(LARGE)
def submit(session: Writing, actor: Writer, now: Now, task_item_id: int, submission: Submission) -> Submitted:
    """Set a status. The same again changes nothing."""
    submit_it = succession.submit if submission.next else work.submit
    said = submission.model_dump(exclude={"next"})
    return submit_it(session, actor=actor, task_item_id=task_item_id, now=now, **said)


@changes.delete("/task-items/{task_item_id}/submission", status_code=204)
def undo(session: Writing, actor: Writer, now: Now, task_item_id: int) -> None:
    """Take one's own status back, as long as nobody has begun what it led to; the item is claimed again."""
    reversals.undo(session, actor=actor, task_item_id=task_item_id, now=now)


@changes.delete("/task-items/{task_item_id}/claim", status_code=204)
def release(session: Writing, actor: Writer, now: Now, task_item_id: int) -> None:
    """Give an item back without a status; a draft stays."""
    work.release(session, actor=actor, task_item_id=task_item_id, now=now)


@changes.post("/task-items/{task_item_id}/postponement", status_code=204)
def postpone(session: Writing, actor: Writer, now: Now, task_item_id: int) -> None:
    """Put an item behind all others; a draft stays."""
    work.postpone(session, actor=actor, task_item_id=task_item_id, now=now)
