"""Pipelines: planned and deployed from files of this machine, or once more from those that were sent before."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workflow_core.client.bundles import bundle
from workflow_core.client.connection import Connection
from workflow_core.domain.views.pipelines import Checked, Deployed, Files, Migrated, Plan, Version, VersionFiles


class Pipelines(Connection):
    """The pipelines of whoever the token is of."""

    def check(self, file: Path | Files) -> Checked:
        """Return all that is wrong with a pipeline's file."""
        return self._ask(Checked, "POST", "/api/pipelines/check", json=_sent(file))

    def plan(self, project_id: int, file: Path | Files, *, migrate: bool = False) -> Plan:
        """Return what a deploy of a file would change; `number` is that of the deploy that it was compared with."""
        asked = {"params": {"migrate": migrate}, "json": _sent(file)}
        return self._ask(Plan, "POST", f"/api/projects/{project_id}/plans", **asked)

    def deploy(
        self, project_id: int, file: Path | Files, *, migrate: bool = False, number: int | None = None
    ) -> Deployed:
        """Deploy a file with those that it names; with the `number` of a plan only where nothing came between.

        Raises:
            PipelineInvalid: the file has errors; it carries all findings.
            Stale: the last deploy is not the one of that number.
        """
        headers = {} if number is None else {"If-Match": f'"{number}"'}
        asked = {"params": {"migrate": migrate}, "json": _sent(file), "headers": headers}
        return self._ask(Deployed, "POST", f"/api/projects/{project_id}/deploys", **asked)

    def migrate(self, pipeline_id: int, *, dry_run: bool = False) -> Migrated:
        """Take items on their way along to the present version, those that can follow it."""
        return self._ask(Migrated, "POST", f"/api/pipelines/{pipeline_id}/migrations", params={"dry_run": dry_run})

    def versions(self, pipeline_id: int) -> Iterator[Version]:
        """Return what was deployed of a pipeline, the newest first."""
        return self._all(Version, f"/api/pipelines/{pipeline_id}/versions")

    def version(self, pipeline_id: int, number: int) -> VersionFiles:
        """Return what was deployed once, with the files as they came."""
        return self._ask(VersionFiles, "GET", f"/api/pipelines/{pipeline_id}/versions/{number}")


def _sent(file: Path | Files) -> dict[str, Any]:
    return asdict(bundle(file.parent, file.name, file.read_bytes()) if isinstance(file, Path) else file)
