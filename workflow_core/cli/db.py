"""`annoflow db`: bring the database up to date, and check it."""

from dataclasses import asdict

import typer

from workflow_core.cli import context
from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.output import show_json
from workflow_core.cli.progress import progress
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.domain.wording import counted

app = group(
    """Bring the database up to date, and check it.

    \b
      annoflow db upgrade
      annoflow db check
      ANNOFLOW_DATABASE_URL=postgresql://localhost/annoflow annoflow db upgrade
    """
)


@app.command(context_settings=CONTEXT)
def upgrade(json: Json = False) -> None:
    """Make the database, or bring it to the state that this version of annoflow wants. Safe to repeat.

    \b
      annoflow db upgrade
      annoflow --home /srv/annoflow db upgrade
    """
    from workflow_core.services.running import schema

    with progress("upgrading the database"):
        before, after = schema.upgrade(context.settings().database())
    if json:
        show_json({"before": before, "after": after})
    elif before == after:
        typer.echo(f"the database is up to date, at revision {after}")
    else:
        typer.echo(f"the database is at revision {after} now; it was {f'at {before}' if before else 'empty'}")


@app.command(context_settings=CONTEXT)
def check(json: Json = False) -> None:
    """Check the tables, and replay the whole history: does it lead to every task item where items are?

    \b
      annoflow db check
      annoflow db check --json
    """
    from workflow_core.services.running import schema, verification

    problems = schema.check(context.settings().database())
    differences = []
    if not problems:
        with progress("replaying the history"), context.session(read_only=True) as session:
            differences = verification.check(session)
    if json:
        show_json({"database": problems, "history": [asdict(each) for each in differences]})
    else:
        for each in (*problems, *differences):
            typer.echo(each)
        if not problems and not differences:
            typer.echo("fine: the tables are as they should be, and the history leads to every task item")
        elif differences:
            typer.echo(counted(len(differences), "difference"), err=True)
    raise typer.Exit(FINDINGS if problems or differences else 0)
