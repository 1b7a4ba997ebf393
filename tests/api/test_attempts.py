"""Guessing passwords: five tries of an account and twenty from an address in a quarter of an hour."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from served import application
from sqlalchemy import Engine
from stage import Stage, email

from workflow_core.services.accounts import links, passwords
from workflow_core.settings import Settings

PIPELINE = """
pipeline: p
dataset: d
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""
PASSWORD = "correct horse battery"
PROXY = "10.0.0.1"


@pytest.fixture
def app(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """Ann has a password, and passwords are cheap to try."""
    cheap = PasswordHash([Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1)])
    monkeypatch.setattr(passwords, "_ARGON2", cheap)
    monkeypatch.setattr(passwords, "_NOBODYS", cheap.hash("nobody's"))
    stage = Stage(sqlite_engine, now=datetime.now(UTC))
    stage.deploy(PIPELINE)
    with stage.session() as session:
        link = links.make(session, email=email("ann"), now=stage.now)
        links.use(session, secret=link.secret, hash=passwords.hashed(PASSWORD), now=stage.now)
    return application(Settings(home=tmp_path, database_url=sqlite_url, trusted_proxies=PROXY))


def try_in(
    app: FastAPI, who: str = "ann", password: str = "wrong", *, address: str = "10.2.0.1", **headers: str
) -> Any:
    client = TestClient(app, "http://127.0.0.1", client=(address, 50_000))
    headers = {"Sec-Fetch-Site": "same-origin", **headers}
    return client.post("/api/sessions", json={"email": email(who), "password": password}, headers=headers)


def codes(app: FastAPI, count: int, **more: str) -> list[int]:
    return [try_in(app, **more).status_code for _ in range(count)]


@pytest.mark.parametrize("who", ["ann", "nobody"])
def test_an_account_has_five_tries_and_then_a_pause_whether_it_is_there_or_not(
    app: FastAPI, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    assert codes(app, 6, who=who) == [401] * 5 + [429]
    refused = try_in(app, who.upper(), PASSWORD, address="10.2.0.2")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
    assert refused.headers["retry-after"] == str(refused.json()["facts"]["seconds"])
    now = time.time()
    assert 899 - (now - began) <= int(refused.headers["retry-after"]) <= 900
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: now + 901)
    assert try_in(app, who, PASSWORD).status_code == (201 if who == "ann" else 401)


def test_who_signs_in_has_all_tries_again(app: FastAPI) -> None:
    for _ in range(2):
        assert codes(app, 4) == [401] * 4
        assert try_in(app, password=PASSWORD).status_code == 201


def test_an_address_fails_twenty_times_and_success_does_not_count(app: FastAPI) -> None:
    for number in range(20):
        assert try_in(app, f"guess{number}").status_code == 401
        if number == 10:
            assert codes(app, 3, password=PASSWORD) == [201] * 3
    assert try_in(app, password=PASSWORD).status_code == 429
    assert try_in(app, password=PASSWORD, address="10.2.0.2").status_code == 201


def test_the_address_behind_a_proxy_is_believed_of_that_proxy_alone(app: FastAPI) -> None:
    for number in range(20):
        try_in(app, f"guess{number}", address=PROXY, **{"X-Forwarded-For": "10.2.0.1"})
    right = {"password": PASSWORD}
    assert try_in(app, **right, address="10.2.0.1").status_code == 429
    assert try_in(app, **right, address=PROXY, **{"X-Forwarded-For": "10.2.0.1"}).status_code == 429
    assert try_in(app, **right, address="10.2.0.1", **{"X-Forwarded-For": "10.2.0.2"}).status_code == 429
    assert try_in(app, **right, address=PROXY).status_code == 201
