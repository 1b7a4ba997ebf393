"""Who may call which service: the whole of them in tables, with a call of each in a small world."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

import manifests
from building import NOW, TWO_STEPS, add_items, dataset, deploy, make_task, move, person, reader, task
from sqlmodel import Session, col, select
from stage import BOX

from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.domain.measures.reports import By
from workflow_core.domain.views.exchange import ExportAsked, ImportSent
from workflow_core.domain.views.pipelines import Files
from workflow_core.domain.work.roles import Permission, Role
from workflow_core.errors import AnnoflowError
from workflow_core.pipeline.compiled import Queue
from workflow_core.services import access, pictures, projects
from workflow_core.services.accounts import invitations, members
from workflow_core.services.contributors import batches, comments, contents, succession, work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.data import additions, datasets, files, items, removal
from workflow_core.services.exchange import exports, imports, ingestion, snapshots
from workflow_core.services.jobs import acts, jobs, requests
from workflow_core.services.jobs import batches as bulk
from workflow_core.services.managers import (
    erasure,
    figures,
    history,
    progress,
    reversals,
    staff,
    task_items,
    task_settings,
    tasks,
)
from workflow_core.services.overviews import boards, graphs
from workflow_core.services.overviews import issues as issue_lists
from workflow_core.services.overviews import pipelines as pipeline_overviews
from workflow_core.services.overviews import task_items as task_item_lists
from workflow_core.services.overviews import tasks as overviews
from workflow_core.services.pictures import Kept, Renditions
from workflow_core.services.pipelines import bundles, data, deployment, deploys, migration, plans, uploads
from workflow_core.services.pipelines.bundles import Bundle
from workflow_core.services.pipelines.places import Media, Places
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import feed
from workflow_core.store.data import deploys as deploys_store
from workflow_core.store.models import Assignment, Deploy, Export, Item, Job, Person, Pipeline, Task, TaskItem
from workflow_core.store.models import Recipe as RecipeRow

P = Permission


def compiled() -> Bundle:
    """Return the pipeline that `deploy` deploys."""
    return bundles.compile_file(TWO_STEPS.encode(), file="p.yaml", read=reader({}))


def within(folder: str) -> Places:
    """Return what is open over HTTP to who uses nothing but a folder."""
    return Places((), folder, Media(folder))


def sent(world: "World") -> dict[str, Any]:
    """Return what a deploy over HTTP is told of the same."""
    files = Files(file="p.yaml", texts={"p.yaml": TWO_STEPS})
    return {"project_id": world.project, "files": files, "within": within(str(world.folder))}


@dataclass
class World:
    """A project in which everything has happened once, and a call to make in it."""

    session: Session
    folder: Path
    project: int
    cars: Task
    numbers: dict[str, int]
    """By name: the `task`, an `item`, the task items that ann has `held`, that bo has `done`, that is `parked`, that
    quinn has open as `reviewed`; and two issues of hers: `flagged`, and `fixed` by bo."""

    def task(self, name: str) -> Task:
        return task(self.session, name)

    def opened(self, read_only: bool = False) -> Any:
        return nullcontext(self.session)

    def assignment(self) -> Assignment:
        return self.session.exec(select(Assignment).where(Assignment.task_id == self.cars.id).limit(1)).one()

    def pipeline(self) -> Pipeline:
        return self.session.exec(select(Pipeline)).one()

    def archived(self, item: int) -> list[int]:
        task_items.archive_items(
            self.session, actor=None, dataset=dataset(self.session), item_ids=[item], now=NOW, end_claims=True
        )
        return [item]


Service = Callable[..., Any]
Given = Callable[[World], dict[str, Any]]
"""What a service is told in a world, beside who acts, and when."""
ByNumber = Callable[[World, int], dict[str, Any]]
"""The same of something that has a number."""


def call(
    world: World, service: Service, actor: Person | None, given: Callable[..., dict[str, Any]], *number: int
) -> None:
    """Let somebody call a service, and raise what refuses it."""
    first, *others = signature(service).parameters
    known = {"actor": actor, "now": NOW, "clock": lambda: NOW}
    about = {name: value for name, value in known.items() if name in others}
    session = world.opened if first == "open_session" else world.session
    answer = service(session, **about, **given(world, *number))
    if isinstance(answer, Iterator):
        for _ in answer:
            pass
        answer.close()
    for refused in answer if service is batches.submit_many else ():
        if isinstance(refused, AnnoflowError):
            raise refused


def of_project(**more: Any) -> Given:
    return lambda w: {"project_id": w.project, **more}


def of_cars(**more: Any) -> Given:
    return lambda w: {"task_id": w.cars.id, **more}


def of_pipeline(w: World) -> dict[str, Any]:
    return {"pipeline_id": w.pipeline().id}


def by(name: str, /, **more: Any) -> ByNumber:
    return lambda _, number: {name: number, **more}


BY_PERMISSION: dict[Service, tuple[Permission, Given]] = {
    data.add_items: (P.IMPORT_ITEMS, lambda w: {"dataset": dataset(w.session), "new": [data.NewItem(name="new.jpg")]}),
    data.create_dataset: (P.MANAGE_DATASETS, of_project(name="lane")),
    datasets.of_project: (P.QUERY_ITEMS, of_project()),
    datasets.make: (P.MANAGE_DATASETS, of_project(name="lane")),
    deployment.deploy: (
        P.MANAGE_PIPELINES,
        lambda _: {"text": TWO_STEPS.encode(), "file": "p.yaml", "read": reader({})},
    ),
    deployment.apply: (P.MANAGE_PIPELINES, lambda _: {"bundle": compiled()}),
    deployment.deploy_all: (P.MANAGE_PIPELINES, lambda _: {"bundles": [compiled()]}),
    deployment.unchanged: (P.MANAGE_PIPELINES, lambda _: {"bundle": compiled()}),
    uploads.plan: (P.MANAGE_PIPELINES, sent),
    uploads.deploy: (P.MANAGE_PIPELINES, sent),
    deploys.versions: (P.SEE_PROJECT, of_pipeline),
    deploys.version: (
        P.SEE_PROJECT,
        lambda w: {"pipeline_id": w.pipeline().id, "number": w.session.exec(select(Deploy.id)).one()},
    ),
    plans.plan: (P.MANAGE_PIPELINES, lambda _: {"bundle": compiled()}),
    task_settings.edit: (P.EDIT_TASK, of_cars(priority=1)),
    task_settings.instruct: (P.EDIT_TASK, of_cars(text="Look twice.")),
    task_settings.rank: (P.EDIT_TASK, of_cars(rank=1)),
    exports.export: (
        P.EXPORT_ITEMS,
        lambda w: {"pipeline": "street", "project": "default", "exit_name": "approved", "to": str(w.folder)},
    ),
    figures.of_tasks: (P.SEE_ANALYTICS, lambda w: {"task_ids": [w.cars.id], "by": By.TASK}),
    figures.of_labels: (P.SEE_ANALYTICS, lambda w: {"task_ids": [w.cars.id]}),
    imports.import_annotations: (
        P.IMPORT_ANNOTATIONS,
        lambda w: {"dataset_id": dataset(w.session).id, "annotations": [], "problems": Problems()},
    ),
    ingestion.find: (
        P.IMPORT_ITEMS,
        lambda _: {"pipeline": "street", "project": "default", "permission": P.IMPORT_ITEMS},
    ),
    ingestion.ingest: (P.IMPORT_ITEMS, lambda _: {"pipeline": "street", "project": "default"}),
    task_items.remove_items: (P.FILL_TASK, of_cars(item_ids=[])),
    task_items.archive_items: (P.DELETE_ITEMS, lambda w: {"dataset": dataset(w.session), "item_ids": []}),
    task_items.close: (P.RUN_TASK, of_cars()),
    task_items.reopen: (P.RUN_TASK, of_cars()),
    task_items.archive: (P.RUN_TASK, lambda w: {"task_id": w.task("by hand").id}),
    members.of_project: (P.SEE_PROJECT, of_project()),
    members.one: (P.SEE_PROJECT, of_project(email="ann@example.org")),
    members.of_own_projects: (P.MANAGE_PEOPLE, of_project(email="ann@example.org")),
    invitations.invite: (P.MANAGE_PEOPLE, of_project(emails=["new@example.org"], role=Role.CONTRIBUTOR, address="")),
    invitations.link: (P.MANAGE_PEOPLE, of_project(email="ann@example.org", address="")),
    invitations.add_service: (P.MANAGE_PEOPLE, of_project(email="bot@example.org")),
    members.set_role: (P.MANAGE_PEOPLE, of_project(email="new@example.org", role=Role.CONTRIBUTOR)),
    members.add_service: (P.MANAGE_PEOPLE, of_project(email="bot@example.org")),
    members.deactivate: (P.MANAGE_PEOPLE, of_project(email="ann@example.org")),
    members.activate: (P.MANAGE_PEOPLE, of_project(email="ann@example.org")),
    progress.stuck: (P.SEE_PROJECT, of_project()),
    issue_lists.of_project: (P.SEE_PROJECT, of_project()),
    overviews.recipes_of: (P.SEE_PROJECT, of_project()),
    overviews.of_project: (P.SEE_PROJECT, of_project()),
    feed.check: (P.SEE_OWN_WORK, of_project()),
    feed.part: (P.SEE_OWN_WORK, of_project(after=0, until=9, limit=9)),
    jobs.of_project: (P.SEE_PROJECT, of_project()),
    boards.of: (P.SEE_PROJECT, of_project()),
    projects.pipelines: (P.SEE_PROJECT, of_project()),
    projects.pipelines_listed: (P.SEE_PROJECT, of_project()),
    progress.of_pipeline: (P.SEE_PROJECT, of_pipeline),
    progress.pictures: (P.SEE_PROJECT, of_pipeline),
    pipeline_overviews.overview: (P.SEE_PROJECT, of_pipeline),
    progress.exits: (P.SEE_PROJECT, of_pipeline),
    progress.left: (P.SEE_PROJECT, lambda w: {"pipeline_id": w.pipeline().id, "exit": "approved"}),
    progress.to_come: (P.SEE_PROJECT, lambda w: {"task_id": w.cars.id}),
    progress.of_tasks: (P.SEE_PROJECT, lambda w: {"task_ids": [w.cars.id]}),
    reversals.clear: (P.CLEAR_STATUS, of_cars(end_claims=True)),
    tasks.create: (
        P.CREATE_TASK,
        lambda w: {
            "dataset_id": dataset(w.session).id,
            "name": "another",
            "recipe": Recipe((Label("car"),)),
            "assignees": {"ann@example.org": 1},
        },
    ),
    tasks.create_qa: (P.CREATE_TASK, of_cars(assignees={"quinn@example.org": 1})),
    requests.create_qa: (P.CREATE_TASK, of_cars(assignees={"quinn@example.org": 1})),
    tasks.add_items: (P.FILL_TASK, lambda w: {"task_id": w.task("by hand").id}),
    staff.redistribute: (P.REDISTRIBUTE_ITEMS, of_cars()),
    requests.dealt: (P.REDISTRIBUTE_ITEMS, of_cars()),
    staff.reassign: (P.REASSIGN_WORK, of_cars(old="bo@example.org", new="cy@example.org")),
    staff.add: (P.EDIT_TASK, of_cars(email="cy@example.org")),
    staff.remove: (P.EDIT_TASK, of_cars(email="bo@example.org")),
}
"""What asks for one permission, and the permission."""

PAUSES: dict[Permission, Callable[[World], tuple[staff.What, int]]] = {
    P.RUN_TASK: lambda w: ("task", w.cars.id),
    P.PAUSE_PEOPLE: lambda w: ("assignment", w.assignment().id),
    P.RUN_PIPELINES: lambda w: ("pipeline", w.pipeline().id),
}

MANAGED_BY_NUMBER: dict[Service, tuple[Permission, str, ByNumber]] = {
    comments.in_task: (P.SEE_PROJECT, "task", by("task_id")),
    migration.migrate: (P.MANAGE_PIPELINES, "pipeline", by("pipeline_id")),
    graphs.of_pipeline: (P.SEE_PROJECT, "pipeline", by("pipeline_id")),
    graphs.picture: (P.SEE_PROJECT, "pipeline", by("pipeline_id")),
    task_item_lists.of_task: (P.SEE_PROJECT, "task", by("task_id")),
    task_item_lists.latest: (P.SEE_PROJECT, "task", by("task_id")),
    snapshots.ways: (P.EXPORT_ITEMS, "pipeline", by("pipeline_id")),
    jobs.sync: (P.IMPORT_ITEMS, "pipeline", by("pipeline_id")),
    jobs.export: (
        P.EXPORT_ITEMS,
        "pipeline",
        lambda w, n: {"pipeline_id": n, "asked": ExportAsked(to="here"), "within": within(str(w.folder))},
    ),
    jobs.import_annotations: (P.IMPORT_ANNOTATIONS, "dataset", by("dataset_id", asked=ImportSent(), content=b"")),
    jobs.bulk: (P.EDIT_TASK, "task", by("key", act="rank", said={"rank": 1})),
    requests.ask: (P.EDIT_TASK, "task", by("key", act="rank", rank=1)),
    requests.at_once: (P.DELETE_ITEMS, "dataset", by("key", act="archive", folder="/none")),
    requests.if_many: (P.ERASE_ITEMS, "dataset", by("key", act="erase", folder="/none")),
    bulk.do: (P.FILL_TASK, "task", by("key", act="add", said={"folder": "/none"})),
    acts.find: (P.DELETE_ITEMS, "dataset", by("key", act="archive")),
    acts.concerned: (P.FILL_TASK, "task", by("key", act="remove", said={})),
    acts.do: (P.EDIT_TASK, "task", by("key", act="rank", said={"rank": 1})),
    jobs.one: (P.SEE_PROJECT, "job", by("job_id")),
    jobs.cancel: (P.IMPORT_ITEMS, "job", by("job_id")),
    snapshots.of_pipeline: (P.EXPORT_ITEMS, "pipeline", by("pipeline_id")),
    snapshots.one: (P.EXPORT_ITEMS, "export", by("export_id")),
    snapshots.files_of: (P.EXPORT_ITEMS, "export", by("export_id")),
    snapshots.first_of: (P.EXPORT_ITEMS, "export", by("export_id", most=1)),
    snapshots.all_of: (P.EXPORT_ITEMS, "export", by("export_id")),
    snapshots.open_of: (P.EXPORT_ITEMS, "export", by("export_id", name="manifest.json")),
    task_items.targets: (P.UNSTICK_ITEMS, "parked", by("task_item_id")),
    task_items.preview_send: (P.UNSTICK_ITEMS, "parked", by("task_item_id", to="discarded")),
    task_items.send: (P.UNSTICK_ITEMS, "parked", by("task_item_id", to="discarded")),
    task_items.release: (P.END_CLAIM, "held", by("task_item_id")),
    erasure.preview: (P.ERASE_ITEMS, "item", lambda w, n: {"item_ids": w.archived(n)}),
    erasure.erase: (P.ERASE_ITEMS, "item", lambda w, n: {"item_ids": w.archived(n)}),
    datasets.one: (P.QUERY_ITEMS, "dataset", by("dataset_id")),
    datasets.folders: (P.QUERY_ITEMS, "dataset", by("dataset_id")),
    datasets.tree: (P.QUERY_ITEMS, "dataset", by("dataset_id")),
    items.palettes: (P.QUERY_ITEMS, "dataset", by("dataset_id")),
    items.outlines: (P.QUERY_ITEMS, "dataset", by("dataset_id", item_ids=[1])),
    items.of_dataset: (P.QUERY_ITEMS, "dataset", by("dataset_id")),
    removal.archive: (
        P.DELETE_ITEMS,
        "dataset",
        lambda w, n: {"dataset_id": n, "item_ids": [w.numbers["item"]], "end_claims": True},
    ),
    removal.erase: (
        P.ERASE_ITEMS,
        "dataset",
        lambda w, n: {
            "dataset_id": n,
            "item_ids": w.archived(w.numbers["item"]),
            "kept": Kept(Media(str(w.folder)), Renditions(w.folder)),
        },
    ),
    additions.check: (P.IMPORT_ITEMS, "dataset", by("dataset_id")),
    additions.add: (P.IMPORT_ITEMS, "dataset", by("dataset_id", lines=[b"{}"], within=within("/"))),
    files.place: (P.IMPORT_ITEMS, "dataset", by("dataset_id", path="a.jpg")),
    files.take: (
        P.IMPORT_ITEMS,
        "dataset",
        lambda _, n: {"place": files.Place(n, "/", "a.jpg"), "kept": files.Kept("/media/a.jpg", 1, "0" * 32, 1, 1)},
    ),
    files.missing: (P.IMPORT_ITEMS, "dataset", by("dataset_id", files={"a.jpg": "0" * 32})),
    history.steps: (P.SEE_HISTORY, "item", by("item")),
    progress.of_task: (P.SEE_PROJECT, "task", by("task_id")),
    figures.of_team: (P.SEE_ANALYTICS, "task", by("task_id")),
    overviews.one: (P.SEE_PROJECT, "task", by("task_id")),
    overviews.of_pipeline: (P.SEE_PROJECT, "pipeline", by("pipeline_id")),
    issue_lists.of_task: (P.SEE_PROJECT, "task", by("task_id")),
    staff.whose: (P.EDIT_TASK, "assignment", by("assignment_id")),
    access.managed: (P.END_CLAIM, "held", by("task_item_id", permission=P.END_CLAIM)),
    access.task: (P.CLEAR_STATUS, "task", by("task_id", permission=P.CLEAR_STATUS)),
    access.tasks: (P.CLEAR_STATUS, "task", lambda _, n: {"task_ids": [n], "permission": P.CLEAR_STATUS}),
    access.assignment: (P.PAUSE_PEOPLE, "assignment", by("assignment_id", permission=P.PAUSE_PEOPLE)),
    access.dataset: (P.MANAGE_DATASETS, "dataset", by("dataset_id", permission=P.MANAGE_DATASETS)),
    access.pipeline: (P.RUN_PIPELINES, "pipeline", by("pipeline_id", permission=P.RUN_PIPELINES)),
    history.why: (P.SEE_HISTORY, "item", by("item")),
    graphs.paths: (P.SEE_HISTORY, "item", by("item_id")),
}
"""What managers do to something that has a number; for a stranger the number means nothing."""


class Own(NamedTuple):
    who: str
    of: str
    given: ByNumber
    managers: bool = False
    """Whether managers may too."""


def with_a_picture(world: World, item_id: int) -> dict[str, Any]:
    if item := world.session.get(Item, item_id):
        item.uri = "/photos/0.jpg"
    return {"item_id": item_id, "within": within("/")}


def with_instructions(world: World, task_id: int) -> dict[str, Any]:
    if task := world.session.get(Task, task_id):
        (document_id,) = deploys_store.keep_files(world.session, {"guide.pdf": b"%PDF"}).values()
        world.session.get_one(RecipeRow, task.recipe_id).document_id = document_id
        world.session.flush()
    return {"task_id": task_id}


OWN: dict[Service, Own] = {
    work.claim_next: Own("ann", "task", by("task_id")),
    work.claim_more: Own("cy", "queue", by("task_id")),
    work.renew: Own("ann", "task", by("task_id")),
    access.seat: Own("ann", "task", by("task_id")),
    access.own: Own("ann", "held", by("task_item_id")),
    contents.of: Own("ann", "held", by("task_item_id")),
    overviews.palettes: Own("ann", "held", by("task_item_id")),
    access.item: Own("ann", "item", by("item_id"), managers=True),
    items.one: Own("ann", "item", by("item_id"), managers=True),
    items.drawn: Own("ann", "item", by("item_id"), managers=True),
    overviews.instructions: Own("ann", "task", with_instructions, managers=True),
    overviews.tried: Own("ann", "task", by("task_id"), managers=True),
    pictures.of_item: Own("ann", "item", with_a_picture, managers=True),
    work.save_draft: Own("ann", "held", by("task_item_id", annotations=[BOX])),
    succession.submit: Own("ann", "held", by("task_item_id", status="completed")),
    work.submit: Own("ann", "held", by("task_item_id", status="completed")),
    batches.submit_many: Own(
        "ann", "held", lambda w, n: {"task_id": w.numbers["task"], "batch": [Wanted("completed", n)]}
    ),
    work.release: Own("ann", "held", by("task_item_id")),
    work.postpone: Own("ann", "held", by("task_item_id")),
    reversals.undo: Own("bo", "done", by("task_item_id")),
    comments.waiting_for: Own("quinn", "reviewed", by("task_item_id")),
    reviews.flag: Own("quinn", "reviewed", by("task_item_id", kind="loose", task="cars")),
    reviews.fix: Own("bo", "flagged", by("issue_id")),
    reviews.reopen: Own("quinn", "fixed", by("issue_id")),
    reviews.approve: Own("quinn", "fixed", by("issue_id")),
    reviews.dismiss: Own("quinn", "flagged", by("issue_id"), managers=True),
    comments.thread: Own("bo", "flagged", by("issue_id"), managers=True),
    comments.comment: Own("bo", "flagged", by("issue_id", text="why?"), managers=True),
}
"""What people do to what is theirs: whose it is, and what of the world it is."""


def world(session: Session, folder: Path) -> World:
    """Deploy a pipeline in which everything has happened once."""
    deploy(session)
    add_items(session, 10)
    make_task(session, "by hand")
    ann, bo, quinn = (person(session, f"{name}@example.org") for name in ("ann", "bo", "quinn"))
    cars, qa = task(session, "cars"), task(session, "qa")

    def open_next(actor: Person, of: Task) -> int:
        task_item = work.claim_next(session, actor=actor, task_id=of.id, now=NOW)
        assert task_item is not None
        return task_item.id

    def complete(task_item_id: int) -> int:
        return work.submit(session, actor=bo, task_item_id=task_item_id, status="completed", now=NOW).task_item_id

    for _ in range(4):
        complete(open_next(bo, cars))
    move(session)
    issues = [
        reviews.flag(session, actor=quinn, task_item_id=open_next(quinn, qa), kind="loose", task="cars", now=NOW)
        for _ in range(2)
    ]
    reviews.fix(session, actor=bo, issue_id=issues[1].id, now=NOW)
    complete(issues[1].task_item_id)
    untouched = select(TaskItem).where(TaskItem.task_id == cars.id, TaskItem.state == "queued")
    bos = session.exec(select(Assignment.id).where(Assignment.person_id == bo.id, Assignment.task_id == cars.id)).one()
    owner = person(session, "olga@example.org", role="owner")
    job = Job(project_id=cars.project_id, actor_id=owner.id, kind="sync", created_at=NOW)
    manifests.write(folder)
    export = Export(pipeline_id=cars.pipeline_id or 0, exit="approved", uri=str(folder), items=0, annotations=0, at=NOW)
    session.add_all((job, export))
    session.flush()
    numbers = {
        "task": cars.id,
        "queue": make_task(session, "a queue", assignees={"cy@example.org": 1.0}, queue=Queue()).id,
        "item": session.exec(select(Item.id).limit(1)).one(),
        "assignment": bos,
        "dataset": cars.dataset_id,
        "pipeline": cars.pipeline_id or 0,
        "job": job.id,
        "export": export.id,
        "done": complete(session.exec(untouched.where(TaskItem.assignment_id == bos)).one().id),
        "held": open_next(ann, cars),
        "reviewed": open_next(quinn, qa),
        "flagged": issues[0].id,
        "fixed": issues[1].id,
    }
    parked = session.exec(untouched.order_by(col(TaskItem.id)).limit(1)).one()
    parked.parked = "nobody"
    session.flush()
    return World(session, folder, cars.project_id, cars, numbers | {"parked": parked.id})
