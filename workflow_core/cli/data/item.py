"""`annoflow item`: why an item is where it is; send it on or back; delete items, and erase them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json, show_list, show_outcome, show_table
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.domain.words.wording import counted
from workflow_core.errors import InvalidInput

if TYPE_CHECKING:
    from workflow_core.domain.views.effects import Effects
    from workflow_core.domain.views.history import TaskItemNow, Why

app = group(
    """Look at an item, send it on or back, delete items, erase them.

    \b
      annoflow item why frame-0042.jpg
      annoflow item send frame-0042.jpg cars
      annoflow item list
      annoflow item release frame-0042.jpg
      annoflow item archive frame-0042.jpg
      annoflow item erase frame-0042.jpg
    """
)

Named = Annotated[list[str], typer.Argument(metavar="ITEM", help="Names, folders and names, or numbers.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")]


@app.command(context_settings=CONTEXT)
def why(
    named: Annotated[str, typer.Argument(metavar="ITEM", help="Its name, its folder and name, or its number.")],
    json: Json = False,
) -> None:
    """Say where an item is, how it got there, and what it waits for.

    \b
      annoflow item why frame-0042.jpg
      annoflow item why /WorkWeek25-Uploads/frame-0042.jpg
      annoflow item why 42 --json
    """
    found = installation().why(named)
    if json:
        show_json(asdict(found))
        return
    if found.name is None or found.folder is None:
        typer.echo(
            f"item {found.id} of the dataset {found.dataset} was erased; who did what, and when, is all that is left"
        )
    else:
        typer.echo(f"{found.folder.rstrip('/')}/{found.name}, item {found.id} of the dataset {found.dataset}")
    for entry in found.entries:
        there = f"left by {entry.exit}" if entry.exit else f"held at {entry.held}" if entry.held else "on its way"
        typer.echo(f"in the pipeline {entry.pipeline}, version {entry.version[:8]}: {there}")
    for waits in found.waits:
        typer.echo(f"waits: {waits}")
    if found.task_items:
        typer.echo()
        rows = [(one.task, one.state, one.status, one.visit, one.assignee, one.since) for one in found.task_items]
        show_table(("task", "state", "status", "visit", "assignee", "since"), rows)
    if found.path:
        typer.echo()
        show_table(("when", "what happened"), [(step.at, step.told) for step in found.path])


@app.command(context_settings=CONTEXT)
def send(
    named: Annotated[str, typer.Argument(metavar="ITEM", help="Its name, its folder and name, or its number.")],
    to: Annotated[str, typer.Argument(metavar="TASK", help="A task of its pipeline; where it is stuck, or an exit.")],
    at: Annotated[
        str | None,
        typer.Option("--from", help="The task from which, where it is in several.", show_default="where it is"),
    ] = None,
    end_claims: Annotated[bool, typer.Option("--end-claims", help="Take it also from who has it open.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only said what goes with it.")] = False,
    json: Json = False,
) -> None:
    """Send an item on from where it is stuck, or else to a task once more; it counts as no visit.

    \b
      annoflow item send frame-0042.jpg cars           what goes with it
      annoflow item send frame-0042.jpg cars --yes
      annoflow item send 42 discarded --from signs --yes
    """
    asked = installation()
    source = _sent_from(asked.why(named), at)
    effects = asked.foretell_sending(source.id, to)
    if yes:
        asked.send(source.id, to, end_claims=end_claims)
    if json:
        show_json({"sent": yes, **asdict(effects)})
        return
    typer.echo(f"{'sent' if yes else 'would send'} {named} from {source.task} to {to}")
    for one in effects.task_items:
        held = f", which {one.who} has open" if one.state == "claimed" else ""
        typer.echo(f"withdrawn: {one.task}{held}")
    if effects.issues:
        typer.echo(f"dismissed: issue {', '.join(str(one) for one in effects.issues)}")
    for task in effects.unrouted:
        typer.echo(f"leads nowhere: its status in {task}, which was not routed yet")
    if effects.exit:
        typer.echo(f"comes back from the exit {effects.exit}{', and is exported already' if effects.exported else ''}")
    if not yes:
        typer.echo("nothing is sent yet: --yes sends it")


def _sent_from(found: "Why", task: str | None) -> "TaskItemNow":
    """Return the task item from which an item is sent: the one named, else where it is stuck, else where it is open."""
    there = [one for one in found.task_items if task in (None, one.task)]
    stuck = [one for one in there if one.parked]
    chosen = stuck or [one for one in there if one.state in ("queued", "claimed", "returned", "waiting")] or there[-1:]
    if len(chosen) != 1:
        names = ", ".join(repr(one.task) for one in chosen or found.task_items) or "no task"
        raise InvalidInput(f"{found.name} is in {names}: say --from which task it is sent")
    return chosen[0]


@app.command("list", context_settings=CONTEXT)
def list_(
    project: Annotated[str | None, typer.Option(help="Those of one project.", show_default="all")] = None,
    json: Json = False,
) -> None:
    """List the items with which nobody can go on, the oldest first, and why; `send` and `task reassign` free them.

    \b
      annoflow item list --project road
    """
    from workflow_core.services.managers.history import REASONS

    show_list(
        ("item", "task", "with", "why, and the way out", "since"),
        installation().stuck(project),
        lambda one: (
            f"{one.folder.rstrip('/')}/{one.item}",
            one.task,
            one.assignee,
            REASONS.get(one.why, one.why),
            one.since,
        ),
        json=json,
    )


@app.command(context_settings=CONTEXT)
def release(
    named: Annotated[str, typer.Argument(metavar="ITEM", help="Its name, its folder and name, or its number.")],
    at: Annotated[str | None, typer.Option("--from", help="The task in which it is open.", show_default="any")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say whose claim it would end.")] = False,
) -> None:
    """Take an item back from who has it open; their draft stays.

    \b
      annoflow item release frame-0042.jpg
    """
    asked = installation()
    held = [one for one in asked.why(named).task_items if one.state == "claimed" and at in (None, one.task)]
    if not held:
        raise InvalidInput(f"nobody has {named} open{f' in {at}' if at else ''}")
    for one in held:
        if not dry_run:
            asked.end_claim(one.id)
        typer.echo(f"{'would end' if dry_run else 'ended'} the claim of {one.assignee} in {one.task}")


@app.command(context_settings=CONTEXT)
def archive(
    named: Named,
    end_claims: Annotated[bool, typer.Option("--end-claims", help="Take them also from who has them open.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Delete items: they leave every task and pipeline, and later exports; what was done on them is kept.

    \b
      annoflow item archive frame-0042.jpg --dry-run
      annoflow item archive --end-claims 42 43
    """
    if dry_run:
        told = installation().foretell_archiving(named, end_claims=end_claims)
        if json:
            show_json([asdict(one) for one in told])
        for one in () if json else told:
            show_outcome(one, json=False)
        return
    archived = installation().archive(named, end_claims=end_claims)
    if json:
        show_json({"archived": archived})
    else:
        typer.echo(f"archived {counted(archived, 'item')}")


