"""`annoflow up`: everything on one machine, in the foreground, until Ctrl-C."""

import signal
import threading
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.cli.installations import context
from workflow_core.cli.pipelines.files import Source
from workflow_core.cli.pipelines.pipeline import valid
from workflow_core.errors import AnnoflowError, InvalidInput

if TYPE_CHECKING:
    from workflow_core.domain.views.pipelines import Deployed
    from workflow_core.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def up(
    pipelines: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, metavar="[FILE]...", help="Pipeline files to deploy first."),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen at.", envvar="ANNOFLOW_HOST", show_default="127.0.0.1")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of it.", envvar="ANNOFLOW_PORT", show_default="8484")] = None,
    prefect_port: Annotated[
        int | None,
        typer.Option(
            help="Port of Prefect's pages, on this machine only.", envvar="ANNOFLOW_PREFECT_PORT", show_default="4200"
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Try the pages with a simulated team, on a throw-away database, without Prefect."),
    ] = False,
) -> None:
    """Run annoflow on this machine: its server, the database, and Prefect with the flows that move items.

    Ctrl-C stops it all; another start goes on where this one ended.

    \b
      annoflow up
      annoflow up --demo
      annoflow up pipelines/dashcam.yaml
      annoflow --database-url postgresql://localhost/annoflow up
    """
    from flows.processes import installation
    from workflow_core.services.running import schema
    from workflow_core.up.children import only_one
    from workflow_core.up.supervisor import serve

    settings = context.settings()
    given = {"host": host, "port": port, "prefect_port": prefect_port}
    settings = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    if demo:
        return _demonstrate(settings, pipelines or [])
    if settings.host not in LOOPBACK and not settings.public_url:
        raise InvalidInput(
            f"{settings.host} can be reached from elsewhere: say how people write its address, in ANNOFLOW_PUBLIC_URL"
        )
    stop = threading.Event()
    _stop_on_signals(stop)
    with only_one(settings.home):
        sources = [valid(str(file)) for file in pipelines or []]
        schema.upgrade(settings.database())
        say(f"the database {schema.name_of(settings.database())} is up to date")
        _name_first_owner(settings)
        deployed = _deploy(sources)
        threading.Thread(target=_read_sources, args=(deployed,), name="sources", daemon=True).start()
        wanted = installation(settings)
        opened = partial(_open, settings.site)
        try:
            serve(replace(wanted, address=replace(wanted.address, opened=opened)), say=say, stop=stop)
        finally:
            settings.site.unlink(missing_ok=True)


def _demonstrate(settings: "Settings", pipelines: list[Path]) -> None:
    """Run what there is to try, which asks nobody for a password."""
    from workflow_core.demo import playground

    if pipelines:
        raise InvalidInput("a demo has pipelines of its own; leave out --demo to run yours")
    where = settings.public_url or settings.host
    if where not in LOOPBACK:
        raise InvalidInput(f"a demo asks nobody for a password, so it is for this machine alone, not for {where}")
    stop = threading.Event()
    _stop_on_signals(stop)
    say("a simulated team draws on sixty frames, in a folder that is gone afterwards")
    playground.run(settings, say=say, opened=_invite, stop=stop)


def _invite(address: str) -> None:
    _frame("Open this in a browser, and choose whom to be; Ctrl-C ends it:", address)


def say(message: str) -> None:
    """Write one line of the log: the time, and what happened."""
    typer.echo(f"{datetime.now().astimezone():%H:%M:%S} {message}")


def _name_first_owner(settings: "Settings") -> None:
    """Let the person of the settings run an installation that nobody runs yet."""
    if not settings.first_owner:
        return
    from workflow_core.services.accounts import operators

    file = settings.first_password_file
    password = None if file is None else file.read_text(encoding="utf-8").strip()
    with context.session() as session:
        if operators.appoint_first(session, email=settings.first_owner, password=password, now=context.now()):
            say(f"{settings.first_owner} runs this annoflow")


def _open(site: Path, address: str) -> None:
    """Tell other commands where annoflow is, and let in whoever is to run it."""
    from workflow_core.up.children import write_whole

    write_whole(site, {"url": address})
    _welcome(address)


def _welcome(address: str) -> None:
    """Print a link, framed, by which whoever runs the installation comes in, where nobody can yet."""
    from workflow_core.services.accounts import links

    with context.session() as session:
        link = links.for_first_owner(session, now=context.now())
    if link is not None:
        who = f"{link.email} chooses a password" if link.email else "whoever is to run this annoflow comes in"
        _frame(f"By this link {who}, once, within three days:", f"{address.rstrip('/')}/links/{link.secret}")


def _frame(*lines: str) -> None:
    width = max(map(len, lines))
    frame = "─" * (width + 2)
    typer.echo("\n".join((f"┌{frame}┐", *(f"│ {line:{width}} │" for line in lines), f"└{frame}┘")))


def _deploy(sources: list[Source]) -> "list[Deployed]":
    from workflow_core.services.pipelines import bundles, deployment

    deployed = []
    for source in sources:
        bundle = bundles.compile_file(source.text, file=source.name, read=source.read, folder=source.folder)
        (done,) = deployment.deploy_all(context.session, [bundle], actor=None, now=context.now())
        what = f"version {done.version[:8]} is new" if done.new_version else "nothing new in its graph"
        say(f"pipeline {done.pipeline} deployed from {source.name}: {what}")
        deployed.append(done)
    return deployed


def _read_sources(deployed: "list[Deployed]") -> None:
    """Bring in what is new in the sources of the pipelines just deployed; afterwards their schedules do."""
    from workflow_core.services.exchange import ingestion

    for one in deployed:
        try:
            ingested = ingestion.ingest(context.session, pipeline=one.pipeline, project=one.project, clock=context.now)
        except AnnoflowError as error:
            say(f"the source of {one.pipeline} was not read: {error}")
        else:
            if ingested:
                say(str(ingested))


def _stop_on_signals(stop: threading.Event) -> None:
    """Stop at the first signal; the second Ctrl-C ends the process at once, and its children with it."""

    def heard(number: int, _frame: object) -> None:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, heard)
