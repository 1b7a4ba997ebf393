"""What is read takes as many statements for a hundred rows of each kind as for one: a new GET needs a row.

ANNOFLOW_SOAK=1 counts them on both databases.
"""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import manifests
import pytest
from counting import statements
from explaining import scans
from fastapi.testclient import TestClient
from pictures import picture
from sqlmodel import Session, SQLModel, select
from stage import BOX, Stage

from workflow_core import api
from workflow_core.http.answers import streams
from workflow_core.services.accounts import links, operators
from workflow_core.services.running import leases
from workflow_core.store.models import (
    Annotation,
    Comment,
    Dataset,
    Deploy,
    Document,
    Entry,
    Event,
    Export,
    Issue,
    Item,
    Job,
    Membership,
    Pipeline,
    Project,
    Recipe,
    SignIn,
    TaskItem,
    Token,
)

DOCUMENT = json.loads((Path(api.__file__).parent / "openapi.json").read_text())
DOCUMENTED = {one["get"]["operationId"]: one["get"] for one in DOCUMENT["paths"].values() if "get" in one}
DATABASES = ["sqlite", "postgres"] if os.environ.get("ANNOFLOW_SOAK") else ["sqlite"]
MANY = 100
LISTED = (
    "annotation",
    "comment",
    "dataset",
    "deploy",
    "event",
    "export",
    "issue",
    "item",
    "job",
    "person",
    "recipe",
    "task",
)
"""The tables of which a list reads no more than its part."""
WHOLE = ""
TO_COME = 3
"""Who has been in a task already, by the task or by who is to come, and who is in several at once."""


class Read(NamedTuple):
    """Where something is read, which list in the answer has a row of each, and how much more each task may cost.

    `once` is how many statements there are that are asked only where there is something to ask for.
    """

    path: str
    rows: str | None = None
    of_a_task: int = 0
    once: int = 0


READS = {
    "dataset": Read("/api/datasets/1"),
    "dataset-folders": Read("/api/datasets/1/folders", "items"),
    "dataset-items": Read("/api/datasets/1/items", "items"),
    "export": Read("/api/exports/1"),
    "export-files": Read("/api/exports/1/files", "items"),
    "export-file": Read("/api/exports/1/files/manifest.json", "files"),
    "issue-comments": Read("/api/issues/1/comments", "items"),
    "find-item": Read("/api/items?named=1"),
    "item": Read("/api/items/1"),
    "item-annotations": Read("/api/items/1/annotations", "items"),
    "item-events": Read("/api/items/1/events", "items"),
    "item-image": Read("/api/items/1/image"),
    "item-thumbnail": Read("/api/items/1/thumbnail/160"),
    "item-why": Read("/api/items/1/why", "path"),
    "job": Read("/api/jobs/1"),
    "link": Read("/api/links/{secret}"),
    "me": Read("/api/me"),
    "my-assignments": Read("/api/me/assignments", WHOLE),
    "my-tokens": Read("/api/me/tokens", WHOLE),
    "everybody": Read("/api/people", "items"),
    "pipeline-exits": Read("/api/pipelines/1/exits", WHOLE),
    "pipeline-exports": Read("/api/pipelines/1/exports", "items"),
    "pipeline-figures": Read("/api/pipelines/1/figures", WHOLE, of_a_task=10),
    "pipeline-graph": Read("/api/pipelines/1/graph", "nodes"),
    "pipeline-overview": Read("/api/pipelines/1/overview", "tasks", once=TO_COME),
    "pipeline-progress": Read("/api/pipelines/1/progress", WHOLE, once=TO_COME),
    "pipeline-versions": Read("/api/pipelines/1/versions", "items"),
    "pipeline-version": Read("/api/pipelines/1/versions/1"),
    "problem": Read("/api/problems/not-found"),
    "my-projects": Read("/api/projects", "items"),
    "project-datasets": Read("/api/projects/1/datasets", "items"),
    "events": Read("/api/projects/1/events", "items"),
    "event-stream": Read("/api/projects/1/events/stream"),
    "project-issues": Read("/api/projects/1/issues", "items"),
    "project-jobs": Read("/api/projects/1/jobs", "items"),
    "project-members": Read("/api/projects/1/members", "items"),
    "pipelines": Read("/api/projects/1/pipelines", "items"),
    "project-recipes": Read("/api/projects/1/recipes", "items"),
    "stuck": Read("/api/projects/1/stuck", "items"),
    "project-tasks": Read("/api/projects/1/tasks", "items"),
    "my-sessions": Read("/api/sessions", WHOLE),
    "task-item": Read("/api/task-items/{held}", "annotations"),
    "task-item-comments": Read("/api/task-items/{held}/comments", "items"),
    "foretell-sending": Read("/api/task-items/{held}/sendings?to=t1"),
    "find-tasks": Read("/api/tasks?named=p", WHOLE),
    "task": Read("/api/tasks/{task}"),
    "task-comments": Read("/api/tasks/{task}/comments", "items"),
    "task-figures": Read("/api/tasks/{task}/figures"),
    "task-instructions": Read("/api/tasks/{task}/instructions"),
    "task-issues": Read("/api/tasks/{task}/issues", "items"),
    "task-progress": Read("/api/tasks/{task}/progress", once=TO_COME),
    "health": Read("/health"),
    "metrics": Read("/metrics"),
    "ready": Read("/ready"),
    "version": Read("/version"),
}


