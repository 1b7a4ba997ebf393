"""`annoflow person`: who works here."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.cli import context
from workflow_core.cli.output import show_json, show_table
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.errors import InvalidInput

if TYPE_CHECKING:
    from workflow_core.store.database.engine import Session

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
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and do nothing.")]


@contextmanager
def _trying(only: bool) -> "Iterator[Session]":
    """Open a session; if it is `only` to be tried, all of it is taken back."""
    from workflow_core.store.database.engine import taken_back

    with context.here() as session, taken_back(session) if only else nullcontext():
        yield session


def _project(session: "Session", named: str | None) -> int:
    """Return a project by its name, or the only one."""
    from workflow_core.services import people, projects

    if named is not None:
        return people.project(session, name=named).id
    found = projects.mine(session, actor=None)
    if len(found) != 1:
        names = ", ".join(repr(one.name) for one in found)
        raise InvalidInput(f"say in which project, with --project; there is {names or 'none yet'}")
    return found[0].id


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
    from workflow_core.services import people
    from workflow_core.services.accounts import members

    with context.here(read_only=True) as session:
        only = None if project is None else people.project(session, name=project).id
        found = members.all_of(session, project_id=only)
    if json:
        show_json([asdict(one) for one in found])
        return
    rows = []
    for one in found:
        kind = "program" if one.service else "invited" if one.invited else "signs in"
        rows.append((one.email, one.project, one.role, kind if one.active else "deactivated"))
    show_table(("e-mail", "project", "role", "account"), rows)


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
    from workflow_core.services.accounts import invitations

    address = context.settings().address
    with _trying(dry_run) as session:
        done = invitations.invite(
            session,
            actor=None,
            project_id=_project(session, project),
            emails=emails,
            role=role,
            address=address,
            now=context.now(),
        )
    if json:
        show_json({"done": not dry_run, "invitations": [asdict(one) for one in done]})
        return
    for one in done:
        link = "would get a link" if dry_run else one.url
        typer.echo(f"{one.email}  {link if one.url else 'has an account'}")


@app.command(context_settings=CONTEXT)
def link(email: Person, json: Json = False) -> None:
    """Print a link by which somebody chooses a password, the first or another one: once, within three days.

    An older link of theirs ends.

    \b
      annoflow person link ann@example.org
    """
    from workflow_core.services.accounts import links

    with context.here() as session:
        made = links.make(session, email=email, now=context.now())
    url = f"{context.settings().address}/links/{made.secret}"
    if json:
        show_json({**asdict(made), "url": url})
    else:
        typer.echo(url)


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
    from workflow_core.services.accounts import members

    with _trying(dry_run) as session:
        where = _project(session, project)
        known = {one.email: one.role for one in members.all_of(session, project_id=where)}
        who = members.set_role(session, actor=None, project_id=where, email=email, role=role, now=context.now()).email
        was = known.get(who, "not in the project")
    typer.echo(f"{who} {'would be' if dry_run else 'is'} {role} (was {was})")


@app.command(context_settings=CONTEXT)
def deactivate(email: Person, dry_run: DryRun = False) -> None:
    """Let somebody work nowhere any more, and sign them out; what they did, and what they hold, stays theirs.

    \b
      annoflow person deactivate bo@example.org --dry-run
      annoflow person deactivate bo@example.org
    """
    from workflow_core.services.accounts import members

    with _trying(dry_run) as session:
        who = members.deactivate(session, actor=None, project_id=None, email=email, now=context.now()).email
    typer.echo(f"{who} {'would be' if dry_run else 'is'} deactivated; reassign what they hold")


@app.command(context_settings=CONTEXT)
def activate(email: Person) -> None:
    """Let somebody work again who was deactivated.

    \b
      annoflow person activate bo@example.org
    """
    from workflow_core.services.accounts import members

    with context.here() as session:
        person = members.activate(session, actor=None, project_id=None, email=email)
    typer.echo(f"{person.email} is active again")
