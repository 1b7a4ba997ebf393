"""The checks, one module each; the module's docstring is its documentation, which `explain` prints."""

from collections.abc import Iterator
from typing import Protocol

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.rules import (
    approved_in_annotation,
    approved_without_review,
    automatic_loop,
    bad_email,
    bad_filter,
    bad_lease,
    bad_name,
    bad_schedule,
    bad_share,
    bad_weight,
    cannot_approve,
    clashing_keys,
    duplicate_entry,
    duplicate_key,
    duplicate_name,
    empty_team,
    endless_loop,
    fork_crossed,
    fork_target,
    fork_without_join,
    join_without_fork,
    label_owned_twice,
    misplaced_key,
    missing_key,
    nested_fork,
    no_exit,
    nothing_to_review,
    own_work,
    review_bypassed,
    router_case,
    router_falls_through,
    self_loop,
    shares_over,
    unbounded_loop,
    unknown_key,
    unknown_status,
    unknown_target,
    unknown_task,
    unknown_team,
    unreachable_case,
    unreachable_node,
    unreadable_file,
    unrouted_status,
    wrong_value,
    yaml_feature,
    yaml_limit,
    yaml_syntax,
)
from workflow_core.pipeline.study import Study


class Rule(Protocol):
    """What every module of this package offers."""

    CODE: str
    NAME: str
    SEVERITY: Severity
    __doc__: str | None

    def check(self, study: Study) -> Iterator[Fault]:
        """Yield every fault of this kind."""
        ...


ALL: tuple[Rule, ...] = (
    yaml_syntax,
    yaml_limit,
    yaml_feature,
    duplicate_key,
    unknown_key,
    wrong_value,
    missing_key,
    bad_name,
    unreadable_file,
    bad_email,
    bad_weight,
    bad_lease,
    bad_schedule,
    bad_filter,
    unknown_target,
    unknown_task,
    unknown_team,
    unknown_status,
    duplicate_name,
    duplicate_entry,
    clashing_keys,
    empty_team,
    misplaced_key,
    unrouted_status,
    self_loop,
    unreachable_node,
    no_exit,
    endless_loop,
    unbounded_loop,
    automatic_loop,
    bad_share,
    shares_over,
    router_falls_through,
    router_case,
    unreachable_case,
    fork_target,
    fork_without_join,
    fork_crossed,
    nested_fork,
    join_without_fork,
    approved_in_annotation,
    approved_without_review,
    nothing_to_review,
    review_bypassed,
    cannot_approve,
    own_work,
    label_owned_twice,
)
"""Every rule, by code. Codes are stable: a rule that goes leaves its code unused."""
