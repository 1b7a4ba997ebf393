"""What is there for a call, and short ways to make one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session
from stage import BOX, START, always

from workflow_core.connectors.annotations import jsonl
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.domain.views.exchange import ExportAsked, ImportSent
from workflow_core.domain.views.pipelines import Files
from workflow_core.errors import AnnoflowError
from workflow_core.services import people
from workflow_core.services.accounts import scopes
from workflow_core.services.accounts.callers import Caller
from workflow_core.services.contributors import batches
from workflow_core.services.data import items
from workflow_core.services.exchange import imports
from workflow_core.services.jobs import acts, jobs
from workflow_core.services.managers import tasks
from workflow_core.services.pipelines import data, uploads
from workflow_core.services.pipelines.places import Media, Places
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Task

SMALL = """
pipeline: sent
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""
SAID: Mapping[str, Mapping[str, Any]] = {
    "rank": {"rank": 1},
    "reassign": {"old": "ann@example.org", "new": "quinn@example.org"},
    "take-out": {"email": "ann@example.org"},
}
"""What an act on many items has to be told, besides which."""


class Scene:
    """What is there for a call: ann has one item open in `cars`, quinn one in `qa`, of a third an issue is open."""

    def __init__(self, session: Session, *, issue: int, mine: int, reviewed: int) -> None:
        self.session, self.issue, self.mine, self.reviewed = session, issue, mine, reviewed
        self.ann = people.person(session, email="ann@example.org")
        self.quinn = people.person(session, email="quinn@example.org")
        self.olga = people.person(session, email="olga@example.org")
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

    def own(self, verb: Callable[..., Any], **given: Any) -> Any:
        """Call what a person is asked for who may do all."""
        return verb(self.session, **{"actor": self.olga, "now": START} | given)

    def send(self, *, text: str = SMALL, **given: Any) -> Any:
        """Deploy what is sent over HTTP; the name of the file is what is said, or `p.yaml`."""
        sent = {"file": "p.yaml", "texts": {}, "encoded": {}} | given
        sent["texts"] = {sent["file"]: text, **sent["texts"]}
        within = Places((), "/nowhere", Media("/nowhere"))
        return self.own(uploads.deploy, project_id=self.project, files=Files(**sent), within=within)

    def ask_for_export(self, **asked: Any) -> Any:
        pipeline = self.cars.pipeline_id
        within = Places((), "/nowhere", Media("/nowhere"))
        return self.own(jobs.export, pipeline_id=pipeline, asked=ExportAsked(**asked), within=within)

    def ask_for_import(self, **asked: Any) -> Any:
        given = {"dataset_id": self.dataset.id, "asked": ImportSent(**asked), "content": b"{}"}
        return self.own(jobs.import_annotations, **given)

    def do(self, act: str, **said: Any) -> Any:
        """Do an act on many items, as it was said in JSON, after looking which items it concerns."""
        known = {"act": act, "key": self.dataset.id if acts.ACTS[act].of == "dataset" else self.cars.id}
        known["said"] = SAID.get(act, {}) | said
        acts.concerned(self.session, actor=None, **known)
        return acts.do(self.session, actor=None, now=START, **known)

    def reach(self, task: str) -> None:
        """Ask for a task by a path, with a token that is for the project alone."""
        caller = Caller(person=self.ann, project_id=self.project, note=None)
        scopes.check(self.session, caller=caller, named={"task_id": task})

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
