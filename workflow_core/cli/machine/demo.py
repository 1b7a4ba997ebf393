"""`annoflow demo`: all of it, on drawn frames or on somebody's own pictures."""

from pathlib import Path
from typing import Annotated

import typer

from workflow_core.cli.style import Json


def demo(
    items: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A folder of your own pictures.", show_default="drawn frames"),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many frames, or pictures at most.")] = 200,
    seed: Annotated[int, typer.Option(help="The seed of the frames and of the simulated people.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where it works and leaves its report.")] = Path("annoflow-demo"),
    kill: Annotated[bool, typer.Option(help="Kill the mover in the middle, to see another one take over.")] = True,
    json: Json = False,
) -> None:
    """See all of annoflow in about a minute: a pipeline, a simulated team, real Prefect flows, a report.

    \b
      annoflow demo
      annoflow demo --items ~/Pictures --count 50
      annoflow demo --json | jq .exits
    """
    from rich.console import Console

    from workflow_core.cli.output import show_json
    from workflow_core.demo.story import Plan, run

    plan = Plan(home=folder, count=count, seed=seed, items=items, kill=kill)
    outcome = run(plan, Console(stderr=json))
    if json:
        show_json(outcome.as_json())
