"""`annoflow import`: items of a source, and annotations of other tools, come in."""

from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json
from workflow_core.cli.pipelines.naming import Pipeline, Project
from workflow_core.cli.progress import progress
from workflow_core.cli.style import Json

if TYPE_CHECKING:
    from workflow_core.domain.views.exchange import Brought


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

    An annotation with the item, label, shape (or the box around it), attributes and maker of one that is there changes
    nothing, in whatever file. What is left out is listed by causes, and the exit code is 1; so is what comes for an
    item whose task is done, unless you re-open it. What was taken otherwise than written is noted.

    \b
      annoflow import dashcam                                     new items of its source
      annoflow import dashcam labels.jsonl
      annoflow import dashcam predictions.json --images instances.json --model yolo --model-version 11
      annoflow import dashcam late.jsonl --reopen                 what is taken back, and then with --yes
    """
    if not files:
        _items(pipeline, project, json)
        return
    from workflow_core.connectors.annotations import readers
    from workflow_core.domain.views.exchange import ImportAsked

    asked = ImportAsked(
        model=model,
        model_version=model_version,
        strip=strip,
        below=below,
        as_boxes=as_boxes,
        reopen=reopen,
        end_claims=end_claims,
        preview=reopen and not yes,
    )
    came = []
    for file in files:
        with progress(f"importing {file.name}"):
            of_it = replace(asked, format=format.value if format else readers.format_of(file))
            came.append(installation().import_annotations(pipeline, file, of_it, project=project, images=images))
    if json:
        show_json([{"file": str(file), **asdict(one)} for file, one in zip(files, came, strict=True)])
    else:
        for file, one in zip(files, came, strict=True):
            _tell(file, one, would=asked.preview)
    raise typer.Exit(FINDINGS if any(one.left_out for one in came) else 0)


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


def _tell(file: Path, one: "Brought", *, would: bool) -> None:
    of_file = len(one.faults) + 1  # each cause, and how many came in
    for number, line in enumerate(one.told):
        typer.echo(f"{file}: {line}" if number < of_file else line)
    if one.reopened and would:
        typer.echo("nothing is done yet: --yes does it")
