"""Whatever the document allows to be sent, what comes back is as documented, and no fault of ours.

ANNOFLOW_SOAK=1 sends two hundred to each operation, on both databases, as three people.
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.python import asgi
from stage import BOX, Stage

from workflow_core.http import streams
from workflow_core.services.running import leases

SOAK = bool(os.environ.get("ANNOFLOW_SOAK"))
CASES = 200 if SOAK else 3
WHO = ("olga", "mia", "ann")
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
LEFT_OUT = {
    "change-password": "each costs what a hash costs",
    "add-items": "its lines are of a kind that is not made up",
    "event-stream": "the schema of a stream is taken for that of the whole",
}


@pytest.fixture
def busy(stage: Stage) -> Stage:
    """Something of each kind with a small number."""
    stage.add_items(4)
    stage.add_member("olga", "owner")
    stage.add_member("mia", "manager")
    first = stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    stage.claim("quinn", "qa")
    stage.flag("quinn", "qa", "cars", str(first))
    stage.claim("ann", "cars")
    leases.hold(stage.engine, leases.MOVER, holder="me", ttl=timedelta(hours=1))
    return stage


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"] if SOAK else ["sqlite"], indirect=True)
@pytest.mark.timeout(3600)
def test_whatever_is_sent_the_answer_is_as_documented(
    busy: Stage, client: TestClient, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LIFE", 0.05)
    document = client.get("/api/openapi.json").json()
    secrets, drawn = [token(who) for who in WHO], random.Random(11)

    def known(case: Any) -> Any:
        """Ask for what is there, mostly: it has a small number."""
        for name in case.path_parameters or {}:
            if name.endswith("_id") and drawn.random() < 0.8:
                case.path_parameters[name] = drawn.randint(1, 3)
        return case

    with asgi.get_client(client.app) as session:
        for operation in operations(document):

            @settings(
                max_examples=CASES,
                deadline=None,
                database=None,
                derandomize=not SOAK,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy().map(known))
            def send(case: Any) -> None:
                by = {"Authorization": f"Bearer {drawn.choice(secrets)}"}
                case.call_and_validate(session=session, base_url="http://127.0.0.1", headers=by, checks=CHECKS)

            send()


def operations(document: Any) -> Iterator[Any]:
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] not in LEFT_OUT:
            yield operation
