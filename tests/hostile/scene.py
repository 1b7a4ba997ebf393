"""What is there for a call, and short ways to make one."""

import json
from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from stage import BOX, START, always

from workflow_core.connectors.annotations import jsonl
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.errors import AnnoflowError
from workflow_core.services import people
from workflow_core.services.contributors import batches
from workflow_core.services.data import items
from workflow_core.services.exchange import imports
from workflow_core.services.managers import tasks
from workflow_core.services.pipelines import data
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Task


class Scene:
    """What is there for a call: ann has one item open in `cars`, quinn one in `qa`, of a third an issue is open."""

    def __init__(self, session: Session, *, issue: int, mine: int, reviewed: int) -> None:
        self.session, self.issue, self.mine, self.reviewed = session, issue, mine, reviewed
        self.ann = people.person(session, email="ann@example.org")
        self.quinn = people.person(session, email="quinn@example.org")
        self.project = people.project(session, name="default").id
        self.dataset = data.dataset(session, project_id=self.project, name="p")
        names = data.task_names(session, project_id=self.project)
        self.cars, self.qa = (session.get_one(Task, names[one]) for one in ("cars", "qa"))

    def work(self, verb: Callable[..., Any], **given: Any) -> Any:
        given = {"task_item_id": self.mine, "now": START} | given
        return verb(self.session, actor=self.ann, **given)

    def batch(self, batch: Any, **given: Any) -> Any:
        """Submit a batch; raise what its first status was refused by."""
        known = {"actor": self.ann, "task_id": self.cars.id, "now": START}
        for outcome in batches.submit_many(self.session, batch=batch, **known | given)[:1]:
            if isinstance(outcome, AnnoflowError):
                raise outcome

    def review(self, verb: Callable[..., Any], **given: Any) -> Any:
        return verb(self.session, actor=self.quinn, now=START, **given)

    def flag(self, **given: Any) -> Any:
        given = {"task_item_id": self.reviewed, "kind": "missing", "task": "cars"} | given
        return self.review(reviews.flag, **given)

    def manage(self, verb: Callable[..., Any], **given: Any) -> Any:
        """Call what a manager calls; a moment is given where it asks for one."""
        now = {"now": START} if "now" in verb.__annotations__ else {}
        return verb(self.session, **{"actor": None} | now | given)

    def make(self, **given: Any) -> Any:
        known = {"name": "new", "recipe": Recipe((Label("car"),)), "assignees": {"ann@example.org": 1.0}}
        return self.manage(tasks.create, dataset_id=self.dataset.id, **known | given)

    def bring(self, **raw: Any) -> Any:
        return self.manage(data.add_items, dataset=self.dataset, new=[data.parse({"name": "new"} | raw)])

    def look(self, **given: Any) -> Any:
        return items.of_dataset(self.session, actor=None, dataset_id=self.dataset.id, **given)

    def annotate(self, **about: Any) -> Any:
        """Take in an annotation from a file, in which it is JSON."""
        line = written({"item": "/0", **BOX, **about})
        problems = Problems()
        found = jsonl.read([line], problems)
        given = {"dataset_id": self.dataset.id, "annotations": found, "problems": problems, "clock": lambda: START}
        return imports.import_annotations(always(self.session), actor=None, **given)


def written(value: Any) -> str:
    """Write JSON; what is none cannot be in a file."""
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return ""
