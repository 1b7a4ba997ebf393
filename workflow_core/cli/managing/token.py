"""`annoflow token`: what programs prove themselves by over HTTP."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from workflow_core.cli.installations import context
from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json, show_list
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.domain.words.wording import on_screen
from workflow_core.errors import NotFound

app = group(
    """Make, list and end tokens: by one a program acts for a person over HTTP.

    \b
      annoflow token new ann@example.org laptop
      annoflow token new ann@example.org dashboard --read-only --days 90
      annoflow token list ann@example.org
      annoflow token revoke ann@example.org 3
    """
)

Person = Annotated[str, typer.Argument(metavar="E-MAIL", help="Whose token it is.")]


@app.command(context_settings=CONTEXT)
def new(
    email: Person,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="It may look, and change nothing.")] = False,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days after which it ends.", show_default="never")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it could do, and until when.")] = False,
    json: Json = False,
) -> None:
    """Make a token, and print it: nobody can tell it again.

    \b
      annoflow token new ann@example.org laptop
      export ANNOFLOW_TOKEN=$(annoflow token new ann@example.org script --days 7)
    """
    ends_at = None if days is None else context.now() + timedelta(days=days)
    made = installation().make_token(email, name, writes=not read_only, ends_at=ends_at, dry_run=dry_run)
    if json:
        show_json({"done": not dry_run, **asdict(made), **({"id": None, "secret": None} if dry_run else {})})
    elif dry_run:
        ends = f"ends on {made.ends_at:%Y-%m-%d}" if made.ends_at else "never ends"
        typer.echo(f"would make a token of {email}, {on_screen(made.name)}, that may {_may(made.writes)} and {ends}")
    else:
        typer.echo(made.secret)


@app.command("list", context_settings=CONTEXT)
def list_(email: Person, json: Json = False) -> None:
    """List a person's tokens; what they prove themselves by is kept nowhere.

    \b
      annoflow token list ann@example.org
    """
    found = installation().tokens(email)
    if not found and not json:
        typer.echo(f"{email} has no tokens")
        return
    show_list(
        ("token", "name", "may", "ends", "last used"),
        found,
        lambda one: (one.id, one.name, _may(one.writes), one.ends_at, one.used_at),
        json=json,
    )


@app.command(context_settings=CONTEXT)
def revoke(
    email: Person,
    token: Annotated[int, typer.Argument(metavar="TOKEN", help="Its number, as listed.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which it is, and when it was last used.")
    ] = False,
) -> None:
    """End a token at once.

    \b
      annoflow token revoke ann@example.org 3 --dry-run
      annoflow token revoke ann@example.org 3
    """
    asked = installation()
    if not dry_run:
        asked.revoke_token(email, token)
        typer.echo(f"token {token} of {email} has ended")
        return
    found = next((one for one in asked.tokens(email) if one.id == token), None)
    if found is None:
        raise NotFound(f"{email} has no token {token}")
    used = f"last used {found.used_at:%Y-%m-%d %H:%M} UTC" if found.used_at else "never used"
    typer.echo(f"would end token {token} of {email}, {on_screen(found.name)}, {used}")


def _may(writes: bool) -> str:
    return "write" if writes else "read"
