"""The installation of this machine: its database is asked, as nobody in particular."""

from collections.abc import Sequence
from functools import partial

from workflow_core.cli import context
from workflow_core.cli.files import Source
from workflow_core.cli.managing_here import ManagingHere
from workflow_core.cli.naming import meant, project_of
from workflow_core.domain.reports import By, Cell, as_rows
from workflow_core.domain.splits import Split
from workflow_core.domain.views.exchange import ExportAsked, Snapshot, Synced
from workflow_core.domain.views.history import Why
from workflow_core.domain.views.pipelines import Deployed, Plan
from workflow_core.domain.views.progress import Overview
from workflow_core.services import projects
from workflow_core.services.exchange import exports, ingestion
from workflow_core.services.managers import figures, history, task_items
from workflow_core.services.overviews import pipelines as overviews
from workflow_core.services.overviews import tasks
from workflow_core.services.pipelines import bundles, data, deployment, plans


class Here(ManagingHere):
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
        return ingestion.summary(done)

    def plan(self, source: Source, *, migrate: bool) -> Plan:
        """See `Installation`."""
        checked = _checked(source)
        with context.session() as opened:
            return plans.plan_bundle(opened, checked, actor=None, now=context.now(), migrate=migrate)

    def deploy(self, sources: Sequence[Source], *, migrate: bool) -> list[Deployed]:
        """See `Installation`."""
        return deployment.deploy_all(
            context.session, [_checked(one) for one in sources], actor=None, now=context.now(), migrate=migrate
        )


def _checked(source: Source) -> bundles.Bundle:
    return bundles.compile_file(source.text, file=source.name, read=source.read, folder=source.folder)
