"""`annoflow up`, as far as its help needs it; what it does is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer


def up(
    pipelines: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, metavar="[FILE]...", help="Pipeline files to deploy first."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="Port of Prefect's pages, on this machine only.", envvar="ANNOFLOW_PREFECT_PORT", show_default="4200"
        ),
    ] = None,
) -> None:
    """Run annoflow on this machine: the database, a Prefect server, and the flows that move items.

    Ctrl-C stops it all; another start goes on where this one ended.

    \b
      annoflow up
      annoflow up pipelines/dashcam.yaml
      annoflow --database-url postgresql://localhost/annoflow up
    """
    from workflow_core.cli import up as on_this_machine

    on_this_machine.up(pipelines, port)
