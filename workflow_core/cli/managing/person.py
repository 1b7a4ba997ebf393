"""`annoflow person`: who works here."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json, show_list
from workflow_core.cli.style import CONTEXT, Json, group

if TYPE_CHECKING:
    from workflow_core.domain.views.accounts import Belonging

app = group(
    """Let people in, say what they are, and let them go.

    \b
      annoflow person invite ann@example.org bo@example.org --project road
      annoflow person link ann@example.org
      annoflow person role ann@example.org manager
      annoflow person list
      annoflow person deactivate bo@example.org --dry-run
    """
)

Person = Annotated[str, typer.Argument(metavar="E-MAIL", help="Who it is.")]
Project = Annotated[str | None, typer.Option(help="In which project.", show_default="the only one")]
Within = Annotated[
    str | None,
    typer.Option("--project", help="A project that they are in.", show_default="any, for who runs the installation"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and do nothing.")]


@app.command("list", context_settings=CONTEXT)
def list_(
    project: Annotated[str | None, typer.Option(help="In which project.", show_default="all")] = None,
    json: Json = False,
) -> None:
    """List who works here, or in a project: who is invited has no password yet.

    \b
      annoflow person list
      annoflow person list --project road
    """
    found = sorted(installation().members(project), key=lambda one: (one.email, one.project))
    show_list(("e-mail", "project", "role", "account"), found, _row, json=json)


def _row(one: "Belonging") -> tuple[str, str, str, str]:
    kind = "program" if one.service else "invited" if one.invited else "signs in"
    return one.email, one.project, one.role, kind if one.active else "deactivated"


@app.command(context_settings=CONTEXT)
def invite(
    emails: Annotated[list[str], typer.Argument(metavar="E-MAIL...", help="Whom.")],
    project: Project = None,
    role: Annotated[str, typer.Option(help="As what: owner, manager or contributor.")] = "contributor",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Invite people to a project; who has no password yet gets a link, to be sent to them.

    \b
      annoflow person invite ann@example.org bo@example.org
      annoflow person invite mia@example.org --role manager --project road
    """
    done = installation().invite(project, emails, role=role, dry_run=dry_run)
    if json:
        show_json({"done": not dry_run, "invitations": [asdict(one) for one in done]})
        return
    for one in done:
        link = "would get a link" if dry_run else one.url
        typer.echo(f"{one.email}  {link if one.url else 'has an account'}")


@app.command(context_settings=CONTEXT)
def link(email: Person, project: Within = None, dry_run: DryRun = False, json: Json = False) -> None:
    """Print a link by which somebody chooses a password, the first or another one: once, within three days.

    An older link of theirs ends.

    \b
      annoflow person link ann@example.org --dry-run
      annoflow person link ann@example.org
    """
    made = installation().link(project, email, dry_run=dry_run)
    if json:
        show_json({"done": not dry_run, **asdict(made), **({"url": None} if dry_run else {})})
    else:
        would = f"{made.email} would get a link, and an older one of theirs would end"
        typer.echo(would if dry_run else made.url)


@app.command(context_settings=CONTEXT)
def role(
    email: Person,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="owner, manager or contributor.")],
    project: Project = None,
    dry_run: DryRun = False,
) -> None:
    """Say what somebody is in a project; who is new is in it then.

    \b
      annoflow person role mia@example.org manager
      annoflow person role mia@example.org owner --project road --dry-run
    """
    who, was = installation().set_role(project, email, role, dry_run=dry_run)
    typer.echo(f"{who} {'would be' if dry_run else 'is'} {role} (was {was or 'not in the project'})")


@app.command(context_settings=CONTEXT)
def deactivate(email: Person, project: Within = None, dry_run: DryRun = False) -> None:
    """Let somebody work nowhere any more, and sign them out; what they did, and what they hold, stays theirs.

    \b
      annoflow person deactivate bo@example.org --dry-run
      annoflow person deactivate bo@example.org
    """
    installation().deactivate(project, email, dry_run=dry_run)
    typer.echo(f"{email.lower()} {'would be' if dry_run else 'is'} deactivated; reassign what they hold")


@app.command(context_settings=CONTEXT)
def activate(email: Person, project: Within = None, dry_run: DryRun = False) -> None:
    """Let somebody work again who was deactivated, with the roles and the work that they had.

    \b
      annoflow person activate bo@example.org --dry-run
      annoflow person activate bo@example.org
    """
    installation().activate(project, email, dry_run=dry_run)
    typer.echo(f"{email.lower()} {'would be' if dry_run else 'is'} active again")
