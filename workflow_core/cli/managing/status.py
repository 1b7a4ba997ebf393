"""`annoflow status`: where the items of every pipeline are."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json, show_table
from workflow_core.cli.style import Json
from workflow_core.domain.words.wording import counted

MOST_STUCK = 20
MOST_NAMED = 3
WRONG = (
    "this machine's clock: a clock was wrong, here or where that was written; set it (timedatectl)."
    " No claim counts for longer than its length from now"
)


def status(
    pipeline: Annotated[
        str | None, typer.Argument(metavar="[PIPELINE]", help="The name of a deployed pipeline.", show_default="all")
    ] = None,
    people: Annotated[bool, typer.Option("--people", help="Show each person's share, too.")] = False,
    json: Json = False,
) -> None:
    """Say how far each task is, which items have left, what is in motion and what is stuck.

    \b
      annoflow status
      annoflow status dashcam --people
      annoflow status --json
    """
    shown = [asdict(one) for one in installation().status(pipeline)]
    if json:
        show_json(shown)
    elif not shown:
        typer.echo("no pipeline is deployed yet; run: annoflow pipeline deploy FILE")
    else:
        for number, one in enumerate(shown):
            typer.echo("\n" * bool(number), nl=False)
            _show(one, people=people)
        if ahead := shown[0]["ahead_seconds"]:
            typer.echo(f"\nthe newest history is dated {timedelta(seconds=ahead)} ahead of {WRONG}")


def _show(one: dict[str, Any], *, people: bool) -> None:
    typer.echo(f"{one['pipeline']} (project {one['project']}{', paused' if one['paused'] else ''})\n")
    head = ("task", "type", "status", "to come", "to do", "claimed", "back", "done", "stuck")
    rows = []
    for task in one["tasks"]:
        flag = " (closed)" if task["closed"] else " (paused)" if task["paused"] else ""
        rows.append([task["task"], task["type"], task["status"] + flag, task["to_come"], *_numbers(task["counts"])])
        for share in task["shares"] if people else ():
            who = share["person"] or "the pool"
            rows.append([f"  {who}", "", share["status"], None, *_numbers(share["counts"])])
    show_table(head, rows)
    typer.echo()
    exits = [f"{name} {count:,}" for name, count in one["exits"].items()]
    typer.echo(f"left: {', '.join(exits) or 'nothing yet'}")
    if one["held"]:
        typer.echo(f"waits for issues: {', '.join(f'{name} {count:,}' for name, count in one['held'].items())}")
    if one["moving"]:
        typer.echo(f"in motion: {counted(one['moving'], 'item')}")
    gone, replaced = one["pictures"]["gone"], one["pictures"]["replaced"]
    if gone:
        left = sum(is_open for _, is_open in gone)
        work = f", {left} with open work" if left else ""
        typer.echo(f"gone from the source: {counted(len(gone), 'picture')}{work}: {_first([name for name, _ in gone])}")
    if replaced:
        after = "replaced after work on them had begun; look whether it still fits"
        typer.echo(f"{counted(len(replaced), 'picture')} {after}: {_first(replaced)}")
    if one["stuck"]:
        _show_stuck(one["stuck"])


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _numbers(counts: dict[str, int]) -> list[int]:
    back = counts["returned"] + counts["waiting"]
    return [counts["queued"], counts["claimed"], back, counts["submitted"], counts["parked"]]


def _show_stuck(stuck: list[dict[str, Any]]) -> None:
    from workflow_core.services.managers.history import REASONS

    typer.echo(f"stuck: {counted(len(stuck), 'item')}\n")
    rows = [
        (each["item"], each["task"], each["assignee"], REASONS.get(each["why"], each["why"]), each["since"])
        for each in stuck
    ]
    show_table(("item", "task", "with", "why, and the way out", "since"), rows[:MOST_STUCK])
    if len(rows) > MOST_STUCK:
        typer.echo(f"and {len(rows) - MOST_STUCK:,} more: annoflow status --json")
    typer.echo("\nto send one on: annoflow item send ITEM TASK")
