import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from workflow_core.store import schema
from workflow_core.store.database import engine_for


def checks(engine: Engine) -> dict[str, set[str]]:
    inspector = inspect(engine)
    return {
        table: {str(one["name"]) for one in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_migrations_lead_to_the_models(engine: Engine) -> None:
    assert schema.differences(engine) == []


def test_migrations_and_models_have_the_same_checks_and_indexes(sqlite_engine: Engine) -> None:
    fresh = create_engine("sqlite://")
    SQLModel.metadata.create_all(fresh)
    assert checks(sqlite_engine) == checks(fresh)
    for table in SQLModel.metadata.tables:
        ours = {one["name"] for one in inspect(sqlite_engine).get_indexes(table)}
        assert ours == {one["name"] for one in inspect(fresh).get_indexes(table)}, table


@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_up_down_and_up_again(engine: Engine) -> None:
    schema.downgrade(engine, "base")
    left = {name for name in inspect(engine).get_table_names() if name != "alembic_version"}
    assert left == set()
    schema.upgrade(engine)
    assert schema.differences(engine) == []


@pytest.mark.parametrize("change", ["UPDATE event SET verb = 'placed'", "DELETE FROM event"])
def test_history_cannot_be_changed_even_by_raw_sql(engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO event (at, verb) VALUES (1, 'entered')"))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


def test_a_failed_upgrade_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(RuntimeError), schema._transaction(engine) as connection:
        schema.command.upgrade(schema.configuration(connection), "head")
        raise RuntimeError("killed")
    assert schema.current(engine) is None
    assert inspect(engine).get_table_names() == []
    schema.upgrade(engine)
    assert schema.current(engine) == schema.head()
