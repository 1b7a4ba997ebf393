"""Errors cross processes with all that they say."""

import copy
import pickle

import pytest

from workflow_core.domain.items.filters import FilterError
from workflow_core.domain.words.values import Unfit
from workflow_core.errors import Conflict, InvalidInput, NotAllowed, PipelineInvalid, Unavailable

ERRORS = [
    Conflict("somebody else holds a.jpg now", code="held-by-another", item="a.jpg", task="cars"),
    NotAllowed("ask the owner", code="not-permitted", person="ann@example.org", role="contributor", permission="see"),
    InvalidInput("no such status"),
    Unavailable("no database"),
    PipelineInvalid("one error", findings=("AF001",)),
    Unfit("too long", "up to 64 characters"),
    FilterError("unknown field", ("metadata", "x"), "key"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("carry", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_is_the_same_after_it_was_copied_or_pickled(error, carry):
    carried = carry(error)
    assert (type(carried), str(carried), vars(carried)) == (type(error), str(error), vars(error))
    assert carried.code and carried.facts == error.facts
