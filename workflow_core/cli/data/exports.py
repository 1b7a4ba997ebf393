"""`annoflow export`: items go out, with all that was done on them."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json
from workflow_core.cli.pipelines.naming import Pipeline, Project
from workflow_core.cli.progress import progress
from workflow_core.cli.style import Json
from workflow_core.domain.words.wording import cited, counted
from workflow_core.errors import InvalidInput

AS_DECLARED = "what the pipeline says"


class Exported(StrEnum):
    """The formats that items are written in."""

    COCO = "coco"
    CVAT = "cvat"
    JSONL = "jsonl"
    LABEL_STUDIO = "label-studio"
    PARQUET = "parquet"
    VOC = "voc"
    YOLO = "yolo"
    YOLO_SEGMENT = "yolo-segment"


def export(
    pipeline: Pipeline,
    exit_: Annotated[str, typer.Argument(metavar="[EXIT]", help="The exit whose items are written.")] = "approved",
    to: Annotated[str | None, typer.Option(help="A folder or any fsspec URL.", show_default=AS_DECLARED)] = None,
    format: Annotated[
        list[Exported] | None,
        typer.Option(
            help="How they are written; may be said again.", show_default="what the pipeline says, else jsonl"
        ),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(metavar="FILTER", help="Only items that pass it, as in a file.", show_default=AS_DECLARED),
    ] = None,
    val: Annotated[
        str, typer.Option(metavar="PERCENTAGE", help="How many to validate with.", show_default=AS_DECLARED)
    ] = "",
    test: Annotated[
        str, typer.Option(metavar="PERCENTAGE", help="How many to test with.", show_default=AS_DECLARED)
    ] = "",
    project: Project = None,
    json: Json = False,
) -> None:
    """Write the items at an exit, with their annotations, and a manifest of who did what, when.

    \b
      annoflow export dashcam
      annoflow export dashcam accepted --to /data/unreviewed --format jsonl --format yolo
      annoflow export dashcam --where '{metadata.night: true}' --val 10% --test 10%
    """
    from workflow_core.domain.items.splits import percentage
    from workflow_core.domain.views.exchange import ExportAsked

    passing = _filter(where) if where is not None else None
    formats = [each.value for each in format or ()]
    asked = ExportAsked(exit=exit_, to=to, formats=formats, where=passing, val=percentage(val), test=percentage(test))
    with progress("exporting"):
        snapshot = installation().export(pipeline, asked, project=project)
    if json:
        show_json(asdict(snapshot))
        return
    same = "; nothing has changed since" if snapshot.unchanged else ""
    what = f"{counted(snapshot.items, 'item')} with {counted(snapshot.annotations, 'annotation')}"
    gone = f"; the picture of {snapshot.gone:,} of them is gone from its source" if snapshot.gone else ""
    typer.echo(f"{what} in {snapshot.uri}{same}{gone}")
    if snapshot.sides:
        typer.echo(", ".join(f"{count:,} in {side}" for side, count in snapshot.sides.items()))
    if snapshot.unseen:
        typer.echo(f"left out: {counted(snapshot.unseen, 'annotation')} on reviewed items that no person has seen")
    for name, counts in snapshot.left_out.items():
        typer.echo(f"{name} cannot hold {', '.join(f'{count:,} × {kind}' for kind, count in counts.items())}")


def _filter(written: str) -> Any:
    from workflow_core.pipeline.language import nodes, source

    read = source.read(written.encode(), "--where")
    if read.root is None or read.faults:
        raise InvalidInput(f"--where is a filter such as {{metadata.night: true}}, not {cited(written)}")
    return nodes.plain(read.root)
