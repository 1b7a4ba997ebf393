"""All commands, put together. What one needs is imported when it runs, so that `--help` and `check` start fast."""

from typing import Annotated

import typer

from workflow_core.cli.data import exports, imports, item, uploads
from workflow_core.cli.installations import api
from workflow_core.cli.installations.context import use
from workflow_core.cli.machine import db, demo, init, move, up
from workflow_core.cli.managing import figures, issue, person, status, task, token
from workflow_core.cli.pipelines import deployment
from workflow_core.cli.style import CONTEXT, group


def _show_version(wanted: bool) -> None:
    if wanted:
        from workflow_core import __version__

        typer.echo(f"annoflow {__version__}")
        raise typer.Exit


app = group(
    """Label data in teams: pipelines of annotation and QA tasks, declared in YAML, moved by status.

    \b
      annoflow demo                            see all of it, in about a minute
      annoflow init mine --images ~/frames     write a first pipeline, with comments
      annoflow pipeline check mine/pipeline.yaml
      annoflow up mine/pipeline.yaml           deploy it, and keep its items moving
      annoflow status                          where the items are

    Exit codes: 0 fine, 1 findings, 2 wrong usage, 3 failure.
    """,
    prefix="ANNOFLOW",
)


@app.callback()
def annoflow(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and end.",
            callback=_show_version,
            is_eager=True,
            allow_from_autoenv=False,
        ),
    ] = False,
    home: Annotated[
        str | None,
        typer.Option(
            help="Folder of the database, Prefect's files and the logs.",
            envvar="ANNOFLOW_HOME",
            show_default=".annoflow",
        ),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help="Database: sqlite:///path or postgresql://...",
            envvar="ANNOFLOW_DATABASE_URL",
            show_default="the file annoflow.db in the home",
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Address of an annoflow elsewhere, that is asked with ANNOFLOW_TOKEN.",
            envvar="ANNOFLOW_URL",
            show_default="the database is asked",
        ),
    ] = None,
) -> None:
    """Hold what is the same for all commands."""
    use(home=home, database_url=database_url, url=url)


app.add_typer(deployment.app, name="pipeline")
app.add_typer(db.app, name="db")
app.add_typer(item.app, name="item")
app.add_typer(issue.app, name="issue")
app.add_typer(person.app, name="person")
app.add_typer(task.app, name="task")
app.add_typer(token.app, name="token")
for name, command in (
    ("init", init.init),
    ("demo", demo.demo),
    ("up", up.up),
    ("move", move.move),
    ("status", status.status),
    ("figures", figures.figures),
    ("upload", uploads.upload),
    ("import", imports.import_),
    ("export", exports.export),
    ("api", api.api),
):
    app.command(name, context_settings=CONTEXT)(command)
