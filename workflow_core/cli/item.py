"""`annoflow item`: one item, and why it is where it is."""

from dataclasses import asdict
from typing import Annotated

import typer

from workflow_core.cli import place
from workflow_core.cli.output import show_json, show_table
from workflow_core.cli.style import CONTEXT, Json, group

app = group(
    """Look at one item.

    \b
      annoflow item why frame-0042.jpg
    """
)


@app.callback()
def item() -> None:
    """Keep `why` a command of its own; other commands follow."""


@app.command(context_settings=CONTEXT)
def why(
    named: Annotated[str, typer.Argument(metavar="ITEM", help="Its name, its folder and name, or its number.")],
    json: Json = False,
) -> None:
    """Say where an item is, how it got there, and what it waits for.

    \b
      annoflow item why frame-0042.jpg
      annoflow item why /WorkWeek25-Uploads/frame-0042.jpg
      annoflow item why 42 --json
    """
    from workflow_core.services import history

    with place.session(read_only=True) as session:
        found = history.why(session, item=history.find(session, named=named).id)
    if json:
        show_json(asdict(found))
        return
    typer.echo(f"{found.folder.rstrip('/')}/{found.name}, item {found.id} of the dataset {found.dataset}")
    for entry in found.entries:
        there = f"left by {entry.exit}" if entry.exit else f"held at {entry.held}" if entry.held else "on its way"
        typer.echo(f"in the pipeline {entry.pipeline}, version {entry.version[:8]}: {there}")
    for waits in found.waits:
        typer.echo(f"waits: {waits}")
    if found.places:
        typer.echo()
        rows = [(one.task, one.state, one.status, one.visit, one.assignee, one.since) for one in found.places]
        show_table(("task", "state", "status", "visit", "assignee", "since"), rows)
    if found.path:
        typer.echo()
        show_table(("when", "what happened"), [(step.at, step.told) for step in found.path])
