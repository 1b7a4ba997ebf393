import sqlite3

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from workflow_core.store.database import schema

TABLES = sorted(SQLModel.metadata.tables)
PLACED = "INSERT INTO event (id, at, verb, project_id) VALUES (1, 2, 'placed', 1)"


def details(engine: Engine) -> dict[str, object]:
    """Everything that the comparison of Alembic leaves out: the text of CHECKs and of partial indexes."""
    inspector = inspect(engine)
    checks = {
        (table, one["name"]): " ".join(one["sqltext"].split())
        for table in TABLES
        for one in inspector.get_check_constraints(table)
    }
    indexes = {
        (table, one["name"]): (
            one.get("expressions", one["column_names"]),
            one["unique"],
            _where(one.get("dialect_options", {})),
        )
        for table in TABLES
        for one in inspector.get_indexes(table)
    }
    return {**checks, **indexes}


def _where(options) -> str:
    """The condition of a partial index."""
    return " ".join(str(value) for name, value in sorted(options.items()) if name.endswith("_where"))


@pytest.fixture
def from_models(request: pytest.FixtureRequest, engine: Engine):
    """A database made from the models alone, of the same kind as `engine`."""
    if engine.dialect.name == "sqlite":
        fresh = create_engine("sqlite://")
        SQLModel.metadata.create_all(fresh)
        yield fresh
        return
    aside = engine.execution_options(schema_translate_map={None: "aside"})
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA aside"))
    SQLModel.metadata.create_all(aside)
    yield create_engine(engine.url, connect_args={"options": "-c search_path=aside"})


@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_migrations_lead_to_the_models(engine: Engine) -> None:
    assert schema.differences(engine) == []


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_migrations_and_models_have_the_same_checks_and_indexes(engine: Engine, from_models: Engine) -> None:
    ours, theirs = details(engine), details(from_models)
    from_models.dispose()
    assert ours == theirs
    assert len(ours) > 30


def test_there_is_one_newest_revision() -> None:
    scripts = schema.ScriptDirectory.from_config(schema.configuration())
    assert scripts.get_heads() == [schema.head()]
    assert len(scripts.get_bases()) == 1


@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_up_down_and_up_again(engine: Engine) -> None:
    schema.downgrade(engine, "base")
    left = {name for name in inspect(engine).get_table_names() if name != "alembic_version"}
    assert left == set()
    schema.upgrade(engine)
    assert schema.differences(engine) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET verb = 'placed'",
        "UPDATE event SET verb = verb",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = 1",
        f"{PLACED} ON CONFLICT (id) DO UPDATE SET at = excluded.at",
    ],
)
def test_history_cannot_be_changed_even_by_raw_sql(engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO event (at, verb, project_id) VALUES (1, 'entered', 1)"))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "REPLACE INTO event (id, at, verb, project_id) VALUES (1, 2, 'placed', 1)",
        "INSERT OR REPLACE INTO event (rowid, at, verb, project_id) VALUES (1, 2, 'placed', 1)",
        "INSERT OR REPLACE INTO event (id, at, verb, project_id) SELECT id, 2, 'placed', 1 FROM event",
        "UPDATE OR REPLACE event SET id = 1 WHERE id = 2",
        f"{PLACED} ON CONFLICT DO UPDATE SET at = excluded.at",
    ],
)
def test_history_cannot_be_replaced_by_whoever_opens_the_file(sqlite_engine: Engine, change: str) -> None:
    """A plain connection has none of our settings: REPLACE does not fire triggers on what it deletes."""
    with sqlite3.connect(str(sqlite_engine.url.database)) as connection:
        connection.execute("INSERT INTO event (at, verb, project_id) VALUES (1, 'entered', 1), (1, 'placed', 1)")
        connection.commit()
        before = connection.execute("SELECT * FROM event").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(change)
        assert connection.execute("SELECT * FROM event").fetchall() == before


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("change", ["TRUNCATE event", "TRUNCATE event RESTART IDENTITY CASCADE"])
def test_history_cannot_be_emptied_either(engine: Engine, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


def test_a_missing_guard_of_the_history_is_a_difference(sqlite_engine: Engine) -> None:
    guards = sorted(schema.GUARDS["sqlite"])
    with sqlite_engine.begin() as connection:
        for guard in guards:
            connection.execute(text(f"DROP TRIGGER {guard}"))
    assert schema.differences(sqlite_engine) == [f"the trigger {guard} is missing or off" for guard in guards]


@pytest.mark.filterwarnings("ignore:autogenerate skipping")
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_guard_of_the_history_that_is_off_is_a_difference(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
    found = schema.differences(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event ENABLE TRIGGER USER"))
    assert found == [f"the trigger {guard} is missing or off" for guard in sorted(schema.GUARDS["postgresql"])]


def test_postgres_tidies_up_big_tables_long_before_a_fifth_of_them_has_changed(postgres_url: str) -> None:
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL")).all()
    engine.dispose()
    said = {row.relname: dict(one.split("=") for one in row.reloptions) for row in rows}
    assert float(said["task_item"]["autovacuum_vacuum_scale_factor"]) <= 0.05
    assert float(said["event"]["autovacuum_vacuum_insert_scale_factor"]) <= 0.05
