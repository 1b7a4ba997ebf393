"""What owners take out of a dataset: items are archived, and then erased; first it may be asked what that would do."""

from functools import partial

from fastapi import APIRouter

from workflow_core.api.bodies import Erasures, Removals
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.erasing import Erased
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.pictures import Renditions
from workflow_core.http.places import Within
from workflow_core.services.data import removal
from workflow_core.services.managers.previews import carry_out
from workflow_core.services.pictures import Kept

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["datasets"])


@router.post("/archivings")
def archive_items(session: Writing, actor: Writer, now: Now, dataset_id: int, wanted: Removals) -> Outcome:
    """Archive items: open work on them is withdrawn, history stays, exports leave them out."""
    said = {"end_claims": wanted.end_claims, **wanted.chosen}
    act = partial(removal.archive, session, actor=actor, dataset_id=dataset_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/erasures")
def erase_items(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    renditions: Renditions,
    dataset_id: int,
    wanted: Erasures,
) -> Erased:
    """Erase archived items for good, with all that was done on them, and the pictures that are kept of them."""
    said = {"dry_run": wanted.dry_run, **wanted.chosen}
    kept = Kept(within.media, renditions)
    return removal.erase(session, actor=actor, dataset_id=dataset_id, now=now, kept=kept, **said)
