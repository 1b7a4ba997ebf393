"""How many statements a claim and a submit take: each is a round trip, and on SQLite holds the one writer."""

import pytest
from counting import statements
from stage import BOX, Stage

from workflow_core.services.contributors import work

CLAIM, SUBMIT = 5, 8
"""The most that each may take, locks included, on either database."""
TEXT = """
pipeline: p
dataset: d
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
"""


def needed(stage: Stage, items: int) -> tuple[int, int]:
    """Count those of a claim and of a submit with annotations, beside a draft, where somebody has so many items."""
    stage.deploy(TEXT)
    stage.add_items(items)
    with stage.session() as session:
        actor, task_id = stage.person(session, "ann"), stage.task(session, "cars").id
    with stage.session() as session, statements(stage.engine) as claimed:
        claim = work.claim_next(session, actor=actor, task_id=task_id, now=stage.now)
    assert claim is not None
    drawn = {"actor": actor, "task_item_id": claim.id, "annotations": [BOX, BOX]}
    with stage.session() as session:
        work.save_draft(session, **drawn, now=stage.now)
    with stage.session() as session, statements(stage.engine) as submitted:
        work.submit(session, **drawn, status="completed", token=claim.token, now=stage.now)
    stage.check()
    return len(claimed), len(submitted)


@pytest.mark.parametrize("items", [1, 1000])
def test_a_claim_and_a_submit_take_a_few_statements_however_many_items_there_are(engine, items):
    claimed, submitted = needed(Stage(engine), items)
    assert claimed <= CLAIM
    assert submitted <= SUBMIT
