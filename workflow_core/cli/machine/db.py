"""`annoflow db`: bring the database up to date, and check it."""

from collections.abc import Mapping
from dataclasses import asdict

import typer

from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.installations import context
from workflow_core.cli.output import show_json
from workflow_core.cli.progress import progress
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.domain.words.wording import counted

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

    url = context.settings().database()
    with progress("upgrading the database"):
        before, after = schema.upgrade(url)
    name, has = schema.name_of(url), schema.contents(url)
    if json:
        show_json({"database": name, "before": before, "after": after, "contents": has})
    elif before is None:
        typer.echo(f"made a new database, {name}, at revision {after}: {_told(has)}")
    else:
        is_now = (
            f"is up to date, at revision {after}" if before == after else f"is at revision {after} now, after {before}"
        )
        typer.echo(f"the database {name} {is_now}: {_told(has)}")


@app.command(context_settings=CONTEXT)
def check(json: Json = False) -> None:
    """Check the tables, and replay the whole history: does it lead to every task item where items are?

    \b
      annoflow db check
      annoflow db check --json
    """
    from workflow_core.services.running import schema, verification

    url = context.settings().database()
    name, problems = schema.name_of(url), schema.check(url)
    has: Mapping[str, int] = {}
    differences = []
    if not problems:
        has = schema.contents(url)
        with progress("replaying the history"), context.session(read_only=True) as session:
            differences = verification.check(session)
    if json:
        history = [asdict(each) for each in differences]
        show_json({"name": name, "contents": has, "database": problems, "history": history})
    else:
        for each in (*problems, *differences):
            typer.echo(each)
        if not problems and not differences:
            typer.echo(
                f"fine: {name}: {_told(has)}; the tables are as they should be,"
                " and the history leads to every task item"
            )
        elif differences:
            typer.echo(f"{name}: {counted(len(differences), 'difference')}", err=True)
    raise typer.Exit(FINDINGS if problems or differences else 0)


def _told(has: Mapping[str, int]) -> str:
    """Say what is in a database, so that a new one is not taken for the one that was meant."""
    if not any(has.values()):
        return "new and empty"
    return ", ".join(counted(count, what) for what, count in has.items())
