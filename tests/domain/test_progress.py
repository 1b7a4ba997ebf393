import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.measures.progress import Counts, WorkStatus, status


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(), "to-do"),
        (Counts(queued=3), "to-do"),
        (Counts(withdrawn=3), "to-do"),
        (Counts(withdrawn=3, begun=2, parked=1), "to-do"),
        (Counts(queued=2, claimed=1, begun=1), "in-progress"),
        (Counts(queued=3, begun=1), "in-progress"),  # released: it was begun
        (Counts(queued=2, submitted=1, begun=1), "in-progress"),
        (Counts(submitted=2, waiting=1, begun=3, unresolved_issues=1), "in-progress"),
        (Counts(submitted=3, begun=3), "completed"),
        (Counts(submitted=2, withdrawn=1, begun=2), "completed"),
        (Counts(submitted=3, begun=3, parked=1), "in-progress"),
        (Counts(submitted=2, returned=1, taken=1, begun=3, unresolved_issues=1), "completed-with-issues"),
        (Counts(submitted=2, claimed=1, taken=1, begun=3, unresolved_issues=1), "completed-with-issues"),
        (
            Counts(submitted=3, begun=3, unresolved_issues=1),
            "completed-with-issues",
        ),  # fixed, not yet approved
        (Counts(submitted=2, returned=1, taken=1, begun=3), "in-progress"),
        (
            Counts(submitted=1, returned=1, queued=1, taken=1, begun=2, unresolved_issues=1),
            "in-progress",
        ),
    ],
)
def test_status_follows_from_the_counts(counts, expected):
    assert status(counts) is WorkStatus(expected)


states = ("queued", "claimed", "submitted", "returned", "waiting", "withdrawn")
some_counts = st.fixed_dictionaries(
    {name: st.integers(0, 3) for name in (*states, "begun", "parked", "unresolved_issues", "taken")}
).map(lambda fields: Counts(**fields))


@given(counts=some_counts)
def test_exactly_the_clauses_of_each_status_hold(counts):
    rows = counts.to_have_status
    every_row_has_a_status = rows > 0 and counts.submitted == rows
    every_row_had_a_status = rows > 0 and counts.submitted + counts.taken == rows
    issues = counts.unresolved_issues > 0
    assert (status(counts) is WorkStatus.COMPLETED) == (every_row_has_a_status and not counts.parked and not issues)
    assert (status(counts) is WorkStatus.COMPLETED_WITH_ISSUES) == (every_row_had_a_status and issues)
    if not counts.begun:
        assert status(counts) is not WorkStatus.IN_PROGRESS


@given(submitted=st.integers(1, 9), added=st.integers(1, 9))
def test_adding_or_clearing_an_item_re_opens_what_was_completed(submitted, added):
    assert status(Counts(submitted=submitted, begun=submitted)) is WorkStatus.COMPLETED
    assert status(Counts(submitted=submitted, begun=submitted, queued=added)) is WorkStatus.IN_PROGRESS
