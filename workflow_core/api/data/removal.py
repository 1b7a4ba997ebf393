"""What owners take out of a dataset: items are archived, and then erased; first it may be asked what that would do."""

from typing import Any

from fastapi import Response

from workflow_core.api.acts import OR_A_JOB, accepted, ask
from workflow_core.api.bodies import Erasures, Removals
from workflow_core.domain.views.effects import Erased, Outcome
from workflow_core.http.answers.pictures import Renditions
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.places import Within
from workflow_core.http.repeats import Once
from workflow_core.http.routing import Router
from workflow_core.services.data import removal
from workflow_core.services.jobs import requests
from workflow_core.services.pictures import Kept

router = Router(prefix="/datasets/{dataset_id}", tags=["datasets"], route_class=Once)


@router.post("/archivings", **OR_A_JOB)
def archive_items(session: Writing, actor: Writer, now: Now, dataset_id: int, wanted: Removals) -> Outcome | Response:
    """Archive items: open work on them is withdrawn, history stays, exports leave them out."""
    return ask(session, actor, now, "archive", dataset_id, **wanted.model_dump())


@router.post("/erasures", **{**OR_A_JOB, "response_model": Erased})
def erase_items(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    renditions: Renditions,
    dataset_id: int,
    wanted: Erasures,
) -> Erased | Response:
    """Erase archived items for good, with all that was done on them, and the pictures that are kept of them.

    Of many a job erases those that are archived.
    """
    of: Any = {"act": "erase", "key": dataset_id, **wanted.chosen}
    job = None if wanted.dry_run else requests.if_many(session, actor=actor, now=now, **of)
    if job is not None:
        return accepted(job)
    kept = Kept(within.media, renditions)
    return removal.erase(
        session, actor=actor, dataset_id=dataset_id, now=now, kept=kept, dry_run=wanted.dry_run, **wanted.chosen
    )
