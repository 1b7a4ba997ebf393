"""Questions on an item that flag nothing, and the threads of issues: who reads what was said, and who may answer."""

import pytest
from reviewed import until_qa
from stage import email

from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services.contributors import comments
from workflow_core.store.database.engine import session_scope


@pytest.fixture
def stage(engine):
    return until_qa(engine)


def say(stage, who, text, **about):
    with stage.session() as session:
        comments.comment(session, actor=stage.person(session, who), text=text, now=stage.now, **about)


def read(stage, who, **about):
    with stage.session() as session:
        said = comments.thread(session, actor=stage.person(session, who), **about)
    return [(one.person.split("@")[0], one.text) for one in said.items]


def of_task(stage, task, **more):
    with stage.session() as session:
        return comments.in_task(session, actor=None, task_id=stage.task(session, task).id, **more).items


def test_a_question_changes_nothing_its_manager_sees_it_and_who_asked_reads_the_answer(stage):
    before, mine = stage.rows(), stage.row("cars").task_item_id
    say(stage, "ann", " is a van a car? ", task_item_id=mine)
    assert stage.rows() == before and stage.issues() == {}
    (asked,) = of_task(stage, "cars")
    assert (asked.item, asked.person, asked.text, asked.issue_id) == ("0", email("ann"), "is a van a car?", None)
    stage.add_member("mia", role="manager")
    say(stage, "mia", "yes", task_item_id=mine)
    assert read(stage, "ann", task_item_id=mine) == [("ann", "is a van a car?"), ("mia", "yes")]
    assert [one.text for one in of_task(stage, "cars", limit=1)] == ["yes"]
    assert of_task(stage, "signs") == []


def test_the_thread_of_an_issue_is_read_by_its_author_and_its_reviewer_and_is_none_of_the_item(stage):
    issue, mine = stage.flag("quinn", "qa", "cars"), stage.row("cars").task_item_id
    say(stage, "quinn", "the left one", issue_id=issue)
    say(stage, "ann", "it is a shadow", issue_id=issue)
    for who in ("ann", "quinn"):
        assert read(stage, who, issue_id=issue) == [("quinn", "the left one"), ("ann", "it is a shadow")]
    assert read(stage, "ann", task_item_id=mine) == []
    newest, _ = of_task(stage, "cars")
    assert (newest.text, newest.issue_id) == ("it is a shadow", issue)


def test_what_waits_and_what_was_said_is_read_without_a_lock(stage):
    issue, mine = stage.flag("quinn", "qa", "cars"), stage.row("cars").task_item_id
    say(stage, "quinn", "the left one", issue_id=issue)
    with session_scope(stage.engine, read_only=True) as session:
        ann = stage.person(session, "ann")
        assert [one.id for one in comments.waiting_for(session, actor=ann, task_item_id=mine)] == [issue]
        assert [one.text for one in comments.thread(session, actor=ann, issue_id=issue).items] == ["the left one"]


def test_who_has_nothing_to_do_with_it_reads_and_says_nothing(stage):
    issue, mine = stage.flag("quinn", "qa", "cars"), stage.row("cars").task_item_id
    for about in ({"issue_id": issue}, {"task_item_id": mine}, {"issue_id": 99}, {"task_item_id": 99}, {}):
        with pytest.raises(NotFound):
            read(stage, "cy", **about)
        with pytest.raises(NotFound):
            say(stage, "cy", "hello", **about)


def test_a_comment_says_something(stage):
    with pytest.raises(InvalidInput, match="a comment is empty"):
        say(stage, "ann", "  ", task_item_id=stage.row("cars").task_item_id)
