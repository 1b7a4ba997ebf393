"""Exports: everything at an exit of a pipeline, as a snapshot of files with a manifest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.items.splits import Split
from workflow_core.domain.views import view
from workflow_core.domain.views.exchange import ExportAsked, Snapshot
from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput
from workflow_core.exporters import snapshot
from workflow_core.exporters.manifest import About
from workflow_core.exporters.records import ExportAnnotation, ExportItem, HistoryStep
from workflow_core.pipeline import compiled
from workflow_core.services.exchange import ingestion
from workflow_core.services.exchange.ingestion import OpenSession
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store.data import items, versions
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import categories, imports, numbers
from workflow_core.store.exchange import exports as rows
from workflow_core.store.models import Annotation, Dataset, Export, Pipeline, PipelineVersion
from workflow_core.store.reads import departures
from workflow_core.store.reads.departures import Chosen, Departed

MARKED = 2_000
"""Items that are marked in one transaction, so that no writer waits long."""


def export(
    open_session: OpenSession,
    *,
    pipeline: str,
    project: str,
    exit_name: str,
    now: datetime,
    actor: Actor = None,
    to: str | None = None,
    formats: Sequence[str] = (),
    where: Mapping[str, Any] | None = None,
    split: Split | None = None,
    base: Path = Path(),
    advance: Callable[[int], object] = int,
) -> Snapshot:
    """Write a snapshot of the items at an exit, of all or of those that pass a filter.

    `to`, `formats`, `where` and `split` default to the exit's own `export`; the empty filter takes all.

    What came in on an item that was reviewed, and no person has seen, is left out and counted.

    First the items are marked as exported, which ends undoing, in short transactions; then what is marked is
    written, as one state of everything, in a transaction that makes nobody wait. A relative place lies below `base`;
    `advance` is told as items are written. The snapshot is kept as a row, once.

    Raises:
        NotFound: there is no such pipeline.
        NotAllowed: the actor may not export items.
        InvalidInput: it has no such exit, or the exit says no place, or the filter makes no sense.
        Unavailable: the place cannot be written to.
    """
    with open_session(read_only=True) as session:
        wanted = Permission.EXPORT_ITEMS
        found = ingestion.find(session, pipeline=pipeline, project=project, actor=actor, permission=wanted)
        spec, declared = _exit(session, found, exit_name)
        dataset = session.get_one(Dataset, found.dataset_id)
        tasks = data.task_names(session, project_id=found.project_id, pipeline=found.name)
    to, formats, where, split = _as_asked(pipeline, exit_name, declared, to, formats, where, split)
    with open_session() as session:
        imports.lock(session, dataset_id=found.dataset_id)
        chosen = Chosen(found.id, exit_name, items.those(session, where=where, tasks=tasks))
        numbered = _numbered(session, found.dataset_id, spec)
        numbers.part(session, dataset_id=found.dataset_id)
    about = About(project, dataset.name, pipeline, exit_name, where, numbered, spec.source.where, split)
    after: int | None = 0
    while after is not None:
        with open_session() as session:
            after = departures.mark_exported(session, chosen, after=after, limit=MARKED, now=now)
    with open_session(read_only=True) as session:
        departed = _departed(session, departures.exported(session, chosen), advance)
        target = to if "://" in to else str(base / to)
        written = snapshot.write(departed, target, formats=formats, about=about, now=now)
        written = replace(written, gone=departures.without_picture(session, chosen))
    with open_session() as session:
        kept = Export(
            pipeline_id=found.id,
            actor_id=actor.id if actor else None,
            exit=exit_name,
            uri=written.uri,
            items=written.items,
            annotations=written.annotations,
            at=now,
        )
        return replace(written, id=rows.keep(session, kept).id)


def check(session: Session, *, pipeline: Pipeline, asked: ExportAsked) -> None:
    """Refuse an export that could not be done, before it is begun.

    Raises:
        InvalidInput: as `export` does.
    """
    _, declared = _exit(session, pipeline, asked.exit)
    split = Split.of(asked.val, asked.test)
    _, _, where, _ = _as_asked(pipeline.name, asked.exit, declared, asked.to, asked.formats, asked.where, split)
    items.those(
        session, where=where, tasks=data.task_names(session, project_id=pipeline.project_id, pipeline=pipeline.name)
    )


def _exit(session: Session, pipeline: Pipeline, name: str) -> tuple[compiled.Pipeline, compiled.Export | None]:
    """Return what a pipeline was deployed as, and the export of one of its exits, if that has one."""
    spec = versions.from_document(session.get_one(PipelineVersion, pipeline.version_id).compiled)
    known = list(dict.fromkeys([*spec.exits, *departures.exits(session, pipeline_id=pipeline.id)]))
    if values.sought(name) not in known:
        raise InvalidInput(f"{pipeline.name!r} has no exit {cited(name)}; {possible(values.sought(name), known)}")
    return spec, spec.exits[name].export if name in spec.exits else None


def _as_asked(
    pipeline: str,
    exit_name: str,
    declared: compiled.Export | None,
    to: str | None,
    formats: Sequence[str],
    where: Mapping[str, Any] | None,
    split: Split | None,
) -> tuple[str, Sequence[str], Mapping[str, Any] | None, Split | None]:
    """Return what was asked for, and else what the exit declares."""
    to = to or (declared.to if declared else None)
    if to is None:
        raise InvalidInput(f"the exit {exit_name!r} has no export in {pipeline!r}; say where to write it")
    formats = formats or (declared.formats if declared else ("jsonl",))
    where = where if where is not None or declared is None else declared.where
    split = split if split is not None or declared is None else declared.split
    snapshot.check(to, formats)
    return to, formats, where, split


def _numbered(session: Session, dataset_id: int, spec: compiled.Pipeline) -> tuple[Category, ...]:
    """Return the categories of the dataset; labels that have no number yet get the next ones."""
    known = categories.given(session, dataset_id=dataset_id)
    labels = {label.name for task in spec.tasks.values() for label in task.recipe.labels}
    new = sorted((labels | categories.drawn(session, dataset_id=dataset_id)) - {one.label for one in known})
    if new:
        numbers = enumerate(new, start=known[-1].number + 1 if known else 1)
        categories.give(session, dataset_id=dataset_id, new=[Category(number, label) for number, label in numbers])
        known = categories.given(session, dataset_id=dataset_id)
    return tuple(known)


def _departed(session: Session, found: Iterator[Departed], advance: Callable[[int], object]) -> Iterator[ExportItem]:
    emails, tasks = departures.names(session)
    for one in found:
        advance(1)
        yield _item(one, emails, tasks)


def _item(one: Departed, emails: Mapping[int, str], tasks: Mapping[int, str]) -> ExportItem:
    return view(
        ExportItem,
        one.item,
        metadata=one.item.meta,
        annotations=[_annotation(annotation, emails, tasks) for annotation in one.annotations],
        history=[
            HistoryStep(
                at=event.at,
                what=event.verb,
                who=emails.get(event.actor_id) if event.actor_id is not None else None,
                task=tasks.get(event.task_id) if event.task_id is not None else None,
                status=event.status,
                visit=event.visit,
                name=event.name,
            )
            for event in one.events
        ],
        version=one.version,
        unseen=one.unseen,
        side=None,
    )


def _annotation(one: Annotation, emails: Mapping[int, str], tasks: Mapping[int, str]) -> ExportAnnotation:
    def email(person: int | None) -> str | None:
        return emails.get(person) if person is not None else None

    return view(
        ExportAnnotation,
        one,
        task=tasks.get(one.task_id) if one.task_id is not None else None,
        created_by=email(one.created_by),
        updated_by=email(one.updated_by),
    )
