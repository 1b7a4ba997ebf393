"""Commands that look at, and change, an installation."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import building
import pytest
from sqlalchemy import text
from sqlmodel import Session
from stage import BOX

from workflow_core.cli.installations import context
from workflow_core.services.contributors import work
from workflow_core.services.data.files import Place
from workflow_core.settings import Settings
from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for, session_scope

PIPELINE = building.TWO_STEPS + "exits:\n  approved: {export: {format: jsonl, to: out}}\n"


@pytest.fixture
def home(annoflow, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migrated database, and a pipeline file."""
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    (tmp_path / "street.yaml").write_text(PIPELINE)
    return tmp_path


@pytest.fixture
def worked(annoflow, home: Path, database_url: str) -> Path:
    """Three items: one approved, one whose status is not moved yet, one not begun."""
    assert annoflow("pipeline", "deploy", "street.yaml").code == 0
    engine = engine_for(database_url)
    with session_scope(engine) as session:
        building.add_items(session, 1, now=datetime.now(UTC))
        building.work_through(session, building.good)
        building.add_items(session, 2, start=1)
        _complete_one(session)
    engine.dispose()
    return home


def _complete_one(session: Session) -> None:
    left = ["completed"]
    building.work_in(session, "cars", lambda *_: left.pop() if left else None)


def test_a_database_is_made_and_found_up_to_date_and_each_time_named_with_what_is_in_it(
    annoflow, tmp_path: Path
) -> None:
    file = tmp_path / ".annoflow/annoflow.db"
    missing = annoflow("status")
    assert missing.code == 3
    assert (
        missing.err == f"annoflow: there is no database {file} yet; run: annoflow up PIPELINE, or annoflow db upgrade\n"
    )
    assert not file.parent.exists()
    assert annoflow("db", "check").out == f"there is no database {file} yet; run: annoflow up, or annoflow db upgrade\n"
    head = schema.head()
    made = f"made a new database, {file}, at revision {head}: new and empty\n"
    assert annoflow("db", "upgrade").out == made
    assert annoflow("db", "upgrade").out == f"the database {file} is up to date, at revision {head}: new and empty\n"
    checked = annoflow("db", "check")
    assert checked.code == 0
    assert checked.out.startswith(f"fine: {file}: new and empty; the tables are as they should be")


