"""`annoflow pipeline plan` and `deploy`: what would change, and doing it."""

from dataclasses import asdict

import typer

from workflow_core.cli import context, plan_text
from workflow_core.cli.codes import FINDINGS
from workflow_core.cli.output import show_json
from workflow_core.cli.pipeline import File, Files, app, valid

__all__ = ["app", "deploy", "plan"]
from workflow_core.cli.style import CONTEXT, Json


@app.command(context_settings=CONTEXT)
def plan(file: File, json: Json = False) -> None:
    """Say what a deploy of a file would change, with counts; nothing is written.

    \b
      annoflow pipeline plan pipelines/dashcam.yaml
      annoflow pipeline plan --json pipelines/dashcam.yaml
    """
    source = valid(file)
    from workflow_core.services.pipelines import plans

    with context.session() as session:
        found = plans.plan(session, text=source.text, file=source.name, read=source.read, actor=None, now=context.now())
    if json:
        show_json({**asdict(found), "changes": found.changes})
    else:
        typer.echo("\n".join(plan_text.lines(found)))
    raise typer.Exit(FINDINGS if found.refused else 0)


@app.command(context_settings=CONTEXT)
def deploy(files: Files, json: Json = False) -> None:
    """Deploy pipeline files: people, recipes and settings at once, the graph as a new version.

    \b
      annoflow pipeline plan pipelines/dashcam.yaml
      annoflow pipeline deploy pipelines/dashcam.yaml
    """
    sources = [valid(file) for file in files]
    from workflow_core.services.pipelines import deployment

    with context.session() as session:
        done = [
            deployment.deploy(session, text=one.text, file=one.name, read=one.read, actor=None, now=context.now())
            for one in sources
        ]
    if json:
        show_json([asdict(one) for one in done])
        return
    for one in done:
        version = "a new version" if one.new_version else "the graph is as before"
        typer.echo(f"deployed {one.pipeline} (project {one.project}), version {one.version}: {version}")
        for what, names in (("new", one.new_tasks), ("removed", one.removed_tasks), ("invited", one.invited)):
            if names:
                typer.echo(f"  {what}: {', '.join(names)}")
