"""Each list of the API, and My work, is read by index, from its start and from a place on, however much there is."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import manifests
import pytest
from building import NOW, person
from explaining import BIG, SMALL_BY_CONDITION, scans
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from workflow_core import api, server
from workflow_core.http import database, identity
from workflow_core.services.accounts.callers import Caller
from workflow_core.settings import Settings
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Export, Membership, Person, TaskItem

DOCUMENT = json.loads((Path(api.__file__).parent / "openapi.json").read_text())
LISTS = [
    path
    for path, one in DOCUMENT["paths"].items()
    if "limit" in {each["name"] for each in one.get("get", {}).get("parameters", ())}
]
ROWS = 20_000
COUNT = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
ONE_IN = "CASE WHEN i % 1000 = 0 THEN 1 ELSE 2 END"
TASK_ITEM = "(SELECT x.id FROM task_item x WHERE x.item_id = i AND x.task_id = 1)"
STATE = "CASE WHEN i % 10 = 0 THEN 'open' ELSE 'dismissed' END"
FILLED = {
    "project (id, name, created_at)": "i, '/' || i, 0",
    "dataset (id, project_id, name, created_at)": f"i, {ONE_IN}, '/' || i, 0",
    "pipeline (id, project_id, dataset_id, name, created_at)": f"i, {ONE_IN}, i, '/' || i, 0",
    "recipe (project_id, name, content, created_at)": f"{ONE_IN}, 'r', '{{}}', 0",
    "person (id, email, active, service, operator, created_at)": "1000 + i, 'a' || i, TRUE, FALSE, FALSE, 0",
    "membership (project_id, person_id, role, version, created_at)": f"{ONE_IN}, 1000 + i, 'manager', 1, 0",
    "export (pipeline_id, exit, uri, items, annotations, at)": f"{ONE_IN}, 'approved', '/e/' || i, 1, 1, 0",
    "deploy (pipeline_id, version_id, at, file, files)": f"{ONE_IN}, 1, 0, 'p', '{{}}'",
    "job (project_id, actor_id, kind, about, done, faults, attempts, created_at, outcome, ended_at)": (
        f"{ONE_IN}, 1, 'sync', '{{}}', 0, '[]', 1, 0, 'done', 0"
    ),
    "issue (id, item_id, task_item_id, qa_task_item_id, state, kind, text, rounds, flagged_by, created_at,"
    " updated_at)": (f"i - 1, i / 1000 + 1, {TASK_ITEM}, {TASK_ITEM}, {STATE}, 'loose', '', 0, 1, 0, 0"),
    "comment (item_id, task_id, person_id, text, created_at)": "i / 1000 + 1, 1, 1, 'why?', 0",
    "comment (item_id, issue_id, person_id, text, created_at)": "i / 1000 + 1, i / 1000 + 1, 1, 'why?', 0",
}
"""A thousandth, or some, is of the first project; the rest is of others."""
TABLES = {into.split()[0] for into in FILLED}
FEW = {"project", "person", "membership", "pipeline"}
"""Of these no installation has so many."""


@pytest.fixture
def olga(full: Engine, thrown_away: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """An owner, whose requests are all answered in one session; tables are as small after it as they were before."""
    session = thrown_away
    fill(session)
    olga = person(session, "olga@example.org", role="owner")
    olga.operator = True
    session.add(Membership(project_id=2, person_id=olga.id, role="manager", created_at=NOW))
    session.flush()
    monkeypatch.setattr(server, "engine_for", lambda *_, **__: full)
    app = server.make(Settings(home=tmp_path))
    app.dependency_overrides[database._reading] = lambda: session
    app.dependency_overrides[identity._known] = lambda: Caller(person=olga, note=None)
    yield TestClient(app, "http://127.0.0.1")
    session.rollback()
    if full.dialect.name == "postgresql":
        # What was thrown away would count for the plans of others as long as it is in the files of the tables.
        with full.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM ANALYZE task_item, {', '.join(TABLES)}")


def fill(session: Session) -> None:
    connection = session.connection()
    postgres = connection.dialect.name == "postgresql"
    unchecked = "SET LOCAL session_replication_role = replica" if postgres else "PRAGMA defer_foreign_keys = ON"
    connection.exec_driver_sql(unchecked)
    for into, row in FILLED.items():
        run(session, f"INSERT INTO {into} {COUNT} SELECT {row} FROM n")
    if postgres:
        connection.exec_driver_sql(f"ANALYZE {', '.join(TABLES)}")
        # It would as soon go through a key from its beginning to the small numbers that are asked for here.
        connection.exec_driver_sql("SET LOCAL enable_mergejoin = off")
    connection.exec_driver_sql("UPDATE task_item SET parked = 'nobody' WHERE task_id = 1 AND item_id > 99990")


def test_each_list_is_read_by_index_from_wherever_it_goes_on(
    olga: TestClient, thrown_away: Session, tmp_path: Path
) -> None:
    held = thrown_away.exec(select(TaskItem.id).where(TaskItem.task_id == 1, TaskItem.item_id == 1)).one()
    export = thrown_away.exec(select(Export).where(Export.pipeline_id == 1).limit(1)).one()
    export.uri = str(tmp_path)
    manifests.write(tmp_path, manifests.named(2))
    known = defaultdict(lambda: "1", task_item_id=str(held), export_id=str(export.id))
    read_whole = {}
    for path in LISTS:
        with scans(thrown_away, big=tuple({*BIG, *TABLES} - FEW)) as found:
            first = olga.get(path.format_map(known), params={"limit": 1}).raise_for_status().json()
            part = {"limit": 1, "after": first["next"]}
            second = olga.get(path.format_map(known), params=part).raise_for_status().json()
        assert len(first["items"] + second["items"]) == 2, path
        if found:
            read_whole[path] = found
    assert read_whole == {}


def test_my_work_reads_nothing_of_what_is_unresolved_elsewhere(olga: TestClient, thrown_away: Session) -> None:
    ann = thrown_away.exec(select(Person).where(Person.email == "ann@example.org")).one()
    cast(FastAPI, olga.app).dependency_overrides[identity._known] = lambda: Caller(person=ann, note=None)
    small = tuple(index for index in SMALL_BY_CONDITION if index != "ix_issue_unresolved")
    with scans(thrown_away, by_task=True, big=(*BIG, "issue"), small=small) as found:
        shown = olga.get("/work", headers={"Accept": "text/html"}).raise_for_status().text
    assert "of 50,000" in shown
    assert found == []
