"""What an annotation that comes in would be here: on which item, in which task, with what its row will say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_core.connectors.annotations import fitting
from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems
from workflow_core.domain.annotations import identities
from workflow_core.errors import InvalidInput
from workflow_core.services.exchange.item_references import Items
from workflow_core.services.exchange.owners import Owner, of_labels, owning
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Item

Place = tuple[int, int]
"""An item and a task."""


@dataclass(frozen=True)
class Fit:
    """An annotation that its task takes."""

    where: str
    name: str
    owner: Owner
    row: Mapping[str, Any]
    anybodys: str
    """What it is known by, whoever made it."""
    signed: bool = True

    @property
    def place(self) -> Place:
        """Return the item and the task."""
        return self.row["item_id"], self.owner.task_id

    @property
    def known_as(self) -> tuple[int, str]:
        """Return what tells it from others: its item, what it says, and who made it."""
        return self.row["item_id"], self.row["external_id"]

    @property
    def by_anybody(self) -> tuple[int, str]:
        """Return the same, whoever made it."""
        return self.row["item_id"], self.anybodys


def fit(
    session: Session,
    dataset: Dataset,
    batch: Sequence[ImportedAnnotation],
    *,
    items: Items,
    as_boxes: bool,
    problems: Problems,
) -> list[Fit]:
    """Return what fits its task; what does not is noted."""
    owners = of_labels(session, dataset)
    fits = []
    for one, item in items.match(session, batch):
        try:
            owner = owning(one, owners, problems)
            row = _row(one, item, owner, as_boxes, problems)
            known, anybodys = identities.keys(row, row, identities.ANYBODY)
            fits.append(Fit(one.where, item.name, owner, row | {"external_id": known}, anybodys, one.signed))
        except InvalidInput as error:
            problems.add(one.where, str(error))
    return fits


def _row(one: ImportedAnnotation, item: Item, owner: Owner, as_boxes: bool, problems: Problems) -> dict[str, Any]:
    fitted = fitting.fit(one, owner.recipe, width=item.width, height=item.height, as_boxes=as_boxes, problems=problems)
    row = fitted | {"origin": one.origin, "model": one.model, "model_version": one.model_version, "number": one.number}
    return row | {"item_id": item.id, "task_id": owner.task_id, "score": one.score}
