"""`annoflow pipeline plan`, `deploy` and `migrate`: what would change, and doing it."""

from dataclasses import asdict
from typing import Annotated

import typer

from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json
from workflow_core.cli.pipelines import plan_text
from workflow_core.cli.pipelines.naming import Pipeline, Project
from workflow_core.cli.pipelines.pipeline import File, Files, app, valid
from workflow_core.cli.style import CONTEXT, Json

__all__ = ["app", "deploy", "migrate", "plan"]

Migrate = Annotated[bool, typer.Option("--migrate", help="Take along the items on their way that can follow.")]


@app.command(context_settings=CONTEXT)
def plan(file: File, migrate: Migrate = False, json: Json = False) -> None:
    """Say what a deploy of a file would change, with counts; nothing is written.

    \b
      annoflow pipeline plan pipelines/dashcam.yaml
      annoflow pipeline plan --migrate --json pipelines/dashcam.yaml
    """
    found = installation().plan(valid(file), migrate=migrate)
    if json:
        show_json({**asdict(found), "changes": found.changes})
    else:
        typer.echo("\n".join(plan_text.lines(found)))
    raise typer.Exit(FINDINGS if found.refused else 0)


@app.command(context_settings=CONTEXT)
def deploy(files: Files, migrate: Migrate = False, json: Json = False) -> None:
    """Deploy pipeline files: people, recipes and settings at once, the graph as a new version.

    Items on their way keep the statuses and routes of the version that they follow, unless they are taken along.

    \b
      annoflow pipeline plan pipelines/dashcam.yaml
      annoflow pipeline deploy pipelines/dashcam.yaml
      annoflow pipeline deploy --migrate pipelines/dashcam.yaml
    """
    done = installation().deploy([valid(file) for file in files], migrate=migrate)
    if json:
        show_json([asdict(one) for one in done])
        return
    for one in done:
        version = "a new version" if one.new_version else "the graph is as before"
        typer.echo(f"deployed {one.pipeline} (project {one.project}), version {one.version}: {version}")
        for what, names in (("new", one.new_tasks), ("removed", one.removed_tasks), ("invited", one.invited)):
            if names:
                typer.echo(f"  {what}: {', '.join(names)}")
        if one.waiting:
            typer.echo(f"  {plan_text.waiting(one.waiting, one.pipeline)}")
        if one.migrated:
            typer.echo("\n".join(plan_text.migrated(one.migrated)))


@app.command(context_settings=CONTEXT)
def migrate(
    pipeline: Pipeline,
    project: Project = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which would follow.")] = False,
    json: Json = False,
) -> None:
    """Take items on their way along to the present version of their pipeline, those that can follow it.

    \b
      annoflow pipeline migrate dashcam --dry-run
      annoflow pipeline migrate dashcam
      annoflow pipeline migrate dashcam --project road --json
    """
    done = installation().migrate(pipeline, project=project, dry_run=dry_run)
    if json:
        show_json({"done": not dry_run, **asdict(done)})
        return
    typer.echo("\n".join((f"pipeline {pipeline}, version {done.version}", *plan_text.migrated(done))))
    if dry_run:
        typer.echo("nothing is done yet: leave out --dry-run to do it")
