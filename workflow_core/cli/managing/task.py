"""`annoflow task`: tasks, how far they are, who works on them; each act says first what it would do."""

import json as _json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json, show_list, show_outcome, show_table
from workflow_core.cli.pipelines.naming import one_task
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.errors import InvalidInput

if TYPE_CHECKING:
    from workflow_core.domain.views.tasks import Task

app = group(
    """Look at tasks, pause and close them, share out and take back their work.

    \b
      annoflow task list
      annoflow task show dashcam:cars
      annoflow task reassign dashcam:cars bo@example.org cy@example.org --dry-run
      annoflow task clear dashcam:cars --status discarded
    """
)

Named = Annotated[str, typer.Argument(metavar="TASK", help="The name of a task, or PIPELINE:TASK.")]
Project = Annotated[str | None, typer.Option(help="The project it is in.", show_default="any")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")]
EndClaims = Annotated[bool, typer.Option("--end-claims", help="Take it also from who has it open.")]
Where = Annotated[str | None, typer.Option(help="A filter of items, as JSON.", show_default="all")]
Folder = Annotated[str | None, typer.Option(help="A folder of items, with those below.", show_default="all")]


@app.command("list", context_settings=CONTEXT)
def list_(
    project: Annotated[str | None, typer.Option(help="The tasks of one project.", show_default="all")] = None,
    json: Json = False,
) -> None:
    """List tasks.

    \b
      annoflow task list --project road
    """
    show_list(
        ("id", "project", "pipeline", "task", "type", "", "priority", "due"),
        installation().tasks(project),
        lambda one: (one.id, one.project, one.pipeline, one.name, one.type, _flag(one), one.priority, one.due_at),
        json=json,
    )


@app.command(context_settings=CONTEXT)
def show(named: Named, project: Project = None, json: Json = False) -> None:
    """Show a task: its settings, who works on it, how far it is.

    \b
      annoflow task show dashcam:cars
    """
    asked = installation()
    task, progress = asked.task(one_task(asked.tasks_named(named, project), named).id)
    if json:
        show_json({**asdict(task), "progress": asdict(progress)})
        return
    state = ", ".join(one for one in (task.type, progress.status, _flag(task)) if one)
    typer.echo(f"{task.pipeline or task.project}:{task.name}, {state}")
    typer.echo(f"labels: {', '.join(label.name for label in task.recipe.labels)}")
    typer.echo(f"statuses: {', '.join(action.name for action in task.actions)}")
    if task.reviews:
        typer.echo(f"reviews: {', '.join(task.reviews)}")
    typer.echo()
    paused = {one.person for one in task.team if one.paused}
    rows = [
        (
            share.person or "the pool",
            share.weight or None,
            "paused" if share.person in paused else None if share.active else "left",
            share.counts.queued,
            share.counts.claimed,
            share.counts.returned + share.counts.waiting,
            share.counts.submitted,
        )
        for share in progress.shares
    ]
    show_table(("who", "weight", "", "to do", "claimed", "back", "done"), rows)


@app.command(context_settings=CONTEXT)
def pause(named: Named, project: Project = None, dry_run: DryRun = False) -> None:
    """Hand out nothing new of a task; what people have open they may finish.

    \b
      annoflow task pause dashcam:cars
    """
    _switch("pause", "paused", named, project, dry_run)


@app.command(context_settings=CONTEXT)
def resume(named: Named, project: Project = None, dry_run: DryRun = False) -> None:
    """Hand out again.

    \b
      annoflow task resume dashcam:cars
    """
    _switch("resume", "resumed", named, project, dry_run)


@app.command(context_settings=CONTEXT)
def close(named: Named, project: Project = None, dry_run: DryRun = False) -> None:
    """Let nobody work on a task any more; what is there stays.

    \b
      annoflow task close dashcam:cars
    """
    _switch("close", "closed", named, project, dry_run)


@app.command(context_settings=CONTEXT)
def reopen(named: Named, project: Project = None, dry_run: DryRun = False) -> None:
    """Let people work on a closed or archived task again.

    \b
      annoflow task reopen dashcam:cars
    """
    _switch("reopen", "re-opened", named, project, dry_run)


def _switch(verb: str, done: str, named: str, project: str | None, dry_run: bool) -> None:
    asked = installation()
    task = one_task(asked.tasks_named(named, project), named)
    if not dry_run:
        asked.switch_task(task.id, verb)
    typer.echo(f"would {verb} {named}" if dry_run else f"{done} {named}")


@app.command(context_settings=CONTEXT)
def redistribute(
    named: Named,
    weights: Annotated[
        list[str] | None, typer.Option("--to", metavar="E-MAIL[=WEIGHT]", help="Who gets it.", show_default="all")
    ] = None,
    of: Annotated[list[str] | None, typer.Option("--of", metavar="E-MAIL", help="Whose.", show_default="all")] = None,
    where: Where = None,
    project: Project = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Deal what nobody has begun anew, equally or by weights.

    \b
      annoflow task redistribute dashcam:cars --to ann@example.org=2 --to bo@example.org --dry-run
    """
    said = {"weights": _weights(weights) if weights else None, "of": of or None, "where": _filter(where)}
    _act("redistribute", named, project, said, dry_run, json)


@app.command(context_settings=CONTEXT)
def reassign(
    named: Named,
    old: Annotated[str, typer.Argument(metavar="FROM", help="Whose unfinished work it is.")],
    new: Annotated[str, typer.Argument(metavar="TO", help="Who gets it.")],
    end_claims: EndClaims = False,
    project: Project = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give everything unfinished of one person to another.

    \b
      annoflow task reassign dashcam:cars bo@example.org cy@example.org
    """
    _act("reassign", named, project, {"old": old, "new": new, "end_claims": end_claims}, dry_run, json)


@app.command(context_settings=CONTEXT)
def clear(
    named: Named,
    status: Annotated[str | None, typer.Option(help="Only this status.", show_default="any")] = None,
    where: Where = None,
    folder: Folder = None,
    end_claims: EndClaims = False,
    project: Project = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Remove statuses, with everything that they led to; the items are to be done again.

    \b
      annoflow task clear dashcam:cars --where '{"name": "frame-0042.jpg"}' --dry-run
    """
    if status is None and where is None and folder is None:
        raise InvalidInput("say which statuses are cleared: --status, --where or --folder")
    said = {"status": status, "where": _filter(where), "folder": folder, "end_claims": end_claims}
    _act("clear", named, project, said, dry_run, json)


@app.command(context_settings=CONTEXT)
def add(
    named: Named,
    where: Where = None,
    folder: Folder = None,
    project: Project = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Add items of its dataset to a task; what is there already stays as it is.

    \b
      annoflow task add look --folder /night
    """
    _act("add", named, project, {"where": _filter(where), "folder": folder}, dry_run, json)


def _act(verb: str, named: str, project: str | None, said: Mapping[str, Any], dry_run: bool, json: bool) -> None:
    asked = installation()
    task = one_task(asked.tasks_named(named, project), named)
    show_outcome(asked.act_on_task(task.id, verb, dry_run=dry_run, **said), json=json)


def _flag(task: "Task") -> str:
    named = ("archived", "closed", "paused")
    return ", ".join(one for one in named if getattr(task, one))


def _weights(given: Sequence[str]) -> dict[str, float]:
    found = {}
    for one in given:
        email, _, weight = one.partition("=")
        try:
            found[email] = float(weight or 1)
        except ValueError as error:
            raise InvalidInput(f"the weight of {email} is a number, not {weight!r}") from error
    return found


def _filter(where: str | None) -> Any:
    try:
        return None if where is None else _json.loads(where)
    except ValueError as error:
        raise InvalidInput(f"--where is no JSON: {error}") from error
