"""Serve a new installation to the client that was generated of the API's document, and move its items meanwhile."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.pictures import picture
from tests.serving import Server
from workflow_core.services import people
from workflow_core.services.accounts import operators, tokens
from workflow_core.services.running import moves
from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for, session_scope


def main(python: str, client: str) -> int:
    with TemporaryDirectory() as folder:
        home, now = Path(folder), datetime.now(UTC)
        engine = engine_for(f"sqlite:///{home / 'annoflow.db'}")
        schema.upgrade(engine)
        (home / "a.jpg").write_bytes(picture())
        with session_scope(engine) as session:
            operators.appoint(session, actor=None, email="olga@example.org", now=now)
            people.project_for(session, name="lane", actor=None, now=now)
            secrets = []
            for email in ("olga@example.org", "ann@example.org"):
                who = people.member(session, email=email, project_id=1, role="contributor", now=now)
                secrets.append(tokens.make(session, actor=who, name="oracle", now=now).secret)
        with Server(str(engine.url), home) as server:
            story = [python, str(Path(__file__).with_name("generated_client.py")), server.url, *secrets, home / "a.jpg"]
            running = subprocess.Popen(story, env={**os.environ, "PYTHONPATH": client})
            while (ended := running.poll()) is None:
                with session_scope(engine) as session:
                    moves.advance(session, now=datetime.now(UTC))
                time.sleep(0.2)
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
