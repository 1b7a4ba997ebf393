"""Reviews: which tasks a QA task reviews, by the version that an item follows."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from workflow_core.domain.annotations.recipes import Recipe, from_text
from workflow_core.store.database.dialect import among, run
from workflow_core.store.models import Task
from workflow_core.store.models.task_items import REVIEWED


def task_ids(session: Session, *, qa_task_item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the keys of the tasks that are reviewed at QA task items, by the keys of these."""
    these, ids = among(session, qa_task_item_ids)
    reviewed = f"SELECT task_item.id, r.task_id FROM task_item JOIN review r ON {REVIEWED} WHERE task_item.id {these}"
    found: dict[int, list[int]] = {one: [] for one in qa_task_item_ids}
    for qa_task_item_id, task_id in run(session, f"{reviewed} ORDER BY 2", ids=ids):
        found[qa_task_item_id].append(task_id)
    return found


def recipes(session: Session, *, qa_task_item_ids: Sequence[int]) -> dict[int, dict[int, tuple[str, Recipe]]]:
    """Return the names and recipes of the tasks that are reviewed at QA task items, by the keys of these and theirs."""
    these, ids = among(session, qa_task_item_ids)
    rows = run(
        session,
        f"""
        SELECT task_item.id, t.id, t.name, CAST(c.content AS TEXT) FROM task_item JOIN review r ON {REVIEWED}
        JOIN task t ON t.id = r.task_id JOIN recipe c ON c.id = t.recipe_id WHERE task_item.id {these} ORDER BY t.id
        """,
        ids=ids,
    )
    found: dict[int, dict[int, tuple[str, Recipe]]] = {one: {} for one in qa_task_item_ids}
    for qa_task_item_id, key, name, content in rows:
        found[qa_task_item_id][key] = name, from_text(content)
    return found


def tasks(session: Session, *, qa_task_item_id: int) -> dict[int, Task]:
    """Return the tasks that are reviewed at a QA task item, by their keys, the oldest first."""
    reviewed = task_ids(session, qa_task_item_ids=[qa_task_item_id])[qa_task_item_id]
    query = select(Task).where(col(Task.id).in_(reviewed))
    return {task.id: task for task in session.exec(query.order_by(col(Task.id)))}
