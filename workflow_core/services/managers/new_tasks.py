"""How a task is made, and what is asked of one that is made by hand; InvalidInput says what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from workflow_core.domain.words import documents, values
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work import statuses
from workflow_core.errors import InvalidInput
from workflow_core.pipeline.compiled import Queue
from workflow_core.store.data import tasks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Task


def check(session: Session, dataset: Dataset, name: str, type: str, reviews: Sequence[Task]) -> None:
    """Refuse a name that is taken or none, an unknown type, and reviews that are not to be had."""
    if type not in tuple(statuses.DEFAULTS):
        raise InvalidInput(f"unknown task type {cited(type)}; possible: {', '.join(statuses.DEFAULTS)}")
    values.name(name)
    if tasks.manual(session, project_id=dataset.project_id, name=name) is not None:
        raise InvalidInput(
            f"there is a task {name!r} already; give this one another name", code="name-taken", task=name
        )
    if (type == "qa") != bool(reviews):
        wanted = "reviews at least one annotation task" if type == "qa" else "reviews nothing"
        raise InvalidInput(f"task {name!r} is of type {type} and so {wanted}")
    for reviewed in reviews:
        if reviewed.type != "annotation":
            raise InvalidInput(f"{reviewed.name!r} is a QA task; only annotation tasks are reviewed")
        if reviewed.dataset_id != dataset.id:
            raise InvalidInput(f"{reviewed.name!r} is a task over another dataset than {dataset.name!r}")


def team(name: str, assignees: Mapping[str, float]) -> dict[str, float]:
    """Return the weights of the people of a new task, at least one."""
    found: dict[str, float] = {}
    for email, weight in values.mapping(assignees, f"the team of {name!r}").items():
        who = values.email(email)
        if who in found:
            raise InvalidInput(f"{who} is named twice in the team of {name!r}")
        found[who] = values.weight(weight)
    if not found:
        raise InvalidInput(f"task {name!r} has nobody to work on it; name at least one person")
    return found


def offered(type: statuses.TaskType, extra: Sequence[str | statuses.Status]) -> list[statuses.Status]:
    """Return the statuses that a new task offers: those of its type, and `extra`."""
    found = list(statuses.DEFAULTS[type])
    for one_more in extra:
        one = one_more if isinstance(one_more, statuses.Status) else statuses.named(values.name(one_more))
        values.name(one.name)
        documents.check(asdict(one), "a status")
        if type != "qa" and one.name == statuses.APPROVED.name:
            raise InvalidInput("only a QA task offers the status 'approved': an approved item has been reviewed")
        if one.name in {each.name for each in found}:
            raise InvalidInput(f"the status {one.name!r} is offered twice")
        found.append(one)
    return found


def columns(offered: Iterable[statuses.Status], queue: Queue | None) -> dict[str, Any]:
    """Return as its row has them the statuses that a task offers, and how it hands out items."""
    return {
        "statuses": [asdict(one) for one in offered],
        "queue": {"batch": queue.batch, "limit": queue.limit} if queue else None,
    }
