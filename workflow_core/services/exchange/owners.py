"""Which task an annotation that comes in belongs to: the one whose recipe has its label."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems
from workflow_core.domain.annotations import recipes
from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import imports
from workflow_core.store.models import Dataset

NO_TASK = "no task is there yet: deploy a pipeline or make a task first"


@dataclass(frozen=True)
class Owner:
    """A task that has a label."""

    task_id: int
    name: str
    recipe: Recipe


Owners = Mapping[str, list[Owner]]
"""The tasks by the labels that they have."""


def of_labels(session: Session, dataset: Dataset) -> Owners:
    """Return the tasks over a dataset that have labels."""
    owners: dict[str, list[Owner]] = {}
    for key, name, content in imports.tasks(session, dataset_id=dataset.id):
        owner = Owner(key, name, recipes.from_json(content))
        for label in owner.recipe.labels:
            owners.setdefault(label.name, []).append(owner)
    return owners


def owning(one: ImportedAnnotation, owners: Owners, problems: Problems) -> Owner:
    """Return the task that owns the label: of several the one that the file names, or else the first.

    Raises:
        InvalidInput: no task has the label.
    """
    having = owners.get(one.label)
    if not having:
        raise InvalidInput(
            f"no task has the label {cited(one.label)}; {possible(one.label, owners) if owners else NO_TASK}"
        )
    named = [owner for owner in having if owner.name == one.task]
    if one.task is not None and not named:
        said = f"task {cited(one.task)} does not have the label {cited(one.label)}, so it went to {having[0].name!r}"
        problems.add(one.where, said, skipped=False)
    return (named or having)[0]