@app.command(context_settings=CONTEXT)
def erase(
    named: Named,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only said what would go.")] = False,
    json: Json = False,
) -> None:
    """Erase archived items for good, with all that was done on them; only who did what, and when, stays.

    An uploaded picture goes, too. Exported files, backups and a picture at its source are yours to delete. The same
    file does not come in again.

    \b
      annoflow item erase frame-0042.jpg           what would go, and which exports have it
      annoflow item erase frame-0042.jpg --yes
    """
    effects = installation().erase(named, dry_run=not yes)
    if json:
        show_json({"erased": yes, **asdict(effects)})
    else:
        _show_effects(effects, erased=yes)


def _show_effects(effects: "Effects", *, erased: bool) -> None:
    gone = ("task item", "annotation", "issue", "comment", "draft")
    of_them = ", ".join(counted(getattr(effects, f"{one}s".replace(" ", "_")), one) for one in gone)
    typer.echo(f"{'erased' if erased else 'would erase'} {counted(effects.items, 'item')}: {of_them}")
    for one in effects.exported:
        has = f"{one.pipeline} {one.exit} has {counted(one.items, 'item')} of these, last written"
        typer.echo(f"the export {has} {one.last:%Y-%m-%d %H:%M} UTC")
    typer.echo(
        "files that were exported, backups and pictures at their source are not touched: delete them where they are"
    )
    if not erased:
        typer.echo("nothing is erased yet; there is no way back: --yes erases")
