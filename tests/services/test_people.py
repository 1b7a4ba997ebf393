"""Roles are held per project, and every service asks for them."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from building import BOX, NOW, TWO_STEPS, add_items, dataset, deploy, person, stranger, task
from sqlmodel import Session, select

from workflow_core.connectors.records import Problems
from workflow_core.domain.recipes import Label, Recipe
from workflow_core.domain.roles import Permission, Role, allowed, who_may
from workflow_core.errors import AnnoflowError, InvalidInput, NotAllowed, NotFound
from workflow_core.services import data, exporting, importing, ingesting, people, tasks, work
from workflow_core.store.models import Person, Project


def the_project(session: Session, name: str = "default") -> Project:
    return session.exec(select(Project).where(Project.name == name)).one()


Call = Callable[[Session, Person, Path], object]
SERVICES: dict[Permission, Call] = {
    Permission.MANAGE_PEOPLE: lambda session, actor, _: people.set_role(
        session,
        actor=actor,
        project_id=the_project(session).id,
        email="new@example.org",
        role=Role.CONTRIBUTOR,
        now=NOW,
    ),
    Permission.MANAGE_DATASETS: lambda session, actor, _: data.create_dataset(
        session, actor=actor, project_id=the_project(session).id, name="lane", now=NOW
    ),
    Permission.IMPORT_ITEMS: lambda session, actor, _: data.add_items(
        session, actor=actor, dataset=dataset(session), new=[data.NewItem(name="new.jpg")], now=NOW
    ),
    Permission.QUERY_ITEMS: lambda session, actor, _: data.find(session, actor=actor, dataset=dataset(session)),
    Permission.MANAGE_PIPELINES: lambda session, actor, _: deploy(session, actor=actor),
    Permission.CREATE_TASK: lambda session, actor, _: tasks.create(
        session,
        actor=actor,
        dataset=dataset(session),
        name="by hand",
        recipe=Recipe((Label("car"),)),
        assignees={"ann@example.org": 1},
        now=NOW,
    ),
    Permission.FILL_TASK: lambda session, actor, _: tasks.add_items(
        session, actor=actor, task=task(session, "cars"), now=NOW
    ),
    Permission.IMPORT_ANNOTATIONS: lambda session, actor, _: importing.import_annotations(
        session,
        actor=actor,
        dataset=dataset(session),
        annotations=[],
        problems=Problems(),
        source="a.jsonl",
        now=NOW,
    ),
    Permission.EXPORT_ITEMS: lambda session, actor, folder: exporting.export(
        lambda read_only=False: nullcontext(session),
        pipeline="street",
        project="default",
        exit_name="approved",
        to=str(folder),
        actor=actor,
        now=NOW,
    ),
}


def refusal(session: Session, actor: Person, permission: Permission, folder: Path) -> AnnoflowError | None:
    """Call a service and take it back; return what it refused with."""
    attempt = session.begin_nested()
    try:
        SERVICES[permission](session, actor, folder)
    except AnnoflowError as error:
        return error
    finally:
        attempt.rollback()
        session.expire_all()
    return None


@pytest.mark.parametrize("role", Role)
def test_every_service_is_open_to_the_roles_of_the_table(session: Session, tmp_path: Path, role: Role) -> None:
    deploy(session)
    actor = person(session, "pat@example.org", role=role)
    for permission in SERVICES:
        error = refusal(session, actor, permission, tmp_path)
        if allowed(role, permission):
            assert error is None, permission
        else:
            assert isinstance(error, NotAllowed), permission
            assert str(error) == f"pat@example.org is a {role} and cannot {permission}; ask the {who_may(permission)}"


def test_for_a_stranger_nothing_is_there_and_nothing_is_told(session: Session, tmp_path: Path) -> None:
    deploy(session)
    actor = stranger(session)
    for permission in SERVICES:
        error = refusal(session, actor, permission, tmp_path)
        assert isinstance(error, NotFound), permission
        assert "street" not in str(error), permission


def test_a_stranger_cannot_work_in_a_task_nor_submit_to_its_places(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    sam, ann = stranger(session), people.person(session, email="ann@example.org")
    cars = task(session, "cars")
    claimed = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    assert claimed is not None
    with pytest.raises(NotFound):
        work.claim_next(session, actor=sam, task_id=cars.id, now=NOW)
    with pytest.raises(NotFound):
        work.submit(session, actor=sam, place_id=claimed.id, status="completed", annotations=[BOX], now=NOW)


def test_a_contributor_sees_neither_another_task_nor_anothers_assignment(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    ann, bo = (people.person(session, email=f"{name}@example.org") for name in ("ann", "bo"))
    cars, qa = task(session, "cars"), task(session, "qa")
    hers = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    his = work.claim_next(session, actor=bo, task_id=cars.id, now=NOW)
    assert hers is not None
    assert his is not None
    with pytest.raises(NotFound):
        work.claim_next(session, actor=ann, task_id=qa.id, now=NOW)
    for what in (work.release, work.postpone):
        with pytest.raises(NotFound):
            what(session, actor=ann, place_id=his.id, now=NOW)
    with pytest.raises(NotFound):
        work.submit(session, actor=ann, place_id=his.id, status="completed", now=NOW)
    with pytest.raises(NotFound):
        work.save_draft(session, actor=ann, place_id=his.id, annotations=[], now=NOW)
    assert work.submit(session, actor=ann, place_id=hers.id, status="completed", now=NOW).status == "completed"


def test_a_role_in_one_project_is_none_in_another(session: Session) -> None:
    owner = person(session, "olga@example.org", role="owner")
    deploy(session, "project: other\n" + TWO_STEPS)
    with pytest.raises(NotFound):
        deploy(session, "project: other\n" + TWO_STEPS, actor=owner)
    assert people.role_of(session, person=owner, project_id=the_project(session).id) == Role.OWNER
    assert people.role_of(session, person=owner, project_id=the_project(session, "other").id) is None


def test_names_of_projects_are_told_to_those_who_are_in_them(session: Session) -> None:
    owner = person(session, "olga@example.org", role="owner")
    person(session, "mia@example.org", role="manager", project="secret")
    with pytest.raises(NotFound) as refused:
        people.project(session, name="secret", actor=owner)
    assert str(refused.value) == "no project 'secret'; there is 'default'"
    assert people.project(session, name="default", actor=owner).name == "default"


@pytest.mark.parametrize("role", ["contributor", None])
def test_names_of_pipelines_are_not_told_to_who_may_not_see_them(session: Session, role: str | None) -> None:
    deploy(session)
    actor = person(session, "pat@example.org", role=role) if role else stranger(session)
    for service in (exporting.export, ingesting.ingest):
        more: dict[str, Any] = {"exit_name": "approved", "now": NOW} if service is exporting.export else {}
        more |= {"clock": lambda: NOW} if service is ingesting.ingest else {}
        with pytest.raises(NotAllowed if role else NotFound) as refused:
            service(lambda read_only=False: nullcontext(session), pipeline="x", project="default", actor=actor, **more)
        assert "street" not in str(refused.value)


def test_who_makes_a_project_owns_it(session: Session) -> None:
    actor = stranger(session)
    deploy(session, actor=actor)
    assert people.role_of(session, person=actor, project_id=the_project(session).id) == Role.OWNER


def test_an_email_is_one_person_in_whatever_case(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("ann@example.org", "Ann@Example.ORG"))
    ann = people.person(session, email="  ANN@example.org")
    assert ann.email == "ann@example.org"
    assert person(session, "aNN@EXAMPLE.org").id == ann.id
    people.set_role(
        session, actor=None, project_id=the_project(session).id, email="ANN@EXAMPLE.ORG", role=Role.MANAGER, now=NOW
    )
    assert people.role_of(session, person=ann, project_id=the_project(session).id) == Role.MANAGER
    assert len(session.exec(select(Person).where(Person.email == "ann@example.org")).all()) == 1


@pytest.mark.parametrize("email", ["", "ann", "@example.org", "ann@", "a b@example.org", "a@b@c", "a" * 250 + "@b.org"])
def test_what_is_no_email_is_refused(session: Session, email: str) -> None:
    with pytest.raises(InvalidInput, match="is no e-mail address"):
        person(session, email)


def test_a_deploy_never_lowers_a_role(session: Session) -> None:
    person(session, "ann@example.org", role="owner")
    deploy(session)
    ann = people.person(session, email="ann@example.org")
    assert people.role_of(session, person=ann, project_id=the_project(session).id) == Role.OWNER


@pytest.mark.parametrize("how", ["another role", "deactivated"])
def test_a_project_keeps_an_owner(session: Session, how: str) -> None:
    owner = person(session, "olga@example.org", role="owner")
    project = the_project(session).id

    def leave() -> None:
        if how == "another role":
            people.set_role(session, actor=owner, project_id=project, email=owner.email, role=Role.CONTRIBUTOR, now=NOW)
        else:
            people.deactivate(session, actor=owner, project_id=project, email=owner.email)

    with pytest.raises(InvalidInput, match="the only owner"):
        leave()
    second = person(session, "otto@example.org", role="owner")
    second.active = False
    session.flush()
    with pytest.raises(InvalidInput, match="the only owner"):
        leave()
    second.active = True
    session.flush()
    leave()


def test_who_is_deactivated_can_do_nothing_any_more(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    project = the_project(session).id
    ann = people.deactivate(session, actor=None, project_id=project, email="ann@example.org")
    with pytest.raises(NotFound):
        work.claim_next(session, actor=ann, task_id=task(session, "cars").id, now=NOW)
    assert not people.may(session, actor=ann, project_id=project, permission=Permission.SEE_OWN_WORK)


def test_an_owner_deactivates_nobody_of_other_owners(session: Session) -> None:
    owner = person(session, "olga@example.org", role="owner")
    person(session, "ann@example.org", project="other")
    project = the_project(session).id
    with pytest.raises(NotFound, match="nobody in this project"):
        people.deactivate(session, actor=owner, project_id=project, email="ann@example.org")
    person(session, "ann@example.org")
    with pytest.raises(NotAllowed, match="other owners"):
        people.deactivate(session, actor=owner, project_id=project, email="ann@example.org")
    assert people.person(session, email="ann@example.org").active


def test_every_error_says_what_is_possible(session: Session) -> None:
    deploy(session)
    with pytest.raises(AnnoflowError, match="no project 'defualt'; there is 'default'"):
        people.project(session, name="defualt")
    with pytest.raises(AnnoflowError, match="nobody here has the e-mail 'zoe@"):
        people.person(session, email="zoe@example.org")
