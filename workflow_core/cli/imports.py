"""`annoflow import`: items of a source, and annotations of other tools, come in."""

from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow_core.cli import context
from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.installation import installation
from workflow_core.cli.naming import Pipeline, Project, project_of
from workflow_core.cli.output import show_json
from workflow_core.cli.progress import progress
from workflow_core.cli.style import Json
from workflow_core.domain.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workflow_core.connectors.records import ImportedAnnotation
    from workflow_core.services.exchange.imports import Imported


class Annotations(StrEnum):
    """The formats that annotations are read from."""

    COCO = "coco"
    CVAT = "cvat"
    JSONL = "jsonl"
    LABEL_STUDIO = "label-studio"
    VOC = "voc"
    YOLO = "yolo"


def import_(
    pipeline: Pipeline,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            exists=True,
            help="Files of annotations, or a folder of VOC or YOLO; without, the source is read.",
        ),
    ] = None,
    format: Annotated[
        Annotations | None,
        typer.Option(
            help="What the files are.",
            show_default=".json is coco, .xml cvat, .yaml yolo, a folder voc, others jsonl",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The model that made what does not say who did.", show_default="people")
    ] = None,
    model_version: Annotated[str | None, typer.Option(help="Its version.", show_default="none")] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="For a list of results: the COCO file of the images and categories that it is about.",
            show_default="none",
        ),
    ] = None,
    strip: Annotated[
        str | None,
        typer.Option(help="A folder that names in the file begin with, and items do not.", show_default="none"),
    ] = None,
    below: Annotated[
        str | None,
        typer.Option(help="The folder of the items below which the names in the file are.", show_default="none"),
    ] = None,
    as_boxes: Annotated[
        bool, typer.Option("--as-boxes", help="Take polygons as boxes also where the recipe has both.")
    ] = False,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Open items again that have their status already; a manager's clear.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only said what is taken back.")] = False,
    end_claims: Annotated[
        bool, typer.Option("--end-claims", help="Take items back also from who has them open.")
    ] = False,
    project: Project = None,
    json: Json = False,
) -> None:
    """Bring in the new items of a pipeline's source; or annotations and predictions made elsewhere.

    An annotation with the item, label, shape, attributes and maker of one that is there changes nothing, in whatever
    file. What is left out is listed by causes, and the exit code is 1; so is what comes for an item whose task is done,
    unless you re-open it. What was taken otherwise than written is noted.

    \b
      annoflow import dashcam                                     new items of its source
      annoflow import dashcam labels.jsonl
      annoflow import dashcam predictions.json --images instances.json --model yolo --model-version 11
      annoflow import dashcam late.jsonl --reopen                 what is taken back, and then with --yes
    """
    if not files:
        _items(pipeline, project, json)
        return
    from workflow_core.connectors import annotation_files
    from workflow_core.connectors.records import Maker
    from workflow_core.services.exchange.item_references import Naming

    maker = Maker("model", model, model_version) if model else None
    reading = partial(annotation_files.read, format=format and format.value, maker=maker, images=images)
    how = {"reopen": reopen, "end_claims": end_claims, "preview": reopen and not yes, "as_boxes": as_boxes}
    _annotations(pipeline, files, reading, project, json, naming=Naming(strip, below), **how)


def _items(pipeline: str, project: str | None, json: bool) -> None:
    with progress("reading the source"):
        done = installation().sync(pipeline, project=project)
    if json:
        show_json(asdict(done))
        return
    for fault in done.faults:
        more = ", …" if fault.count > len(fault.examples) else ""
        typer.echo(f"{fault.message}: {fault.count:,} ({', '.join(fault.examples)}{more})", err=True)
    typer.echo(done.told)


def _annotations(
    pipeline: str,
    files: list[Path],
    reading: "Callable[..., Iterator[ImportedAnnotation]]",
    project: str | None,
    json: bool,
    **how: Any,
) -> None:
    from workflow_core.connectors.records import Problems, Told
    from workflow_core.services.exchange import imports, ingestion

    with context.session(read_only=True) as session:
        project = project_of(session, pipeline=pipeline, project=project)
        dataset_id = ingestion.find(session, pipeline=pipeline, project=project).dataset_id
    results: list[tuple[Path, Imported]] = []
    for file in files:
        problems, told = Problems(), Told()
        with progress(f"importing {file.name}") as advance:
            counting = (advance(1) or each for each in reading(file, problems, told=told))
            imported = imports.import_annotations(
                context.session,
                actor=None,
                dataset_id=dataset_id,
                annotations=counting,
                problems=problems,
                clock=context.now,
                told=told,
                **how,
            )
        results.append((file, imported))
    if json:
        show_json([{"file": str(file), **_told(one)} for file, one in results])
    else:
        for file, one in results:
            _tell(file, one, would=how["preview"])
    raise typer.Exit(FINDINGS if any(one.problems.left_out for _, one in results) else 0)


def _tell(file: Path, one: "Imported", *, would: bool) -> None:
    for problem in one.problems.listed:
        typer.echo(f"{file}: {problem}")
    present = f", {one.present:,} there already {SAME}" if one.present else ""
    left_out = f", {one.problems.left_out:,} left out" if one.problems.left_out else ""
    came = "would come" if would else "came"
    typer.echo(f"{file}: {counted(one.new, 'annotation')} {came} in{present}{left_out}")
    if not one.reopened:
        return
    typer.echo(f"{'would re-open' if would else 're-opened'} {counted(one.reopened, 'task item')}")
    for (task, state), count in Counter((each.task, each.state) for each in one.effects.task_items).items():
        held = ", open with somebody" if state == "claimed" else ""
        typer.echo(f"withdrawn: {counted(count, 'item')} of {task}{held}")
    for exit_, count in Counter(one.effects.exits).items():
        typer.echo(f"back from the exit {exit_}: {counted(count, 'item')}")
    if one.effects.exported:
        typer.echo(f"exported already: {counted(one.effects.exported, 'item')}")
    if would:
        typer.echo("nothing is done yet: --yes does it")


SAME = "(the same item, label, shape, attributes and maker)"


def _told(one: "Imported") -> dict[str, Any]:
    counts = {"new": one.new, "present": one.present, "left_out": one.problems.left_out, "noted": one.problems.noted}
    reopened = {"reopened": one.reopened, "effects": asdict(one.effects)} if one.reopened else {}
    return counts | reopened | {"problems": [asdict(problem) for problem in one.problems.listed]}
