"""What an annotation that comes in would be here: on which item, in which task, with what its row will say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_core.connectors.annotations import fitting
from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems
from workflow_core.domain.annotations import identities
from workflow_core.domain.annotations.identities import Maker, Name
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
    known_as: Name
    signed: bool = True

    @property
    def place(self) -> Place:
        """Return the item and the task."""
        return self.row["item_id"], self.owner.task_id

    @property
    def makers(self) -> list[Maker]:
        """Return who made it, and that anybody may have where nobody says so."""
        own = maker(self.row)
        return [own] if self.signed else [own, identities.ANYBODY]


def maker(row: Mapping[str, Any]) -> Maker:
    """Return who made what a row holds."""
    return row["origin"], row["model"], row["model_version"]


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
            known = identities.name(row)
            row |= {"external_id": identities.written(known, maker(row))}
            fits.append(Fit(one.where, item.name, owner, row, known, one.signed))
        except InvalidInput as error:
            problems.add(one.where, str(error))
    return fits


def _row(one: ImportedAnnotation, item: Item, owner: Owner, as_boxes: bool, problems: Problems) -> dict[str, Any]:
    fitted = fitting.fit(one, owner.recipe, width=item.width, height=item.height, as_boxes=as_boxes, problems=problems)
    row = fitted | {"origin": one.origin, "model": one.model, "model_version": one.model_version, "number": one.number}
    return row | {"item_id": item.id, "task_id": owner.task_id, "score": one.score}
