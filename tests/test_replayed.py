"""Deploys that are written again, rather than done, leave what they left when they were done."""

from functools import partial

import building
import pytest
import replayed
from engines import empty
from sqlmodel import SQLModel, select

from workflow_core.store.database.engine import session_scope


def test_a_deploy_that_is_written_again_leaves_and_answers_what_it_did(engine, database_url, monkeypatch):
    monkeypatch.setattr(replayed, "_done", {})
    sides = []
    for deploy in (building.deployment.apply, partial(pytest.fail, "it was done again")):
        monkeypatch.setattr(building.deployment, "apply", deploy)
        with session_scope(engine) as session:
            answer = building.deploy(session, building.TWO_STEPS.replace("[car]", "[car 50%]"))
            # In the order of their keys: of their own, PostgreSQL lists what was changed wherever there was room.
            tables = {
                one.name: session.execute(select(one).order_by(*one.primary_key)).all()
                for one in SQLModel.metadata.sorted_tables
            }
            more = building.person(session, "new@example.org").id
            session.rollback()
        sides.append((answer, tables, more))
        if engine.dialect.name == "postgresql":
            empty(database_url)
    done, again = sides
    assert again == done
    assert {"task", "assignment", "event"} <= {name for name, rows in done[1].items() if rows}
