"""Every service, found by itself, with whatever may be given it: it answers, or refuses in few words.

ANNOFLOW_SOAK gives every parameter every value, on both databases.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from building import person
from hostile.faults import fault_of
from hostile.walk import ELSEWHERE, LEFT_OUT, SOAK, Service, found, tried
from sqlmodel import Session
from square import BY_PERMISSION, MANAGED_BY_NUMBER, OWN, World, call, world

from workflow_core.store.models import Person

OWNER = "olga@example.org"
SERVICES = [one for one in found(LEFT_OUT) if one.hostile]
PARTS = 16 if SOAK else 1
"""In how many tests all of them are tried: each begins with a world of its own."""


def known(here: World, service: Service) -> tuple[str, Mapping[str, Any]]:
    """Return who calls a service, and with what it answers, as in the square of who may."""
    if service.call in BY_PERMISSION:
        return OWNER, BY_PERMISSION[service.call][1](here)
    if service.call in MANAGED_BY_NUMBER:
        _, of, given = MANAGED_BY_NUMBER[service.call]
        return OWNER, given(here, here.numbers[of])
    if service.call in OWN:
        who, of, given, _ = OWN[service.call]
        return f"{who}@example.org", given(here, here.numbers[of])
    return OWNER, ELSEWHERE[service.name](here)


def test_every_service_that_takes_text_numbers_or_json_is_tried() -> None:
    squared = {*BY_PERMISSION, *MANAGED_BY_NUMBER, *OWN}
    missing = {one.name for one in SERVICES if one.call not in squared} - ELSEWHERE.keys()
    assert not missing, f"say in tests/hostile/walk.py what {sorted(missing)} take, or in tests/square.py who may"
    every = {name for one in found() for name in (one.name, *(f"{one.name}.{each.name}" for each in one.hostile))}
    assert {*LEFT_OUT, *ELSEWHERE} <= every


@pytest.fixture
def here(session: Session, tmp_path: Path) -> World:
    return world(session, tmp_path)


@cache
def apart(session: Session, who: str) -> Person:
    """Return a person as entry points have them: looked up once, and not of what a call changes and takes back."""
    return Person(**person(session, who).model_dump())


def faults(here: World, part: int) -> Iterator[str]:
    """Call services with each value in place of what they take; no role stops annoflow itself, where it may."""
    for who in (OWNER, *{f"{one.who}@example.org" for one in OWN.values()}):
        apart(here.session, who)
    postgres = here.session.get_bind().dialect.name == "postgresql"
    given = enumerate((service, one) for service in SERVICES for one in service.hostile)
    for number, (service, one) in islice(given, part, None, PARTS):
        for name, value in tried(one, number, postgres=postgres):
            if fault := attempt(here, service, {one.name: value}):
                yield f"{service.name}, {one.name}, {name}: {fault}"


def attempt(here: World, service: Service, hostile: Mapping[str, Any]) -> str | None:
    """Call a service and take it back; say what is wrong with how it was refused."""
    savepoint = here.session.begin_nested()
    who, given = known(here, service)
    actor = None if service.by_nobody else apart(here.session, who)
    given = {**given, **hostile}
    fault = fault_of(lambda: (call(here, service.call, actor, lambda _: given), here.session.flush()))
    savepoint.rollback()
    return fault


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_given_to_a_service_it_answers_or_refuses_in_few_words(here: World, part: int) -> None:
    found = list(faults(here, part))
    assert not found, "\n".join(found)
