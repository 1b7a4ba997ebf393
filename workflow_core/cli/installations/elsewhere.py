"""An installation elsewhere: its server is asked, as whom the token is of."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from workflow_core.cli.installations.managing_elsewhere import ManagingElsewhere
from workflow_core.cli.installations.people_elsewhere import PeopleElsewhere
from workflow_core.cli.pipelines.files import Source
from workflow_core.cli.pipelines.naming import meant, only
from workflow_core.client import Annoflow
from workflow_core.client.bundles import bundle
from workflow_core.domain.measures.reports import By, Cell
from workflow_core.domain.views.effects import Effects as ErasingEffects
from workflow_core.domain.views.effects import Erased, Outcome
from workflow_core.domain.views.exchange import Brought, ExportAsked, ImportAsked, Snapshot, Synced
from workflow_core.domain.views.history import Why
from workflow_core.domain.views.pipelines import Deployed, Files, Migrated, Plan
from workflow_core.domain.views.progress import Overview
from workflow_core.domain.views.projects import Pipeline
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput, NotFound


class Elsewhere(ManagingElsewhere, PeopleElsewhere):
    """Asks a server by the client."""

    def __init__(self, annoflow: Annoflow) -> None:
        self._annoflow = annoflow

    def status(self, pipeline: str | None) -> list[Overview]:
        """See `Installation`."""
        ask = self._annoflow
        deployed = {one.id: one.name for project in ask.projects() for one in ask.pipelines(project.id) if one.version}
        return [ask.overview(one) for one in meant(deployed, pipeline)]

    def figures(self, named: str, *, project: str | None, by: By) -> list[dict[str, Cell]]:
        """See `Installation`."""
        first = self._annoflow.find_tasks(named, project=project)[0]
        if first.pipeline_id is not None and first.pipeline == named:
            return self._annoflow.pipeline_figures(first.pipeline_id, by=by)
        return self._annoflow.figures(first.id, by=by)

    def why(self, named: str) -> Why:
        """See `Installation`."""
        return self._annoflow.why(self._annoflow.find(named).id)

    def archive(self, named: Sequence[str], *, end_claims: bool) -> int:
        """See `Installation`."""
        act = partial(self._annoflow.archive, end_claims=end_claims)
        return sum(act(dataset_id, item_ids=items).items or 0 for dataset_id, items in self._by_dataset(named).items())

    def foretell_archiving(self, named: Sequence[str], *, end_claims: bool) -> list[Outcome]:
        """See `Installation`."""
        ask = partial(self._annoflow.archive, end_claims=end_claims, dry_run=True)
        return [ask(dataset_id, item_ids=items) for dataset_id, items in self._by_dataset(named).items()]

    def erase(self, named: Sequence[str], *, dry_run: bool) -> ErasingEffects:
        """See `Installation`."""
        chosen = self._by_dataset(named)
        if len(chosen) != 1:
            raise InvalidInput("these are items of several datasets; erase those of each by themselves")
        ((dataset_id, items),) = chosen.items()
        told = self._annoflow.erase(dataset_id, item_ids=items, dry_run=True)
        assert isinstance(told, Erased)
        if not dry_run:
            self._annoflow.erase(dataset_id, item_ids=items)
        return told.effects

    def migrate(self, pipeline: str, *, project: str | None, dry_run: bool) -> Migrated:
        """See `Installation`."""
        return self._annoflow.migrate(self._pipeline(pipeline, project).id, dry_run=dry_run)

    def export(self, pipeline: str, asked: ExportAsked, *, project: str | None) -> Snapshot:
        """See `Installation`."""
        job = self._annoflow.export(self._pipeline(pipeline, project).id, **vars(asked))
        return Snapshot(**(self._annoflow.wait(job).result or {}))

    def sync(self, pipeline: str, *, project: str | None) -> Synced:
        """See `Installation`."""
        job = self._annoflow.wait(self._annoflow.sync(self._pipeline(pipeline, project).id))
        return Synced(**(job.result or {}), faults=job.faults)

    def import_annotations(
        self, pipeline: str, file: Path, asked: ImportAsked, *, project: str | None, images: Path | None
    ) -> Brought:
        """See `Installation`."""
        dataset_id = self._pipeline(pipeline, project).dataset_id
        job = self._annoflow.import_annotations(dataset_id, file, images=images, **vars(asked))
        job = self._annoflow.wait(job)
        return Brought(**(job.result or {}), faults=job.faults)

    def plan(self, source: Source, *, migrate: bool) -> Plan:
        """See `Installation`."""
        files, project_id = self._sent(source)
        return self._annoflow.plan(project_id, files, migrate=migrate)

    def deploy(self, sources: Sequence[Source], *, migrate: bool) -> list[Deployed]:
        """See `Installation`."""
        sent = [self._sent(one) for one in sources]
        return [self._annoflow.deploy(project_id, files, migrate=migrate) for files, project_id in sent]

    def _by_dataset(self, named: Sequence[str]) -> dict[int, list[int]]:
        ids: dict[int, list[int]] = {}
        for one in named:
            found = self._annoflow.find(one)
            if found.erased:
                raise NotFound(f"no item {cited(one)} any more: it was erased")
            ids.setdefault(found.dataset_id, []).append(found.id)
        return ids

    def _pipeline(self, named: str, project: str | None) -> Pipeline:
        known = {
            (one.name, each.name): each
            for one in self._annoflow.projects()
            for each in self._annoflow.pipelines(one.id)
            if each.version
        }
        where = project or only(known, named)
        if (where, named) not in known:
            names = ", ".join(repr(name) for at, name in known if at == where)
            raise NotFound(f"no pipeline {cited(named)} in project {where!r}; there is {names or 'none yet'}")
        return known[where, named]

    def _sent(self, source: Source) -> tuple[Files, int]:
        files = bundle(source.folder, Path(source.name).name, source.text)
        named = self._annoflow.check(files).project
        known = {one.name: one.id for one in self._annoflow.projects()}
        if named not in known:
            raise NotFound(f"no project {cited(named)}; there is {', '.join(map(cited, known)) or 'none yet'}")
        return files, known[named]