def pipeline(tasks: int) -> bytes:
    """Tasks in a row, each with an exit of its own, then a review of all of them."""
    recipe = {"labels": ["car"], "instructions": "cars.pdf"}
    each = {
        f"t{n}": {
            "type": "annotation",
            "recipe": recipe,
            "assignees": ["olga@example.org"],
            "extra_statuses": [f"out{n}"],
            "on": {"completed": f"t{n + 1}" if n < tasks else "qa", f"out{n}": f"exit{n}"},
        }
        for n in range(1, tasks + 1)
    }
    qa = {"type": "qa", "assignees": ["quinn@example.org"]}
    exits: dict[str, Any] = {f"exit{n}": {} for n in range(1, tasks + 1)}
    return json.dumps({"pipeline": "p", "dataset": "d", "tasks": {**each, "qa": qa}, "exits": exits}).encode()


def copies(session: Session, row: SQLModel, **differing: Callable[[int], Any]) -> list[Any]:
    """Write a row ninety-nine times more, each with what must differ."""
    kept = row.model_dump(exclude={"id"})
    made = [type(row)(**kept | {name: make(n) for name, make in differing.items()}) for n in range(1, MANY)]
    session.add_all(made)
    session.flush()
    return made


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Who sees all of it, works herself, and has one of each."""
    monkeypatch.setattr(streams, "LIFE", 0.1)
    monkeypatch.setattr(streams, "LOOK", 10)
    stage.read = lambda name: b"%PDF-1.7"
    deploy(stage, tasks=1)
    stage.add_member("olga", "owner")
    client = as_("olga")
    client.put("/api/datasets/1/files/1.png", content=picture("PNG")).raise_for_status()
    stage.enter()
    stage.do("olga", "t1", "completed", annotations=[BOX])
    stage.advance()
    stage.claim("quinn", "qa")
    stage.flag("quinn", "qa", "t1", "1.png")
    stage.claim("olga", "t1")
    leases.hold(stage.engine, leases.MOVER, holder="me", ttl=timedelta(hours=1))
    manifests.write(tmp_path, manifests.named(1))
    with stage.session() as session:
        olga = stage.person(session, "olga")
        operators.appoint(session, actor=None, email=olga.email, now=stage.now)
        by = {"actor_id": olga.id, "at": stage.now}
        ended = {"created_at": stage.now, "ended_at": stage.now, "outcome": "done"}
        session.add(Job(project_id=1, actor_id=olga.id, kind="sync", **ended))
        session.add(Export(pipeline_id=1, exit="approved", uri=str(tmp_path), items=0, annotations=0, **by))
        session.add(SignIn(person_id=olga.id, digest="0", agent="", used_at=stage.now, created_at=stage.now))
        for of in ({"task_id": stage.task(session, "t1").id}, {"issue_id": 1}):
            session.add(Comment(item_id=1, person_id=olga.id, text="why?", created_at=stage.now, **of))
    return client


def deploy(stage: Stage, *, tasks: int) -> None:
    stage.deploy(pipeline(tasks).decode())


def add_the_rest(stage: Stage, folder: Path) -> None:
    """Have a hundred of each."""
    deploy(stage, tasks=MANY)
    manifests.write(folder, manifests.named(MANY))
    with stage.session() as session:
        happened = session.exec(select(Event).where(Event.item_id == 1)).first()
        copies(session, happened)
        for row in (Job, Export, Issue, Recipe, Annotation):
            copies(session, session.exec(select(row)).first())
        for comment in session.exec(select(Comment)).all():
            copies(session, comment)
        for row in (Dataset, Pipeline):
            copies(session, session.get_one(row, 1), name=str)
        olga = stage.person(session, "olga")
        role = session.get_one(Membership, (1, olga.id))
        projects = copies(session, session.get_one(Project, 1), name=str)
        copies(session, role, project_id=lambda n: projects[n - 1].id)
        people = copies(session, olga, email="{}@example.org".format)
        copies(session, role, person_id=lambda n: people[n - 1].id)
        for row in (Token, SignIn):
            copies(session, session.exec(select(row)).first(), digest=str)
        items = copies(session, session.get_one(Item, 1), folder="/{}".format)
        here, of = stage.task(session, "t1").id, {"item_id": lambda n: items[n - 1].id}
        copies(session, TaskItem(task_id=here, item_id=1, parked="nobody", since=stage.now), **of)
        left = Entry(pipeline_id=1, item_id=1, version_id=1, exit="", created_at=stage.now)
        copies(session, left, **of, exit="exit{}".format)
        files = copies(session, session.get_one(Document, 1), digest=str)
        copies(session, session.get_one(Deploy, 1))
        first = session.get_one(Deploy, 1)
        first.files = first.files | {str(one.id): one.id for one in files}


def test_every_read_has_its_row() -> None:
    assert DOCUMENTED.keys() == READS.keys()


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
def test_a_hundred_rows_take_as_many_statements_as_one(stage: Stage, olga: TestClient, tmp_path: Path) -> None:
    with stage.session() as session:
        given = {"secret": links.make(session, email="quinn@example.org", now=stage.now).secret}
        held = stage.task_item(session, "t1", "1.png")
        given |= {"held": str(held.id), "task": str(held.task_id)}
    limited = {
        name for name, one in DOCUMENTED.items() if "limit" in {each["name"] for each in one.get("parameters", ())}
    }

    def counted() -> tuple[dict[str, int], dict[str, int]]:
        rows, said = {}, {}
        olga.app.state.pulse = streams.Pulse(olga.app.state.engine)  # as if it had not been looked for long
        for name, read in READS.items():
            with statements(olga.app.state.engine) as executed:
                asked = {"limit": 1000} if name in limited else None
                answer = olga.get(read.path.format_map(given), params=asked).raise_for_status()
            said[name] = len(executed)
            if read.rows is not None:
                rows[name] = len(answer.json()[read.rows] if read.rows else answer.json())
        return rows, said

    counted()  # the first one to ask has some things made
    _, few = counted()
    add_the_rest(stage, tmp_path)
    rows, many = counted()
    assert {name: count for name, count in rows.items() if count < MANY - 1} == {}
    allowed = {name: few[name] + read.of_a_task * MANY + read.once for name, read in READS.items()}
    more = {name: (few[name], many[name]) for name in few if many[name] > allowed[name]}
    assert more == {}
    whole = {}
    with Session(olga.app.state.engine) as session:
        for name in limited - {"stuck"}:  # which is asked at a hundred thousand items in test_query_plans
            with scans(session, big=LISTED) as whole[name]:
                olga.get(READS[name].path.format_map(given)).raise_for_status()
    if olga.app.state.engine.dialect.name == "sqlite":  # the other one plans by how many there are
        assert {name: found for name, found in whole.items() if found} == {}
