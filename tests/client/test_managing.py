"""What managers do by the client: done at once, or waited for where it is a job."""

from collections.abc import Callable

import pytest
from stage import Stage

from workflow_core.client import Annoflow
from workflow_core.services.jobs import requests


def test_an_act_is_told_alike_whether_it_is_a_job_or_not(
    stage: Stage, client_of: Callable[..., Annoflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_items(3)
    stage.add_member("mia", "manager")
    mia = client_of("mia")
    held = stage.claim("ann", "cars")
    assert held is not None
    by = {"where": {"name": {"in": ["0", "1", "2"]}}}
    assert mia.rank(held.task_id, 7, **by).items == 3
    monkeypatch.setattr(requests, "MOST", 1)
    told = mia.rank(held.task_id, 8, dry_run=True)
    assert (told.done, told.items, told.effects) == (False, 3, [])
    assert (mia.rank(held.task_id, 8).items, mia.rank(held.task_id, 8).items) == (3, 0)
    removed = mia.remove_from_task(held.task_id, folder="/")
    assert (removed.done, removed.items, removed.counts["exited"]) == (True, 2, 2)
    assert [(one.count, "has 0 open" in one.message) for one in removed.faults] == [(1, True)]
    assert set(stage.at("cars")) == {"0"}
