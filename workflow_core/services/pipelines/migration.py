"""Take items on their way along to the present version of their pipeline, those that can follow it."""

from collections.abc import Iterable
from datetime import datetime

from workflow_core.domain.views.pipelines import Keeping, Migrated, Stayed
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict
from workflow_core.pipeline.graph import differences
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.store.allocation import parked
from workflow_core.store.data import migration, pipelines, tasks, versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Pipeline, PipelineVersion
from workflow_core.store.work import reassignment


def keeping(session: Session, *, pipeline: Pipeline) -> tuple[Keeping, ...]:
    """Return which items on the way follow another version than the pipeline's present one; in a fork one is twice."""
    at: dict[str, dict[str, int]] = {}
    for version, name, items in migration.positions(session, pipeline_id=pipeline.id):
        at.setdefault(version, {})[name] = items
    total = pipelines.on_the_way(session, pipeline=pipeline)
    return tuple(Keeping(version, total[version], names) for version, names in at.items())


def migrate(session: Session, *, actor: Actor, pipeline_id: int, now: datetime, dry_run: bool = False) -> Migrated:
    """Let items on their way follow the present version of their pipeline; nothing else about them changes, but that a
    review goes to somebody else where its holder is an author by what that version reviews.

    An item can if every task in which it has something open, parked, unrouted or saved is there with that status, if
    inside a fork that fork is the same, and if an exit that holds it is there. Each tells it in its history. With
    `dry_run` they are only counted.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: the actor may not manage the project's pipelines.
        Conflict: the pipeline was never deployed.
    """
    wanted = Permission.MANAGE_PIPELINES
    pipeline = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=wanted)
    if not dry_run:
        pipelines.lock(session, pipeline)
    if pipeline.version_id is None:
        raise Conflict(
            f"the pipeline {pipeline.name!r} was never deployed", code="never-deployed", pipeline=pipeline.name
        )
    followed = migration.choose(session, pipeline_id=pipeline.id, locked=not dry_run)
    if dry_run:
        version = session.get_one(PipelineVersion, pipeline.version_id)
        return _decide(session, pipeline, version, followed)[0]
    by = actor.id if actor else None
    done = take_along(session, pipeline=pipeline, versions_followed=followed, actor_id=by, now=now)
    parked.park_for_nobody(session, now=now)
    versions.close_left(session, now=now)
    return done


def take_along(
    session: Session, *, pipeline: Pipeline, versions_followed: Iterable[int], actor_id: int | None, now: datetime
) -> Migrated:
    """Let the items that were chosen, of these versions, follow the pipeline's present one, as `migrate` does."""
    version = session.get_one(PipelineVersion, pipeline.version_id)
    done, reviewing = _decide(session, pipeline, version, versions_followed)
    migration.carry_out(session, version_id=version.id, actor_id=actor_id, now=now)
    for task_id in reviewing:
        reassignment.hand_own_reviews_on(session, task_id=task_id, actor_id=actor_id, now=now)
    return done


def _decide(
    session: Session, pipeline: Pipeline, version: PipelineVersion, versions_followed: Iterable[int]
) -> tuple[Migrated, list[int]]:
    """Decide who of those chosen can follow a version, and which tasks review more then; nothing is changed yet."""
    present = versions.from_document(version.compiled)
    keys = {task.name: task.id for task in tasks.of_pipeline(session, pipeline_id=pipeline.id)}
    forked: list[tuple[int, int]] = []
    reviewing: set[int] = set()
    for one in versions_followed:
        before = versions.from_document(session.get_one(PipelineVersion, one).compiled)
        forked += ((one, keys[name]) for name in differences.forked_otherwise(before, present))
        reviewing |= {keys[name] for name in differences.reviewing_more(before, present)}
    followed, stayed = migration.decide(session, version_id=version.id, forked_otherwise=forked)
    return Migrated(version.digest, followed, tuple(Stayed(*one) for one in stayed)), sorted(reviewing)
