"""The end of the demo: the exports, and the count of what happened."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from workflow_core.demo.accident import Accident
from workflow_core.demo.material import Given
from workflow_core.demo.people.crew import Crew
from workflow_core.demo.people.manager import Manager
from workflow_core.demo.report import tally
from workflow_core.demo.report.outcome import Journey, Outcome, Picture, latency
from workflow_core.demo.stopwatch import Stopwatch
from workflow_core.domain.measures.reports import By, as_rows
from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services.contributors import annotation_sets
from workflow_core.services.exchange import exports, ingestion
from workflow_core.services.managers import figures, history, progress
from workflow_core.services.managers.history import Flagged, Happened
from workflow_core.services.overviews import tasks
from workflow_core.services.running import verification
from workflow_core.services.running.differences import Kind
from workflow_core.settings import Settings
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.up import prefect_api

MADE_UP = "Nobody knows what is on these pictures: the shapes are made up, to show how work moves."
SHOWN = 18
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
        done = exports.export(
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
    manager: Manager,
    given: Mapping[int, Given],
    exported: Mapping[str, int],
    *,
    seconds: float,
) -> Outcome:
    """Count the run, from its history."""
    project, name = pipeline.project, pipeline.name
    with session_scope(engine, read_only=True) as session:
        deployed = ingestion.find(session, pipeline=name, project=project)
        happened, issues = history.since(session), history.issues(session, pipeline=deployed)
        still_open = {one.task: one.counts.open for one in progress.of_pipeline(session, pipeline_id=deployed.id)}
        kinds = Counter(one.kind for one in verification.check(session))
        managed = [one.id for one in tasks.named(session, actor=None, named=name, project=project)]
        by_task, by_person = (
            figures.of_tasks(session, actor=None, task_ids=managed, by=by, now=datetime.now(UTC))
            for by in (By.TASK, By.PERSON)
        )
    exits, elsewhere = tally.where(happened)
    vanished = len(crew.acknowledged.keys() - {one.id for one in happened if one.verb == "submitted"})
    shown = list(given)[:: max(1, len(given) // SHOWN)][:SHOWN]
    ways = tally.most_travelled(happened, "expert"), tally.went_round(happened, issues)
    pictures = _pictures(engine, given, {*shown, *(item for item in ways if item is not None)}, happened)
    expert, loop = (_journey(pictures[item], happened, issues, item) if item is not None else None for item in ways)
    gap = accident.gap
    footnotes = _of_failures(crew)
    if gap:
        late = sum(gap[0] <= at <= gap[1] for at in crew.acknowledged.values())
        footnotes.append(
            f"While the mover was dead people made {counted(late, 'decision')}: what waited for the next one, at most "
            f"{gap[1] - gap[0]:.1f} s, is left out of the times to the next person."
        )
    return Outcome(
        pipeline=pipeline.name,
        items=len(given),
        exits={exit_name: exits.get(exit_name, 0) for exit_name in in_order(pipeline)},
        elsewhere=elsewhere,
        status_to_claimable=latency(watch.milliseconds(crew.acknowledged, but=gap)),
        acknowledged=len(crew.acknowledged),
        lost=vanished + kinds[Kind.LOST],
        moved_twice=kinds[Kind.MOVED_TWICE],
        differences=kinds[Kind.TABLES],
        exported=exported,
        seconds=round(seconds, 1),
        tasks=tally.tasks(happened, pipeline, still_open),
        moves=tally.moves(happened),
        gallery=tuple(pictures[item] for item in shown),
        journey=expert,
        loop=loop,
        issues=tally.issues(happened, issues),
        figures=tuple(as_rows(by_task)),
        people=tuple(as_rows([one for one in by_person if one.person])),
        changes=tuple(manager.said),
        mover_gap_seconds=round(gap[1] - gap[0], 1) if gap else None,
        footnotes=tuple(footnotes),
    )


def _journey(picture: Picture, happened: list[Happened], issues: list[Flagged], item: int) -> Journey:
    mine = [one for one in issues if one.item == item]
    spots = tuple(one.geometry for one in mine if one.geometry)
    return Journey(replace(picture, flagged=spots), tally.steps(happened, item, {one.id: one.kind for one in mine}))


def in_order(pipeline: Pipeline) -> list[str]:
    """Return the exits, with what was discarded at the end."""
    return sorted(pipeline.exits, key=lambda name: name == "discarded")


def _of_failures(crew: Crew) -> list[str]:
    refused = counted(len(crew.failures), "time")
    return [f"somebody was refused {refused}, such as {crew.failures[0]}"] if crew.failures else []


def _pictures(
    engine: Engine, given: Mapping[int, Given], items: set[int], happened: list[Happened]
) -> dict[int, Picture]:
    ends = {one.item: (one.name or one.task or "") for one in happened if one.verb in ("placed", "exited")}
    with session_scope(engine, read_only=True) as session:
        drawn = {item: annotation_sets.of_item(session, item_id=item) for item in items}
    return {item: Picture(given[item].name, given[item].path, ends.get(item, "nowhere"), drawn[item]) for item in items}
