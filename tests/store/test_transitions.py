"""The table of states makes the SQL: it says the same on both databases, and a cell that is broken is seen there."""

from itertools import product

import pytest
from sqlmodel import text
from stage import Stage

from pipelines import REVIEWED
from workflow_core.domain.work.states import KEEPS, OPEN, TRANSITIONS, Event, Kept, State, next_kept
from workflow_core.store import transitions, turns
from workflow_core.store.database.engine import session_scope

ROWS = [(state, kept) for state in State for kept in Kept if kept in KEEPS[state]]
UNMOVED = {(state, event) for state, event in product(State, (Event.TAKE, Event.REENTER)) if state in OPEN}


def said(session, event):
    """Return what the SQL says of each possible row: whether the event happens to it, the state and what is kept."""
    kept_after = transitions.kept_after(event) or "task_item.kept_by"
    sql = f"SELECT {transitions.possible(event)}, {transitions.state_after(event)}, {kept_after} FROM "
    for state, kept in ROWS:
        kept_by = "CAST(NULL AS TEXT)" if kept is Kept.NOTHING else f"'{kept}'"
        row = session.connection().execute(text(f"{sql} (SELECT '{state}' AS state, {kept_by} AS kept_by) task_item"))
        yield (state, kept), row.one()


@pytest.mark.parametrize("event", Event)
def test_the_sql_of_an_event_says_what_the_table_says(engine, event):
    with session_scope(engine, read_only=True) as session:
        for (state, kept), (happens, after, kept_after) in said(session, event):
            possible = (state, event, kept) in TRANSITIONS and (state, event) not in UNMOVED
            assert bool(happens) == possible, (state, kept)
            if possible:
                assert after == TRANSITIONS[state, event, kept]
                assert (kept_after or Kept.NOTHING) == next_kept(state, event, kept=kept)


@pytest.fixture
def without_claims_of_what_is_queued(monkeypatch):
    """The table with one cell broken: what is queued can be claimed no more."""
    broken = {cell: after for cell, after in TRANSITIONS.items() if cell[:2] != (State.QUEUED, Event.CLAIM)}
    monkeypatch.setattr(transitions, "TRANSITIONS", broken)
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget():
    for made in (transitions.possible, transitions.state_after, transitions.kept_after, turns._statements):
        made.cache_clear()


def test_a_broken_cell_of_the_table_is_seen_in_what_happens(engine, without_claims_of_what_is_queued):
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(1)
    assert stage.claim("ann", "cars") is None
    assert stage.row("cars").state == "queued"
