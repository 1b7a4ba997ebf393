"""`annoflow upload`: pictures of this machine become items of an installation elsewhere."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.installations import context
from workflow_core.cli.output import show_json
from workflow_core.cli.progress import progress
from workflow_core.cli.style import Json
from workflow_core.domain.words.wording import cited, counted, on_screen
from workflow_core.errors import InvalidInput


def upload(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The pictures in it, and below.")],
    dataset: Annotated[str, typer.Argument(help="The dataset that they become items of; it is made if need be.")],
    below: Annotated[str, typer.Option(help="The folder of the dataset below which they are.", show_default="/")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Put other pictures in place of those that have their names.")
    ] = False,
    project: Annotated[
        str | None, typer.Option(help="The project of the dataset.", show_default="the only one")
    ] = None,
    json: Json = False,
) -> None:
    """Upload a folder of pictures to a server, ANNOFLOW_URL, several at once; what is there already is not sent again.

    \b
      annoflow upload frames night
      annoflow upload frames/cam-2 night --below cam-2 --project road --replace

    What is no picture, or refused, is listed, and the exit code is 1. On the machine of an installation itself nothing
    needs to be sent: there a pipeline names the folder as its source.
    """
    with context.elsewhere() as annoflow, progress("uploading") as advance:
        known = {one.name: one.id for one in annoflow.projects() if project in (None, one.name)}
        if len(known) != 1:
            there = ", ".join(map(cited, known)) or "none" if project is None else f"no {cited(project)}"
            raise InvalidInput(f"there is {there}: say --project, one of those that you are in")
        (project_id,) = known.values()
        made = annoflow.make_dataset(project_id, dataset)
        sent = annoflow.upload(made.id, folder, below=below, replace=replace, each=advance)
    if json:
        show_json(asdict(sent))
    else:
        for file, why in sent.refused.items():
            typer.echo(f"{on_screen(file)}: {on_screen(why)}", err=True)
        there = f", {sent.present:,} there already" if sent.present else ""
        replaced = f", {sent.replaced:,} replaced" if sent.replaced else ""
        left_out = f", {counted(len(sent.refused), 'file')} refused" if sent.refused else ""
        typer.echo(f"{dataset}: {counted(sent.new, 'new item')}{there}{replaced}{left_out}")
    raise typer.Exit(FINDINGS if sent.refused else 0)
