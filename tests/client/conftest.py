"""The client of the API, on an application without a socket."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from served import ADDRESS, client, photos, stage, token

from workflow_core.client import Annoflow

__all__ = ["client", "photos", "stage", "token"]


@pytest.fixture
def client_of(client: TestClient, token: Callable[..., str]) -> Callable[..., Annoflow]:
    """Return the client of a person, named as on the stage."""

    def of(who: str) -> Annoflow:
        http = TestClient(client.app, ADDRESS, raise_server_exceptions=False)
        http.portal = client.portal
        return Annoflow(ADDRESS, token(who), http=http)

    return of
