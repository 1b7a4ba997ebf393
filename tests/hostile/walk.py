"""Every service, found by itself, with each number, text or document that it takes: a new one cannot be forgotten."""

import inspect
import os
import pkgutil
from collections.abc import Callable, Container, Iterator, Mapping
from enum import Enum
from importlib import import_module
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Union, get_args, get_origin, get_type_hints

from building import NOW, dataset, person

from hostile.values import VALUES
from workflow_core import services
from workflow_core.domain.work.roles import Permission
from workflow_core.services.accounts import passwords
from workflow_core.services.accounts.passwords import Account

Plain = int | float | str

NUMBERS = ("32 bits", "63 bits", "64 bits", "no end", "minus one", "true", "not a number", "NUL", "a list")
TEXTS = ("empty", "NUL", "half a character", "lines", "a page", "many digits", "64 bits", "a list")
DOCUMENTS = ("deep", "NUL", "NUL as key", "number as key", "not a number", "no end", "half a character", "a list")
WORST: Mapping[type, tuple[str, ...]] = {int: NUMBERS, float: NUMBERS, str: TEXTS, dict: DOCUMENTS}
"""What of the values is tried in any case, by what a parameter takes."""
TO_POSTGRES = ("32 bits", "64 bits", "not a number", "NUL", "half a character", "a page", "NUL as key", "no end")
"""What only PostgreSQL may refuse is tried there, too; what a value of another kind does, SQLite has told."""
OTHERS = 8
"""Of the others each parameter is given one in so many."""
SOAK = "ANNOFLOW_SOAK" in os.environ
"""Whether every parameter is given every value, on both databases."""

ANN = "ann@example.org"


class Parameter(NamedTuple):
    """What a service takes by one name, of what kind; a list of it where that is `many`."""

    name: str
    kind: type
    many: bool


class Service(NamedTuple):
    """A public function of the services that works in a session, and what it takes that may be hostile."""

    name: str
    call: Callable[..., Any]
    hostile: list[Parameter]
    by_nobody: bool
    """Whether annoflow itself may act."""


def found(without: Container[str] = ()) -> Iterator[Service]:
    """Yield the services, by the names of their modules, and without some of them, or of what they take."""
    for module in pkgutil.walk_packages(services.__path__, "workflow_core.services."):
        here = import_module(module.name)
        for name, one in vars(here).items():
            if inspect.isfunction(one) and one.__module__ == module.name and not name.startswith("_"):
                parameters = inspect.signature(one).parameters
                known = f"{module.name.removeprefix('workflow_core.services.')}.{name}"
                if next(iter(parameters), None) == "session" and known not in without:
                    service = _service(known, one, parameters)
                    hostile = [each for each in service.hostile if f"{known}.{each.name}" not in without]
                    yield service._replace(hostile=hostile)


def _service(name: str, call: Callable[..., Any], parameters: Mapping[str, inspect.Parameter]) -> Service:
    hints = get_type_hints(call, include_extras=True)
    rest = next((hints.get(one.name) for one in parameters.values() if one.kind is inspect.Parameter.VAR_KEYWORD), None)
    more = get_type_hints(get_args(rest)[0]) if rest is not None and get_args(rest) else {}
    taken = {one: hints[one] for one in parameters if one in hints and hints[one] is not rest} | more
    taken = {one: hint for one, hint in taken.items() if one not in ("session", "actor", "now", "return")}
    hostile = [one for name, hint in taken.items() if (one := _parameter(name, hint)) is not None]
    return Service(name, call, hostile, _may_be_none(hints.get("actor")))


def _may_be_none(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)


