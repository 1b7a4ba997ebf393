"""Whatever the document allows to be sent, what comes back is as documented, and no fault of ours.

ANNOFLOW_SOAK=1 sends two hundred to each operation, on both databases, as three people.
"""

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.core.failures import FailureGroup
from schemathesis.python import asgi
from stage import BOX, Stage

from workflow_core.http.answers import streams
from workflow_core.services.accounts import operators
from workflow_core.services.running import leases

SOAK = bool(os.environ.get("ANNOFLOW_SOAK"))
CASES, SCENARIOS, STEPS = (200, 400, 40) if SOAK else (2, 4, 12)
WHO = {"olga": "owner", "mia": "manager", "ann": "contributor"}
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
HOW: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
DATABASES = ["sqlite", "postgres"] if SOAK else ["sqlite"]


@schemathesis.serializer("application/jsonl")
def lines(_: Any, value: Any) -> bytes:
    """Write items as what is read line by line."""
    return value if isinstance(value, bytes) else b"\n".join(json.dumps(one).encode() for one in value)


@pytest.fixture
def busy(stage: Stage) -> Stage:
    """Something of each kind with a small number."""
    stage.add_items(4)
    for who, role in WHO.items():
        stage.add_member(who, role)
    first = stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    stage.claim("quinn", "qa")
    stage.flag("quinn", "qa", "cars", str(first))
    stage.claim("ann", "cars")
    leases.hold(stage.engine, leases.MOVER, holder="me", ttl=timedelta(hours=1))
    return stage


class Sender:
    """Sends what is made up as one of three people."""

    def __init__(self, stage: Stage, client: TestClient, token: Callable[..., str]) -> None:
        self._stage, self._token, self._drawn = stage, token, random.Random(11)
        self.schema = schemathesis.openapi.from_dict(line_by_line(client.get("/api/openapi.json").json()))
        for _ in range(2):  # the first tokens have small numbers, and will be revoked
            self.let_in()

    def let_in(self) -> None:
        """Let them all in again, whatever they have done to each other."""
        for who, role in WHO.items():
            self._stage.set_active(who, True)
            self._stage.add_member(who, role)
        with self._stage.session() as session:
            operators.appoint(session, actor=None, email="olga@example.org", now=self._stage.now)
        self._secrets = [self._token(who) for who in WHO]

    def known(self, case: Any) -> Any:
        """Ask for what is there, mostly: it has a small number, and people are called something."""
        for name in case.path_parameters or {}:
            if self._drawn.random() < 0.8 and (name == "email" or name.endswith("_id")):
                there = ("ann@example.org", "bo@example.org") if name == "email" else (1, 1, 2, 3)
                case.path_parameters[name] = self._drawn.choice(there)
        return case

    def as_somebody(self, session: Any) -> dict[str, Any]:
        by = {"Authorization": f"Bearer {self._drawn.choice(self._secrets)}", "Sec-Fetch-Site": "same-origin"}
        return {"session": session, "base_url": "http://127.0.0.1", "headers": by}


def line_by_line(document: Any) -> Any:
    """Have lines sent as their schema says; of an answer of several it is not the schema of the whole."""
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        for sent in operation.get("requestBody", {}).get("content", {}).values():
            if "itemSchema" in sent:
                sent["schema"] = {"type": "array", "items": sent["itemSchema"]}
        for answer in operation["responses"].values():
            for told in answer.get("content", {}).values():
                if "itemSchema" in told:
                    del told["schema"]
    return document


@pytest.fixture
def sender(busy: Stage, client: TestClient, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Sender:
    monkeypatch.setattr(streams, "LIFE", 0.05)
    return Sender(busy, client, token)


@pytest.mark.long
@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
@pytest.mark.timeout(6 * 3600)
def test_whatever_is_sent_the_answer_is_as_documented(client: TestClient, sender: Sender) -> None:
    with asgi.get_client(client.app) as session:
        for operation in operations(sender.schema):

            @settings(max_examples=CASES, derandomize=not SOAK, **HOW)
            @given(case=operation.as_strategy().map(sender.known))
            def send(case: Any) -> None:
                case.call_and_validate(checks=CHECKS, **sender.as_somebody(session))

            send()
            if operation.method != "get":
                sender.let_in()


def operations(schema: Any) -> Iterator[Any]:
    return (found.ok() for found in schema.get_all_operations())


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
@pytest.mark.timeout(6 * 3600)
def test_what_was_answered_leads_on_to_answers_that_are_as_documented(client: TestClient, sender: Sender) -> None:
    refused: list[FailureGroup] = []
    with asgi.get_client(client.app) as session:

        class Wandering(sender.schema.as_state_machine()):  # type: ignore[misc]
            """Goes on with the numbers and names that it was told."""

            def setup(self) -> None:
                sender.let_in()

            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return sender.as_somebody(session)

            def validate_response(self, response: Any, case: Any, **more: Any) -> None:
                try:
                    case.validate_response(response, checks=CHECKS)
                except FailureGroup as failure:
                    refused.append(failure)

        for number in range(SCENARIOS):
            # What was done stays, so that the same steps need not lead to the same; the first is always the shortest.
            with suppress(FlakyStrategyDefinition):
                seed(number)(Wandering).run(settings=settings(max_examples=2, stateful_step_count=STEPS, **HOW))
    assert [str(failure.exceptions) for failure in refused] == []
