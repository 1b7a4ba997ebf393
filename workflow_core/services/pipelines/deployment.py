"""Deploy a pipeline: its tasks, people and recipes at once, its graph as a new version."""

from collections.abc import Sequence
from datetime import datetime

from workflow_core.domain.views.pipelines import Deployed
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput, Stale
from workflow_core.pipeline import compiled
from workflow_core.pipeline.language.recipes import Read
from workflow_core.services import people
from workflow_core.services.exchange.ingestion import OpenSession
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import bundles, deployed_tasks, entries
from workflow_core.services.pipelines.bundles import Bundle
from workflow_core.services.pipelines.migration import take_along
from workflow_core.store import turns
from workflow_core.store.allocation import parked
from workflow_core.store.data import datasets, deploys, pipelines, teams, versions
from workflow_core.store.data import people as known_people
from workflow_core.store.data import tasks as rows
from workflow_core.store.data.migration import choose
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Dataset, Deploy, Person, Pipeline, PipelineVersion, Project
from workflow_core.store.work import reassignment


def deploy(
    session: Session,
    *,
    text: bytes,
    file: str,
    read: Read,
    actor: Person | None,
    now: datetime,
    migrate: bool = False,
) -> Deployed:
    """Deploy a pipeline file; twice the same changes nothing.

    People, recipes, instructions, queue settings, words and colors of buttons apply at once. Another graph is another
    version: items on the way keep the statuses and routes of theirs. The team in the file is applied where the file's
    team changed since the last deploy, and so are priorities, due dates and the like: what a manager did by hand
    stands. With `migrate` items on the way that can follow the new version do, as by `migration.migrate`.

    Raises:
        PipelineInvalid: the file has errors.
        InvalidInput: a task changes its type, or the pipeline its dataset; or a service account is to review.
        NotAllowed: the actor may not manage the project's pipelines.
    """
    bundle = bundles.compile_file(text, file=file, read=read)
    return apply(session, bundle, actor=actor, now=now, migrate=migrate)


def apply(
    session: Session,
    bundle: Bundle,
    *,
    actor: Person | None,
    now: datetime,
    migrate: bool = False,
    expected: int | None = None,
) -> Deployed:
    """Deploy what a file compiled to, as `deploy` does, and keep it as it came.

    Raises:
        Stale: the pipeline's last deploy is not the one that was `expected`, by its number; 0 is none.
    """
    spec = bundle.pipeline
    project = people.project_for(session, name=spec.project, actor=actor, now=now)
    if actor is not None:
        people.require(session, actor=actor, project_id=project.id, permission=Permission.MANAGE_PIPELINES)
    dataset = datasets.find_or_add(session, project_id=project.id, name=spec.dataset, now=now)
    pipeline = _pipeline(session, project, dataset, spec, now)
    if pipeline.dataset_id != dataset.id:
        its = session.get_one(Dataset, pipeline.dataset_id).name
        raise InvalidInput(
            f"the pipeline {spec.name!r} runs over the dataset {its!r}, and not over {spec.dataset!r};"
            " give the new one another name"
        )
    by = actor.id if actor else None
    there = deploys.last(session, pipeline_id=pipeline.id)
    _check_expected(pipeline, there, None if expected is None else values.whole(expected, "a deploy"))
    documents = deploys.keep_files(session, bundle.files)
    # Entries are locked before assignments, as by everybody.
    on_the_way = choose(session, pipeline_id=pipeline.id) if migrate else []
    previous = pipeline.version_id
    known = {task.name: task for task in rows.of_pipeline(session, pipeline_id=pipeline.id)}
    recipes = rows.recipes(session, pipeline_id=pipeline.id)
    reviewed_own = {name for name, task in known.items() if task.review_own}
    present = versions.task_ids(session, version_id=previous)
    before = {name for name, task in known.items() if task.id in present}
    last = versions.from_document(session.get_one(PipelineVersion, previous).compiled) if previous else None
    tasks_then = last.tasks if last else {}
    invited: set[str] = set()
    emails = (spec.manager, *(one.manager for one in spec.tasks.values()))
    tasks = deployed_tasks.apply(
        session,
        pipeline,
        spec.tasks.values(),
        known=known,
        recipes=recipes,
        last=tasks_then,
        managers=deployed_tasks.managers(session, pipeline, emails, invited, now),
        documents=documents,
        now=now,
    )
    if back := [task.id for name, task in tasks.items() if name not in before and task.closed_at is not None]:
        rows.change(session, *back, **rows.REOPENED)
    wanted = [(tasks[one.name], one.assignees) for one in spec.tasks.values()]
    people.check_reviewers(session, teams=wanted)
    invited |= teams.apply(session, teams=wanted, project_id=project.id, now=now)
    for task in tasks.values():
        if task.name in reviewed_own and not task.review_own:
            reassignment.hand_own_reviews_on(session, task_id=task.id, actor_id=by, now=now)
    keys = {name: task.id for name, task in tasks.items()}
    version, new = versions.follow(session, pipeline, spec, tasks=keys, now=now)
    removed = tuple(sorted(before - tasks.keys()))
    migrated = None
    if migrate:
        migrated = take_along(session, pipeline=pipeline, versions_followed=on_the_way, actor_id=by, now=now)
    parked.park_for_nobody(session, now=now)
    if migrate or version.id != previous:
        versions.close_left(session, now=now)
    if version.id != previous:
        detail = {"pipeline": spec.name, "version": spec.digest, "removed": list(removed)}
        deployed = {"at": now, "verb": "deployed", "project_id": project.id, "actor_id": by, "detail": detail}
        turns.note(session, [deployed])
    if there is None or (there.version_id, there.file, there.files) != (version.id, bundle.file, documents):
        there = Deploy(
            pipeline_id=pipeline.id, version_id=version.id, actor_id=by, at=now, file=bundle.file, files=documents
        )
        keep(session, there)
    return Deployed(
        pipeline_id=pipeline.id,
        pipeline=spec.name,
        project=spec.project,
        number=there.id,
        version=spec.digest,
        new_version=new,
        new_tasks=tuple(name for name in tasks if name not in before),
        removed_tasks=removed,
        invited=tuple(sorted(invited)),
        migrated=migrated,
        waiting=entries.waiting(session, pipeline=pipeline) if last is None or last.source != spec.source else 0,
    )


