"""The team at work, turn by turn: real faults, fixed and approved; figures that add up; nobody loses anything."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import Engine

from workflow_core.demo import closing, entry, material
from workflow_core.demo.accident import Accident
from workflow_core.demo.people.crew import Crew
from workflow_core.demo.people.manager import NEWCOMER, Manager
from workflow_core.demo.report.outcome import Outcome
from workflow_core.demo.report.page import page
from workflow_core.demo.report.words import COLUMNS, figure, total
from workflow_core.demo.stopwatch import Stopwatch
from workflow_core.domain.annotations import geometry
from workflow_core.domain.measures.reports import By, as_rows
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services.contributors import annotation_sets
from workflow_core.services.exchange import ingestion
from workflow_core.services.managers import figures, history, progress
from workflow_core.services.managers.history import Flagged, Happened
from workflow_core.services.overviews.tasks import named as named_tasks
from workflow_core.services.running import moves, verification
from workflow_core.store.database.engine import Session, engine_for, session_scope
from workflow_core.store.models import Issue
from workflow_core.store.models import Pipeline as Deployed

pytestmark = pytest.mark.xdist_group("crew")  # one run of the demo for all of them

COUNT, SEED = 30, 12


@dataclass
class Played:
    """A run without threads and without Prefect: turn after turn, and the mover after each round."""

    engine: Engine
    home: Path
    pipeline: Pipeline = field(init=False)
    outcome: Outcome = field(init=False)
    seen: list[tuple[Flagged, list[dict[str, object]], tuple[object, ...]]] = field(default_factory=list)
    """Each issue, with what was drawn and what is there at the moment in which it was flagged."""

    def play(self) -> None:
        self.pipeline = entry.deploy(self.engine, material.copy_pipeline(self.home))
        given = entry.enter(self.engine, self.pipeline, list(material.lay_out(self.home, COUNT, SEED)), seed=SEED)
        self.crew = Crew(self.engine, self.pipeline, given, seed=SEED, tempo=0)
        self.manager = Manager(self.engine, self.pipeline, self.crew)
        known: set[int] = set()
        busy = True
        while busy:
            busy = False
            for email in list(self.crew.at_work):
                busy |= bool(self.crew.turn(email))
                for issue in self.issues():
                    if issue.id not in known:
                        known.add(issue.id)
                        with self.reading() as session:
                            drawn = annotation_sets.of_item(session, item_id=issue.item)
                        self.seen.append((issue, drawn, given[issue.item].truth or ()))
            with session_scope(self.engine) as session:
                busy |= bool(moves.advance(session, now=datetime.now(UTC)).routed)
            with self.reading() as session:
                exits = progress.exits(session, pipeline_id=self.deployed(session).id)
            self.manager.look(sum(exits.values()) / COUNT)
        watch = Stopwatch(self.engine)
        accident = Accident(self.engine, watch, due=lambda: False)
        self.outcome = closing.outcome(
            self.engine, self.pipeline, self.crew, watch, accident, self.manager, given, {}, seconds=1.0
        )

    def reading(self):  # type: ignore[no-untyped-def]
        return session_scope(self.engine, read_only=True)

    def deployed(self, session: Session) -> Deployed:
        return ingestion.find(session, pipeline="dashcam", project="road")

    def issues(self) -> list[Flagged]:
        with self.reading() as session:
            return history.issues(session, pipeline=self.deployed(session))

    def history(self) -> list[Happened]:
        with self.reading() as session:
            return history.since(session)


@pytest.fixture(scope="module")
def played(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    home = tmp_path_factory.mktemp("played")
    shutil.copy(sqlite_template, home / "annoflow.db")
    engine = engine_for(f"sqlite:///{home / 'annoflow.db'}")
    one = Played(engine, home)
    one.play()
    yield one
    engine.dispose()


def test_every_item_leaves_and_nobody_is_refused(played: Played) -> None:
    shown = played.outcome.as_json()
    assert sum(shown["exits"].values()) + sum(shown["elsewhere"].values()) == shown["items"] == COUNT
    assert shown["elsewhere"] == {}
    assert played.crew.failures == []
    assert (shown["lost"], shown["moved_twice"]) == (0, 0)


def test_the_statuses_acknowledged_are_those_of_the_history(played: Played) -> None:
    assert set(played.crew.acknowledged) == {one.id for one in played.history() if one.verb == "submitted"}
    assert played.outcome.acknowledged == len(played.crew.acknowledged)


def test_the_history_replays_to_what_is_there(played: Played) -> None:
    with session_scope(played.engine) as session:
        assert [str(one) for one in verification.check(session)] == []


def test_issues_add_up(played: Played) -> None:
    every = total(played.outcome.issues)
    assert every.raised == len(played.seen) > 5
    assert every.raised == every.approved + every.dismissed + every.unresolved
    assert every.fixed >= every.approved > 0
    assert every.fixed >= every.reopened > 0
    for row in played.outcome.issues:
        assert row.raised == row.approved + row.dismissed + row.unresolved
        assert row.fixed >= row.approved


def test_issues_are_those_of_the_services_figures(played: Played) -> None:
    every = total(played.outcome.issues)
    about = [row for row in played.outcome.figures if row["type"] == "annotation"]
    for name, counted in {
        "issues_raised": every.raised,
        "issues_fixed": every.fixed,
        "issues_reopened": every.reopened,
        "issues_accepted": every.approved,
        "issues_dismissed": every.dismissed,
        "issues_unresolved": every.unresolved,
    }.items():
        assert sum(row[name] for row in about) == counted, name
    made = [row for row in played.outcome.figures if row["type"] == "qa"]
    assert sum(row["issues_raised"] for row in made) == every.raised


def box(shape: object) -> dict[str, float]:
    found = geometry.bounds(shape)  # type: ignore[arg-type]
    assert found is not None
    return dict(zip(("x", "y", "width", "height"), found, strict=True))


def test_what_was_flagged_was_a_fault(played: Played) -> None:
    """Told by the ground truth alone, for what was drawn when it was flagged."""
    with session_scope(played.engine, read_only=True) as session:
        of_annotation = {one.id: session.get_one(Issue, one.id).annotation_id for one, _, _ in played.seen}
    for issue, drawn, truth in played.seen:
        labels = {label.name for label in played.pipeline.tasks[issue.task].recipe.labels}
        there = [(shape.label, box(shape.geometry)) for shape in truth if shape.label in labels]
        if issue.kind == "missing":
            (thing,) = [at for _, at in there if at == box(issue.geometry)]
            marks = [box(mark["geometry"]) for mark in drawn if mark["label"] in labels]
            free = [mark for mark in marks if not any(geometry.iou(at, mark) >= 0.7 for _, at in there if at != thing)]
            assert all(geometry.iou(thing, mark) < 0.4 for mark in free), issue
            continue
        (mark,) = [one for one in drawn if one["id"] == of_annotation[issue.id]]
        best, label = max((geometry.iou(at, box(mark["geometry"])), label) for label, at in there)
        if issue.kind == "sloppy":
            assert label == mark["label"] and best < 0.7, issue
        elif issue.kind == "wrong label":
            assert label != mark["label"], issue
        else:
            assert issue.kind == "needless" and best < 0.4, issue


def test_a_fix_that_was_approved_has_taken_the_fault_away(played: Played) -> None:
    approved = [issue for issue in played.issues() if issue.state == "approved" and issue.kind != "needless"]
    truths = {issue.id: truth for issue, _, truth in played.seen}
    for issue in approved:
        (thing,) = [shape for shape in truths[issue.id] if shape.geometry == issue.geometry]
        with played.reading() as session:
            drawn = [one for one in annotation_sets.of_item(session, item_id=issue.item) if one["label"] == thing.label]
        assert max(geometry.iou(box(thing.geometry), box(one["geometry"])) for one in drawn) >= 0.7


def test_who_left_does_nothing_more_and_the_newcomer_takes_over(played: Played) -> None:
    left, dealt = played.manager.said
    assert left.startswith("eli left in mid-work; hal took over") and dealt.startswith("mia dealt the")
    events = played.history()
    took = next(one.id for one in events if one.verb == "reassigned")
    assert "eli@example.org" in {one.actor for one in events if one.id < took}
    assert "eli@example.org" not in {one.actor for one in events if one.id > took}
    assert NEWCOMER in {one.actor for one in events if one.id > took and one.verb == "submitted"}


def test_the_item_that_went_round_was_flagged_fixed_re_opened_fixed_and_approved(played: Played) -> None:
    assert played.outcome.loop is not None
    did = [step.what for step in played.outcome.loop.steps if step.issue]
    for words in ("flagged", "fixed", "re-opened", "fixed", "approved the fix"):
        did = did[did.index(words) + 1 :]
    assert played.outcome.loop.picture.end == "approved"
    assert played.outcome.loop.picture.flagged


class Rows(HTMLParser):
    """Reads the cells of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell &= tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def test_the_reports_figures_are_those_of_the_services(played: Played) -> None:
    reader = Rows()
    reader.feed(page(played.outcome, played.pipeline))
    with played.reading() as session:
        tasks = named_tasks(session, actor=None, named="dashcam")
        by_task, by_person = (
            as_rows(
                figures.of_tasks(session, actor=None, task_ids=[one.id for one in tasks], by=by, now=datetime.now(UTC))
            )
            for by in (By.TASK, By.PERSON)
        )
    assert list(played.outcome.figures) == by_task
    expected = [[f"{row['task']} {row['type']}", *(figure(row[name], name) for name in COLUMNS)] for row in by_task]
    expected += [
        [f"{str(row['person']).split('@')[0]} {row['task']}", *(figure(row[name], name) for name in COLUMNS)]
        for row in by_person
        if row["person"]
    ]
    assert [row for row in reader.rows if row in expected] == expected
    json.dumps(played.outcome.as_json())
