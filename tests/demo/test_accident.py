"""The accident of the demo: it happens, however long a machine takes from one mover to the next."""

from sqlalchemy import Engine

from workflow_core.demo.accident import Accident
from workflow_core.demo.stopwatch import Stopwatch


def test_an_accident_is_owed_from_when_it_is_due_until_it_has_happened(sqlite_engine: Engine) -> None:
    due = False
    accident = Accident(sqlite_engine, Stopwatch(sqlite_engine), due=lambda: due)
    assert not accident.owed
    due = True
    assert accident.owed
    accident.killed_at = 1.0
    assert not accident.owed
