"""`annoflow export`: items go out, with all that was done on them."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from workflow_core.cli import context
from workflow_core.cli.naming import Pipeline, Project, project_of
from workflow_core.cli.output import show_json
from workflow_core.cli.progress import progress
from workflow_core.cli.style import Json
from workflow_core.domain.wording import counted


class Exported(StrEnum):
    """The formats that items are written in."""

    COCO = "coco"
    CVAT = "cvat"
    JSONL = "jsonl"
    LABEL_STUDIO = "label-studio"
    VOC = "voc"
    YOLO = "yolo"
    YOLO_SEGMENT = "yolo-segment"


def export(
    pipeline: Pipeline,
    exit_: Annotated[str, typer.Argument(metavar="[EXIT]", help="The exit whose items are written.")] = "approved",
    to: Annotated[
        str | None, typer.Option(help="A folder or any fsspec URL.", show_default="what the pipeline says")
    ] = None,
    format: Annotated[
        list[Exported] | None,
        typer.Option(
            help="How they are written; may be said again.", show_default="what the pipeline says, else jsonl"
        ),
    ] = None,
    project: Project = None,
    json: Json = False,
) -> None:
    """Write the items at an exit, with their annotations, and a manifest of who did what, when.

    \b
      annoflow export dashcam
      annoflow export dashcam accepted --to /data/unreviewed --format jsonl --format yolo
    """
    from workflow_core.services.exchange import exports

    with context.session(read_only=True) as session:
        project = project_of(session, pipeline=pipeline, project=project)
    with progress("exporting"):
        snapshot = exports.export(
            context.session,
            pipeline=pipeline,
            project=project,
            exit_name=exit_,
            to=to,
            formats=[each.value for each in format or ()],
            now=context.now(),
        )
    if json:
        show_json(asdict(snapshot))
        return
    same = "; nothing has changed since" if snapshot.unchanged else ""
    what = f"{counted(snapshot.items, 'item')} with {counted(snapshot.annotations, 'annotation')}"
    gone = f"; the picture of {snapshot.gone:,} of them is gone from its source" if snapshot.gone else ""
    typer.echo(f"{what} in {snapshot.uri}{same}{gone}")
    if snapshot.unseen:
        typer.echo(f"left out: {counted(snapshot.unseen, 'annotation')} on reviewed items that no person has seen")
    for name, counts in snapshot.left_out.items():
        typer.echo(f"{name} cannot hold {', '.join(f'{count:,} × {kind}' for kind, count in counts.items())}")
