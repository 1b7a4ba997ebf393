"""What a manager does by hand, task after task, ends as a pipeline ends that does it by itself."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from building import NOW, add_items, dataset, deploy, exits, move, rows, task, work_in
from sqlmodel import Session

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.managers import tasks

PIPELINE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: {ann@example.org: 60, bo@example.org: 40}
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org, di@example.org]
    queue: {batch: 3}
    extra_statuses: [unclear]
    on: {completed: qa, unclear: expert}
  qa:
    type: qa
    assignees: [quinn@example.org, ann@example.org, rae@example.org]
    extra_statuses: [for-expert-review]
    on: {for-expert-review: expert}
  expert:
    type: qa
    assignees: [eve@example.org]
"""
STATUSES = {
    "cars": ["completed"] * 6 + ["discarded"],
    "signs": ["completed"] * 5 + ["discarded", "unclear"],
    "qa": ["approved"] * 4 + ["discarded", "for-expert-review", "for-expert-review"],
    "expert": ["approved", "approved", "discarded"],
}
BATCHES = (5, 1, 9)
Decide = Callable[[str, str], str]


def decider(seed: int) -> Decide:
    """Return what decides at random, and always the same about one item in one task."""
    return lambda name, item: random.Random(f"{seed}/{name}/{item}").choice(STATUSES[name])


def by_pipeline(session: Session, decide: Decide) -> None:
    deploy(session, PIPELINE)
    done = 0
    for count in BATCHES:
        add_items(session, count, start=done)
        done += count
        for name in STATUSES:
            move(session)
            work_in(session, name, decide)
    move(session)


def by_hand(session: Session, decide: Decide) -> None:
    images = dataset(session, project="by hand")

    def make(name: str, team: dict[str, float], **more: Any) -> None:
        given: dict[str, Any] = {"recipe": None, **more}
        tasks.create(session, actor=None, dataset_id=images.id, name=name, assignees=team, now=NOW, **given)

    def of(name: str) -> Any:
        return task(session, name, project="by hand")

    make("cars", {"ann@example.org": 60, "bo@example.org": 40}, recipe=Recipe((Label("car"),)))
    make(
        "signs",
        {"cy@example.org": 1, "di@example.org": 1},
        recipe=Recipe((Label("sign"),)),
        extra_statuses=["unclear"],
        queue=Queue(batch=3, limit=3),
    )
    reviewed = {"type": "qa", "reviews": [of("cars").id, of("signs").id]}
    reviewers = {"quinn@example.org": 1.0, "ann@example.org": 1.0, "rae@example.org": 1.0}
    make("qa", reviewers, extra_statuses=["for-expert-review"], **reviewed)
    make("expert", {"eve@example.org": 1}, **reviewed)
    ready: dict[str, dict[str, Any]] = {
        "cars": {},
        "signs": {"status.cars": "completed"},
        "qa": {"status.signs": "completed"},
        "expert": {"or": [{"status.signs": "unclear"}, {"status.qa": "for-expert-review"}]},
    }
    done = 0
    for count in BATCHES:
        add_items(session, count, to=images, start=done)
        done += count
        for name, where in ready.items():
            tasks.add_items(session, actor=None, task_id=of(name).id, where=where, now=NOW)
            work_in(session, name, decide, project="by hand")


@pytest.mark.parametrize("seed", range(2))
def test_both_ways_end_in_the_same_task_items_people_and_statuses(session: Session, seed: int) -> None:
    decide = decider(seed)
    by_pipeline(session, decide)
    by_hand(session, decide)
    piped, manual = rows(session), rows(session, project="by hand")
    assert [row[:4] for row in piped] == [row[:4] for row in manual]
    assert {row.task for row in piped} == set(STATUSES)
    assert {row.state for row in piped} == {"submitted"}
    approved = {row.item for row in manual if row.status == "approved"}
    assert {item for item, exit in exits(session).items() if exit == "approved"} == approved
    assert len(piped) > 25
    # The expert, alone, has only what was sent there.
    sent = {row.item for row in piped if row.status in ("unclear", "for-expert-review")}
    assert {row.item for row in piped if row.task == "expert"} == sent
    assert {row.assignee for row in piped if row.task == "expert"} == {"eve@example.org"}


def test_an_item_enters_a_task_by_hand_only_once_it_is_ready(session: Session) -> None:
    by_hand(session, lambda name, _: "discarded" if name == "cars" else STATUSES[name][0])
    assert {row.task for row in rows(session, project="by hand")} == {"cars"}
