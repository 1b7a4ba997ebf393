"""The whole demo, with a real Prefect server: a small one, its mover killed."""

import io
import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from running import PATIENCE

from flows.processes import installation
from workflow_core.demo import story
from workflow_core.demo.story import Plan, run
from workflow_core.settings import Settings
from workflow_core.up.supervisor import Installation


@pytest.mark.prefect
def test_the_demo_brings_every_item_to_an_exit_though_its_mover_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_history: Path
) -> None:
    def with_a_history(settings: Settings) -> Installation:
        made = installation(settings)
        made.folder.mkdir()
        shutil.copy(prefect_history, made.history)
        return made

    monkeypatch.setattr(story, "installation", with_a_history)
    for wait in ("PATIENCE", "LONGEST"):
        monkeypatch.setattr(story, wait, 2 * PATIENCE)
    said = io.StringIO()
    plan = Plan(home=tmp_path / "demo", count=24, seed=5, seconds=10)
    outcome = run(plan, Console(file=said, width=200))
    shown = outcome.as_json()
    assert sum(shown["exits"].values()) == shown["items"] == 24
    assert shown["elsewhere"] == {}
    assert (shown["lost"], shown["moved_twice"]) == (0, 0)
    assert shown["acknowledged"] >= 24 * 2
    assert shown["status_to_claimable_ms"]["n"] > 0
    assert outcome.mover_gap_seconds is not None
    assert "kill -9" in said.getvalue()
    assert "left in mid-work" in shown["changes"][0]
    for row in shown["issues"]:
        assert row["raised"] == row["approved"] + row["dismissed"]
    for path, items in shown["exported"].items():
        file = plan.home / path
        assert len(json.loads(file.read_text())["images"]) == items
    assert (plan.home / "report.html").stat().st_size < 5_000_000
