"""At a hundred thousand items, the acts of a review find an issue, what it is on and who works there by index."""

import pytest
from building import person
from crowded import NOW
from explaining import scans
from sqlmodel import select

from workflow_core.services.contributors import work
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Issue, Person, Task, TaskItem


@pytest.fixture
def session(thrown_away):
    """A session on a database of a hundred thousand items, in every state, whose work is thrown away."""
    return thrown_away


@pytest.fixture
def quinn(session):
    return person(session, "quinn@example.org")


@pytest.fixture
def review(session, quinn):
    qa = session.exec(select(Task.id).where(Task.name == "qa")).one()
    return work.claim_next(session, actor=quinn, task_id=qa, now=NOW)


def author(session, flagged):
    return session.get_one(Person, session.get_one(Issue, flagged.id).author_id)


def test_a_fix_with_another_status_finds_what_it_takes_back_by_index(session, quinn, review):
    with scans(session, by_task=True) as found:
        flagged = reviews.flag(session, actor=quinn, task_item_id=review.id, kind="wrong", task="signs", now=NOW)
        fixer = author(session, flagged)
        assert reviews.fix(session, actor=fixer, issue_id=flagged.id, now=NOW).state == "for_review"
        work.submit(session, actor=fixer, task_item_id=flagged.task_item_id, status="discarded", now=NOW)
        assert session.get_one(TaskItem, review.id, populate_existing=True).state == "withdrawn"
    assert found == []


def test_what_is_said_of_a_fix_finds_its_issue_and_all_that_decides_by_index(session, quinn, review):
    with scans(session, by_task=True) as found:
        first, second, third = (
            reviews.flag(session, actor=quinn, task_item_id=review.id, kind="wrong", now=NOW, **about)
            for about in ({"label": "sign"}, {"label": "sign"}, {"task": "cars"})
        )
        assert reviews.dismiss(session, actor=quinn, issue_id=second.id, now=NOW).state == "dismissed"
        fixer = author(session, first)
        for said in (reviews.reopen, reviews.approve):
            reviews.fix(session, actor=fixer, issue_id=first.id, now=NOW)
            work.submit(session, actor=fixer, task_item_id=first.task_item_id, status="completed", now=NOW)
            said(session, actor=quinn, issue_id=first.id, now=NOW)
        assert reviews.dismiss(session, actor=quinn, issue_id=third.id, now=NOW).state == "dismissed"
        assert session.get_one(TaskItem, review.id, populate_existing=True).state == "queued"
    assert found == []
