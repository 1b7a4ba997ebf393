"""What is taken out of a dataset: items are archived, and erased once they are; those listed, or found."""

from datetime import datetime
from typing import Unpack

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.views.effects import Effects, Erased
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import access
from workflow_core.services.managers import erasure as erasing
from workflow_core.services.managers import task_items
from workflow_core.services.people import Actor
from workflow_core.services.pictures import Kept
from workflow_core.services.pipelines import data
from workflow_core.store.data import erasure, items
from workflow_core.store.database.columns import Where
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
    end_claims: bool = False,
    **chosen: Unpack[Chosen],
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
    ids = _found(session, dataset, chosen, archived=False)
    return task_items.archive_items(session, actor=actor, dataset=dataset, item_ids=ids, now=now, end_claims=end_claims)


def erase(
    session: Session,
    *,
    actor: Actor,
    dataset_id: int,
    now: datetime,
    kept: Kept | None = None,
    dry_run: bool = False,
    **chosen: Unpack[Chosen],
) -> Erased:
    """Erase archived items, all or none, or with `dry_run` only say what would go, of however many.

    Of those listed each has to be archived; of a folder or a filter those are taken that are.

    Raises:
        NotFound, NotAllowed: the actor has no such dataset or item, or may not erase items.
        FilterError, InvalidInput: as `archive`.
        Conflict: an item that is listed is not archived.
        Unavailable: the place where pictures are kept cannot be reached.
    """
    dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.ERASE_ITEMS)
    listed = chosen.get("item_ids")
    if dry_run and listed is None:
        return Erased(done=False, effects=_would_go(session, data.condition(session, dataset=dataset, **chosen)))
    wanted = set() if listed is None else set(values.keys(listed))
    ids = _found(session, dataset, chosen, archived=True if listed is None else None)
    if missing := sorted(wanted - set(ids)):
        raise NotFound(f"no item {shown(', '.join(map(str, missing)))}")
    if dry_run:
        return Erased(done=False, effects=erasing.preview(session, actor=actor, item_ids=ids))
    return Erased(done=True, effects=erasing.erase(session, actor=actor, item_ids=ids, now=now, kept=kept))


def _would_go(session: Session, of: Where) -> Effects:
    """Count what goes with archived items, however many, so many at a time."""
    effects, last = erasure.effects(session, []), 0
    while some := items.ids(session, of, archived=True, limit=MOST, after=last):
        effects, last = effects + erasure.effects(session, some), some[-1]
    return effects


def _found(session: Session, dataset: Dataset, chosen: Chosen, *, archived: bool | None) -> list[int]:
    of = data.condition(session, dataset=dataset, **chosen)
    found = items.ids(session, of, archived=archived, limit=MOST + 1)
    if len(found) > MOST:
        raise InvalidInput(f"these are more than {MOST:,} items, as many as go at once; take a part of them")
    return found
