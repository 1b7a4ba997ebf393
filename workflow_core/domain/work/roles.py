"""Who may do what: role × permission as one table. Roles are held per project."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What somebody is in a project."""

    OWNER = "owner"
    """Arranges data, people and pipelines, and may do all that the others may."""
    MANAGER = "manager"
    """Runs the tasks: people's shares, progress, second thoughts."""
    CONTRIBUTOR = "contributor"
    """Works on their own assignments; what is not theirs does not exist for them."""


class Permission(StrEnum):
    """What somebody may do, as a verb and its object."""

    MANAGE_PEOPLE = "manage people"
    MANAGE_DATASETS = "manage datasets"
    MANAGE_PIPELINES = "manage pipelines"
    RUN_PIPELINES = "run pipelines"
    IMPORT_ITEMS = "import items"
    IMPORT_ANNOTATIONS = "import annotations"
    EXPORT_ITEMS = "export items"
    DELETE_ITEMS = "delete items"
    ERASE_ITEMS = "erase items"
    CREATE_TASK = "create task"
    EDIT_TASK = "edit task"
    FILL_TASK = "fill task"
    RUN_TASK = "run task"
    REDISTRIBUTE_ITEMS = "redistribute items"
    REASSIGN_WORK = "reassign work"
    PAUSE_PEOPLE = "pause people"
    CLEAR_STATUS = "clear status"
    END_CLAIM = "end claim"
    UNSTICK_ITEMS = "unstick items"
    RESOLVE_ISSUES = "resolve issues"
    SEE_PROJECT = "see project"
    QUERY_ITEMS = "query items"
    SEE_ANALYTICS = "see analytics"
    SEE_HISTORY = "see history"
    SEE_OWN_WORK = "see own work"
    WORK_ON_OWN_ASSIGNMENT = "work on own assignment"
    REVIEW_OWN_ASSIGNMENT = "review own assignment"
    UNDO_OWN_STATUS = "undo own status"


_CONTRIBUTOR: Final = frozenset(
    {
        Permission.SEE_OWN_WORK,
        Permission.WORK_ON_OWN_ASSIGNMENT,
        Permission.REVIEW_OWN_ASSIGNMENT,
        Permission.UNDO_OWN_STATUS,
    }
)

_MANAGER: Final = _CONTRIBUTOR | {
    Permission.CREATE_TASK,
    Permission.EDIT_TASK,
    Permission.FILL_TASK,
    Permission.RUN_TASK,
    Permission.REDISTRIBUTE_ITEMS,
    Permission.REASSIGN_WORK,
    Permission.PAUSE_PEOPLE,
    Permission.CLEAR_STATUS,
    Permission.END_CLAIM,
    Permission.UNSTICK_ITEMS,
    Permission.RESOLVE_ISSUES,
    Permission.SEE_PROJECT,
    Permission.QUERY_ITEMS,
    Permission.SEE_ANALYTICS,
    Permission.SEE_HISTORY,
}

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Permission),
        Role.MANAGER: _MANAGER,
        Role.CONTRIBUTOR: _CONTRIBUTOR,
    }
)
"""What each role may do."""


def allowed(role: Role, permission: Permission) -> bool:
    """Say whether the role has the permission.

    >>> allowed(Role.CONTRIBUTOR, Permission.CREATE_TASK)
    False
    """
    return permission in PERMISSIONS[role]


def who_may(permission: Permission) -> str:
    """Name the roles that have the permission, for messages.

    >>> who_may(Permission.CREATE_TASK)
    'owner or manager'
    >>> who_may(Permission.WORK_ON_OWN_ASSIGNMENT)
    'owner, manager or contributor'
    """
    *others, last = (role.value for role in Role if allowed(role, permission))
    return f"{', '.join(others)} or {last}" if others else last
