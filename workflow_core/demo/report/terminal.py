"""What the demo says in the terminal once it is over, and what to try next."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from workflow_core.demo.report.outcome import Journey, Outcome
from workflow_core.demo.report.page import write_report
from workflow_core.demo.report.words import COLUMNS, ended, figure, total
from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.compiled import Pipeline


def tell(done: Outcome, pipeline: Pipeline, home: Path, console: Console) -> None:
    """Write the report and say on the console what happened."""
    report = write_report(done, pipeline, home / "report.html")
    console.print()
    for table in (_counts(done), _issues(done), _figures(done)):
        console.print(table)
        console.print()
    for journey, title in ((done.loop, "until its fault was fixed"), (done.journey, "as far as the expert")):
        if journey:
            console.print(Text(f"{journey.picture.name}, {title}", "bold"))
            _walk(journey, console)
            console.print()
    for path, count in done.exported.items():
        exported = f"{counted(count, 'item')} exported to {home / path}"
        console.print(exported, highlight=False, markup=False, soft_wrap=True)
    for remark in (*done.remarks, *done.footnotes):
        console.print(Text(f"\n{remark}", "dim"), soft_wrap=True)
    console.print(Text(f"\nThe report, with pictures: {report}", "bold green"), soft_wrap=True)
    console.print(Text("Try next:"))
    for command, what in done.next_steps:
        console.print(f"  {command:<58} {what}", highlight=False, markup=False, soft_wrap=True)


def _counts(done: Outcome) -> Table:
    table = _grid()
    for name, count in [*done.exits.items(), *((f"still in {task}", n) for task, n in done.elsewhere.items())]:
        table.add_row(str(count), Text(name, {"approved": "green", "discarded": "red"}.get(name, "")))
    table.add_row("", "")
    measured = done.status_to_claimable
    table.add_row(str(done.acknowledged), "acknowledged decisions")
    table.add_row(str(done.lost), Text("lost", "red" if done.lost else "green"))
    table.add_row(str(done.moved_twice), Text("moved twice", "red" if done.moved_twice else "green"))
    table.add_row(f"{measured.p50:g} ms", f"until the next person could begin, half of {counted(measured.n, 'time')}")
    table.add_row(f"{measured.p99:g} ms", "ninety-nine times in a hundred")
    if done.mover_gap_seconds is not None:
        table.add_row(f"{done.mover_gap_seconds:g} s", "until another mover took over, after kill -9")
    return table


def _issues(done: Outcome) -> Table:
    table, every = _grid(), total(done.issues)
    kinds = ", ".join(f"{row.raised} {row.kind}" for row in done.issues)
    table.add_row(str(every.raised), "flagged by reviewers" + (f": {kinds}" if kinds else ""))
    if every.raised:
        table.add_row(str(every.fixed), f"called fixed by an author; re-opened after that: {every.reopened}")
        table.add_row("", f"in the end: {ended(done.issues)}")
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold", min_width=8)
    table.add_column()
    return table


def _figures(done: Outcome) -> Table:
    """Return the figures of each task; those of each person are in the report."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("task", style="bold")
    for title in COLUMNS.values():
        # as narrow as can be: all of it fits into 80 columns
        table.add_column(title.lower().replace(" ", "\n"), justify="right")
    for row in done.figures:
        table.add_row(Text(str(row["task"])), *(figure(row[name], name) for name in COLUMNS))
    return table


def _walk(journey: Journey, console: Console) -> None:
    """Say what people did with an item, and how it left."""
    start = journey.steps[0].at
    for step in journey.steps:
        did = f"{step.what} in {step.task}: {step.issue}" if step.issue else f"set {step.status} in {step.task}"
        visit = f" (visit {step.visit})" if step.visit > 1 else ""
        if step.who or step is journey.steps[-1]:
            said = f"{step.who} {did}{visit}" if step.who else step.what
            console.print(f"  +{(step.at - start).total_seconds():5.1f} s  {said}", highlight=False, markup=False)


def next_steps(home: Path, pipeline: Pipeline, item: str) -> tuple[tuple[str, str], ...]:
    """Return commands to try, in the folder that the demo leaves."""
    return (
        (f"cd {home}", "where all of it is"),
        ("annoflow status", "where the items are"),
        (f"annoflow item why {item}", "how one of them got where it is"),
        (f"annoflow figures {pipeline.name} --by person", "what managers want to know"),
        (f"annoflow pipeline graph pipelines/{pipeline.name}.yaml", "the pipeline as a drawing"),
        ("annoflow demo --items ~/Pictures", "the same with pictures of your own"),
        ("annoflow init mine --images ~/Pictures --labels cat,dog", "begin a pipeline of your own"),
    )
