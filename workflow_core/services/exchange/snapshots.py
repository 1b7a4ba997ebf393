"""The snapshots that exports have written, and the files in them."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import IO, Any

from workflow_core.connectors.files import open_file
from workflow_core.domain.views.exchange import Export, ExportFile, ExportFiles, Way
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Limit, Page
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import NotFound, Unavailable
from workflow_core.exporters import manifest
from workflow_core.services import access, people
from workflow_core.store import models
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import exports
from workflow_core.store.models import Person, Pipeline, PipelineVersion
from workflow_core.store.reads import positions


class _NotAsWritten(Unavailable):
    """A manifest has no list of files, or none at a place in it."""


def of_pipeline(
    session: Session, *, actor: Person, pipeline_id: int, after: str | None = None, limit: Limit = USUAL
) -> Page[Export]:
    """Return a part of the snapshots of a pipeline, the newest first.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: they may not export items.
        InvalidInput: the cursor is none of this list.
    """
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.EXPORT_ITEMS)
    key = pages.after(after, int)
    before = int(key[0]) if key else None
    rows = exports.of_pipeline(session, pipeline_id=found.id, before=before, limit=pages.one_more(limit))
    return pages.page([Export(**_told(*row)) for row in rows], limit=limit, key=lambda one: [one.id])


def ways(session: Session, *, actor: Person, pipeline_id: int) -> list[Way]:
    """Return the exits by which items of a pipeline may be exported; before its first deploy there are none.

    Raises:
        NotFound, NotAllowed: as `of_pipeline`.
    """
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.EXPORT_ITEMS)
    version = session.get(PipelineVersion, found.version_id) if found.version_id is not None else None
    exits = versions.from_document(version.compiled).exits if version else {}
    left = positions.exits_up_to(session, pipeline_id=found.id, most=pages.MOST + 1)
    declared = {name for name, one in exits.items() if one.export is not None}
    return [
        Way(exit=each, items=min(items, pages.MOST), more=items > pages.MOST, declared=each in declared)
        for each, items in {**dict.fromkeys(exits, 0), **left}.items()
    ]


def one(session: Session, *, actor: Person, export_id: int) -> Export:
    """Return a snapshot.

    Raises:
        NotFound: there is no such snapshot, or the actor is not in its project.
        NotAllowed: they may not export items.
    """
    return Export(**_told(*_find(session, actor, export_id)))


def files_of(
    session: Session, *, actor: Person, export_id: int, after: str | None = None, limit: Limit = USUAL
) -> Page[ExportFile]:
    """Return a part of the files of a snapshot, in the order of its manifest.

    Raises:
        NotFound, NotAllowed: as `one`; or its files are gone.
        InvalidInput: the cursor is none of this list.
        Unavailable: the place cannot be reached, or the manifest is not as it was written.
    """
    found, _ = _find(session, actor, export_id)
    key, most = pages.after(after, int), pages.one_more(limit)
    start = int(key[0]) if key else 0
    try:
        with closing(_listed(found, start)) as files:
            rows = list(islice(files, most))
    except _NotAsWritten:
        if not start:
            raise
        raise pages.nowhere(after) from None
    part = pages.page(rows, limit=limit, key=lambda one: [one[0]])
    return Page([file for _, file in part.items], part.next)


def first_of(session: Session, *, actor: Person, export_id: int, most: int) -> tuple[ExportFiles, int]:
    """Return a snapshot with as many of its files at the most, and how many more there are.

    Raises:
        NotFound, NotAllowed, Unavailable: as `files_of`.
    """
    found, by = _find(session, actor, export_id)
    first: list[ExportFile] = []
    more = 0
    for file in _files(found):
        if len(first) < most:
            first.append(file)
        else:
            more += 1
    return ExportFiles(**_told(found, by), files=first), more


def open_of(session: Session, *, actor: Person, export_id: int, name: str) -> IO[bytes]:
    """Open a file of a snapshot.

    Raises:
        NotFound, NotAllowed, Unavailable: as `files_of`; and where it has no such file.
    """
    found, _ = _find(session, actor, export_id)
    try:
        return _open(found.uri, values.sought(name))
    except NotFound as error:
        raise NotFound(f"the export {found.id} has no file {cited(name)}") from error


def all_of(session: Session, *, actor: Person, export_id: int) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """Return the name of each file of a snapshot, and what opens it, its manifest first.

    They are read from the manifest as they are asked for, which needs no session any more.

    Raises:
        NotFound, NotAllowed, Unavailable: as `files_of`.
    """
    found, _ = _find(session, actor, export_id)
    names = chain((manifest.NAME,), (one.name for one in _files(found)))
    return ((name, partial(_open, found.uri, name)) for name in names)


def _find(session: Session, actor: Person, export_id: int) -> exports.Named:
    found = exports.find(session, id=values.key(export_id))
    project_id = session.get_one(Pipeline, found[0].pipeline_id).project_id if found else None
    if found is None or project_id is None or not people.sees(session, actor=actor, project_id=project_id):
        raise NotFound(f"{actor.email} has no export {shown(export_id)}")
    people.require(session, actor=actor, project_id=project_id, permission=Permission.EXPORT_ITEMS)
    return found


def _files(found: models.Export) -> Iterator[ExportFile]:
    return (file for _, file in _listed(found))


def _listed(found: models.Export, start: int = 0) -> Generator[tuple[int, ExportFile], None, None]:
    """Yield the files of a snapshot from a place in its manifest on, each with the place behind it."""
    with _open(found.uri, manifest.NAME) as opened:
        try:
            for place, row in manifest.listed(opened, start=start):
                yield place, ExportFile(**row)
        except (ValueError, TypeError) as error:
            why = f"the manifest of the export {found.id} is not as it was written; put back {manifest.NAME} as it was"
            raise _NotAsWritten(f"{why}, or export anew to another folder") from error


def _open(uri: str, name: str) -> IO[bytes]:
    return open_file(f"{uri}/{name}", within=[uri])


def _told(found: models.Export, by: str | None) -> dict[str, Any]:
    return {
        "id": found.id,
        "pipeline_id": found.pipeline_id,
        "exit": found.exit,
        "uri": found.uri,
        "items": found.items,
        "annotations": found.annotations,
        "by": by,
        "at": found.at,
    }
