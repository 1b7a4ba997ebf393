"""Erasing items for good: the owner's own command, for what must not be kept, such as a face on a photograph.

The item goes with its name, address and metadata, and so does whatever could say what was on it: annotations in every
version, drafts, issues, comments, task items and entries. What stays is the bare history, which nobody can change: who
did what, when, on an item of this number; and the time that people spent. So what people did still counts in their
figures, while what is there, in counts, progress and figures on labels, is only of the items that are left; what was
allotted to somebody stays allotted.
"""

from collections.abc import Iterable
from datetime import datetime

from workflow_core.domain.views.effects import Effects
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import people
from workflow_core.services.data.files import Place
from workflow_core.services.people import Actor
from workflow_core.services.pictures import Kept
from workflow_core.store.data import erasure
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Item


def preview(session: Session, *, actor: Actor, item_ids: Iterable[int]) -> Effects:
    """Say what erasing these items would take away, and which snapshots have them.

    Raises:
        NotFound, NotAllowed, Conflict: as `erase`.
    """
    return erasure.effects(session, [item.id for item in _archived(session, actor, set(values.keys(item_ids)))])


def erase(
    session: Session, *, actor: Actor, item_ids: Iterable[int], now: datetime, kept: Kept | None = None
) -> Effects:
    """Erase items that were archived before, all or none; the same file does not become an item again.

    Their pictures go where they are `kept`, those that were uploaded and what was made to be shown. Files that were
    exported are not touched, nor are backups, nor the picture itself at its source.

    Raises:
        NotFound: there is no such item, or none for this person.
        NotAllowed: the actor does not own the project.
        Conflict: an item is not archived; archiving ends the claims of those who have it open.
        Unavailable: the place where pictures are kept cannot be reached.
    """
    wanted = set(values.keys(item_ids))
    erasure.lock(session, wanted)
    chosen = _archived(session, actor, wanted)
    effects = erasure.effects(session, [item.id for item in chosen])
    pictures = [(Place(item.dataset_id, item.folder, item.name), item.uri) for item in chosen]
    erasure.erase(session, chosen, actor_id=actor.id if actor else None, now=now)
    if kept is not None:
        for place, uri in pictures:
            kept.forget(place, uri)  # before the transaction ends: what fails here is to be erased still
    return effects


def _archived(session: Session, actor: Actor, wanted: set[int]) -> list[Item]:
    """Return items that the actor may erase and that can be erased now."""
    rows = erasure.chosen(session, ids=wanted)
    seen = {item.id: project for item, project in rows if people.sees(session, actor=actor, project_id=project)}
    if missing := sorted(wanted - seen.keys()):
        raise NotFound(f"no item {shown(', '.join(map(str, missing)))}")
    for project_id in set(seen.values()):
        people.require(session, actor=actor, project_id=project_id, permission=Permission.ERASE_ITEMS)
    present = [f"{item.folder.rstrip('/')}/{item.name}" for item, _ in rows if item.archived_at is None]
    if present:
        others = f" and {len(present) - 1:,} more are" if len(present) > 1 else " is"
        why = f"{present[0]}{others} not archived; archive first what is to be erased, there is no way back"
        raise Conflict(why, code="not-archived", item=present[0], count=len(present))
    return [item for item, _ in rows]
