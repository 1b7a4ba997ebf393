"""The end of the demo: the exports, the count of what happened, and what to try next."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows import prefect_api
from workflow_core.demo import tally
from workflow_core.demo.accident import Accident
from workflow_core.demo.crew import Crew
from workflow_core.demo.material import Given
from workflow_core.demo.outcome import Drawn, Journey, Outcome, Picture, latency
from workflow_core.demo.report import write_report
from workflow_core.demo.stopwatch import Stopwatch
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services import exporting, tracing
from workflow_core.settings import Settings
from workflow_core.store.database import Engine, session_scope

MADE_UP = "Nobody knows what is on these pictures: the shapes are made up, to show how work moves."
SHOWN = 30
"""Pictures in the report's gallery."""
OTHERS = ("manifest.json", "history.jsonl")
PATIENCE = 15.0
"""Seconds that Prefect may take for the exports."""


def export(engine: Engine, settings: Settings, pipeline: Pipeline, home: Path, console: Console) -> dict[str, int]:
    """Let Prefect's flows write the exports, or write them here if it does not; return items by file."""
    wanted = {name: each.export.to for name, each in pipeline.exits.items() if each.export}
    api = settings.prefect_api()
    with console.status("Prefect's flows write the exports"):
        for name in wanted:
            if api:
                prefect_api.run_deployment(api, f"export/{pipeline.project} · {pipeline.name} · {name}")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not all((home / to / "latest.json").exists() for to in wanted.values()):
            time.sleep(0.2)
    written: dict[str, int] = {}
    for name, to in wanted.items():
        # twice the same is no new snapshot, so this only says what is there, or writes what Prefect did not
        done = exporting.export(
            partial(session_scope, engine),
            pipeline=pipeline.name,
            project=pipeline.project,
            exit_name=name,
            now=datetime.now(UTC),
            base=home,
        )
        folder = home / to / done.name
        main = next((path for path in sorted(folder.glob("*.json*")) if path.name not in OTHERS), folder)
        written[main.relative_to(home).as_posix()] = done.items
    return written


