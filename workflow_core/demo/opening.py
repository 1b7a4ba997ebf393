"""What the demo shows while Prefect starts: a broken pipeline, the right one, the frames."""

from importlib.resources import files

from rich.console import Console
from rich.text import Text

from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import condition
from workflow_core.pipeline.report import as_text


def show_broken(console: Console) -> None:
    """Show what the checker says about a pipeline with a handful of faults."""
    text = files("workflow_core.demo").joinpath("broken.yaml").read_bytes()
    checked = check(text, file="broken.yaml", read=_nothing)
    console.print(Text("A pipeline with mistakes, and what `annoflow pipeline check` says about it:", "bold"))
    for number, line in enumerate(as_text(checked.findings, checked.sources).splitlines()):
        style = "red" if ": error:" in line else "yellow" if ": warning:" in line else "dim"
        console.print(Text(f"  {line}", style if number or line else ""), soft_wrap=True)
    console.print()


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def show_pipeline(console: Console, pipeline: Pipeline) -> None:
    """Show where each status of each task leads."""
    console.print(Text(f"The pipeline {pipeline.name}: where each status leads", "bold"))
    width = max(len(name) for name in [*pipeline.tasks, *pipeline.routers])
    for task in pipeline.tasks.values():
        color = "magenta" if task.type == "qa" else "blue"
        line = Text("  ").append(task.name.ljust(width), f"bold {color}").append("  ")
        ways = [
            f"{status} → {' + '.join(target.name for target in targets)}"
            for status, targets in task.routes.items()
            if [target.name for target in targets] != [status]
        ]
        if task.max_visits and task.on_max_visits:
            ways.append(f"after {counted(task.max_visits, 'visit')} → {task.on_max_visits.name}")
        ways += [f"{status} ⏹" for status, targets in task.routes.items() if [t.name for t in targets] == [status]]
        console.print(line.append("   ".join(ways)), soft_wrap=True)
    for router in pipeline.routers.values():
        cases = [f"{condition(case, last=case is router.cases[-1])} → {case.to.name}" for case in router.cases]
        line = Text("  ").append(router.name.ljust(width), "bold yellow").append("  ")
        console.print(line.append("   ".join(cases)), soft_wrap=True)
    console.print()
