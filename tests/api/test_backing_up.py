"""What deploy/README.md says to back up is enough to go on with, by the commands that it gives."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pictures import picture
from running import PATIENCE
from sqlalchemy import Engine
from stage import BOX, Stage

from workflow_core.store.models import Item

RUNBOOK = (Path(__file__).parents[2] / "deploy/README.md").read_text()
SECTION = RUNBOOK.split("## Back up and restore")[1].split("\n## ")[0]
BACK_UP, RESTORE = (block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE))
OF = {"sqlite": ("sqlite3 ", "rm ", "cp "), "postgresql": ("pg_", "cp --archive ")}


def can(dump: str, engine: Engine) -> bool:
    """Say whether the program is there that dumps a database, and no older than the server."""
    if not shutil.which(dump):
        return False
    with engine.connect() as connection:
        server = connection.dialect.server_version_info or (0,)
    told = subprocess.run([dump, "--version"], capture_output=True, text=True, check=True).stdout
    return dump == "sqlite3" or int(re.findall(r"\d+", told)[0]) >= server[0]


def test_a_backup_put_in_place_has_all_that_was_done_before_it(
    stage: Stage, as_: Callable[..., TestClient], database_url: str, tmp_path: Path
) -> None:
    dump = "sqlite3" if stage.engine.dialect.name == "sqlite" else "pg_dump"
    if not can(dump, stage.engine):
        pytest.skip(f"there is no {dump} for it")
    home, backup = tmp_path, tmp_path / "backup"
    backup.mkdir()

    def run(commands: list[str]) -> None:
        for line in commands:
            if line.startswith(OF[stage.engine.dialect.name]):
                line = line.replace("/var/lib/annoflow/annoflow.db", database_url.removeprefix("sqlite:///"))
                line = line.replace("/var/lib/annoflow", str(home)).replace("/backup", str(backup))
                line = re.sub(r"(?<=--dbname=)annoflow\b|\bannoflow$", f"'{database_url}'", line)
                done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=PATIENCE)
                assert done.returncode == 0, (line, done.stderr)

    stage.add_member("olga", "owner")
    olga = as_("olga")
    sent = olga.put("/api/datasets/1/files/1.png", content=picture("PNG")).raise_for_status().json()
    stage.enter()
    stage.do("ann", "cars", "completed", annotations=[BOX])
    before = stage.rows()
    run(BACK_UP)
    stage.advance()
    assert stage.rows() != before
    shutil.rmtree(home / "media")
    stage.engine.dispose()
    run(RESTORE)
    assert stage.rows() == before
    stage.check()
    assert olga.get(f"/api/items/{sent['item_id']}/image").content == picture("PNG")
    with stage.session() as session:
        assert session.get_one(Item, sent["item_id"]).name == "1.png"