def outcome(
    engine: Engine,
    pipeline: Pipeline,
    crew: Crew,
    watch: Stopwatch,
    accident: Accident,
    given: Mapping[int, Given],
    exported: Mapping[str, int],
    *,
    seconds: float,
) -> Outcome:
    """Count the run, from its history."""
    project, name = pipeline.project, pipeline.name
    with session_scope(engine, read_only=True) as session:
        history = tracing.history(session, project=project, pipeline=name)
        counts, _ = tracing.counts(session, project=project, pipeline=name)
    exits, elsewhere = tally.where(history)
    chosen = tally.most_travelled(history, "expert")
    shown = list(given)[:: max(1, len(given) // SHOWN)][:SHOWN]
    pictures = _pictures(engine, given, {*shown, *([chosen] if chosen is not None else [])}, history)
    gap = accident.gap
    footnotes = _of_failures(crew)
    if gap:
        late = sum(gap[0] <= at <= gap[1] for at in crew.acknowledged.values())
        footnotes.append(
            f"{late} decisions were made while the mover was dead. They waited for the next one, at most "
            f"{gap[1] - gap[0]:.1f} s, and are left out of the times to the next person."
        )
    return Outcome(
        pipeline=pipeline.name,
        items=len(given),
        exits={exit_name: exits.get(exit_name, 0) for exit_name in in_order(pipeline)},
        elsewhere=elsewhere,
        status_to_claimable=latency(watch.milliseconds(crew.acknowledged, but=gap)),
        acknowledged=len(crew.acknowledged),
        lost=tally.lost(history, crew.acknowledged, pending=sum(task.moving for task in counts)),
        moved_twice=tally.moved_twice(history, pipeline),
        exported=exported,
        seconds=round(seconds, 1),
        tasks=tally.tasks(history, pipeline, {task.name: task.queued + task.claimed for task in counts}),
        moves=tally.moves(history),
        gallery=tuple(pictures[item] for item in shown),
        journey=Journey(pictures[chosen], tally.steps(history, chosen)) if chosen is not None else None,
        mover_gap_seconds=round(gap[1] - gap[0], 1) if gap else None,
        footnotes=tuple(footnotes),
    )


def in_order(pipeline: Pipeline) -> list[str]:
    """Return the exits, with what was discarded at the end."""
    return sorted(pipeline.exits, key=lambda name: name == "discarded")


def _of_failures(crew: Crew) -> list[str]:
    return [f"{len(crew.failures)} times somebody was refused, such as {crew.failures[0]}"] if crew.failures else []


def _pictures(
    engine: Engine, given: Mapping[int, Given], items: set[int], history: list[tracing.Happened]
) -> dict[int, Picture]:
    place = {one.item: (one.name or one.task or "") for one in history if one.verb in ("placed", "exited")}
    with session_scope(engine, read_only=True) as session:
        marks = tracing.drawn(session, item_ids=sorted(items))
    return {
        item: Picture(
            given[item].name,
            given[item].path,
            place.get(item, "nowhere"),
            tuple(
                Drawn(mark["label"], mark["tool"], mark["geometry"], mark["by"])
                for mark in marks
                if mark["item"] == item
            ),
        )
        for item in items
    }


def tell(done: Outcome, pipeline: Pipeline, home: Path, console: Console) -> None:
    """Write the report and say on the console what happened."""
    report = write_report(done, pipeline, home / "report.html")
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold")
    table.add_column()
    for name, count in [*done.exits.items(), *((f"still in {place}", n) for place, n in done.elsewhere.items())]:
        table.add_row(str(count), Text(name, {"approved": "green", "discarded": "red"}.get(name, "")))
    table.add_row("", "")
    measured = done.status_to_claimable
    table.add_row(str(done.acknowledged), "decisions acknowledged")
    table.add_row(str(done.lost), Text("lost", "red" if done.lost else "green"))
    table.add_row(str(done.moved_twice), Text("moved twice", "red" if done.moved_twice else "green"))
    table.add_row(f"{measured.p50:g} ms", f"until the next person could begin, half of {measured.n} times")
    table.add_row(f"{measured.p99:g} ms", "ninety-nine times in a hundred")
    if done.mover_gap_seconds is not None:
        table.add_row(f"{done.mover_gap_seconds:g} s", "until another mover took over, after kill -9")
    console.print(table)
    console.print()
    for path, count in done.exported.items():
        console.print(f"{count} items exported to {home / path}", highlight=False, markup=False, soft_wrap=True)
    for remark in (*done.remarks, *done.footnotes):
        console.print(Text(f"\n{remark}", "dim"), soft_wrap=True)
    if done.journey:
        console.print(Text(f"\nThe whole way of {done.journey.picture.name}", "bold"))
        start = done.journey.steps[0].at
        for step in done.journey.steps:
            words = [step.who, "set", step.status, "in", step.task] if step.who else [step.what, step.task]
            visit = f" (visit {step.visit})" if step.visit > 1 else ""
            said = " ".join(word for word in words if word)
            console.print(
                f"  +{(step.at - start).total_seconds():5.1f} s  {said}{visit}", highlight=False, markup=False
            )
    console.print(Text(f"\nThe report, with pictures: {report}", "bold green"), soft_wrap=True)
    console.print(Text("Try next:"))
    for command, what in done.next_steps:
        console.print(f"  {command:<58} {what}", highlight=False, markup=False, soft_wrap=True)


def next_steps(home: Path, pipeline: Pipeline, item: str) -> tuple[tuple[str, str], ...]:
    """Return commands to try, in the folder that the demo leaves."""
    return (
        (f"cd {home}", "where all of it is"),
        ("annoflow status", "where the items are"),
        (f"annoflow item why {item}", "how one of them got where it is"),
        (f"annoflow pipeline graph pipelines/{pipeline.name}.yaml", "the pipeline as a drawing"),
        ("annoflow demo --items ~/Pictures", "the same with pictures of your own"),
        ("annoflow init mine --images ~/Pictures --labels cat,dog", "begin a pipeline of your own"),
    )
