"""Every service × every role: who lacks a permission is told who has it, and what is not theirs does not exist."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from building import NOW, person
from sqlmodel import Session, select
from square import BY_PERMISSION, MANAGED_BY_NUMBER, OWN, PAUSES, World, call, world

from workflow_core import services
from workflow_core.domain.views.work import Desk
from workflow_core.domain.work.roles import Permission, Role, allowed, who_may
from workflow_core.errors import AnnoflowError, NotAllowed, NotFound
from workflow_core.services import access, people, projects
from workflow_core.services.accounts import members, operators, repeats, sign_ins, tokens
from workflow_core.services.contributors import assignments, desks
from workflow_core.services.managers import history, staff
from workflow_core.services.overviews.tasks import named as named_tasks
from workflow_core.services.running import feed
from workflow_core.store.database.engine import taken_back
from workflow_core.store.models import Item, Person

P = Permission
MISSING = 10**9
"""The number of what is nowhere."""
WITHOUT_A_ROLE = ("stranger", "inactive")
ACTORS = (*Role, *WITHOUT_A_ROLE)

ELSEWHERE = {
    access.own_many: "asks itself",
    projects.mine: "test_names_of_projects_are_told_to_those_who_are_in_them",
    projects.listed: "test_names_of_projects_are_told_to_those_who_are_in_them",
    people.require: "asks itself",
    people.may: "asks itself",
    people.sees: "asks itself",
    people.check: "asks itself",
    named_tasks: "test_tasks_are_found_by_their_names_by_who_runs_them",
    repeats.begin: "test_repeats.py: a key is of its person alone",
    repeats.keep: "test_repeats.py: a key is of its person alone",
    tokens.make: "test_a_token_is_of_its_person_alone",
    tokens.mine: "test_a_token_is_of_its_person_alone",
    tokens.revoke: "test_a_token_is_of_its_person_alone",
    sign_ins.mine: "test_a_session_is_signed_out_by_whose_it_is_alone",
    sign_ins.end: "test_a_session_is_signed_out_by_whose_it_is_alone",
    people.project: "test_names_of_projects_are_told_to_those_who_are_in_them",
    people.check_operator: "asks itself",
    members.owns: "asks itself",
    projects.make: "test_projects_are_made_by_those_who_run_the_installation",
    operators.appoint: "test_nobody_else_runs_the_installation",
    operators.dismiss: "test_nobody_else_runs_the_installation",
    operators.everybody: "test_nobody_else_runs_the_installation",
    people.project_for: "test_who_makes_a_project_owns_it",
    desks.sources: "test_desks.py: who has nothing to do knows from which tasks it comes, of their own tasks alone",
    desks.of: "test_a_desk_is_of_its_person_alone",
    feed.standing: "test_live.py: of the actor's own tasks alone",
    feed.stirs: "test_stirring.py: what somebody does stirs their pages and those of who runs it",
    assignments.mine: "test_everybody_sees_their_own_assignments_alone",
    history.find: "test_an_item_is_found_by_whoever_may_see_its_history",
    history.look_up: "test_an_item_is_found_by_whoever_may_see_its_history",
    staff.pause: "test_a_pause_asks_for_the_permission_of_what_is_paused",
    staff.resume: "test_a_pause_asks_for_the_permission_of_what_is_paused",
}
OF_OWN_WORK = {P.SEE_OWN_WORK, P.WORK_ON_OWN_ASSIGNMENT, P.REVIEW_OWN_ASSIGNMENT, P.UNDO_OWN_STATUS, P.RESOLVE_ISSUES}
"""What everybody may do with what is theirs; and managers, with everybody's issues."""


