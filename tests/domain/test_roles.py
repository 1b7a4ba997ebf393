from itertools import product

import pytest

from workflow_core.domain.work.roles import Permission, Role, allowed, who_may

OWNERS_ALONE = {
    "manage people",
    "manage datasets",
    "manage pipelines",
    "run pipelines",
    "import items",
    "import annotations",
    "export items",
    "delete items",
    "erase items",
}
EVERYBODY = {"see own work", "work on own assignment", "review own assignment", "undo own status"}


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_every_role_may_do_exactly_its_part(role, permission):
    expected = {
        "owner": True,
        "manager": permission not in OWNERS_ALONE,
        "contributor": permission in EVERYBODY,
    }
    assert allowed(role, permission) is expected[role]


@pytest.mark.parametrize("permission", Permission)
def test_whoever_may_is_named_in_the_message(permission):
    expected = (
        "owner"
        if permission in OWNERS_ALONE
        else "owner, manager or contributor"
        if permission in EVERYBODY
        else "owner or manager"
    )
    assert who_may(permission) == expected


def test_a_permission_is_named_by_its_words():
    assert all(p.name.lower().replace("_", " ") == p.value for p in Permission)
