"""What comes in and goes out: asked for as jobs, waited for, and fetched."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from workflow_core.client import archives
from workflow_core.client.connection import Connection
from workflow_core.domain.views.exchange import Export, ExportFile, Job, JobState
from workflow_core.errors import Unavailable

MANIFEST = "manifest.json"
"""What tells of a snapshot; where it is, the snapshot is whole."""
SOON, LATER = 0.1, 2.0
"""Seconds between two looks at a job, at first and after a while."""


class Exchange(Connection):
    """The jobs and exports of whoever the token is of."""

    def sync(self, pipeline_id: int) -> Job:
        """Have the source of a pipeline read."""
        return self._ask(Job, "POST", f"/api/pipelines/{pipeline_id}/syncs")

    def import_annotations(self, dataset_id: int, file: Path, *, images: Path | None = None, **how: Any) -> Job:
        """Have a file or folder of annotations brought in: its `format`, the `model`, what becomes of what is late.

        `images` is the COCO file of the images that a list of results is about.
        """
        path = f"/api/datasets/{dataset_id}/annotation-imports"
        with TemporaryDirectory() as folder:
            sent, named = _as_sent(file.absolute(), images, how.get("format"), Path(folder, "sent.zip"))
            return self._ask(Job, "POST", path, params={**how, **named}, content=sent)

    def export(
        self,
        pipeline_id: int,
        exit: str = "approved",
        *,
        to: str | None = None,
        formats: Sequence[str] = (),
        where: Mapping[str, Any] | None = None,
        val: float | None = None,
        test: float | None = None,
    ) -> Job:
        """Have the items at an exit written, on the server; what is not said is as the pipeline says.

        `val` and `test` are percentages of items to validate and to test with.
        """
        wanted = {"exit": exit, "to": to, "formats": list(formats), "where": where, "val": val, "test": test}
        return self._ask(Job, "POST", f"/api/pipelines/{pipeline_id}/exports", json=wanted)

    def job(self, job_id: int) -> Job:
        """Return how far a job is."""
        return self._ask(Job, "GET", f"/api/jobs/{job_id}")

    def jobs(self, project_id: int) -> Iterator[Job]:
        """Return the jobs of a project, the newest first."""
        return self._all(Job, f"/api/projects/{project_id}/jobs")

    def cancel(self, job_id: int) -> Job:
        """Cancel a job; what it did until then stays."""
        return self._ask(Job, "DELETE", f"/api/jobs/{job_id}")

    def wait(self, job: Job, *, seconds: float | None = None) -> Job:
        """Wait until a job has ended, for so many seconds at most; return it as it ended.

        Raises:
            Unavailable: it failed, was cancelled, or did not end in time.
        """
        began, pause = time.monotonic(), SOON
        while job.ended_at is None:
            if seconds is not None and time.monotonic() - began > seconds:
                raise Unavailable(f"job {job.id} is still {job.state} after {seconds:g} s")
            time.sleep(pause)
            pause = min(pause * 1.5, LATER)
            job = self.job(job.id)
        if job.state is not JobState.DONE:
            raise Unavailable(f"job {job.id} has {job.state}" if job.fault is None else job.fault)
        return job

    def exports(self, pipeline_id: int) -> Iterator[Export]:
        """Return the snapshots that were written of a pipeline, the newest first."""
        return self._all(Export, f"/api/pipelines/{pipeline_id}/exports")

    def download(self, export_id: int, folder: Path) -> list[Path]:
        """Fetch the files of a snapshot into a folder; those that are there already, whole, are not fetched again.

        Raises:
            Unavailable: a file is not what the snapshot says of it.
        """
        fetched = []
        for one in self._all(ExportFile, f"/api/exports/{export_id}/files"):
            here = folder / PurePosixPath(one.name)
            if not here.resolve().is_relative_to(folder.resolve()):
                raise Unavailable(f"the snapshot names a file outside of it: {one.name}")
            if not _is(here, one.sha256):
                here.parent.mkdir(parents=True, exist_ok=True)
                self.fetch(f"/api/exports/{export_id}/files/{quote(one.name)}", here)
                if not _is(here, one.sha256):
                    raise Unavailable(f"{one.name} is not what the snapshot says of it; ask again")
            fetched.append(here)
        self.fetch(f"/api/exports/{export_id}/files/{MANIFEST}", folder / MANIFEST)
        return [*fetched, folder / MANIFEST]


def _as_sent(file: Path, images: Path | None, format: str | None, into: Path) -> tuple[Path, dict[str, str]]:
    """Return what is sent, an archive where it is more than one file, and what is named in that."""
    if images is not None:
        archives.of_files({f"read/{file.name}": file, f"images/{images.name}": images}, into)
        return into, {"file": f"read/{file.name}", "images": f"images/{images.name}"}
    if not file.is_dir() and format not in ("voc", "yolo"):
        return file, {}
    folder = file if file.is_dir() else file.parent
    archives.of_folder(folder, into)
    return into, {"file": folder.name if file.is_dir() else f"{folder.name}/{file.name}"}


def _is(file: Path, sha256: str) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == sha256