def with_an_actor() -> Iterator[Callable[..., Any]]:
    """Yield every public function of the services that is told who acts."""
    for module in pkgutil.walk_packages(services.__path__, "workflow_core.services."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            here = function.__module__ == module.name and not name.startswith("_")
            if here and "actor" in inspect.signature(function).parameters:
                yield function


def test_every_service_that_is_told_who_acts_is_in_the_square() -> None:
    found = set(with_an_actor())
    missing = {f"{each.__module__}.{each.__name__}" for each in found - square()}
    assert not missing, f"say in tests/square.py who may call {missing}"
    assert square() <= found


def square() -> set[Callable[..., Any]]:
    return {*BY_PERMISSION, *MANAGED_BY_NUMBER, *OWN, *ELSEWHERE}


def test_every_permission_is_asked_for_by_a_service() -> None:
    asked = {permission for permission, *_ in (*BY_PERMISSION.values(), *MANAGED_BY_NUMBER.values())} | PAUSES.keys()
    assert set(Permission) == asked | OF_OWN_WORK


@pytest.fixture(scope="module")
def everything(shared_session: Session, tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(shared_session, tmp_path_factory.mktemp("world"))


@pytest.fixture
def here(everything: World) -> Iterator[World]:
    """The world as it was: what a test does in it is taken back."""
    with taken_back(everything.session):
        yield everything


def actor_of(session: Session, kind: str) -> Person:
    """Return somebody of a role, an owner of another project, or an owner who is no longer active."""
    if kind == "stranger":
        return person(session, "sam@example.org", role="owner", project="other")
    found = person(session, "pat@example.org", role="owner" if kind == "inactive" else kind)
    found.active = kind != "inactive"
    session.flush()
    return found


def refusal(here: World, act: Callable[..., object], *given: object) -> AnnoflowError | None:
    """Make a call in the world and take it back; return what it refused with."""
    attempt = here.session.begin_nested()
    try:
        act(here, *given)
    except AnnoflowError as error:
        return error
    finally:
        attempt.rollback()
        here.session.expire_all()
    return None


def check_permission(error: AnnoflowError | None, kind: str, permission: Permission) -> None:
    if kind in WITHOUT_A_ROLE:
        assert isinstance(error, NotFound), permission
        assert "street" not in str(error)
    elif allowed(Role(kind), permission):
        assert error is None, permission
    else:
        assert isinstance(error, NotAllowed), permission
        assert str(error) == f"pat@example.org is a {kind} and cannot {permission}; ask the {who_may(permission)}"


@pytest.mark.parametrize("kind", ACTORS)
def test_a_service_is_open_to_the_roles_of_the_table_alone(here: World, kind: str) -> None:
    actor = actor_of(here.session, kind)
    for service, (permission, given) in BY_PERMISSION.items():
        check_permission(refusal(here, call, service, actor, given), kind, permission)


@pytest.mark.parametrize("kind", ACTORS)
def test_a_pause_asks_for_the_permission_of_what_is_paused(here: World, kind: str) -> None:
    actor = actor_of(here.session, kind)
    for permission, what in PAUSES.items():
        for change in (pause, resume):
            check_permission(refusal(here, change, actor, what(here)), kind, permission)


def pause(here: World, actor: Person, what: tuple[staff.What, int]) -> None:
    staff.pause(here.session, actor=actor, what=what[0], key=what[1], now=NOW)


def resume(here: World, actor: Person, what: tuple[staff.What, int]) -> None:
    staff.resume(here.session, actor=actor, what=what[0], key=what[1])


@pytest.mark.parametrize("kind", ACTORS)
def test_what_managers_do_to_a_number_is_refused_and_for_strangers_the_number_is_none(here: World, kind: str) -> None:
    actor = actor_of(here.session, kind)
    for service, (permission, of, given) in MANAGED_BY_NUMBER.items():
        number = here.numbers[of]
        error = refusal(here, call, service, actor, given, number)
        check_permission(error, kind, permission)
        if kind in WITHOUT_A_ROLE:
            check_as_if_missing(error, refusal(here, call, service, actor, given, MISSING), number)


def check_as_if_missing(error: AnnoflowError | None, missing: AnnoflowError | None, number: int) -> None:
    assert isinstance(error, NotFound)
    assert str(error) == str(missing).replace(str(MISSING), str(number))


@pytest.mark.parametrize("kind", ACTORS)
def test_what_is_somebody_elses_does_not_exist_whatever_the_role(here: World, kind: str) -> None:
    actor = actor_of(here.session, kind)
    for service, own in OWN.items():
        number = here.numbers[own.of]
        error = refusal(here, call, service, actor, own.given, number)
        if own.managers and kind in (Role.OWNER, Role.MANAGER):
            assert error is None, own
        else:
            check_as_if_missing(error, refusal(here, call, service, actor, own.given, MISSING), number)


def test_everybody_does_to_what_is_theirs_all_that_there_is_until_they_are_deactivated(here: World) -> None:
    for service, own in OWN.items():
        actor = people.person(here.session, email=f"{own.who}@example.org")
        number = here.numbers[own.of]
        assert refusal(here, call, service, actor, own.given, number) is None, own
        actor.active = False
        here.session.flush()
        check_as_if_missing(
            refusal(here, call, service, actor, own.given, number),
            refusal(here, call, service, actor, own.given, MISSING),
            number,
        )
        actor.active = True
        here.session.flush()


@pytest.mark.parametrize("kind", ACTORS)
def test_everybody_sees_their_own_assignments_alone(here: World, kind: str) -> None:
    assert assignments.mine(here.session, actor=actor_of(here.session, kind), now=NOW) == []
    ann = people.person(here.session, email="ann@example.org")
    assert [share.task for share in assignments.mine(here.session, actor=ann, now=NOW)] == ["cars", "by hand"]


@pytest.mark.parametrize("kind", ACTORS)
def test_a_desk_is_of_its_person_alone(here: World, kind: str) -> None:
    assert desks.of(here.session, actor=actor_of(here.session, kind), now=NOW) == Desk(
        returned=[], waiting=[], finished=[]
    )


@pytest.mark.parametrize("kind", ACTORS)
def test_an_item_is_found_by_whoever_may_see_its_history(here: World, kind: str) -> None:
    name = here.session.exec(select(Item.name).where(Item.id == here.numbers["item"])).one()
    actor = actor_of(here.session, kind)
    for look in (history.find, history.look_up):
        error = refusal(here, lambda here, look=look: look(here.session, named=name, actor=actor))
        if kind in (Role.OWNER, Role.MANAGER):
            assert error is None
        else:
            assert str(error) == f"no item {name!r}"


@pytest.mark.parametrize("kind", ACTORS)
def test_tasks_are_found_by_their_names_by_who_runs_them(here: World, kind: str) -> None:
    actor = actor_of(here.session, kind)
    error = refusal(here, lambda here: named_tasks(here.session, actor=actor, named="cars"))
    if kind in (Role.OWNER, Role.MANAGER):
        assert error is None
    else:
        assert str(error) == "no pipeline or task 'cars'; there are none"
