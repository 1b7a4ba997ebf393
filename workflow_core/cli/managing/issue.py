"""`annoflow issue`: what reviewers flagged, and a manager's word on it."""

from typing import Annotated

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_list
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.domain.work.issues import IssueState

app = group(
    """List issues, approve fixes that no reviewer is left to see, overrule what was flagged.

    \b
      annoflow issue list
      annoflow issue dismiss 7
    """
)

Number = Annotated[int, typer.Argument(metavar="ISSUE", help="Its number.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it is about.")]


@app.command("list", context_settings=CONTEXT)
def list_(
    state: Annotated[IssueState | None, typer.Option(help="Those in one state.", show_default="unresolved")] = None,
    project: Annotated[str | None, typer.Option(help="Those of one project.", show_default="all")] = None,
    json: Json = False,
) -> None:
    """List issues, the oldest first.

    \b
      annoflow issue list --state for_review
    """
    show_list(
        ("issue", "state", "item", "task", "kind", "by", "since"),
        installation().issues(project, state),
        lambda one: (
            one.id,
            one.state,
            f"{one.folder.rstrip('/')}/{one.item}",
            one.task,
            one.kind,
            one.flagged_by,
            one.flagged_at,
        ),
        json=json,
    )


@app.command(context_settings=CONTEXT)
def approve(issue: Number, dry_run: DryRun = False) -> None:
    """Accept a fix whose review is over.

    \b
      annoflow issue approve 7
    """
    _resolve(issue, "approve", "approved", dry_run)


@app.command(context_settings=CONTEXT)
def dismiss(issue: Number, dry_run: DryRun = False) -> None:
    """Overrule what was flagged; the last issue dismissed gives an item its status back.

    \b
      annoflow issue dismiss 7
    """
    _resolve(issue, "dismiss", "dismissed", dry_run)


def _resolve(issue: int, verb: str, done: str, dry_run: bool) -> None:
    if dry_run:
        one = next((one for one in installation().issues(None, None) if one.id == issue), None)
        about = f"{one.kind}, on {one.item} in {one.task}, by {one.flagged_by}" if one else "it is not unresolved"
        typer.echo(f"would {verb} issue {issue}: {about}")
        return
    installation().resolve(issue, verb)
    typer.echo(f"{done} issue {issue}")
