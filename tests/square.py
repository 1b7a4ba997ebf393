"""Who may call which service: the whole of them in tables, with a call of each in a small world."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from building import NOW, TWO_STEPS, add_items, dataset, deploy, make_task, move, person, reader, task
from sqlmodel import Session, col, select
from stage import BOX

from workflow_core.connectors.records import Problems
from workflow_core.domain.recipes import Label, Recipe
from workflow_core.domain.reports import By
from workflow_core.domain.roles import Permission, Role
from workflow_core.domain.views.exchange import ExportAsked, ImportAsked
from workflow_core.domain.views.pipelines import Files
from workflow_core.errors import AnnoflowError
from workflow_core.pipeline.compiled import Queue
from workflow_core.services import access, pictures, projects
from workflow_core.services.accounts import invitations, members
from workflow_core.services.contributors import batches, comments, contents, succession, work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.data import additions, datasets, files, items, removal
from workflow_core.services.exchange import exports, imports, ingestion, jobs, snapshots
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


def given(actor: Person | None) -> dict[str, Any]:
    """Return what a deploy, and a plan of one, is told beside its pipeline."""
    return {"read": reader({}), "actor": actor, "now": NOW}


def within(folder: str) -> Places:
    """Return what is open over HTTP to who uses nothing but a folder."""
    return Places((), folder, Media(folder))


def sent(world: "World") -> dict[str, Any]:
    """Return what a deploy over HTTP is told of the same."""
    files = Files(file="p.yaml", texts={"p.yaml": TWO_STEPS})
    return {"project_id": world.project, "files": files, "within": within(str(world.folder)), "now": NOW}


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


Managed = Callable[[World, Person], object]
BY_PERMISSION: dict[Callable[..., Any], tuple[Permission, Managed]] = {
    data.add_items: (
        P.IMPORT_ITEMS,
        lambda w, actor: data.add_items(
            w.session, actor=actor, dataset=dataset(w.session), new=[data.NewItem(name="new.jpg")], now=NOW
        ),
    ),
    data.create_dataset: (
        P.MANAGE_DATASETS,
        lambda w, actor: data.create_dataset(w.session, actor=actor, project_id=w.project, name="lane", now=NOW),
    ),
    datasets.of_project: (
        P.QUERY_ITEMS,
        lambda w, actor: datasets.of_project(w.session, actor=actor, project_id=w.project),
    ),
    datasets.make: (
        P.MANAGE_DATASETS,
        lambda w, actor: datasets.make(w.session, actor=actor, project_id=w.project, name="lane", now=NOW),
    ),
    deployment.deploy: (P.MANAGE_PIPELINES, lambda w, actor: deploy(w.session, actor=actor)),
    deployment.apply: (
        P.MANAGE_PIPELINES,
        lambda w, actor: deployment.apply(w.session, compiled(), actor=actor, now=NOW),
    ),
    deployment.deploy_all: (
        P.MANAGE_PIPELINES,
        lambda w, actor: deployment.deploy_all(w.opened, [compiled()], actor=actor, now=NOW),
    ),
    deployment.unchanged: (
        P.MANAGE_PIPELINES,
        lambda w, actor: deployment.unchanged(w.session, compiled(), actor=actor),
    ),
    uploads.plan: (P.MANAGE_PIPELINES, lambda w, actor: uploads.plan(w.session, actor=actor, **sent(w))),
    uploads.deploy: (P.MANAGE_PIPELINES, lambda w, actor: uploads.deploy(w.session, actor=actor, **sent(w))),
    deploys.versions: (
        P.SEE_PROJECT,
        lambda w, actor: deploys.versions(w.session, actor=actor, pipeline_id=w.pipeline().id),
    ),
    deploys.version: (
        P.SEE_PROJECT,
        lambda w, actor: deploys.version(
            w.session, actor=actor, pipeline_id=w.pipeline().id, number=w.session.exec(select(Deploy.id)).one()
        ),
    ),
    plans.plan_bundle: (
        P.MANAGE_PIPELINES,
        lambda w, actor: plans.plan_bundle(w.session, compiled(), actor=actor, now=NOW),
    ),
    plans.plan: (
        P.MANAGE_PIPELINES,
        lambda w, actor: plans.plan(w.session, text=TWO_STEPS.encode(), file="p.yaml", **given(actor)),
    ),
    task_settings.edit: (
        P.EDIT_TASK,
        lambda w, actor: task_settings.edit(w.session, actor=actor, task_id=w.cars.id, now=NOW, priority=1),
    ),
    task_settings.rank: (
        P.EDIT_TASK,
        lambda w, actor: task_settings.rank(w.session, actor=actor, task_id=w.cars.id, rank=1),
    ),
    exports.export: (
        P.EXPORT_ITEMS,
        lambda w, actor: exports.export(
            w.opened,
            pipeline="street",
            project="default",
            exit_name="approved",
            to=str(w.folder),
            actor=actor,
            now=NOW,
        ),
    ),
    figures.of_tasks: (
        P.SEE_ANALYTICS,
        lambda w, actor: figures.of_tasks(w.session, actor=actor, task_ids=[w.cars.id], by=By.TASK, now=NOW),
    ),
    figures.of_labels: (
        P.SEE_ANALYTICS,
        lambda w, actor: figures.of_labels(w.session, actor=actor, task_ids=[w.cars.id]),
    ),
    imports.import_annotations: (
        P.IMPORT_ANNOTATIONS,
        lambda w, actor: imports.import_annotations(
            w.opened,
            actor=actor,
            dataset_id=dataset(w.session).id,
            annotations=[],
            problems=Problems(),
            clock=lambda: NOW,
        ),
    ),
    ingestion.find: (
        P.IMPORT_ITEMS,
        lambda w, actor: ingestion.find(
            w.session, pipeline="street", project="default", actor=actor, permission=P.IMPORT_ITEMS
        ),
    ),
    ingestion.ingest: (
        P.IMPORT_ITEMS,
        lambda w, actor: ingestion.ingest(
            w.opened, pipeline="street", project="default", clock=lambda: NOW, actor=actor
        ),
    ),
    task_items.remove_items: (
        P.FILL_TASK,
        lambda w, actor: task_items.remove_items(w.session, actor=actor, task_id=w.cars.id, item_ids=[], now=NOW),
    ),
    task_items.archive_items: (
        P.DELETE_ITEMS,
        lambda w, actor: task_items.archive_items(
            w.session, actor=actor, dataset=dataset(w.session), item_ids=[], now=NOW
        ),
    ),
    task_items.close: (
        P.RUN_TASK,
        lambda w, actor: task_items.close(w.session, actor=actor, task_id=w.cars.id, now=NOW),
    ),
    task_items.reopen: (P.RUN_TASK, lambda w, actor: task_items.reopen(w.session, actor=actor, task_id=w.cars.id)),
    task_items.archive: (
        P.RUN_TASK,
        lambda w, actor: task_items.archive(w.session, actor=actor, task_id=w.task("by hand").id, now=NOW),
    ),
    members.of_project: (
        P.SEE_PROJECT,
        lambda w, actor: members.of_project(w.session, actor=actor, project_id=w.project),
    ),
    members.one: (
        P.SEE_PROJECT,
        lambda w, actor: members.one(w.session, actor=actor, project_id=w.project, email="ann@example.org"),
    ),
    members.of_own_projects: (
        P.MANAGE_PEOPLE,
        lambda w, actor: members.of_own_projects(w.session, actor=actor, project_id=w.project, email="ann@example.org"),
    ),
    invitations.invite: (
        P.MANAGE_PEOPLE,
        lambda w, actor: invitations.invite(
            w.session,
            actor=actor,
            project_id=w.project,
            emails=["new@example.org"],
            role=Role.CONTRIBUTOR,
            address="",
            now=NOW,
        ),
    ),
    invitations.link: (
        P.MANAGE_PEOPLE,
        lambda w, actor: invitations.link(
            w.session, actor=actor, project_id=w.project, email="ann@example.org", address="", now=NOW
        ),
    ),
    invitations.add_service: (
        P.MANAGE_PEOPLE,
        lambda w, actor: invitations.add_service(
            w.session, actor=actor, project_id=w.project, email="bot@example.org", now=NOW
        ),
    ),
    members.set_role: (
        P.MANAGE_PEOPLE,
        lambda w, actor: members.set_role(
            w.session, actor=actor, project_id=w.project, email="new@example.org", role=Role.CONTRIBUTOR, now=NOW
        ),
    ),
    members.add_service: (
        P.MANAGE_PEOPLE,
        lambda w, actor: members.add_service(
            w.session, actor=actor, project_id=w.project, email="bot@example.org", now=NOW
        ),
    ),
    members.deactivate: (
        P.MANAGE_PEOPLE,
        lambda w, actor: members.deactivate(
            w.session, actor=actor, project_id=w.project, email="ann@example.org", now=NOW
        ),
    ),
    members.activate: (
        P.MANAGE_PEOPLE,
        lambda w, actor: members.activate(w.session, actor=actor, project_id=w.project, email="ann@example.org"),
    ),
    progress.stuck: (P.SEE_PROJECT, lambda w, actor: progress.stuck(w.session, project_id=w.project, actor=actor)),
    issue_lists.of_project: (
        P.SEE_PROJECT,
        lambda w, actor: issue_lists.of_project(w.session, actor=actor, project_id=w.project),
    ),
    overviews.recipes_of: (
        P.SEE_PROJECT,
        lambda w, actor: overviews.recipes_of(w.session, actor=actor, project_id=w.project),
    ),
    overviews.of_project: (
        P.SEE_PROJECT,
        lambda w, actor: overviews.of_project(w.session, actor=actor, project_id=w.project),
    ),
    feed.check: (P.SEE_OWN_WORK, lambda w, actor: feed.check(w.session, actor=actor, project_id=w.project)),
    feed.part: (
        P.SEE_OWN_WORK,
        lambda w, actor: feed.part(w.session, actor=actor, project_id=w.project, after=0, until=9, limit=9),
    ),
    jobs.of_project: (
        P.SEE_PROJECT,
        lambda w, actor: jobs.of_project(w.session, actor=actor, project_id=w.project),
    ),
    boards.of: (P.SEE_PROJECT, lambda w, actor: boards.of(w.session, actor=actor, project_id=w.project)),
    projects.pipelines: (
        P.SEE_PROJECT,
        lambda w, actor: projects.pipelines(w.session, actor=actor, project_id=w.project),
    ),
    progress.of_pipeline: (
        P.SEE_PROJECT,
        lambda w, actor: progress.of_pipeline(w.session, pipeline_id=w.pipeline().id, actor=actor),
    ),
    progress.pictures: (
        P.SEE_PROJECT,
        lambda w, actor: progress.pictures(w.session, pipeline_id=w.pipeline().id, actor=actor),
    ),
    pipeline_overviews.overview: (
        P.SEE_PROJECT,
        lambda w, actor: pipeline_overviews.overview(w.session, pipeline_id=w.pipeline().id, actor=actor, now=NOW),
    ),
    progress.exits: (
        P.SEE_PROJECT,
        lambda w, actor: progress.exits(w.session, pipeline_id=w.pipeline().id, actor=actor),
    ),
    progress.of_tasks: (
        P.SEE_PROJECT,
        lambda w, actor: progress.of_tasks(w.session, task_ids=[w.cars.id], actor=actor),
    ),
    reversals.preview_clear: (
        P.CLEAR_STATUS,
        lambda w, actor: reversals.preview_clear(w.session, actor=actor, task_id=w.cars.id),
    ),
    reversals.clear: (
        P.CLEAR_STATUS,
        lambda w, actor: reversals.clear(
            w.session,
            actor=actor,
            task_id=w.cars.id,
            now=NOW,
            end_claims=True,
        ),
    ),
    tasks.create: (
        P.CREATE_TASK,
        lambda w, actor: tasks.create(
            w.session,
            actor=actor,
            dataset_id=dataset(w.session).id,
            name="another",
            recipe=Recipe((Label("car"),)),
            assignees={"ann@example.org": 1},
            now=NOW,
        ),
    ),
    tasks.create_qa: (
        P.CREATE_TASK,
        lambda w, actor: tasks.create_qa(
            w.session, actor=actor, task_id=w.cars.id, assignees={"quinn@example.org": 1}, now=NOW
        ),
    ),
    tasks.add_items: (
        P.FILL_TASK,
        lambda w, actor: tasks.add_items(w.session, actor=actor, task_id=w.task("by hand").id, now=NOW),
    ),
    staff.redistribute: (
        P.REDISTRIBUTE_ITEMS,
        lambda w, actor: staff.redistribute(w.session, actor=actor, task_id=w.cars.id, now=NOW),
    ),
    staff.reassign: (
        P.REASSIGN_WORK,
        lambda w, actor: staff.reassign(
            w.session, actor=actor, task_id=w.cars.id, old="bo@example.org", new="cy@example.org", now=NOW
        ),
    ),
    staff.add: (
        P.EDIT_TASK,
        lambda w, actor: staff.add(w.session, actor=actor, task_id=w.cars.id, email="cy@example.org", now=NOW),
    ),
    staff.remove: (
        P.EDIT_TASK,
        lambda w, actor: staff.remove(w.session, actor=actor, task_id=w.cars.id, email="bo@example.org", now=NOW),
    ),
}
"""What asks for one permission, and the permission."""

PAUSES: dict[Permission, Callable[[World], tuple[staff.What, int]]] = {
    P.RUN_TASK: lambda w: ("task", w.cars.id),
    P.PAUSE_PEOPLE: lambda w: ("assignment", w.assignment().id),
    P.RUN_PIPELINES: lambda w: ("pipeline", w.pipeline().id),
}

ByNumber = Callable[[World, Person, int], object]
MANAGED_BY_NUMBER: dict[Callable[..., Any], tuple[Permission, str, ByNumber]] = {
    comments.in_task: (
        P.SEE_PROJECT,
        "task",
        lambda w, actor, task: comments.in_task(w.session, actor=actor, task_id=task),
    ),
    migration.migrate: (
        P.MANAGE_PIPELINES,
        "pipeline",
        lambda w, actor, pipeline: migration.migrate(w.session, actor=actor, pipeline_id=pipeline, now=NOW),
    ),
    graphs.of_pipeline: (
        P.SEE_PROJECT,
        "pipeline",
        lambda w, actor, pipeline: graphs.of_pipeline(w.session, actor=actor, pipeline_id=pipeline),
    ),
    graphs.picture: (
        P.SEE_PROJECT,
        "pipeline",
        lambda w, actor, pipeline: graphs.picture(w.session, actor=actor, pipeline_id=pipeline),
    ),
    jobs.sync: (
        P.IMPORT_ITEMS,
        "pipeline",
        lambda w, actor, pipeline: jobs.sync(w.session, actor=actor, pipeline_id=pipeline, now=NOW),
    ),
    jobs.export: (
        P.EXPORT_ITEMS,
        "pipeline",
        lambda w, actor, pipeline: jobs.export(
            w.session,
            actor=actor,
            pipeline_id=pipeline,
            asked=ExportAsked(to="here"),
            within=sent(w)["within"],
            now=NOW,
        ),
    ),
    jobs.import_annotations: (
        P.IMPORT_ANNOTATIONS,
        "dataset",
        lambda w, actor, dataset: jobs.import_annotations(
            w.session, actor=actor, dataset_id=dataset, asked=ImportAsked(), content=b"", now=NOW
        ),
    ),
    jobs.one: (P.SEE_PROJECT, "job", lambda w, actor, job: jobs.one(w.session, actor=actor, job_id=job)),
    jobs.cancel: (
        P.IMPORT_ITEMS,
        "job",
        lambda w, actor, job: jobs.cancel(w.session, actor=actor, job_id=job, now=NOW),
    ),
    snapshots.of_pipeline: (
        P.EXPORT_ITEMS,
        "pipeline",
        lambda w, actor, pipeline: snapshots.of_pipeline(w.session, actor=actor, pipeline_id=pipeline),
    ),
    snapshots.one: (
        P.EXPORT_ITEMS,
        "export",
        lambda w, actor, export: snapshots.one(w.session, actor=actor, export_id=export),
    ),
    snapshots.open_of: (
        P.EXPORT_ITEMS,
        "export",
        lambda w, actor, export: snapshots.open_of(
            w.session, actor=actor, export_id=export, name="manifest.json"
        ).close(),
    ),
    task_items.preview_send: (
        P.UNSTICK_ITEMS,
        "parked",
        lambda w, actor, number: task_items.preview_send(w.session, actor=actor, task_item_id=number, to="discarded"),
    ),
    task_items.send: (
        P.UNSTICK_ITEMS,
        "parked",
        lambda w, actor, task_item: task_items.send(
            w.session, actor=actor, task_item_id=task_item, to="discarded", now=NOW
        ),
    ),
    task_items.release: (
        P.END_CLAIM,
        "held",
        lambda w, actor, task_item: task_items.release(w.session, actor=actor, task_item_id=task_item, now=NOW),
    ),
    erasure.preview: (
        P.ERASE_ITEMS,
        "item",
        lambda w, actor, item: erasure.preview(w.session, actor=actor, item_ids=w.archived(item)),
    ),
    erasure.erase: (
        P.ERASE_ITEMS,
        "item",
        lambda w, actor, item: erasure.erase(w.session, actor=actor, item_ids=w.archived(item), now=NOW),
    ),
    datasets.one: (
        P.QUERY_ITEMS,
        "dataset",
        lambda w, actor, key: datasets.one(w.session, actor=actor, dataset_id=key),
    ),
    datasets.folders: (
        P.QUERY_ITEMS,
        "dataset",
        lambda w, actor, key: datasets.folders(w.session, actor=actor, dataset_id=key),
    ),
    items.of_dataset: (
        P.QUERY_ITEMS,
        "dataset",
        lambda w, actor, key: items.of_dataset(w.session, actor=actor, dataset_id=key),
    ),
    removal.archive: (
        P.DELETE_ITEMS,
        "dataset",
        lambda w, actor, key: removal.archive(
            w.session, actor=actor, dataset_id=key, item_ids=[w.numbers["item"]], now=NOW, end_claims=True
        ),
    ),
    removal.erase: (
        P.ERASE_ITEMS,
        "dataset",
        lambda w, actor, key: removal.erase(
            w.session,
            actor=actor,
            dataset_id=key,
            item_ids=w.archived(w.numbers["item"]),
            now=NOW,
            kept=Kept(Media(str(w.folder)), Renditions(w.folder)),
        ),
    ),
    additions.check: (
        P.IMPORT_ITEMS,
        "dataset",
        lambda w, actor, key: additions.check(w.session, actor=actor, dataset_id=key),
    ),
    additions.add: (
        P.IMPORT_ITEMS,
        "dataset",
        lambda w, actor, key: list(
            additions.add(w.opened, actor=actor, dataset_id=key, lines=[b"{}"], within=within("/"), clock=lambda: NOW)
        ),
    ),
    files.place: (
        P.IMPORT_ITEMS,
        "dataset",
        lambda w, actor, key: files.place(w.session, actor=actor, dataset_id=key, path="a.jpg"),
    ),
    files.take: (
        P.IMPORT_ITEMS,
        "dataset",
        lambda w, actor, key: files.take(
            w.session,
            actor=actor,
            place=files.Place(key, "/", "a.jpg"),
            kept=files.Kept("/media/a.jpg", 1, "0" * 32, 1, 1),
            now=NOW,
        ),
    ),
    files.missing: (
        P.IMPORT_ITEMS,
        "dataset",
        lambda w, actor, key: files.missing(w.session, actor=actor, dataset_id=key, files={"a.jpg": "0" * 32}),
    ),
    history.steps: (
        P.SEE_HISTORY,
        "item",
        lambda w, actor, item: history.steps(w.session, item=item, actor=actor),
    ),
    progress.of_task: (
        P.SEE_PROJECT,
        "task",
        lambda w, actor, number: progress.of_task(w.session, task_id=number, actor=actor),
    ),
    overviews.one: (
        P.SEE_PROJECT,
        "task",
        lambda w, actor, number: overviews.one(w.session, task_id=number, actor=actor),
    ),
    overviews.of_pipeline: (
        P.SEE_PROJECT,
        "pipeline",
        lambda w, actor, number: overviews.of_pipeline(w.session, pipeline_id=number, actor=actor),
    ),
    issue_lists.of_task: (
        P.SEE_PROJECT,
        "task",
        lambda w, actor, number: issue_lists.of_task(w.session, actor=actor, task_id=number),
    ),
    staff.take_out: (
        P.EDIT_TASK,
        "assignment",
        lambda w, actor, number: staff.take_out(w.session, actor=actor, assignment_id=number, now=NOW),
    ),
    access.task: (
        P.CLEAR_STATUS,
        "task",
        lambda w, actor, number: access.task(w.session, actor=actor, task_id=number, permission=P.CLEAR_STATUS),
    ),
    access.tasks: (
        P.CLEAR_STATUS,
        "task",
        lambda w, actor, number: access.tasks(w.session, actor=actor, task_ids=[number], permission=P.CLEAR_STATUS),
    ),
    access.assignment: (
        P.PAUSE_PEOPLE,
        "assignment",
        lambda w, actor, number: access.assignment(
            w.session, actor=actor, assignment_id=number, permission=P.PAUSE_PEOPLE
        ),
    ),
    access.dataset: (
        P.MANAGE_DATASETS,
        "dataset",
        lambda w, actor, number: access.dataset(
            w.session, actor=actor, dataset_id=number, permission=P.MANAGE_DATASETS
        ),
    ),
    access.pipeline: (
        P.RUN_PIPELINES,
        "pipeline",
        lambda w, actor, number: access.pipeline(
            w.session, actor=actor, pipeline_id=number, permission=P.RUN_PIPELINES
        ),
    ),
    history.why: (
        P.SEE_HISTORY,
        "item",
        lambda w, actor, item: history.why(w.session, item=item, actor=actor),
    ),
}
"""What managers do to something that has a number; for a stranger the number means nothing."""


class Own(NamedTuple):
    who: str
    of: str
    call: ByNumber
    managers: bool = False
    """Whether managers may too."""


def submit_in_a_batch(world: World, actor: Person, task_item_id: int) -> None:
    """Raise what a batch of one answers, where it is refused."""
    by = {"actor": actor, "task_id": world.numbers["task"], "now": NOW}
    (outcome,) = batches.submit_many(world.session, batch=[Wanted("completed", task_item_id)], **by)
    if isinstance(outcome, AnnoflowError):
        raise outcome


def picture(world: World, actor: Person, item_id: int) -> None:
    """Look for the picture of an item that has one."""
    if item := world.session.get(Item, item_id):
        item.uri = "/photos/0.jpg"
    pictures.of_item(world.session, actor=actor, item_id=item_id, within=within("/"))


def instructions(world: World, actor: Person, task_id: int) -> None:
    """Look for the instructions of a task that has a file of them."""
    if task := world.session.get(Task, task_id):
        (document_id,) = deploys_store.keep_files(world.session, {"guide.pdf": b"%PDF"}).values()
        world.session.get_one(RecipeRow, task.recipe_id).document_id = document_id
        world.session.flush()
    overviews.instructions(world.session, actor=actor, task_id=task_id)


OWN: dict[Callable[..., Any], Own] = {
    work.claim_next: Own("ann", "task", lambda w, a, n: work.claim_next(w.session, actor=a, task_id=n, now=NOW)),
    work.claim_more: Own("cy", "queue", lambda w, a, n: work.claim_more(w.session, actor=a, task_id=n, now=NOW)),
    work.renew: Own("ann", "task", lambda w, a, n: work.renew(w.session, actor=a, task_id=n, now=NOW)),
    access.seat: Own("ann", "task", lambda w, a, n: access.seat(w.session, actor=a, task_id=n)),
    access.own: Own("ann", "held", lambda w, a, n: access.own(w.session, actor=a, task_item_id=n)),
    contents.of: Own("ann", "held", lambda w, a, n: contents.of(w.session, actor=a, task_item_id=n)),
    access.item: Own("ann", "item", lambda w, a, n: access.item(w.session, actor=a, item_id=n), managers=True),
    items.one: Own("ann", "item", lambda w, a, n: items.one(w.session, actor=a, item_id=n), managers=True),
    items.drawn: Own("ann", "item", lambda w, a, n: items.drawn(w.session, actor=a, item_id=n), managers=True),
    overviews.instructions: Own("ann", "task", lambda w, a, n: instructions(w, a, n), managers=True),
    pictures.of_item: Own("ann", "item", lambda w, a, n: picture(w, a, n), managers=True),
    work.save_draft: Own(
        "ann", "held", lambda w, a, n: work.save_draft(w.session, actor=a, task_item_id=n, annotations=[BOX], now=NOW)
    ),
    succession.submit: Own(
        "ann",
        "held",
        lambda w, a, n: succession.submit(w.session, actor=a, task_item_id=n, status="completed", now=NOW),
    ),
    work.submit: Own(
        "ann", "held", lambda w, a, n: work.submit(w.session, actor=a, task_item_id=n, status="completed", now=NOW)
    ),
    batches.submit_many: Own("ann", "held", lambda w, a, n: submit_in_a_batch(w, a, n)),
    work.release: Own("ann", "held", lambda w, a, n: work.release(w.session, actor=a, task_item_id=n, now=NOW)),
    work.postpone: Own("ann", "held", lambda w, a, n: work.postpone(w.session, actor=a, task_item_id=n, now=NOW)),
    reversals.undo: Own("bo", "done", lambda w, a, n: reversals.undo(w.session, actor=a, task_item_id=n, now=NOW)),
    comments.waiting_for: Own(
        "quinn", "reviewed", lambda w, a, n: comments.waiting_for(w.session, actor=a, task_item_id=n)
    ),
    reviews.flag: Own(
        "quinn",
        "reviewed",
        lambda w, a, n: reviews.flag(w.session, actor=a, task_item_id=n, kind="loose", task="cars", now=NOW),
    ),
    reviews.fix: Own("bo", "flagged", lambda w, a, n: reviews.fix(w.session, actor=a, issue_id=n, now=NOW)),
    reviews.reopen: Own("quinn", "fixed", lambda w, a, n: reviews.reopen(w.session, actor=a, issue_id=n, now=NOW)),
    reviews.approve: Own("quinn", "fixed", lambda w, a, n: reviews.approve(w.session, actor=a, issue_id=n, now=NOW)),
    reviews.dismiss: Own(
        "quinn", "flagged", lambda w, a, n: reviews.dismiss(w.session, actor=a, issue_id=n, now=NOW), managers=True
    ),
    comments.thread: Own(
        "bo", "flagged", lambda w, a, n: comments.thread(w.session, actor=a, issue_id=n), managers=True
    ),
    comments.comment: Own(
        "bo",
        "flagged",
        lambda w, a, n: comments.comment(w.session, actor=a, issue_id=n, text="why?", now=NOW),
        managers=True,
    ),
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
    (folder / "manifest.json").write_text('{"files": []}')
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
