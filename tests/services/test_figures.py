"""The figures that SQL counts are those that a slow, plain recount of the history finds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from at_random import Play, played, seeds
from sqlalchemy import Engine
from sqlmodel import col, select
from stage import Stage

from pipelines import REVIEWED
from workflow_core.domain.measures.figures import Tally, add_up, date_of
from workflow_core.domain.measures.reports import STATES, By, Figures, as_rows
from workflow_core.domain.work.replay import replay
from workflow_core.services.managers import figures
from workflow_core.store.data import teams
from workflow_core.store.models import Assignment, Issue, Person, TaskItem


@pytest.mark.long
def test_after_any_history_the_figures_are_what_it_says_however_they_are_split(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in seeds(engine, 8):
        with played(engine, seed, 120, monkeypatch) as play:
            recounted = play.recounted()
            assert figures.tallies(play.session, tasks=play.tasks) == recounted, seed
            they_tell_where_the_items_are(play)
            they_tell_how_old_the_issues_are(play)
            they_add_up_to_the_same(play, add_up(recounted.values()))
            those_of_a_team_are_what_all_figures_say_of_its_last_week(play)


def test_of_a_team_what_happened_in_its_last_week_is_told_and_what_was_a_first_before_it_is_none(
    engine: Engine,
) -> None:
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(3)
    for item in (0, 1):
        stage.submit("ann", "cars", item, "completed")
    stage.advance_all()
    stage.submit("quinn", "qa", 0, "redo")
    stage.advance_all()
    stage.tick(days=figures.WEEK - 1)
    stage.submit("ann", "cars", 0, "completed")
    stage.advance_all()
    assert told(stage, "cars") == (3, 1, 0)
    stage.tick(days=1)
    stage.submit("ann", "cars", 2, "completed")
    stage.advance_all()
    stage.submit("quinn", "qa", 0, "approved")
    stage.submit("quinn", "qa", 1, "approved")
    assert told(stage, "cars") == (2, 1, 1)  # the first decision on item 0 was to redo it, and is over a week ago
    assert told(stage, "qa") == (2, 1, 1)


def told(stage: Stage, task: str) -> tuple[int, int, int]:
    """Return what people of a task did in its last week: statuses, and of the first decisions how many approved."""
    with stage.session() as session:
        team = figures.of_team(session, actor=None, task_id=stage.task(session, task).id)
    whole = add_up(team.tallies.values())
    return whole.statuses, whole.first_decisions, whole.first_approvals


def they_tell_where_the_items_are(play: Play) -> None:
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


def they_tell_how_old_the_issues_are(play: Play) -> None:
    open_issues = play.session.exec(select(Issue).where(col(Issue.state).in_(["open", "for_review"]))).all()
    for task, figure in zip(play.tasks, of_tasks(play, By.TASK), strict=True):
        own = [one for one in open_issues if task.id in tasks_of(play, one)]
        ages = [(play.now - one.created_at).total_seconds() for one in own]
        assert figure.task == task.name
        assert figure.ages.unresolved == len(own)
        assert figure.ages.average == pytest.approx(average(ages))


def they_add_up_to_the_same(play: Play, recounted: Tally) -> None:
    sums = {by: add_up(one.tally for one in of_tasks(play, by)) for by in By if by is not By.LABEL}
    assert {by: one for by, one in sums.items() if one != recounted and by is not By.DAY} == {}
    assert replace(sums[By.DAY], items=0, seen=0) == replace(recounted, items=0, seen=0)


def those_of_a_team_are_what_all_figures_say_of_its_last_week(play: Play) -> None:
    everybodys = of_tasks(play, By.PERSON)
    emails = teams.emails(play.session)
    for task in play.tasks:
        team = figures.of_team(play.session, actor=None, task_id=task.id)
        since = min((one.oldest.since for one in everybodys if one.task == task.name and one.oldest), default=None)
        assert (team.oldest.since if team.oldest else None) == since
        own = figures.tallies(play.session, tasks=[task])
        worked = [group.day for group, tally in own.items() if tally.seen]
        assert team.until == (date_of(max(worked)) if worked else None)
        for person, email in emails.items():
            of = [one for key, one in own.items() if key.person_id == person and max(worked) - key.day < figures.WEEK]
            tally, told = add_up(of), team.tallies.get(email, Tally())
            shown = (told.statuses_per_hour, told.first_pass_approval, told.rejection_rate)
            assert shown == (tally.statuses_per_hour, tally.first_pass_approval, tally.rejection_rate)


def of_tasks(play: Play, by: By) -> list[Figures]:
    return figures.of_tasks(play.session, actor=None, task_ids=[one.id for one in play.tasks], by=by, now=play.now)


def tasks_of(play: Play, issue: Issue) -> set[int]:
    return {play.session.get_one(TaskItem, one).task_id for one in (issue.task_item_id, issue.qa_task_item_id)}


def average(numbers: Iterable[float]) -> float | None:
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else None
