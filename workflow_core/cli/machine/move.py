"""`annoflow move`: move items without Prefect."""

from typing import Annotated

import typer

from workflow_core.cli.installations import context
from workflow_core.cli.output import show_json, show_table
from workflow_core.cli.progress import progress
from workflow_core.cli.style import Json
from workflow_core.domain.words.wording import counted


def move(
    watch: Annotated[bool, typer.Option("--watch", help="Go on moving what comes, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Move every item whose status was set on, without Prefect.

    \b
      annoflow move             what is there now
      annoflow move --watch     and whatever comes, while Prefect is down
    """
    from workflow_core.store.database.engine import engine_for
    from workflow_core.up import mover

    settings = context.settings()
    engine = engine_for(settings.database())
    routed, arrivals = 0, dict[tuple[str, str], int]()
    try:
        if watch:
            turn = mover.Turn(engine, lease=settings.lease_seconds)
            typer.echo("waiting for a turn to move", err=True)
            if not turn.wait():
                typer.echo("another mover waits already; nothing to do", err=True)
                return
            typer.echo("moving; Ctrl-C ends it", err=True)
        batches = turn.moves() if watch else mover.drain(engine)
        with progress("moving") as advance:
            for moved in batches:
                advance(moved.routed)
                routed += moved.routed
                for where, count in moved.arrivals.items():
                    arrivals[where] = arrivals.get(where, 0) + count
    finally:
        engine.dispose()
    if json:
        rows = [{"pipeline": name, "at": at, "items": count} for (name, at), count in arrivals.items()]
        show_json({"routed": routed, "arrivals": rows})
    elif not routed:
        typer.echo("nothing to move")
    else:
        typer.echo(f"routed {counted(routed, 'status')}\n")
        show_table(("pipeline", "at", "items"), [(*where, count) for where, count in sorted(arrivals.items())])
