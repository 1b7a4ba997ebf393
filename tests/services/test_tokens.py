"""Tokens: what a program proves itself by, whose they are, and when they end."""

from datetime import timedelta

import pytest
from building import NOW, person
from sqlmodel import Session, select

from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services.accounts import tokens
from workflow_core.store.models import Token


def test_a_token_is_of_its_person_alone(session: Session) -> None:
    ann, bo = (person(session, f"{name}@example.org") for name in ("ann", "bo"))
    mine = tokens.make(session, actor=ann, name="laptop", now=NOW)
    assert [one.id for one in tokens.mine(session, actor=ann)] == [mine.id]
    assert tokens.mine(session, actor=bo) == []
    with pytest.raises(NotFound, match="has no token"):
        tokens.revoke(session, actor=bo, token_id=mine.id)
    found = tokens.caller(session, secret=mine.secret, now=NOW)
    assert found is not None
    assert (found.person.id, found.writes) == (ann.id, True)
    tokens.revoke(session, actor=ann, token_id=mine.id)
    assert tokens.caller(session, secret=mine.secret, now=NOW) is None


def test_a_secret_is_told_once_and_kept_nowhere(session: Session) -> None:
    made = tokens.make(session, actor=person(session, "ann@example.org"), name="laptop", now=NOW)
    assert made.secret.startswith("af_")
    (row,) = session.exec(select(Token)).all()
    assert made.secret not in str(row.model_dump())


def test_a_token_ends_when_it_was_to_end_or_with_its_person(session: Session) -> None:
    ann = person(session, "ann@example.org")
    made = tokens.make(session, actor=ann, name="today", now=NOW, ends_at=NOW + timedelta(hours=1))
    assert tokens.caller(session, secret=made.secret, now=NOW + timedelta(minutes=59)) is not None
    assert tokens.caller(session, secret=made.secret, now=NOW + timedelta(hours=1)) is None
    ann.active = False
    session.flush()
    assert tokens.caller(session, secret=made.secret, now=NOW) is None
    with pytest.raises(InvalidInput, match="is past"):
        tokens.make(session, actor=ann, name="yesterday", now=NOW, ends_at=NOW - timedelta(days=1))


def test_the_last_use_is_noted_once_an_hour(session: Session) -> None:
    made = tokens.make(session, actor=person(session, "ann@example.org"), name="laptop", now=NOW)
    for after, noted in ((0, True), (30, False), (61, True)):
        now = NOW + timedelta(minutes=after)
        caller = tokens.caller(session, secret=made.secret, now=now)
        assert caller is not None
        assert (caller.note is not None) is noted
        if caller.note:
            caller.note(session, now=now)
            session.expire_all()
