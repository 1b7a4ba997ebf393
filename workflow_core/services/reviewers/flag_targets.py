"""What a reviewer flags: an annotation, or the item; and in which of the reviewed tasks the fault lies."""

from collections.abc import Mapping

from workflow_core.domain.annotations import recipes
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work.situations import Situation
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Annotation, Recipe, Task


def annotation(session: Session, qa: Situation, annotation_id: int | None) -> Annotation | None:
    """Return the annotation of the reviewed item that is flagged; None where the item itself is."""
    if annotation_id is None:
        return None
    found = session.get(Annotation, values.key(annotation_id))
    if found is None or found.item_id != qa.item_id or found.deleted_at is not None:
        raise NotFound(f"there is no annotation {shown(annotation_id)} on {qa.name}")
    return found


def task_of(session: Session, reviewed: Mapping[int, Task], *, label: str | None, task: str | None) -> int:
    """Return whose fault something is: of the task that is named, or that owns the label, or of the only one."""
    if task is not None:
        found = [key for key, one in reviewed.items() if one.name == task]
    elif label is not None:
        found = [key for key, one in reviewed.items() if values.sought(label) in _labels(session, one)]
    else:
        found = list(reviewed)
    if len(found) != 1:
        about = f"the task {cited(task)}" if task else f"the label {cited(label)}" if label else "nothing"
        raise InvalidInput(f"{about} does not tell whose fault it is; name one of the tasks {names(reviewed)}")
    return found[0]


def _labels(session: Session, task: Task) -> set[str]:
    recipe = recipes.from_json(session.get_one(Recipe, task.recipe_id).content)
    return {label.name for label in recipe.labels}


def names(reviewed: Mapping[int, Task]) -> str:
    """Name tasks, for messages."""
    return ", ".join(repr(task.name) for task in reviewed.values())
