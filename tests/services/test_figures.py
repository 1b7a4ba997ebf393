"""The figures that SQL counts are those that a slow, plain recount of the history finds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from at_random import Play, played
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from workflow_core.domain.figures import add_up
from workflow_core.domain.replay import replay
from workflow_core.domain.reports import STATES, By, Figures, as_rows
from workflow_core.services.managers import figures
from workflow_core.store.models import Assignment, Issue, Person, TaskItem

on_any_history = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@on_any_history
@given(seed=st.integers(0, 2**32))
def test_what_sql_counts_is_what_a_recount_of_the_history_finds(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with played(engine, seed, 120, monkeypatch) as play:
        assert figures.tallies(play.session, tasks=play.tasks) == play.recounted()


@on_any_history
@given(seed=st.integers(0, 2**32))
def test_where_the_items_are_and_how_old_the_issues_is_what_the_history_says(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with played(engine, seed, 80, monkeypatch) as play:
        people = {one.id: one.person_id for one in play.session.exec(select(Assignment))}
        emails = {one.id: one.email for one in play.session.exec(select(Person))}
        states: dict[object, Counter[str]] = {}
        for (task_id, _), task_item in replay(play.events()).task_items.items():
            person = emails[people[task_item.assignment_id]] if task_item.assignment_id is not None else None
            found = states.setdefault((task_id, person), Counter())
            found[task_item.state] += 1
            if task_item.status is not None:
                found[f"items {task_item.status}"] += 1
        names = {task.name: task.id for task in play.tasks}
        shown = {}
        for row in as_rows(of_tasks(play, By.PERSON)):
            assert isinstance(row["task"], str)
            counted = {name: row[name] for name in row if (name in STATES or name.startswith("items ")) and row[name]}
            shown[names[row["task"]], row["person"]] = Counter(counted)
        assert {key: one for key, one in shown.items() if one} == states
        open_issues = play.session.exec(select(Issue).where(col(Issue.state).in_(["open", "for_review"]))).all()
        for task, figure in zip(play.tasks, of_tasks(play, By.TASK), strict=True):
            own = [one for one in open_issues if task.id in tasks_of(play, one)]
            ages = [(play.now - one.created_at).total_seconds() for one in own]
            assert figure.task == task.name
            assert figure.ages.unresolved == len(own)
            assert figure.ages.average == pytest.approx(average(ages))


def of_tasks(play: Play, by: By) -> list[Figures]:
    return figures.of_tasks(play.session, actor=None, task_ids=[one.id for one in play.tasks], by=by, now=play.now)


def tasks_of(play: Play, issue: Issue) -> set[int]:
    return {play.session.get_one(TaskItem, one).task_id for one in (issue.task_item_id, issue.qa_task_item_id)}


def average(numbers: Iterable[float]) -> float | None:
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else None


@on_any_history
@given(seed=st.integers(0, 2**32))
def test_however_figures_are_split_they_add_up_to_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with played(engine, seed, 80, monkeypatch) as play:
        sums = {by: add_up(one.tally for one in of_tasks(play, by)) for by in By if by is not By.LABEL}
        recounted = add_up(play.recounted().values())
    assert {by: one for by, one in sums.items() if one != recounted and by is not By.DAY} == {}
    assert replace(sums[By.DAY], items=0, seen=0) == replace(recounted, items=0, seen=0)
