"""`annoflow up`: everything on one machine, in the foreground, until Ctrl-C."""

import signal
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from workflow_core.cli.files import beside
from workflow_core.errors import AnnoflowError
from workflow_core.services.pipelines import deployment, ingestion
from workflow_core.services.pipelines.deployment import Deployed
from workflow_core.services.running import schema
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for, session_scope


def up(
    pipelines: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Pipeline files to deploy first.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of Prefect's pages, on this machine only.")] = None,
) -> None:
    """Run annoflow on this machine: the database, a Prefect server, and the flows that move items.

    Ctrl-C stops it all; another start goes on where this one ended.

    Examples:
      annoflow up
      annoflow up pipelines/dashcam.yaml
      ANNOFLOW_DATABASE_URL=postgresql://localhost/annoflow annoflow up
    """
    from flows.processes import installation
    from workflow_core.up.supervisor import serve

    settings = Settings()
    if port is not None:
        settings = settings.model_copy(update={"prefect_port": port})
    stop = threading.Event()
    _stop_on_signals(stop)
    settings.home.mkdir(parents=True, exist_ok=True)
    schema.upgrade(settings.database())
    say(f"database {shown(settings.database())} is up to date")
    deployed = _deploy(settings, pipelines or [])
    threading.Thread(target=_read_sources, args=(settings, deployed), name="sources", daemon=True).start()
    serve(installation(settings), say=say, stop=stop)


def say(message: str) -> None:
    """Write one line of the log: the time, and what happened."""
    typer.echo(f"{datetime.now().astimezone():%H:%M:%S} {message}")


def shown(url: str) -> str:
    """Return a database URL without its password.

    >>> shown("postgresql://ann:secret@db.example.org/annoflow")
    'postgresql://ann@db.example.org/annoflow'
    """
    scheme, _, rest = url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{host}"


def _deploy(settings: Settings, files: list[Path]) -> list[Deployed]:
    engine = engine_for(settings.database())
    deployed = []
    for file in files:
        with session_scope(engine) as session:
            done = deployment.deploy(
                session,
                text=file.read_bytes(),
                file=str(file),
                read=beside(file.parent),
                actor=None,
                now=datetime.now(UTC),
            )
        what = f"version {done.version[:8]} is new" if done.new_version else "nothing new in its graph"
        say(f"pipeline {done.pipeline} deployed from {file}: {what}")
        deployed.append(done)
    engine.dispose()
    return deployed


def _read_sources(settings: Settings, deployed: list[Deployed]) -> None:
    """Bring in what is new in the sources of the pipelines just deployed; afterwards their schedules do."""
    engine = engine_for(settings.database())
    for one in deployed:
        try:
            ingested = ingestion.ingest(
                partial(session_scope, engine),
                pipeline=one.pipeline,
                project=one.project,
                clock=lambda: datetime.now(UTC),
            )
        except AnnoflowError as error:
            say(f"the source of {one.pipeline} was not read: {error}")
        else:
            if ingested:
                say(str(ingested))
    engine.dispose()


def _stop_on_signals(stop: threading.Event) -> None:
    """Stop at the first signal; the second Ctrl-C ends the process at once, and its children with it."""

    def heard(number: int, _frame: object) -> None:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, heard)
