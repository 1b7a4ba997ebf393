"""QA as people do it: flagged, returned, fixed, reviewed, re-opened, approved; one sentence a test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from workflow_core.errors import Conflict, InvalidInput, NotAllowed
from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.managers import reversals, tasks
from workflow_core.services.pipelines import data, deployment
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import moves
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Dataset, Entry, Issue, TaskItem

PIPELINE = b"""
pipeline: street
dataset: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    extra_statuses: [unsure]
    max_fix_rounds: 2
    on: {completed: signs, unsure: expert}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [for-expert]
    on: {for-expert: expert}
  expert:
    type: qa
    reviews: [cars]
    assignees: [eve@example.org]
"""
BOX = {"label": "car", "tool": "box", "geometry": {"x": 1, "y": 1, "width": 20, "height": 10}}
SIGN = {"label": "sign", "tool": "box", "geometry": {"x": 5, "y": 5, "width": 9, "height": 9}}


def no_files(name: str) -> bytes:
    raise FileNotFoundError(name)


@dataclass
class Street:
    """A street with one item, and what people do with it."""

    engine: Engine
    now: datetime
    text: bytes = PIPELINE

    def start(self) -> None:
        with session_scope(self.engine) as session:
            deployment.deploy(session, text=self.text, file="street.yaml", read=no_files, actor=None, now=self.now)
            dataset = session.exec(select(Dataset)).one()
            data.add_items(session, actor=None, dataset=dataset, new=[data.NewItem(name="a.jpg")], now=self.now)

    def task_item(self, session: Session, task: str) -> TaskItem:
        project = people.project(session, name="default")
        found = tasks.by_name(session, project_id=project.id, name=task)
        return session.exec(select(TaskItem).where(TaskItem.task_id == found.id)).one()

    def see(self, task: str) -> tuple[str, str | None]:
        with session_scope(self.engine) as session:
            task_item = self.task_item(session, task)
            return task_item.state, task_item.status

    def do(self, who: str, task: str, status: str, annotations=None) -> None:
        self.now += timedelta(minutes=1)
        with session_scope(self.engine) as session:
            actor = people.person(session, email=f"{who}@example.org")
            task_item = self.task_item(session, task)
            claimed = work.claim_next(session, actor=actor, task_id=task_item.task_id, now=self.now)
            assert claimed is not None
            work.submit(
                session,
                actor=actor,
                task_item_id=claimed.id,
                status=status,
                token=claimed.token,
                annotations=annotations,
                now=self.now,
            )
        self.move()

    def move(self) -> None:
        with session_scope(self.engine) as session:
            while moves.advance(session, now=self.now):
                pass

    def flag(self, drawn: str | None = "car", who: str = "quinn", task: str = "qa", **more) -> int:
        with session_scope(self.engine) as session:
            actor = people.person(session, email=f"{who}@example.org")
            about = None
            if drawn is not None:
                about = session.exec(select(Annotation.id).where(Annotation.label == drawn)).first()
            issue = reviews.flag(
                session,
                actor=actor,
                task_item_id=self.task_item(session, task).id,
                annotation_id=about,
                kind="sloppy",
                now=self.now,
                **more,
            )
            return issue.id

    def issue(self, what, who: str, issue: int) -> str:
        with session_scope(self.engine) as session:
            actor = people.person(session, email=f"{who}@example.org")
            return what(session, actor=actor, issue_id=issue, now=self.now).state

    def exit(self) -> tuple[str | None, str | None]:
        with session_scope(self.engine) as session:
            entry = session.exec(select(Entry)).one()
            return entry.exit, entry.held_exit

    def until_qa(self) -> None:
        self.start()
        self.do("ann", "cars", "completed", [BOX])
        self.do("cy", "signs", "completed", [SIGN])


@pytest.fixture
def street(engine: Engine, now: datetime) -> Street:
    made = Street(engine, now)
    made.until_qa()
    return made


def test_a_flagged_item_returns_to_its_author_and_loses_its_status_there_alone(street: Street) -> None:
    street.flag("car")
    assert street.see("cars") == ("returned", None)
    assert street.see("signs") == ("submitted", "completed")
    assert street.see("qa") == ("waiting", None)


def test_a_returned_item_cannot_be_completed_while_its_issue_is_open(street: Street) -> None:
    street.flag("car")
    with pytest.raises(Conflict, match=r"issue 1 \(car, by quinn@example\.org\) is open"):
        street.do("ann", "cars", "completed")


def test_a_fixed_item_goes_back_to_the_reviewer_without_running_the_chain_again(street: Street) -> None:
    issue = street.flag("car")
    street.issue(reviews.fix, "ann", issue)
    assert street.see("qa") == ("waiting", None)
    street.do("ann", "cars", "completed", None)
    assert street.see("qa") == ("queued", None)
    assert street.see("signs") == ("submitted", "completed")


def test_a_fix_can_be_reopened_fixed_again_and_approved(street: Street) -> None:
    issue = street.flag("car")
    street.issue(reviews.fix, "ann", issue)
    street.do("ann", "cars", "completed")
    street.issue(reviews.reopen, "quinn", issue)
    assert street.see("cars") == ("returned", None)
    street.issue(reviews.fix, "ann", issue)
    street.do("ann", "cars", "completed")
    street.do("quinn", "qa", "approved")
    with session_scope(street.engine) as session:
        assert session.get_one(Issue, issue).state == "approved"
    assert street.exit() == ("approved", None)


def test_approving_is_refused_while_an_issue_is_open(street: Street) -> None:
    street.flag("car")
    with pytest.raises(Conflict), session_scope(street.engine) as session:
        quinn = people.person(session, email="quinn@example.org")
        task_item = street.task_item(session, "qa")
        work.submit(session, actor=quinn, task_item_id=task_item.id, status="approved", now=street.now)


def test_the_last_dismissed_issue_gives_the_status_back(street: Street) -> None:
    issue = street.flag("car")
    street.issue(reviews.dismiss, "quinn", issue)
    assert street.see("cars") == ("submitted", "completed")
    assert street.see("qa") == ("queued", None)


def test_issues_on_two_microtasks_must_both_be_answered(street: Street) -> None:
    car, sign = street.flag("car"), street.flag("sign")
    street.issue(reviews.fix, "ann", car)
    street.do("ann", "cars", "completed")
    assert street.see("qa")[0] == "waiting"
    street.issue(reviews.fix, "cy", sign)
    street.do("cy", "signs", "completed")
    assert street.see("qa")[0] == "queued"


def test_an_issue_on_the_item_names_its_task_by_the_missing_label(street: Street) -> None:
    street.flag(None, label="sign")
    assert street.see("signs") == ("returned", None)


def test_an_issue_on_the_item_without_a_label_asks_whose_fault_it_is(street: Street) -> None:
    with pytest.raises(InvalidInput, match="name one of the tasks"):
        street.flag(None)


def test_a_fix_that_ends_in_another_status_takes_back_everything_that_the_old_one_reached(street: Street) -> None:
    issue = street.flag("car")
    street.issue(reviews.fix, "ann", issue)
    street.do("ann", "cars", "unsure")
    assert street.see("qa")[0] == "withdrawn"
    assert street.see("expert") == ("queued", None)


def test_a_fix_that_ends_in_discarded_ends_the_item_and_dismisses_the_issue(street: Street) -> None:
    issue = street.flag("car")
    street.do("ann", "cars", "discarded")
    assert street.exit() == ("discarded", None)
    with session_scope(street.engine) as session:
        assert session.get_one(Issue, issue).state == "dismissed"


def test_flagging_is_refused_in_an_annotation_task(street: Street) -> None:
    with pytest.raises(NotAllowed, match="annotation task"):
        street.flag("car", who="ann", task="cars")


def test_undo_is_possible_until_somebody_has_begun(street: Street) -> None:
    with session_scope(street.engine) as session:
        cy = people.person(session, email="cy@example.org")
        reversals.undo(session, actor=cy, task_item_id=street.task_item(session, "signs").id, now=street.now)
    assert street.see("signs") == ("claimed", None)
    assert street.see("qa") == ("withdrawn", None)


def test_undo_is_refused_once_the_next_task_item_was_begun(street: Street) -> None:
    with pytest.raises(Conflict, match="begun"), session_scope(street.engine) as session:
        ann = people.person(session, email="ann@example.org")
        reversals.undo(session, actor=ann, task_item_id=street.task_item(session, "cars").id, now=street.now)


def test_an_undone_approval_brings_the_item_back_from_its_exit(street: Street) -> None:
    street.do("quinn", "qa", "approved")
    assert street.exit() == ("approved", None)
    with session_scope(street.engine) as session:
        quinn = people.person(session, email="quinn@example.org")
        reversals.undo(session, actor=quinn, task_item_id=street.task_item(session, "qa").id, now=street.now)
    assert street.exit() == (None, None)
    assert street.see("qa") == ("claimed", None)
    street.do("quinn", "qa", "approved")
    assert street.exit() == ("approved", None)


def test_clear_takes_back_the_whole_lineage_and_names_it_first(street: Street) -> None:
    with session_scope(street.engine) as session:
        project = people.project(session, name="default")
        cars = tasks.by_name(session, project_id=project.id, name="cars")
        chosen = reversals.chosen(session, task=cars)
        preview = reversals.preview_clear(session, actor=None, task=cars, of=chosen)
        assert [reached.task for reached in preview.task_items] == ["qa"]
        reversals.clear(session, actor=None, task=cars, of=chosen, now=street.now)
    assert street.see("cars") == ("queued", None)
    assert street.see("signs") == ("submitted", "completed")
    assert street.see("qa") == ("withdrawn", None)
    street.do("ann", "cars", "completed")
    assert street.see("signs") == ("queued", None)


def test_beyond_its_rounds_an_issue_parks_the_item_for_a_manager(street: Street) -> None:
    issue = street.flag("car")
    for _ in range(3):
        street.issue(reviews.fix, "ann", issue)
        street.do("ann", "cars", "completed")
        street.issue(reviews.reopen, "quinn", issue)
    with session_scope(street.engine) as session:
        assert street.task_item(session, "cars").parked == "max-fix-rounds"


def corrected(street: Street) -> list[dict[str, object]]:
    with session_scope(street.engine) as session:
        drawn = session.exec(select(Annotation).where(Annotation.label == "car")).one()
        return [{"id": drawn.id, **BOX, "geometry": {"x": 2, "y": 2, "width": 22, "height": 12}}]


def test_a_reviewer_corrects_directly_only_where_the_recipe_allows_it(engine: Engine, now: datetime) -> None:
    street = Street(engine, now)
    street.until_qa()
    with pytest.raises(InvalidInput, match="no annotation"):
        street.do("quinn", "qa", "approved", corrected(street))


def test_a_reviewers_correction_is_shown_beside_its_author(engine: Engine, now: datetime) -> None:
    street = Street(
        engine, now, PIPELINE.replace(b"{labels: [car]}", b"{labels: [car], settings: {reviewer_edits: true}}")
    )
    street.until_qa()
    street.do("quinn", "qa", "approved", corrected(street))
    with session_scope(engine) as session:
        car = session.exec(select(Annotation).where(Annotation.label == "car")).one()
        assert car.geometry["width"] == 22
        assert car.created_by == people.person(session, email="ann@example.org").id
        assert car.updated_by == people.person(session, email="quinn@example.org").id
