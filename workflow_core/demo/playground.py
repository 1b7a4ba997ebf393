"""`annoflow up --demo`: three people are whoever looks on, all others are simulated; it lasts as long as it runs."""

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from flows.processes import PYTHON, installation
from workflow_core.demo import entry, frames, material
from workflow_core.demo.beside import Beside
from workflow_core.demo.material import Given
from workflow_core.demo.people.crew import Crew
from workflow_core.demo.people.team import Persona
from workflow_core.services.accounts import links, passwords
from workflow_core.services.accounts.digests import new_secret
from workflow_core.services.running import moves, schema
from workflow_core.settings import Settings
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.up.mover import Turn
from workflow_core.up.site import Address, Site

NOA, QUINN, MIA, RAE = (f"{name}@example.org" for name in ("noa", "quinn", "mia", "rae"))
PERSONAS = (NOA, QUINN, MIA)
"""Whom one may be: somebody who annotates, who reviews, who runs it all."""
EASY = ("04.jpg", "46.jpg", "17.jpg", "29.jpg", "06.jpg", "32.jpg")
"""Pictures with few cars, near by, for a first try."""
COUNT, SEED = 60, 1
TEMPO, BRISK = 8.0, 3.0
"""Seconds that the team takes for an item, about, and that Rae does: nobody waits long for her."""
IDLE = 0.4
"""Seconds after which somebody simulated who has no work looks again."""
ROUNDS = 4
"""So often everybody has had a turn when it begins: there is something to see everywhere."""
LOOK = 0.2
"""Seconds between two looks at the server."""


def run(
    settings: Settings, *, say: Callable[[str], None], opened: Callable[[str], object], stop: threading.Event
) -> None:
    """Run it at the host and port of the settings until `stop` is set, with all else in a folder that is gone then.

    Raises:
        InvalidInput: others than this machine would reach it.
    """
    with tempfile.TemporaryDirectory(prefix="annoflow-demo-") as folder:
        home = Path(folder)
        kept = within(home, settings)
        wanted = installation(kept)
        server = (*PYTHON, "workflow_core.server", *PERSONAS)
        address = Address(settings.host, settings.port, "", server, opened)
        with played(kept.database(), home, lease=kept.lease_seconds):
            site = Site(address, logs=home, folder=home, patience=0, say=say)
            try:
                while not stop.is_set():
                    site.tend(wanted.environment)
                    stop.wait(LOOK)
            finally:
                site.end()


def within(home: Path, settings: Settings) -> Settings:
    """Return settings with which nothing outside a folder is written, and the frames alone are read."""
    own = {"database_url": f"sqlite:///{home / 'annoflow.db'}", "media": "", "exports": "", "prefect_api_url": None}
    read = (str(home / "frames"), str(frames.shipped()))
    return settings.model_copy(update={"home": home, "sources": read, **own})


@contextmanager
def played(database: str, home: Path, *, lease: float) -> Iterator[None]:
    """Fill a new database, and let everybody work on it who is simulated, until the end."""
    schema.upgrade(database)
    engine = engine_for(database)
    with ExitStack() as ending:
        ending.callback(engine.dispose)
        team, _ = crews = [_team(engine, home), _checker(engine, home)]
        for _ in range(ROUNDS):
            for email in team.at_work:
                team.turn(email)
            with session_scope(engine) as session:
                moves.advance(session, now=datetime.now(UTC))
        team.tempo = TEMPO
        for persona in PERSONAS:
            _let_in(engine, persona)
        ending.enter_context(_Mover(database, lease))
        for crew in crews:
            crew.start()
            ending.callback(crew.stop)
        yield


def _team(engine: Engine, home: Path) -> Crew:
    """Deploy the shipped pipeline: Quinn alone reviews, so that what is to be reviewed waits for her."""
    pipeline = entry.deploy(engine, material.copy_pipeline(home))
    given = entry.enter(engine, pipeline, list(material.lay_out(home, COUNT, SEED)), seed=SEED)
    return Crew(engine, pipeline, given, seed=SEED, tempo=0, idle=IDLE, but=(QUINN, RAE))


def _checker(engine: Engine, home: Path) -> Crew:
    """Deploy what Noa does, and let Rae look at it closely."""
    file = home / "pipelines" / "first-frames.yaml"
    file.write_bytes(files("workflow_core.demo").joinpath(file.name).read_bytes())
    pipeline = entry.deploy(engine, file)
    folder = frames.shipped()
    known = {one.file: one for one in frames.originals()}
    size = (frames.WIDTH, frames.HEIGHT)
    given = [Given(name, "/", folder / name, size, known[name].metadata, known[name].truth) for name in EASY]
    entered = entry.enter(engine, pipeline, given, seed=SEED)
    return Crew(engine, pipeline, entered, seed=SEED, tempo=BRISK, idle=IDLE, but=(NOA,), who=_exact)


def _exact(email: str) -> Persona:
    return Persona(email, discards=0, attention=1)


def _let_in(engine: Engine, email: str) -> None:
    """Make an account of somebody, with a password that nobody knows."""
    now, hash = datetime.now(UTC), passwords.hashed(new_secret())
    with session_scope(engine) as session:
        link = links.make(session, email=email, now=now)
        links.use(session, secret=link.secret, hash=hash, now=now)


class _Mover(Beside):
    """Moves items, as `annoflow move --watch` does."""

    def __init__(self, database: str, lease: float) -> None:
        super().__init__()
        self._engine, self._lease = engine_for(database), lease

    def _run(self) -> None:
        turn = Turn(self._engine, lease=self._lease, stop=self._stop.is_set)
        while not self._stop.is_set():
            try:
                if turn.wait():
                    for _ in turn.moves():
                        pass
            except Exception:  # whatever it was, it goes on with the next
                logging.getLogger("annoflow.demo").exception("nothing was moved")
                self._stop.wait(1)
        self._engine.dispose()
