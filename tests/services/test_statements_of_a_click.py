"""How many statements a claim and a submit take: each is a round trip, and on SQLite holds the one writer."""

from functools import partial

import pytest
from counting import statements
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.services.contributors import annotation_sets, work

CLAIM, SUBMIT = 5, 8
"""The most that each may take, locks included, on either database."""


def needed(stage: Stage, more: int) -> tuple[int, int]:
    """Count those of a claim and of a submit with annotations, beside a draft, where so many more items came."""
    stage.add_items(more)
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
        assert not session.in_transaction(), "SQLAlchemy's own one, which only objects need, costs a tenth of a click"
    stage.check()
    return len(claimed), len(submitted)


def test_a_claim_and_a_submit_take_a_few_statements_however_many_items_there_are(engine):
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    claimed, submitted = few = needed(stage, 1)
    assert claimed <= CLAIM
    assert submitted <= SUBMIT
    assert needed(stage, 1000) == few


@pytest.mark.parametrize("act", [work.save_draft, partial(work.submit, status="completed")])
def test_what_was_drawn_is_read_while_nothing_is_locked(sqlite_engine, monkeypatch, act):
    """On SQLite everybody waits who wants to write, and a thousand polygons take their time."""
    stage, begun = Stage(sqlite_engine), []
    stage.deploy(REVIEWED)
    stage.add_items(1)
    claim = stage.claim("ann", "cars")
    with stage.session() as session:
        actor = stage.person(session, "ann")

    def measured(raw):
        begun.append(session.begun is not None)
        return read(raw)

    read = annotation_sets.measured
    monkeypatch.setattr(annotation_sets, "measured", measured)
    with stage.session() as session:
        act(session, actor=actor, task_item_id=claim.id, annotations=[BOX], now=stage.now)
    assert begun == [False]
