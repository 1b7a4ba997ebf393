"""What a file of annotations tells besides them: numbers of labels, and licences of images."""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from workflow_core.connectors.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain.recipes import Category
from workflow_core.domain.wording import cited
from workflow_core.services.exchange.ingestion import PAUSE, OpenSession
from workflow_core.services.exchange.item_references import Items
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import categories, imports
from workflow_core.store.models import Dataset

BATCH = 1_000


def number_labels(session: Session, dataset: Dataset, new: Sequence[Category], problems: Problems) -> None:
    """Give labels without a number in the dataset that of the file; those that have one keep it, which is noted."""
    categories.give(session, dataset_id=dataset.id, new=new)
    known = {one.label: one.number for one in categories.given(session, dataset_id=dataset.id)}
    for one in new:
        if known.get(one.label) != one.number:
            stays = f"stays {known[one.label]}" if one.label in known else "gets a new number when it is exported"
            said = f"label {cited(one.label)} {stays}, and not {one.number} as in the file"
            problems.add("categories", said, skipped=False, cause=said)


def license_items(
    open_session: OpenSession, items: Items, licenses: Iterable[tuple[ItemReference, Mapping[str, Any]]]
) -> None:
    """Keep licences with the items that they are of, found as those of annotations; nothing is lost without one."""
    each = (ImportedAnnotation(item, "", "", {}, license) for item, license in licenses)
    while batch := list(islice(each, BATCH)):
        with open_session() as session:
            found = {
                item.id: {**item.meta, "license": dict(one.attributes)}
                for one, item in items.match(session, batch)
                if "license" not in item.meta
            }
            imports.describe(session, found)
        time.sleep(PAUSE)
