"""`annoflow person`: who works here."""

from dataclasses import asdict
from typing import Annotated

import typer

from workflow_core.cli import context
from workflow_core.cli.output import show_json
from workflow_core.cli.style import CONTEXT, Json, group

app = group(
    """Let people in.

    \b
      annoflow person link ann@example.org
    """
)

Person = Annotated[str, typer.Argument(metavar="E-MAIL", help="Who it is.")]


@app.command(context_settings=CONTEXT)
def link(email: Person, json: Json = False) -> None:
    """Print a link by which somebody chooses a password, the first or another one: once, within three days.

    An older link of theirs ends.

    \b
      annoflow person link ann@example.org
    """
    from workflow_core.services.accounts import links

    with context.session() as session:
        made = links.make(session, email=email, now=context.now())
    url = f"{context.settings().address}/links/{made.secret}"
    if json:
        show_json({**asdict(made), "url": url})
    else:
        typer.echo(url)
