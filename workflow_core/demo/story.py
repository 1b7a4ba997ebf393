"""The demo, from the first line to the report."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from flows.processes import installation
from workflow_core.demo import closing, entry, material, opening
from workflow_core.demo.accident import Accident, mover
from workflow_core.demo.beside import Beside
from workflow_core.demo.live import LiveView, Snapshot
from workflow_core.demo.material import Given
from workflow_core.demo.people.crew import Crew
from workflow_core.demo.people.manager import Manager
from workflow_core.demo.report import terminal
from workflow_core.demo.report.outcome import Outcome
from workflow_core.demo.stopwatch import Stopwatch
from workflow_core.errors import AnnoflowError, Unavailable
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services.exchange import ingestion
from workflow_core.services.managers import progress
from workflow_core.services.running import moves, schema
from workflow_core.services.running.announcements import announcing
from workflow_core.settings import Settings
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.up.children import only_one
from workflow_core.up.supervisor import serve

PATIENCE = 150.0
"""Seconds that Prefect may take to start."""
LONGEST = 110.0
"""Seconds after which the team goes home, whatever is left."""
LOOK = 0.2
REST = 40.0
"""Seconds that the team rests at most where a mover is to be killed and none is there: between two shifts, say."""


@dataclass(frozen=True)
class Plan:
    """What to run. `items` is a folder of somebody's own pictures, instead of drawn frames."""

    home: Path = Path("annoflow-demo")
    count: int = 200
    seed: int = 1
    items: Path | None = None
    kill: bool = True
    seconds: float = 20.0
    """How long the team's work should take, about."""


def run(plan: Plan, console: Console) -> Outcome:
    """Run the demo, telling it on the console, and return what it came to; its folder stays.

    Raises:
        Conflict: the home holds something that is not of a demo.
        InvalidInput: there are no pictures.
        Unavailable: Prefect did not start.
    """
    began = time.monotonic()
    brought = material.bring(plan.items, plan.count) if plan.items else None
    home = material.prepare(plan.home)
    console.print(f"annoflow demo, in {home}\n", highlight=False, soft_wrap=True)
    private = home / ".annoflow"
    private.mkdir()
    settings = Settings(
        home=private, database_url=f"sqlite:///{private / 'annoflow.db'}", prefect_port=0, lease_seconds=3
    )
    schema.upgrade(settings.database())
    with _Backstage(settings) as backstage:
        opening.show_broken(console)
        given = brought or _frames(home, plan, console)
        engine = engine_for(settings.database())
        file = material.copy_pipeline(home)
        pipeline = entry.deploy(engine, file)
        ids = entry.enter(engine, pipeline, given, seed=plan.seed)
        opening.show_pipeline(console, pipeline)
        backstage.wait_for_mover(engine, console)
        tempo = plan.seconds / (0.9 * max(12, len(ids)))
        crew = Crew(engine, pipeline, ids, seed=plan.seed, tempo=tempo)
        manager = Manager(engine, pipeline, crew)
        with announcing(engine, settings.prefect_api()), Stopwatch(engine) as watch:
            accident = _work(engine, pipeline, crew, manager, watch, len(ids), console, kill=plan.kill)
        exported = closing.export(engine, settings, pipeline, home, console)
    seconds = time.monotonic() - began
    outcome = closing.outcome(engine, pipeline, crew, watch, accident, manager, ids, exported, seconds=seconds)
    way = outcome.loop or outcome.journey
    name = way.picture.name if way else next(iter(ids.values())).name
    remarks = (closing.MADE_UP,) if brought else ()
    outcome = replace(outcome, remarks=remarks, next_steps=terminal.next_steps(home, pipeline, name))
    terminal.tell(outcome, pipeline, home, console)
    engine.dispose()
    return outcome


def _frames(home: Path, plan: Plan, console: Console) -> list[Given]:
    given = material.lay_out(home, plan.count, plan.seed)
    taken = list(track(given, "Laying out frames", total=plan.count, console=console, transient=True))
    shapes = sum(len(one.truth or ()) for one in taken)
    said = f"{len(taken)} frames of a dash camera, with {shapes} things on them: {home / 'frames'}\n"
    console.print(said, highlight=False, soft_wrap=True)
    return taken


def _work(
    engine: Engine,
    pipeline: Pipeline,
    crew: Crew,
    manager: Manager,
    watch: Stopwatch,
    items: int,
    console: Console,
    *,
    kill: bool,
) -> Accident:
    """Let the team work until nothing is left to do, with the accident in the middle."""
    latest = Snapshot(items, ())

    def due() -> bool:
        return kill and latest.ended >= items // 4

    def look() -> Snapshot:
        return replace(snapshot(engine, pipeline, items), notes=(*accident.said, *manager.said))

    accident = Accident(engine, watch, due=due)
    console.print(f"The team begins, with {len({e for t in pipeline.tasks.values() for e in t.assignees})} of them")
    began = quiet = time.monotonic()
    waited = 0.0
    crew.start()
    with accident, LiveView(look, console=console):
        while time.monotonic() - began < LONGEST:
            time.sleep(LOOK)
            latest = snapshot(engine, pipeline, items)
            manager.look(latest.ended / items)
            waited += LOOK if accident.owed else 0
            crew.resting = accident.owed and waited < REST
            if latest.open:
                quiet = time.monotonic()
            if latest.ended == items or time.monotonic() - quiet > 3:
                break
        crew.stop()
    return accident


def snapshot(engine: Engine, pipeline: Pipeline, items: int) -> Snapshot:
    """Return how the run stands."""
    with session_scope(engine, read_only=True) as session:
        deployed = ingestion.find(session, pipeline=pipeline.name, project=pipeline.project)
        at = moves.where(session, pipeline_id=deployed.id)
        tasks = progress.of_pipeline(session, pipeline_id=deployed.id)
    return Snapshot(items, tasks, {name: at.counts.get(name, 0) for name in closing.in_order(pipeline)}, at.moving)


class _Backstage(Beside):
    """What `annoflow up` runs: a Prefect server and its flows, from a thread of this process."""

    PATIENCE = 40.0

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._error: AnnoflowError | None = None
        self.log: list[str] = []
        super().__init__()

    def _run(self) -> None:
        try:
            with only_one(self._settings.home):
                serve(installation(self._settings), say=self.log.append, stop=self._stop)
        except AnnoflowError as error:
            self._error = error

    def wait_for_mover(self, engine: Engine, console: Console) -> None:
        """Wait until Prefect's flow moves items."""
        began = time.monotonic()
        with console.status("Prefect starts its server and the flow that moves items"):
            while time.monotonic() - began < PATIENCE:
                if mover(engine):
                    console.print(f"Prefect is there, its flow moves items ({time.monotonic() - began:.0f} s more)")
                    return
                if self._error:
                    raise self._error
                time.sleep(0.1)
        raise Unavailable(f"no Prefect flow moved items within {PATIENCE:.0f} s; see {self._settings.home / 'logs'}")