def _parameter(name: str, hint: Any) -> Parameter | None:
    """Say what a parameter takes; None of what no entry point can be made to give."""
    if get_origin(hint) is Annotated:
        return _parameter(name, get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return next((one for each in get_args(hint) if (one := _parameter(name, each)) is not None), None)
    if get_origin(hint) is NotRequired:
        return _parameter(name, get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, int | float | str) and not issubclass(hint, bool | Enum):
        kind = next(one for one in (int, float, str) if issubclass(hint, one))
        return Parameter(name, kind, many=False)
    if get_origin(hint) is Literal:
        return Parameter(name, str, many=False)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        plain = inner[0] is str and inner[1] in (Any, int, float, str)
        return Parameter(name, dict, many=False) if plain else None
    if origin is not None and inner and inner[0] in (int, str):
        return Parameter(name, inner[0], many=True)
    return None


def tried(one: Parameter, number: int, *, postgres: bool) -> Iterator[tuple[str, Any]]:
    """Yield what is tried for a parameter: the worst for its kind, and some of the others, other ones for the next."""
    worst, others = WORST[one.kind], [name for name in VALUES if name not in WORST[one.kind]]
    chosen = (
        [each for each in worst if each in TO_POSTGRES] if postgres else [*worst, *others[number % OTHERS :: OTHERS]]
    )
    for name in VALUES if SOAK else chosen:
        yield name, [VALUES[name]] if one.many else VALUES[name]
    for name in (VALUES if SOAK else () if postgres else ("64 bits",)) if one.many else ():
        yield f"no list, {name}", VALUES[name]


INSIDE = "called by services alone, which have looked at it"
IN_CALLS = "what it takes has a form of its own, and hostile things inside: in calls.py"
MADE = "what it takes is made by annoflow, or was found"
LEFT_OUT: Mapping[str, str] = {
    "accounts.invitations.invite.address": MADE,
    "accounts.invitations.link.address": MADE,
    "accounts.links.use.hash": MADE,
    "accounts.passwords.change": MADE,
    "accounts.passwords.give": MADE,
    "accounts.repeats.begin.digest": MADE,
    "accounts.repeats.keep": MADE,
    "accounts.scopes.check": IN_CALLS,
    "accounts.sign_ins.begin.renewed": MADE,
    "jobs.acts.concerned.said": IN_CALLS,
    "jobs.acts.do.said": IN_CALLS,
    "jobs.acts.first": INSIDE,
    "jobs.turns.give_back": MADE,
    "jobs.turns.keep": MADE,
    "managers.new_tasks.check": INSIDE,
    "people.member.invited": MADE,
    "pipelines.deployed_tasks.apply": INSIDE,
    "pipelines.deployed_tasks.managers": INSIDE,
    "pipelines.deployment.deploy.file": IN_CALLS,
    "pipelines.entries.enter_new": INSIDE,
    "pipelines.entries.refused": INSIDE,
    "pipelines.migration.take_along": INSIDE,
    "pipelines.planned_tasks.between": INSIDE,
    "reviewers.issue_effects.follow_up": INSIDE,
}
"""Services, or parameters, to which no entry point hands on what somebody has sent, and why."""


def known(world: Any) -> Account:
    """Return who may sign in, and has just proved it."""
    person_id = person(world.session, ANN).id
    passwords.give(world.session, person_id=person_id, hash="h", now=NOW)
    return Account(person_id, "h")


ELSEWHERE: Mapping[str, Callable[[Any], Mapping[str, Any]]] = {
    "access.own_many": lambda w: {"task_item_ids": [w.numbers["held"]]},
    "accounts.links.email": lambda w: {"secret": "s"},
    "accounts.links.make": lambda w: {"email": ANN},
    "accounts.links.use": lambda w: {"secret": "s", "hash": "h"},
    "accounts.members.all_of": lambda w: {},
    "accounts.members.owns": lambda w: {"project_id": w.project},
    "accounts.operators.appoint": lambda w: {"email": ANN},
    "accounts.operators.appoint_first": lambda w: {"email": ANN, "password": "ten letters"},
    "accounts.operators.dismiss": lambda w: {"email": ANN},
    "accounts.operators.everybody": lambda w: {},
    "accounts.operators.keep_one": lambda w: {"leaving": 1},
    "accounts.passwords.account": lambda w: {"email": ANN},
    "accounts.repeats.begin": lambda w: {"key": "k", "digest": "d"},
    "accounts.sign_ins.begin": lambda w: {"account": known(w), "renewed": "h", "agent": "a browser"},
    "accounts.sign_ins.caller": lambda w: {"secret": "s"},
    "accounts.sign_ins.end": lambda w: {"sign_in_id": 1},
    "accounts.sign_ins.mine": lambda w: {"current": 1},
    "accounts.tokens.caller": lambda w: {"secret": "s"},
    "accounts.tokens.make": lambda w: {"name": "n"},
    "accounts.tokens.revoke": lambda w: {"token_id": 1},
    "contributors.annotation_sets.of_item": lambda w: {"item_id": w.numbers["item"]},
    "contributors.assignments.mine": lambda w: {},
    "managers.history.find": lambda w: {"named": "0"},
    "managers.history.look_up": lambda w: {"named": "0"},
    "managers.history.since": lambda w: {},
    "managers.staff.pause": lambda w: {"what": "task", "key": w.cars.id},
    "managers.staff.resume": lambda w: {"what": "task", "key": w.cars.id},
    "overviews.tasks.named": lambda w: {"named": "cars"},
    "people.check_project": lambda w: {"project_id": w.project},
    "people.member": lambda w: {"email": ANN, "project_id": w.project, "role": "contributor"},
    "people.may": lambda w: {"project_id": w.project, "permission": Permission.SEE_PROJECT},
    "people.person": lambda w: {"email": ANN},
    "people.project": lambda w: {"name": "default"},
    "people.project_for": lambda w: {"name": "default"},
    "people.require": lambda w: {"project_id": w.project, "permission": Permission.SEE_PROJECT},
    "people.role_of": lambda w: {"project_id": w.project, "person": person(w.session, ANN)},
    "people.sees": lambda w: {"project_id": w.project},
    "pipelines.data.condition": lambda w: {"dataset": dataset(w.session)},
    "pipelines.data.dataset": lambda w: {"project_id": w.project, "name": "street"},
    "pipelines.data.task_names": lambda w: {"project_id": w.project},
    "pipelines.entries.watching": lambda w: {"dataset_id": w.numbers["dataset"]},
    "projects.make": lambda w: {"name": "new"},
    "projects.mine": lambda w: {},
    "projects.listed": lambda w: {},
    "running.feed.stirs": lambda w: {"after": 0, "until": 1},
    "running.moves.advance": lambda w: {},
    "running.moves.where": lambda w: {"pipeline_id": w.numbers["pipeline"]},
    "running.verification.check": lambda w: {},
}
"""What the services take that are not in the square of who may call what."""
