"""Every operation × everybody: who may, and for whom what they ask for does not exist. A new operation needs a row."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import manifests
import pytest
from anyio.from_thread import start_blocking_portal
from building import make_task
from engines import kept
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pictures import picture
from served import application
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.http.answers import streams
from workflow_core.services import people
from workflow_core.services.accounts import invitations, operators, passwords, sign_ins, tokens
from workflow_core.services.pipelines import deployment
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for
from workflow_core.store.database.shared_commits import Writers
from workflow_core.store.models import Deploy, Export, Item, Job, Pipeline

PIPELINE = """
pipeline: p
dataset: d
source: {uri: /nowhere}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
"""
ELSEWHERE = """
project: other
pipeline: q
dataset: d
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [tom@example.org], on: {completed: done}}
exits: {done: {}}
"""

ROLES = ("ann", "bo", "quinn", "mia", "olga")
"""The annotator, another one of the same task, the reviewer, a manager, the owner."""
STRANGERS = ("nobody", "nonsense", "expired", "inactive", "tom", "owner elsewhere")


class Operation(NamedTuple):
    """How it is called, and who of the project may; `denied` are told so, since they know that it is there."""

    path: str
    may: tuple[str, ...]
    body: Any = None
    denied: tuple[str, ...] = ()


RUN = ("mia", "olga")
BO = "/api/projects/{project}/members/bo@example.org"
OWN = ("olga",)
NO_OWNERS = ("ann", "bo", "quinn", "mia")
WORK = ("ann", "bo", "quinn")
SENT = {"file": "r.yaml", "texts": {"r.yaml": ELSEWHERE.replace("project: other", "").replace("q", "r")}}
NEW_TASK = {"name": "new", "recipe": {"labels": ["car"]}, "assignees": {"ann@example.org": 1}}
BO_TO_CY = {"old": "bo@example.org", "new": "cy@example.org"}
OPERATIONS = {
    "my-assignments": Operation("/api/me/assignments", ROLES),
    "claim": Operation("/api/tasks/{task}/claims", ("ann", "bo")),
    "renew": Operation("/api/tasks/{task}/renewals", ("ann", "bo")),
    "task-item": Operation("/api/task-items/{held}", ("ann",)),
    "save-draft": Operation("/api/task-items/{held}/draft", ("ann",), {"annotations": [BOX]}),
    "submit": Operation("/api/task-items/{held}/submission", ("ann",), {"status": "completed"}),
    "undo": Operation("/api/task-items/{done}/submission", ("ann",)),
    "release": Operation("/api/task-items/{held}/claim", ("ann",)),
    "postpone": Operation("/api/task-items/{held}/postponement", ("ann",)),
    "flag": Operation("/api/task-items/{review}/issues", ("quinn",), {"kind": "loose", "task": "cars"}),
    "fix": Operation("/api/issues/{issue}/fix", ("ann",)),
    "reopen": Operation("/api/issues/{fixed}/reopening", ("quinn",)),
    "approve": Operation("/api/issues/{fixed}/approval", ("quinn",)),
    "dismiss": Operation("/api/issues/{issue}/dismissal", ("quinn", "mia", "olga")),
    "issue-comments": Operation("/api/issues/{issue}/comments", ("ann", "quinn", "mia", "olga")),
    "task-item-comments": Operation("/api/task-items/{held}/comments", ("ann", "mia", "olga")),
    "task-comments": Operation("/api/tasks/{task}/comments", RUN, denied=WORK),
    "comment-issue": Operation("/api/issues/{issue}/comments", ("ann", "quinn", "mia", "olga"), {"text": "why?"}),
    "comment-task-item": Operation("/api/task-items/{held}/comments", ("ann", "mia", "olga"), {"text": "dark"}),
    "me": Operation("/api/me", ROLES),
    "my-tokens": Operation("/api/me/tokens", ROLES),
    "make-token": Operation("/api/me/tokens", ROLES, {"name": "laptop"}),
    "revoke-token": Operation("/api/me/tokens/{token}", ("ann",)),
    "make-project": Operation("/api/projects", ("opal",), {"name": "new"}, denied=ROLES),
    "project-members": Operation("/api/projects/{project}/members", RUN, denied=WORK),
    "set-role": Operation("/api/projects/{project}/members/new@x.org", OWN, {"role": "manager"}, denied=NO_OWNERS),
    "deactivate-member": Operation(BO + "/deactivation", OWN, denied=NO_OWNERS),
    "activate-member": Operation(BO + "/deactivation", OWN, denied=NO_OWNERS),
    "link-member": Operation(BO + "/links", OWN, denied=NO_OWNERS),
    "invite": Operation("/api/projects/{project}/invitations", OWN, {"emails": ["new@x.org"]}, denied=NO_OWNERS),
    "add-service": Operation("/api/projects/{project}/service-accounts", OWN, {"email": "b@x.org"}, denied=NO_OWNERS),
    "everybody": Operation("/api/people", ("opal",), denied=ROLES),
    "appoint": Operation("/api/people/ann@example.org/operator", ("opal",), denied=ROLES),
    "dismiss-operator": Operation("/api/people/otto@example.org/operator", ("opal",), denied=ROLES),
    "deactivate": Operation("/api/people/bo@example.org/deactivation", ("opal",), denied=ROLES),
    "activate": Operation("/api/people/bo@example.org/deactivation", ("opal",), denied=ROLES),
    "make-link": Operation("/api/people/bo@example.org/links", ("opal",), denied=ROLES),
    "my-sessions": Operation("/api/sessions", ROLES),
    "sign-out": Operation("/api/sessions/{session}", ("ann",)),
    "my-projects": Operation("/api/projects", ROLES),
    "events": Operation("/api/projects/{project}/events", ROLES),
    "event-stream": Operation("/api/projects/{project}/events/stream", ROLES),
    "pipelines": Operation("/api/projects/{project}/pipelines", RUN, denied=WORK),
    "check-pipeline": Operation("/api/pipelines/check", ROLES, SENT),
    "rehearse-pipeline": Operation("/api/pipelines/test", ROLES, SENT),
    "pipeline-graph": Operation("/api/pipelines/{pipeline}/graph", RUN, denied=WORK),
    "pause-pipeline": Operation("/api/pipelines/{pipeline}/pause", ("olga",), denied=(*WORK, "mia")),
    "resume-pipeline": Operation("/api/pipelines/{pipeline}/pause", ("olga",), denied=(*WORK, "mia")),
    "migrate-pipeline": Operation("/api/pipelines/{pipeline}/migrations", ("olga",), denied=(*WORK, "mia")),
    "plan-deploy": Operation("/api/projects/{project}/plans", ("olga",), SENT, (*WORK, "mia")),
    "deploy-pipeline": Operation("/api/projects/{project}/deploys", ("olga",), SENT, (*WORK, "mia")),
    "pipeline-versions": Operation("/api/pipelines/{pipeline}/versions", RUN, denied=WORK),
    "pipeline-version": Operation("/api/pipelines/{pipeline}/versions/{deploy}", RUN, denied=WORK),
    "sync-pipeline": Operation("/api/pipelines/{pipeline}/syncs", ("olga",), denied=(*WORK, "mia")),
    "export-pipeline": Operation("/api/pipelines/{pipeline}/exports", ("olga",), {"to": "p"}, (*WORK, "mia")),
    "import-annotations": Operation("/api/datasets/{dataset}/annotation-imports", ("olga",), b"", (*WORK, "mia")),
    "job": Operation("/api/jobs/{job}", RUN, denied=WORK),
    "cancel-job": Operation("/api/jobs/{job}", ("olga",), denied=(*WORK, "mia")),
    "project-jobs": Operation("/api/projects/{project}/jobs", RUN, denied=WORK),
    "pipeline-exports": Operation("/api/pipelines/{pipeline}/exports", ("olga",), denied=(*WORK, "mia")),
    "export": Operation("/api/exports/{export}", ("olga",), denied=(*WORK, "mia")),
    "export-files": Operation("/api/exports/{export}/files", ("olga",), denied=(*WORK, "mia")),
    "export-file": Operation("/api/exports/{export}/files/manifest.json", ("olga",), denied=(*WORK, "mia")),
    "stuck": Operation("/api/projects/{project}/stuck", RUN, denied=WORK),
    "pipeline-overview": Operation("/api/pipelines/{pipeline}/overview", RUN, denied=WORK),
    "pipeline-progress": Operation("/api/pipelines/{pipeline}/progress", RUN, denied=WORK),
    "pipeline-exits": Operation("/api/pipelines/{pipeline}/exits", RUN, denied=WORK),
    "project-tasks": Operation("/api/projects/{project}/tasks", RUN, denied=WORK),
    "project-recipes": Operation("/api/projects/{project}/recipes", RUN, denied=WORK),
    "project-issues": Operation("/api/projects/{project}/issues", RUN, denied=WORK),
    "task-issues": Operation("/api/tasks/{task}/issues", RUN, denied=WORK),
    "create-task": Operation("/api/datasets/{dataset}/tasks", RUN, NEW_TASK, denied=WORK),
    "create-review": Operation("/api/tasks/{task}/reviews", RUN, {"assignees": {"quinn@example.org": 1}}, denied=WORK),
    "change-settings": Operation("/api/tasks/{task}", RUN, {"priority": 3}, denied=WORK),
    "pause-task": Operation("/api/tasks/{task}/pause", RUN, denied=WORK),
    "resume-task": Operation("/api/tasks/{task}/pause", RUN, denied=WORK),
    "close-task": Operation("/api/tasks/{task}/closing", RUN, denied=WORK),
    "reopen-task": Operation("/api/tasks/{task}/closing", RUN, denied=WORK),
    "archive-task": Operation("/api/tasks/{by_hand}/archiving", RUN, denied=WORK),
    "assign": Operation("/api/tasks/{task}/assignments", RUN, {"person": "cy@example.org"}, denied=WORK),
    "take-out": Operation("/api/assignments/{assignment}?end_claims=true", RUN, denied=WORK),
    "pause-assignment": Operation("/api/assignments/{assignment}/pause", RUN, denied=WORK),
    "resume-assignment": Operation("/api/assignments/{assignment}/pause", RUN, denied=WORK),
    "redistribute": Operation("/api/tasks/{task}/redistributions", RUN, {}, denied=WORK),
    "reassign": Operation("/api/tasks/{task}/reassignments", RUN, BO_TO_CY, denied=WORK),
    "fill-task": Operation("/api/tasks/{by_hand}/additions", RUN, {}, denied=WORK),
    "remove-items": Operation("/api/tasks/{task}/removals", RUN, {"item_ids": []}, denied=WORK),
    "rank-items": Operation("/api/tasks/{task}/rankings", RUN, {"rank": 1}, denied=WORK),
    "clear": Operation("/api/tasks/{task}/clearings", RUN, {"item_ids": []}, denied=WORK),
    "send": Operation("/api/task-items/{held}/sendings", RUN, {"to": "cars", "end_claims": True}, denied=WORK),
    "foretell-sending": Operation("/api/task-items/{held}/sendings?to=cars", RUN, denied=WORK),
    "end-claim": Operation("/api/task-items/{held}/releases", RUN, denied=WORK),
    "find-tasks": Operation("/api/tasks?named=p", RUN),
    "task": Operation("/api/tasks/{task}", RUN, denied=WORK),
    "task-instructions": Operation("/api/tasks/{task}/instructions", ("ann", "bo", "mia", "olga")),
    "task-progress": Operation("/api/tasks/{task}/progress", RUN, denied=WORK),
    "pipeline-figures": Operation("/api/pipelines/{pipeline}/figures", RUN, denied=WORK),
    "task-figures": Operation("/api/tasks/{task}/figures", RUN, denied=WORK),
    "project-datasets": Operation("/api/projects/{project}/datasets", RUN, denied=WORK),
    "make-dataset": Operation("/api/projects/{project}/datasets", ("olga",), {"name": "lane"}, (*WORK, "mia")),
    "dataset": Operation("/api/datasets/{dataset}", RUN, denied=WORK),
    "dataset-folders": Operation("/api/datasets/{dataset}/folders", RUN, denied=WORK),
    "dataset-items": Operation("/api/datasets/{dataset}/items", RUN, denied=WORK),
    "add-items": Operation("/api/datasets/{dataset}/items", ("olga",), b'{"name": "new"}', (*WORK, "mia")),
    "archive-items": Operation("/api/datasets/{dataset}/archivings", ("olga",), {"folder": "/none"}, (*WORK, "mia")),
    "erase-items": Operation("/api/datasets/{dataset}/erasures", ("olga",), {"folder": "/none"}, (*WORK, "mia")),
    "upload": Operation("/api/datasets/{dataset}/files/new.png", ("olga",), picture("PNG"), (*WORK, "mia")),
    "missing-files": Operation("/api/datasets/{dataset}/files/missing", ("olga",), {"files": {}}, (*WORK, "mia")),
    "find-item": Operation("/api/items?named={item}", RUN),
    "item": Operation("/api/items/{item}", ("ann", "mia", "olga")),
    "item-annotations": Operation("/api/items/{item}/annotations", ("ann", "mia", "olga")),
    "item-why": Operation("/api/items/{item}/why", RUN, denied=WORK),
    "item-events": Operation("/api/items/{item}/events", RUN, denied=WORK),
    "item-thumbnail": Operation("/api/items/{item}/thumbnail/160", ("ann", "mia", "olga")),
    "item-image": Operation("/api/items/{item}/image", ("ann", "mia", "olga")),
}
FOR_ALL = {"health", "ready", "metrics", "version", "problem", "sign-in", "link", "use-link", "change-password"}
"""What needs no token, or a password as well."""


class Scene(NamedTuple):
    """A server, with who may ask it, and the numbers of what they ask for."""

    client: TestClient
    secrets: dict[str, str]
    cookies: dict[str, str]
    numbers: dict[str, int]


@pytest.fixture(scope="module")
def played(sqlite_template: Path, client: TestClient, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    """Ann holds an item, has done another, and has two flagged, one of which she has fixed."""
    folder = tmp_path_factory.mktemp("played")
    file = folder / "annoflow.db"
    shutil.copy(sqlite_template, file)
    engine = engine_for(f"sqlite:///{file}")
    stage = Stage(engine, now=datetime.now(UTC))
    stage.deploy(PIPELINE)
    stage.add_items(12)
    with stage.session() as session:
        deployment.deploy(session, text=ELSEWHERE.encode(), file="e.yaml", read=stage.read, actor=None, now=stage.now)
        for item in session.exec(select(Item)):
            item.uri = f"/nowhere/{item.name}.jpg"
        project = people.project(session, name="default").id
        other = people.project(session, name="other").id
        for name, role, where in (("mia", "manager", project), ("olga", "owner", project), ("zoe", "owner", other)):
            people.member(session, email=f"{name}@example.org", project_id=where, role=role, now=stage.now)
        for name in ("opal", "otto"):
            operators.appoint(session, actor=None, email=f"{name}@example.org", now=stage.now)
        people.member(session, email="ina@example.org", project_id=project, role="owner", now=stage.now)
    first, second, third = (str(stage.do("ann", "cars", "completed", annotations=[BOX])) for _ in range(3))
    stage.advance()
    done = str(stage.do("ann", "cars", "completed"))
    claimed = stage.claim("ann", "cars")
    assert claimed is not None
    issues = []
    for name in (first, second):
        stage.claim("quinn", "qa")
        issues.append(stage.flag("quinn", "qa", "cars", name))
    stage.fix("ann", issues[1])
    stage.submit("ann", "cars", second, "completed")
    with stage.session() as session:
        numbers = {
            "task": claimed.task_id,
            "held": claimed.id,
            "by_hand": make_task(session, "by hand").id,
            "assignment": stage.task_item(session, "cars", done).assignment_id,
            "item": claimed.item_id,
            "dataset": session.get_one(Item, claimed.item_id).dataset_id,
            "done": stage.task_item(session, "cars", done).id,
            "review": stage.task_item(session, "qa", third).id,
            "issue": issues[0],
            "project": project,
            "pipeline": session.exec(select(Pipeline.id).where(Pipeline.name == "p")).one(),
            "fixed": issues[1],
            "token": tokens.make(session, actor=stage.person(session, "ann"), name="t", now=stage.now).id,
            "deploy": session.exec(select(Deploy.id).join(Pipeline).where(Pipeline.name == "p")).one(),
        }
        numbers["job"], numbers["export"] = exported(session, stage, project, folder)
        secrets = {
            name: tokens.make(session, actor=stage.person(session, name), name="t", now=stage.now).secret
            for name in (*ROLES, "opal", "tom", "zoe", "ina")
        }
        cookies = {}
        for name in (*ROLES, "opal"):
            cookies[name], numbers["session"] = signed_in(session, stage, name, now=stage.now)
        cookies["left alone"], _ = signed_in(session, stage, "tom", now=stage.now - timedelta(hours=13))
        cookies["ann"], numbers["session"] = signed_in(session, stage, "ann", now=stage.now)
        bot = invitations.add_service(session, actor=None, project_id=project, email="bot@example.org", now=stage.now)
        secrets["service account"] = bot.secret
        secrets["owner elsewhere"], secrets["inactive"] = secrets.pop("zoe"), secrets.pop("ina")
        secrets["nonsense"] = "af_nonsense"
        ann = stage.person(session, "ann")
        late = stage.now - timedelta(days=2)
        made = tokens.make(session, actor=ann, name="old", now=late, ends_at=late + timedelta(days=1))
        secrets["expired"] = made.secret
        secrets["read-only"] = tokens.make(session, actor=ann, name="r", now=stage.now, writes=False).secret
    stage.set_active("ina", False)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return file, Scene(client, secrets, cookies, numbers)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return application(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    """Everybody's, with one loop of events for all that they ask; nothing runs beside it."""
    client = TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)
    with start_blocking_portal() as client.portal:
        yield client


