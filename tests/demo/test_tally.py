"""Counting a run from its history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workflow_core.demo.report import tally
from workflow_core.demo.report.outcome import IssueRow
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import join_of
from workflow_core.pipeline.drawing.traffic import Move
from workflow_core.services.managers.history import Flagged, Happened

START = datetime(2026, 1, 1, tzinfo=UTC)
ANN, QUINN = "ann@example.org", "quinn@example.org"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    base = Path(__file__).parents[2] / "pipelines"
    text = (base / "dashcam.yaml").read_bytes()
    checked = check(text, file="dashcam.yaml", read=lambda path: (base / path).read_bytes())
    assert checked.pipeline is not None
    return checked.pipeline


def event(id: int, verb: str, item: int = 1, task: str | None = None, **more: object) -> Happened:
    given = {"actor": None, "assignee": None, "status": None, "visit": 1, "cause": None, "name": None, "issue": None}
    at = START + timedelta(seconds=id)
    return Happened(id=id, at=at, verb=verb, told="", item=item, task=task, **given | more)  # type: ignore[arg-type]


HISTORY = [
    event(1, "entered"),
    event(2, "placed", task="cars"),
    event(3, "submitted", task="cars", actor=ANN, status="completed"),
    event(4, "placed", task="signs", cause=3),
    event(5, "submitted", item=2, task="qa", actor=QUINN, status="redo-cars"),
    event(6, "placed", item=2, task="cars", cause=5, visit=2),
    event(7, "submitted", item=3, task="expert", actor="eve@example.org", status="approved"),
    event(8, "exited", item=3, task="expert", cause=7, name="approved"),
]


def test_every_item_is_where_it_was_brought_last() -> None:
    exits, elsewhere = tally.where(HISTORY)
    assert exits == {"approved": 1}
    assert elsewhere == {"signs": 1, "cars": 1}


ROUND = [
    *HISTORY[:4],
    event(9, "flagged", task="cars", actor=QUINN, issue=1),
    event(10, "returned", task="cars", status="completed"),
    event(11, "fixed", task="cars", actor=ANN, issue=1),
    event(12, "submitted", task="cars", actor=ANN, status="completed"),
]


def test_issues_are_counted_by_kind() -> None:
    found = tally.issues(
        [*ROUND, event(13, "fixed", task="cars", issue=1), event(14, "fixed", task="cars", issue=2)],
        [
            Flagged(1, "missing", 1, "cars", "approved", 1),
            Flagged(2, "missing", 2, "cars", "for_review", 0),
            Flagged(3, "sloppy", 3, "cars", "dismissed", 0),
        ],
    )
    assert found == (
        IssueRow("missing", raised=2, fixed=3, reopened=1, approved=1, unresolved=1),
        IssueRow("sloppy", raised=1, dismissed=1),
    )


def test_an_issue_is_told_on_its_items_way_by_its_kind() -> None:
    way = tally.steps(ROUND, 1, {1: "missing"})
    assert [(step.what, step.who, step.issue) for step in way if step.issue] == [
        ("flagged", QUINN, "missing"),
        ("fixed", ANN, "missing"),
    ]


def test_the_item_that_went_round_is_one_that_was_re_opened_and_approved_in_the_end() -> None:
    flagged = [Flagged(1, "missing", 1, "cars", "approved", 1), Flagged(2, "sloppy", 3, "cars", "approved", 0)]
    assert tally.went_round(HISTORY, flagged) is None
    assert tally.went_round(HISTORY, [replace(flagged[1], reopened=1)]) == 3


def test_moves_are_told_by_the_status_that_caused_them() -> None:
    assert set(tally.moves(HISTORY)) == {
        Move("cars", "completed", ("signs",), 1),
        Move("qa", "redo-cars", ("cars",), 1),
        Move("expert", "approved", ("approved",), 1),
    }


def test_a_decision_that_opens_two_branches_is_one_move_and_an_arrival_is_one_at_the_join() -> None:
    forked = [*HISTORY[:4], event(9, "placed", task="qa", cause=3)]
    assert tally.moves(forked) == (Move("cars", "completed", ("qa", "signs"), 1),)
    arrived = [*HISTORY[:3], event(9, "arrived", task="qa", cause=3)]
    assert tally.moves(arrived) == (Move("cars", "completed", (join_of("qa"),), 1),)


def test_a_task_tells_its_items_decisions_and_second_visits(pipeline: Pipeline) -> None:
    cars = tally.tasks(HISTORY, pipeline, {"cars": 1})[0]
    assert (cars.name, cars.items, cars.open, cars.again) == ("cars", 2, 1, 1)
    assert cars.statuses == {"completed": 1}


def test_the_item_with_the_longest_way_through_a_task_is_found() -> None:
    assert tally.most_travelled(HISTORY, "expert") == 3
    assert tally.most_travelled(HISTORY, "signs") is None


def test_nothing_on_an_items_way_is_before_what_led_to_it() -> None:
    early = HISTORY[3].__class__(**{**vars(HISTORY[3]), "at": START})
    way = tally.steps([*HISTORY[:3], early], 1)
    assert [step.at for step in way] == sorted(step.at for step in way)
    assert [step.task for step in way] == [None, "cars", "cars", "signs"]
