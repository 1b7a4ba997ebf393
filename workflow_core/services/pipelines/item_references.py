"""Which items a file means: by folder and name, by URI, or by key."""

from collections.abc import Iterator, Sequence

from workflow_core.connectors.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain import values
from workflow_core.domain.wording import cited
from workflow_core.store.data import imports
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Item


def match(
    session: Session, dataset: Dataset, batch: Sequence[ImportedAnnotation], problems: Problems
) -> Iterator[tuple[ImportedAnnotation, Item]]:
    """Yield each annotation with its item; what means none, or several, is noted in `problems`."""
    meant = [one.item for one in batch]
    names = imports.by_name(session, dataset_id=dataset.id, names=[values.sought(r.name) for r in meant if r.name])
    uris = imports.by_uri(session, dataset_id=dataset.id, uris=[values.sought(r.uri) for r in meant if r.uri])
    keys = imports.by_id(session, dataset_id=dataset.id, ids=[values.key(r.id) for r in meant if r.id])
    for one in batch:
        if one.item.name is not None:
            found = [item for item in names.get(one.item.name, []) if one.item.folder in (None, item.folder)]
        elif one.item.uri is not None:
            found = uris.get(one.item.uri, [])
        else:
            found = keys.get(one.item.id or 0, [])
        if len(found) == 1:
            yield one, found[0]
        elif found:
            where = ", ".join(sorted(f"{item.folder.rstrip('/')}/{item.name}" for item in found)[:5])
            problems.add(one.where, f"{_shown(one.item)} is several items: {where}; name the folder")
        else:
            problems.add(one.where, f"no item {_shown(one.item)} in dataset {dataset.name!r}; bring the items in first")


def _shown(meant: ItemReference) -> str:
    if meant.name is not None:
        return cited(meant.name if meant.folder is None else f"{meant.folder.rstrip('/')}/{meant.name}")
    return cited(meant.uri if meant.uri is not None else meant.id)
