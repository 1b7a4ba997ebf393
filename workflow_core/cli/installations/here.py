"""The installation of this machine: its database is asked, as nobody in particular."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from workflow_core.cli.installations import context
from workflow_core.cli.installations.managing_here import ManagingHere
from workflow_core.cli.installations.people_here import PeopleHere
from workflow_core.cli.pipelines.files import Source
from workflow_core.cli.pipelines.naming import meant, project_of
from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Maker, Problems, Told
from workflow_core.domain.items.splits import Split
from workflow_core.domain.measures.reports import By, Cell, as_rows
from workflow_core.domain.views.effects import Effects as ErasingEffects
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Brought, ExportAsked, ImportAsked, Snapshot, Synced
from workflow_core.domain.views.history import Why
from workflow_core.domain.views.pipelines import Deployed, Migrated, Plan
from workflow_core.domain.views.progress import Overview
from workflow_core.services import projects
from workflow_core.services.exchange import exports, imports, ingestion, summaries
from workflow_core.services.exchange.item_references import Naming
from workflow_core.services.jobs import requests
from workflow_core.services.managers import erasure, figures, history, task_items
from workflow_core.services.overviews import pipelines as overviews
from workflow_core.services.overviews import tasks
from workflow_core.services.pipelines import bundles, data, deployment, migration, plans


class Here(ManagingHere, PeopleHere):
    """Asks the services."""

    def status(self, pipeline: str | None) -> list[Overview]:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            known = projects.mine(opened, actor=None)
            of = (projects.pipelines(opened, actor=None, project_id=project.id) for project in known)
            deployed = {one.id: one.name for some in of for one in some if one.version}
            return [
                overviews.overview(opened, actor=None, pipeline_id=one, now=context.now())
                for one in meant(deployed, pipeline)
            ]

    def figures(self, named: str, *, project: str | None, by: By) -> list[dict[str, Cell]]:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            ids = [task.id for task in tasks.named(opened, actor=None, named=named, project=project)]
            if by is By.LABEL:
                return as_rows(figures.of_labels(opened, actor=None, task_ids=ids))
            return as_rows(figures.of_tasks(opened, actor=None, task_ids=ids, by=by, now=context.now()))

    def why(self, named: str) -> Why:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            return history.why(opened, item=history.look_up(opened, named=named).id)

    def archive(self, named: Sequence[str], *, end_claims: bool) -> int:
        """See `Installation`."""
        with context.session() as opened:
            found = [history.find(opened, named=one) for one in named]
            act = partial(task_items.archive_items, opened, actor=None, now=context.now(), end_claims=end_claims)
            return sum(act(dataset=dataset, item_ids=ids) for dataset, ids in data.by_dataset(opened, of=found))

    def foretell_archiving(self, named: Sequence[str], *, end_claims: bool) -> list[Outcome]:
        """See `Installation`."""
        with context.session() as opened:
            found = [history.find(opened, named=one) for one in named]
            by: dict[str, Any] = {"actor": None, "now": context.now(), "end_claims": end_claims, "dry_run": True}
            ask = partial(requests.at_once, opened, act="archive", **by)
            told = [ask(key=one.id, item_ids=ids) for one, ids in data.by_dataset(opened, of=found)]
        return [one for one in told if one is not None]

    def erase(self, named: Sequence[str], *, dry_run: bool) -> ErasingEffects:
        """See `Installation`."""
        with context.session(read_only=dry_run) as opened:
            ids = [history.find(opened, named=one).id for one in named]
            if dry_run:
                return erasure.preview(opened, actor=None, item_ids=ids)
            kept = context.kept_pictures()
            return erasure.erase(opened, actor=None, item_ids=ids, now=context.now(), kept=kept)

    def migrate(self, pipeline: str, *, project: str | None, dry_run: bool) -> Migrated:
        """See `Installation`."""
        with context.session() as opened:
            project = project_of(opened, pipeline=pipeline, project=project)
            found = ingestion.find(opened, pipeline=pipeline, project=project)
            return migration.migrate(opened, pipeline_id=found.id, actor=None, now=context.now(), dry_run=dry_run)

    def export(self, pipeline: str, asked: ExportAsked, *, project: str | None) -> Snapshot:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            project = project_of(opened, pipeline=pipeline, project=project)
        return exports.export(
            context.session,
            pipeline=pipeline,
            project=project,
            exit_name=asked.exit,
            to=asked.to,
            formats=asked.formats,
            where=asked.where,
            split=Split.of(asked.val, asked.test),
            now=context.now(),
        )

    def sync(self, pipeline: str, *, project: str | None) -> Synced:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            project = project_of(opened, pipeline=pipeline, project=project)
        done = ingestion.ingest(context.session, pipeline=pipeline, project=project, clock=context.now)
        return summaries.synced(done)

    def import_annotations(
        self, pipeline: str, file: Path, asked: ImportAsked, *, project: str | None, images: Path | None
    ) -> Brought:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            project = project_of(opened, pipeline=pipeline, project=project)
            dataset_id = ingestion.find(opened, pipeline=pipeline, project=project).dataset_id
        maker = Maker("model", asked.model, asked.model_version) if asked.model else None
        problems, told = Problems(), Told()
        done = imports.import_annotations(
            context.session,
            actor=None,
            dataset_id=dataset_id,
            annotations=readers.read(file, problems, format=asked.format, maker=maker, images=images, told=told),
            problems=problems,
            clock=context.now,
            naming=Naming(asked.strip, asked.below),
            told=told,
            as_boxes=asked.as_boxes,
            reopen=asked.reopen,
            end_claims=asked.end_claims,
            preview=asked.preview,
        )
        return summaries.brought(done, would=asked.preview)

    def plan(self, source: Source, *, migrate: bool) -> Plan:
        """See `Installation`."""
        checked = _checked(source)
        with context.session() as opened:
            return plans.plan(opened, checked, actor=None, now=context.now(), migrate=migrate)

    def deploy(self, sources: Sequence[Source], *, migrate: bool) -> list[Deployed]:
        """See `Installation`."""
        return deployment.deploy_all(
            context.session, [_checked(one) for one in sources], actor=None, now=context.now(), migrate=migrate
        )


def _checked(source: Source) -> bundles.Bundle:
    return bundles.compile_file(source.text, file=source.name, read=source.read, folder=source.folder)
