"""What is taken out of a dataset: items are archived, and erased once they are; those listed, or found."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from workflow_core.domain import values
from workflow_core.domain.roles import Permission
from workflow_core.domain.views.erasing import Erased
from workflow_core.domain.wording import shown
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import access
from workflow_core.services.managers import erasure, task_items
from workflow_core.services.people import Actor
from workflow_core.services.pictures import Kept
from workflow_core.services.pipelines import data
from workflow_core.store.data import items
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset

MOST = 10_000
"""Items that are taken out at once: others wait for it."""


def archive(
    session: Session,
    *,
    actor: Actor,
    dataset_id: int,
    now: datetime,
    item_ids: Iterable[int] | None = None,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    end_claims: bool = False,
) -> int:
    """Archive items, all or none: open work on them is withdrawn, history stays, exports leave them out.

    `end_claims` confirms that people who have such an item open lose their claim.

    Raises:
        NotFound, NotAllowed: the actor has no such dataset, or may not delete items.
        FilterError: the filter makes no sense.
        InvalidInput: these are more than go at once.
        Conflict: somebody has an item open, and it was not confirmed.
    """
    dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.DELETE_ITEMS)
    chosen = _chosen(session, dataset, item_ids, folder, where, archived=False)
    return task_items.archive_items(
        session, actor=actor, dataset=dataset, item_ids=chosen, now=now, end_claims=end_claims
    )


def erase(
    session: Session,
    *,
    actor: Actor,
    dataset_id: int,
    now: datetime,
    kept: Kept,
    item_ids: Iterable[int] | None = None,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> Erased:
    """Erase archived items, all or none, or with `dry_run` only say what would go.

    Of those listed each has to be archived; of a folder or a filter those are taken that are.

    Raises:
        NotFound, NotAllowed: the actor has no such dataset or item, or may not erase items.
        FilterError, InvalidInput: as `archive`.
        Conflict: an item that is listed is not archived.
        Unavailable: the place where pictures are kept cannot be reached.
    """
    dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.ERASE_ITEMS)
    wanted = None if item_ids is None else set(values.keys(item_ids))
    chosen = _chosen(session, dataset, wanted, folder, where, archived=None if wanted is not None else True)
    if missing := sorted((wanted or set()) - set(chosen)):
        raise NotFound(f"no item {shown(', '.join(map(str, missing)))}")
    if dry_run:
        return Erased(done=False, effects=erasure.preview(session, actor=actor, item_ids=chosen))
    return Erased(done=True, effects=erasure.erase(session, actor=actor, item_ids=chosen, now=now, kept=kept))


def _chosen(
    session: Session,
    dataset: Dataset,
    item_ids: Iterable[int] | None,
    folder: str | None,
    where: Mapping[str, Any] | None,
    *,
    archived: bool | None,
) -> list[int]:
    of = data.condition(session, dataset=dataset, folder=folder, where=where, item_ids=item_ids)
    found = items.ids(session, of, archived=archived, limit=MOST + 1)
    if len(found) > MOST:
        raise InvalidInput(f"these are more than {MOST:,} items, as many as go at once; take a part of them")
    return found