def test_a_clock_that_was_ahead_is_seen_in_the_status(annoflow, worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "clock" not in annoflow("status").out
    assert annoflow("status", "--json").json()[0]["ahead_seconds"] is None
    now = context.now()
    for minutes, seen in ((0.5, False), (123, True)):
        monkeypatch.setattr(context, "now", lambda behind=minutes: now - timedelta(minutes=behind))
        assert (" ahead of this machine's clock: a clock was wrong" in annoflow("status").out) is seen
    assert "the newest history is dated 2:0" in annoflow("status").out
    assert 7_000 < annoflow("status", "--json").json()[0]["ahead_seconds"] < 7_400


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_would_be_gone_with_the_command_is_refused(annoflow, url: str) -> None:
    ran = annoflow("--database-url", url, "db", "upgrade")
    assert ran.code == 3
    assert "is gone when the command ends; name a file, like sqlite:///annoflow.db" in ran.err


def test_what_is_in_a_database_is_said_when_it_is_checked_and_upgraded(annoflow, worked: Path) -> None:
    events = annoflow("db", "check", "--json").json()["contents"]["event"]
    for command in ("check", "upgrade"):
        assert f": 1 pipeline, 3 items, {events} events" in annoflow("db", command).out
    assert annoflow("db", "upgrade", "--json").json()["contents"] == {"pipeline": 1, "item": 3, "event": events}


def test_another_home_and_another_database_can_be_named(annoflow, tmp_path: Path) -> None:
    assert annoflow("--home", "there", "db", "upgrade").code == 0
    assert (tmp_path / "there/annoflow.db").exists()
    assert annoflow("--database-url", f"sqlite:///{tmp_path}/own.db", "db", "upgrade").code == 0
    assert (tmp_path / "own.db").exists()
    ran = annoflow("--database-url", "mysql://x", "status")
    assert ran.code == 3
    assert ran.err.startswith("annoflow: annoflow keeps its state in SQLite or PostgreSQL")


def test_a_deploy_says_what_it_did_and_twice_changes_nothing(annoflow, home: Path) -> None:
    planned = annoflow("pipeline", "plan", "street.yaml")
    assert "pipeline street (project default): new, 2 tasks" in planned.out
    first = annoflow("pipeline", "deploy", "street.yaml")
    assert "a new version" in first.out
    assert "invited: ann@example.org, bo@example.org, quinn@example.org" in first.out
    (again,) = annoflow("pipeline", "deploy", "--json", "street.yaml").json()
    assert (again["new_version"], again["new_tasks"]) == (False, [])
    assert (
        annoflow("pipeline", "plan", "street.yaml").out == "pipeline street (project default): nothing would change\n"
    )


def test_items_on_their_way_keep_their_version_until_they_are_taken_along(annoflow, worked: Path) -> None:
    (worked / "street.yaml").write_text(PIPELINE.replace("type: qa", "type: qa\n    max_visits: 3"))
    kept = annoflow("pipeline", "plan", "street.yaml").out
    assert re.search(r"  2 items on the way keep the statuses and routes of version \w{12}: 2 at cars\n", kept)
    planned = annoflow("pipeline", "plan", "--migrate", "street.yaml")
    assert "  2 items on the way taken along\n" in planned.out and "keep" not in planned.out
    annoflow("pipeline", "deploy", "street.yaml")
    (worked / "street.yaml").write_text(PIPELINE.replace("cars:", "vans:"))
    ran = annoflow("pipeline", "deploy", "--migrate", "street.yaml")
    assert "  0 items on the way taken along\n  2 items stay: the version does not have the task cars\n" in ran.out
    (worked / "street.yaml").write_text(PIPELINE)
    annoflow("pipeline", "deploy", "street.yaml")
    done = annoflow("pipeline", "migrate", "street")
    assert re.fullmatch(r"pipeline street, version \w{12}\n  0 items on the way taken along\n", done.out)
    assert annoflow("pipeline", "migrate", "street", "--json").json()["stayed"] == []
    assert annoflow("pipeline", "migrate", "lane").code == 3


def test_a_plan_says_what_leavers_may_finish_and_what_stays_theirs(annoflow, worked: Path, database_url: str) -> None:
    engine = engine_for(database_url)
    with session_scope(engine) as session:
        building.add_items(session, 4, start=3)
        for who in ("ann", "bo"):
            cars, actor = building.task(session, "cars"), building.person(session, f"{who}@example.org")
            assert work.claim_next(session, actor=actor, task_id=cars.id, now=datetime.now(UTC))
    engine.dispose()
    (worked / "street.yaml").write_text(PIPELINE.replace("[ann@example.org, bo@example.org]", "[cy@example.org]"))
    planned = annoflow("pipeline", "plan", "street.yaml").out
    words = r"\(may finish the 1 item they have open, (1 item stays|2 items stay) theirs until reassigned\)"
    assert re.search(rf"people: \+ cy@example.org, - ann@example.org {words}, - bo@example.org {words}\n", planned)


def test_what_is_wrong_is_neither_planned_nor_deployed(annoflow, home: Path) -> None:
    (home / "bad.yaml").write_text(PIPELINE.replace("completed: qa", "completed: quality"))
    for command in ("plan", "deploy"):
        ran = annoflow("pipeline", command, "bad.yaml")
        assert (ran.code, ran.out) == (1, "")
        assert "AF020 unknown-target" in ran.err


def test_status_says_where_the_items_are(annoflow, worked: Path) -> None:
    (shown,) = annoflow("status", "--json").json()
    assert {task["task"]: task["counts"]["submitted"] for task in shown["tasks"]} == {"cars": 2, "qa": 1}
    assert (shown["exits"], shown["moving"], shown["stuck"]) == ({"approved": 1}, 1, [])
    table = annoflow("status", "street", "--people").out
    assert "in motion: 1 item" in table
    assert "ann@example.org" in table
    ran = annoflow("status", "nowhere")
    assert (ran.code, ran.err) == (3, "annoflow: no pipeline 'nowhere'; there is 'street'\n")


def test_status_names_the_command_that_sends_on_what_is_stuck(annoflow, worked: Path, database_url: str) -> None:
    engine = engine_for(database_url)
    with session_scope(engine) as session:
        session.execute(text("UPDATE task_item SET parked = 'nobody' WHERE state = 'queued'"))
    engine.dispose()
    told = annoflow("status").out
    assert "stuck: 1 item\n" in told
    assert told.endswith("to send one on: annoflow item send ITEM TASK\n")


def test_move_moves_what_has_a_status_without_prefect(annoflow, worked: Path) -> None:
    assert annoflow("move", "--json").json() == {
        "routed": 1,
        "arrivals": [{"pipeline": "street", "at": "qa", "items": 1}],
    }
    assert annoflow("move").out == "nothing to move\n"
    assert annoflow("db", "check").code == 0


def test_why_tells_the_way_of_an_item(annoflow, worked: Path) -> None:
    told = annoflow("item", "why", "0000.jpg").out
    assert told.startswith("/0000.jpg, item 1 of the dataset street\n")
    assert "left by approved" in told
    assert annoflow("item", "why", "0000.jpg", "--json").json()["entries"][0]["exit"] == "approved"
    assert annoflow("item", "why", "nothing.jpg").code == 3
    for named in ("99999999999999999999", "\u0661", "9" * 5_000, "\0", "\udce9.jpg"):
        ran = annoflow("item", "why", named)
        assert ran.code == 3 and ran.err.startswith("annoflow: no item") and len(ran.err) < 100


def test_an_item_is_sent_once_more_and_before_it_is_said_what_goes_with_that(annoflow, worked: Path) -> None:
    told = annoflow("item", "send", "0000.jpg", "cars")
    assert told.out == (
        "would send 0000.jpg from qa to cars\ncomes back from the exit approved\nnothing is sent yet: --yes sends it\n"
    )
    assert annoflow("item", "why", "0000.jpg", "--json").json()["entries"][0]["exit"] == "approved"
    assert annoflow("item", "send", "0000.jpg", "cars", "--yes").out.startswith("sent 0000.jpg from qa to cars\n")
    assert "'s turn in cars" in annoflow("item", "why", "0000.jpg").out
    again = annoflow("item", "send", "0000.jpg", "qa", "--json").json()
    assert (again["sent"], [one["task"] for one in again["task_items"]]) == (False, ["cars"])
    refused = annoflow("item", "send", "0000.jpg", "qa", "--from", "signs")
    assert (refused.code, refused.err) == (
        3,
        "annoflow: 0000.jpg is in 'cars', 'qa': say --from which task it is sent\n",
    )
    assert annoflow("db", "check").code == 0


def test_an_item_is_archived_and_then_erased_once_that_is_confirmed(annoflow, worked: Path) -> None:
    annoflow("export", "street")
    refused = annoflow("item", "erase", "0000.jpg")
    assert (refused.code, "archive first" in refused.err) == (3, True)
    assert annoflow("item", "archive", "0000.jpg").out == "archived 1 item\n"
    told = annoflow("item", "erase", "0000.jpg").out
    assert told.startswith("would erase 1 item: 2 task items, 0 annotations, 0 issues, 0 comments, 0 drafts\n")
    assert "the export street approved has 1 item of these, last written " in told
    assert annoflow("item", "why", "1").out.startswith("/0000.jpg")
    uploaded = Path(Settings().media_at()) / f"{Place(1, '/', '0000.jpg').beginning}0.jpg"
    uploaded.parent.mkdir(parents=True)
    uploaded.touch()
    done = annoflow("item", "erase", "0000.jpg", "--yes", "--json").json()
    assert (done["erased"], done["items"], uploaded.exists()) == (True, 1, False)
    told = annoflow("item", "why", "/0000.jpg").out
    assert told.startswith("item 1 of the dataset street was erased; ")
    assert told.endswith("annoflow erased it\n")
    again = annoflow("item", "erase", "0000.jpg", "--yes")
    assert (again.code, again.err) == (3, "annoflow: no item '0000.jpg' any more: it was erased\n")
    assert annoflow("db", "check").code == 0


def test_who_has_an_item_open_is_said_before_it_is_archived(annoflow, worked: Path, database_url: str) -> None:
    engine = engine_for(database_url)
    with session_scope(engine) as session:
        bo = building.person(session, "bo@example.org")
        cars = building.task(session, "cars").id
        held = work.claim_next(session, actor=bo, task_id=cars, now=datetime.now(UTC))
    engine.dispose()
    refused = annoflow("item", "archive", held.item_id)
    assert (refused.code, "annoflow: bo@example.org has 000" in refused.err) == (3, True)
    assert annoflow("item", "archive", held.item_id, "--end-claims").out == "archived 1 item\n"


def test_export_writes_a_snapshot(annoflow, worked: Path) -> None:
    done = annoflow("export", "street", "--json").json()
    assert (done["items"], done["unchanged"]) == (1, False)
    assert (worked / "out" / "latest.json").exists()
    assert "nothing has changed since" in annoflow("export", "street").out
    ran = annoflow("export", "street", "aproved")
    assert ran.code == 3
    assert "approved" in ran.err


def test_annotations_come_in_and_what_matches_nothing_is_listed(annoflow, worked: Path) -> None:
    good = {"item": "/0002.jpg", **BOX}
    lines = [good, {**good, "item": "/nothing.jpg"}, {**good, "label": "bicycle"}]
    (worked / "given.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    ran = annoflow("import", "street", "given.jsonl", "--model", "yolo")
    assert ran.code == 1
    assert (
        "given.jsonl: 1 left out: no item '/nothing.jpg' in dataset 'street';"
        " bring the items in first: annoflow import PIPELINE or annoflow upload (line 2)\n"
    ) in ran.out
    assert "given.jsonl: 1 left out: no task has the label 'bicycle'; possible: car (line 3)\n" in ran.out
    assert ran.out.endswith("given.jsonl: 1 annotation came in, 2 left out\n")
    (worked / "given.jsonl").write_text(json.dumps(good) + "\n")
    again = annoflow("import", "street", "given.jsonl", "--model", "yolo")
    same = "(the same item, label, shape or box around it, attributes and maker)"
    assert (again.code, again.out) == (0, f"given.jsonl: 0 annotations came in, 1 there already {same}\n")


def test_predictions_of_a_finished_item_open_it_again_once_what_is_taken_back_is_confirmed(
    annoflow, worked: Path
) -> None:
    annoflow("export", "street")
    (worked / "late.jsonl").write_text(json.dumps({"item": "/0000.jpg", **BOX}) + "\n")
    refused = annoflow("import", "street", "late.jsonl", "--model", "yolo")
    assert (refused.code, "0000.jpg is completed in 'cars' already" in refused.out) == (1, True)
    said = annoflow("import", "street", "late.jsonl", "--model", "yolo", "--reopen")
    assert said.out.splitlines() == [
        "late.jsonl: 1 annotation would come in",
        "would re-open 1 task item",
        "back from the exit approved: 1 item",
        "exported already: 1 item",
        "nothing is done yet: --yes does it",
    ]
    done = annoflow("import", "street", "late.jsonl", "--model", "yolo", "--reopen", "--yes", "--json").json()
    assert [(one["new"], one["reopened"], one["exits"]) for one in done] == [(1, 1, {"approved": 1})]
    assert "in cars" in annoflow("item", "why", "0000.jpg").out
    assert annoflow("export", "street", "--json").json()["items"] == 0


def test_an_item_is_taken_from_its_reviewer_for_a_prediction_once_that_is_confirmed(
    annoflow, worked: Path, database_url: str
) -> None:
    engine = engine_for(database_url)
    with session_scope(engine) as session:
        building.move(session, now=datetime.now(UTC))
        quinn, qa = building.person(session, "quinn@example.org"), building.task(session, "qa").id
        work.claim_next(session, actor=quinn, task_id=qa, now=datetime.now(UTC))
    engine.dispose()
    (worked / "late.jsonl").write_text(json.dumps({"item": "/0001.jpg", **BOX}) + "\n")
    late = ("import", "street", "late.jsonl", "--model", "yolo", "--reopen", "--yes")
    refused = annoflow(*late)
    assert (refused.code, "confirm to end the claims on it" in refused.out) == (1, True)
    done = annoflow(*late, "--end-claims")
    assert (done.code, "withdrawn: 1 item of qa, open with somebody" in done.out) == (0, True)


def test_the_source_is_read_by_hand(annoflow, home: Path) -> None:
    from PIL import Image

    (home / "frames").mkdir()
    Image.new("RGB", (4, 3)).save(home / "frames" / "a.png")
    (home / "street.yaml").write_text(PIPELINE.replace("{watch: true}", f"{{uri: {home / 'frames'}}}"))
    assert annoflow("pipeline", "deploy", "street.yaml").code == 0
    assert annoflow("import", "street").out == "street: 1 new item, 1 entered\n"
    assert annoflow("import", "street", "--json").json()["new"] == 0


def test_a_database_that_is_not_ready_says_what_to_do(annoflow, tmp_path: Path) -> None:
    (tmp_path / ".annoflow").mkdir()
    (tmp_path / ".annoflow/annoflow.db").touch()
    ran = annoflow("status")
    assert ran.code == 3
    file = tmp_path / ".annoflow/annoflow.db"
    ways_out = "run: annoflow up, or annoflow db upgrade"
    assert ran.err == f"annoflow: the database {file} is not ready (no such table: project); {ways_out}\n"