@pytest.fixture
def scene(
    played: tuple[Path, Scene], app: FastAPI, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """What was played, in a database of this test's own."""
    monkeypatch.setattr(streams, "LIFE", 0.1)
    file, scene = played
    app.state.engine = kept(sqlite_url)
    shutil.copy(file, str(app.state.engine.url.database))
    app.state.writers = Writers(app.state.engine)
    yield scene
    app.state.engine.dispose()


def signed_in(session: Any, stage: Stage, who: str, *, now: datetime) -> tuple[str, int]:
    """Return the cookie of somebody who signed in, and the number of their session."""
    actor = stage.person(session, who)
    passwords.give(session, person_id=actor.id, hash="$argon2id$", now=now)
    account = passwords.account(session, email=actor.email)
    begun = sign_ins.begin(session, account=account, renewed=account.hash, agent="", now=now)
    assert begun is not None
    return begun[0], begun[1].id


def sent(body: Any) -> dict[str, Any]:
    return {"content": body} if isinstance(body, bytes) else {"json": body}


def exported(session: Any, stage: Stage, project: int, folder: Path) -> tuple[int, int]:
    """Return the numbers of a job that is done, and of the snapshot that it wrote."""
    olga, pipeline = stage.person(session, "olga"), session.exec(select(Pipeline).where(Pipeline.name == "p")).one()
    ended = {"created_at": stage.now, "ended_at": stage.now, "outcome": "done"}
    job = Job(project_id=project, actor_id=olga.id, kind="export", **ended)
    manifests.write(folder)
    snapshot = Export(pipeline_id=pipeline.id, exit="done", uri=str(folder), items=0, annotations=0, at=stage.now)
    session.add_all((job, snapshot))
    session.flush()
    return job.id, snapshot.id


def documented(client: TestClient) -> dict[str, tuple[str, str]]:
    paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    return {
        one["operationId"]: (method.upper(), path) for path, methods in paths.items() for method, one in methods.items()
    }


def test_every_operation_has_its_row(scene: Scene) -> None:
    assert documented(scene.client).keys() == OPERATIONS.keys() | FOR_ALL


@pytest.mark.parametrize("name", OPERATIONS)
def test_who_may(name: str, scene: Scene) -> None:
    operation = OPERATIONS[name]
    method, _ = documented(scene.client)[name]

    def ask(who: str, path: str, *, cookie: bool = False) -> Any:
        by = {"Authorization": f"Bearer {scene.secrets[who]}"} if who in scene.secrets else {}
        if cookie:
            by = {"Cookie": f"annoflow={scene.cookies[who]}", "Sec-Fetch-Site": "same-origin"}
        return scene.client.request(method, path, headers=by, **sent(operation.body))

    path = operation.path.format(**scene.numbers)
    missing = operation.path.format(**dict.fromkeys(scene.numbers, 987_654_321))
    for who in STRANGERS:
        answer = ask(who, path)
        if who in ("nobody", "nonsense", "expired", "inactive"):
            assert answer.status_code == 401, who
        elif path != missing:
            assert_as_if_missing(answer, ask(who, missing), who)
    assert ask("left alone", path, cookie=True).status_code == 401
    for who in operation.denied:
        assert ask(who, path).json()["code"] in ("not-permitted", "operators-alone"), who
    for who in set(ROLES) - set(operation.may) - set(operation.denied):
        assert_as_if_missing(ask(who, path), ask(who, missing), who)
    if method != "GET":
        assert ask("read-only", path).json()["code"] == "read-only-token"
    if set(operation.may) != set(ROLES):  # a program, in the project, with no share of a task
        assert ask("service account", path).status_code in (403, 404)
    for who in operation.may[:1]:
        allowed = ask(who, path, cookie=True)
        assert allowed.is_success or allowed.json()["detail"].startswith("no file"), (who, allowed.text)


@pytest.mark.parametrize("who", ["mia", "olga"])
@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if "mia" in one.may])
def test_who_runs_tasks_may(name: str, who: str, scene: Scene) -> None:
    method, _ = documented(scene.client)[name]
    by = {"Authorization": f"Bearer {scene.secrets[who]}"}
    path = OPERATIONS[name].path.format(**scene.numbers)
    answer = scene.client.request(method, path, headers=by, **sent(OPERATIONS[name].body))
    assert answer.is_success or answer.json()["detail"].startswith("no file"), answer.text


def assert_as_if_missing(answer: Any, missing: Any, who: str) -> None:
    """Nothing but the number and the request's own differs from an answer about what is nowhere."""
    assert answer.status_code == missing.status_code == 404, (who, answer.text, missing.text)
    told, nothing = ({**one.json(), "request": "", "detail": ""} for one in (answer, missing))
    assert told == nothing