def _check_expected(pipeline: Pipeline, there: Deploy | None, expected: int | None) -> None:
    number = there.id if there else 0
    if expected is not None and expected != number:
        what = f"deploy {number} is there, and not {expected}" if there else "it was never deployed"
        why = f"the pipeline {cited(pipeline.name)} is not what this was made for: {what}; look at a new plan"
        raise Stale(why, code="deployed-since", pipeline=pipeline.name, number=number)


def _pipeline(session: Session, project: Project, dataset: Dataset, spec: compiled.Pipeline, now: datetime) -> Pipeline:
    """Return the pipeline, locked."""
    found = pipelines.lock_named(session, project_id=project.id, name=spec.name)
    if found is None:
        versions.add_pipeline(session, project_id=project.id, dataset_id=dataset.id, name=spec.name, now=now)
        found = pipelines.lock_named(session, project_id=project.id, name=spec.name)
    assert found is not None
    return found


def deploy_all(
    open_session: OpenSession,
    bundles: Sequence[Bundle],
    *,
    actor: Actor,
    now: datetime,
    migrate: bool = False,
) -> list[Deployed]:
    """Deploy what some files compiled to, all or none; if all are as they were last deployed, nothing is written.

    Raises:
        InvalidInput, NotAllowed: as `deploy` does.
    """
    with open_session(read_only=True) as session:
        same = [unchanged(session, bundle, actor=actor) for bundle in bundles]
    done = [one for one in same if one is not None]
    if len(done) == len(bundles) and not migrate:
        return done
    with open_session() as session:
        return [apply(session, bundle, actor=actor, now=now, migrate=migrate) for bundle in bundles]


def unchanged(session: Session, bundle: Bundle, *, actor: Actor) -> Deployed | None:
    """Return what a deploy would answer if the file, and what lies beside it, is as it was last deployed; else None.

    Only read, and in as many statements for a thousand tasks as for one.

    Raises:
        NotAllowed: the actor may not manage the project's pipelines.
    """
    spec = bundle.pipeline
    project = known_people.find_project(session, name=spec.project, member=None)
    pipeline = pipelines.named(session, project_id=project.id, name=spec.name) if project else None
    if pipeline is None or pipeline.version_id is None:
        return None
    people.require(session, actor=actor, project_id=pipeline.project_id, permission=Permission.MANAGE_PIPELINES)
    if versions.from_document(session.get_one(PipelineVersion, pipeline.version_id).compiled) != spec:
        return None
    last = deploys.last(session, pipeline_id=pipeline.id)
    if last is None or last.file != bundle.file or deploys.digests(session, last) != deploys.digested(bundle.files):
        return None
    return Deployed(
        pipeline_id=pipeline.id,
        pipeline=spec.name,
        project=spec.project,
        number=last.id,
        version=spec.digest,
        new_version=False,
    )
