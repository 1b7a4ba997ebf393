"""Every command and every YAML block of the README does what it says."""

import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import yaml
from commands import Run
from PIL import Image
from running import ANNOFLOW, PATIENCE, wait_until

from workflow_core import web

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_pipeline_checks_clean_and_its_picture_is_the_one_that_graph_draws(annoflow: Run, tmp_path: Path) -> None:
    (pipeline,) = blocks("yaml")
    (tmp_path / "street.yaml").write_text(pipeline)
    checked = annoflow("pipeline", "check", "--strict", "street.yaml")
    assert checked.code == 0, checked.out
    assert blocks("mermaid") == [annoflow("pipeline", "graph", "street.yaml").out]


def test_the_broken_pipeline_gets_the_findings_shown(annoflow: Run, tmp_path: Path) -> None:
    (broken,) = blocks("yaml broken")
    (tmp_path / "street.yaml").write_text(broken)
    checked = annoflow("pipeline", "check", "street.yaml")
    assert checked.code == 1
    assert blocks("text findings") == [checked.out]


def test_the_automation_is_one_that_prefect_takes() -> None:
    from prefect.events.schemas.automations import AutomationCore

    (automation,) = blocks("yaml prefect")
    AutomationCore.model_validate(yaml.safe_load(automation))


def test_the_make_targets_exist() -> None:
    targets = re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE)
    assert {"demo", "test", "check", "soak", "bench"} <= set(targets)
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_files_that_are_linked_exist() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_pages_that_scripts_may_rely_on_are_there() -> None:
    section = README.split("## Work in a browser")[1].split("\n## ")[0]
    named = re.findall(r"`(/[a-z{} /]*)`", section.split("rely on")[1].split(";")[0])
    routes = {re.sub("{.*?}", "{}", route.path) for router in web.ROUTERS for route in router.routes}
    assert {"/work", "/studio/{task item}", "/items/{id}", "/exports"} <= set(named)
    assert {re.sub("{.*?}", "{}", page) for page in named} <= routes


def test_the_core_is_read_in_an_afternoon() -> None:
    section = README.split("## Read the core in an afternoon")[1].split("\n## ")[0]
    files = re.findall(r"^\| `([a-z_/]+\.py)` \|", section, re.MULTILINE)
    assert len(files) == section.count("\n| `")
    assert len(set(files)) == len(files) >= 20
    assert sum(len((ROOT / file).read_text().splitlines()) for file in files) < 4_000


def test_the_demo_to_play_in_opens_and_ends(tmp_path: Path) -> None:
    (command,) = (shlex.split(line, comments=True) for line in blocks("sh")[0].splitlines() if "--demo" in line)
    log = tmp_path / "up.log"
    with log.open("w") as out:
        running = subprocess.Popen([ANNOFLOW, *command[1:], "--port", "0"], cwd=tmp_path, stdout=out, stderr=out)
    try:
        wait_for("choose whom to be", log, running)
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 0, log.read_text()
    assert list(tmp_path.iterdir()) == [log]


@pytest.mark.prefect
def test_the_commands_for_a_start_of_ones_own_work_in_their_order(
    annoflow: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_history: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (64, 48), "navy").save(photos / "frame-0042.jpg")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    install, *start = (shlex.split(line, comments=True) for line in blocks("sh")[1].splitlines())
    assert install == ["pip", "install", "-c", "constraints.txt", "."]
    init, check, up = start
    for command in (init, check):
        assert annoflow(*command[1:]).code == 0
    (tmp_path / ".annoflow" / "prefect").mkdir(parents=True)
    shutil.copy(prefect_history, tmp_path / ".annoflow" / "prefect")
    log = (tmp_path / "up.log").open("w")
    anywhere = ("--port", "0", "--prefect-port", "0")
    running = subprocess.Popen([ANNOFLOW, *up[1:], *anywhere], cwd=tmp_path, stdout=log, stderr=log)
    try:
        wait_for("items are moving", tmp_path / "up.log", running)
        for line in blocks("sh")[2].splitlines():
            command = shlex.split(line, comments=True)
            done = annoflow(*command[1:])
            assert done.code == 0, (command, done)
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 0
    assert "nothing is running any more" in (tmp_path / "up.log").read_text()


def wait_for(words: str, log: Path, running: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: words in log.read_text() or running.poll() is not None)
    assert running.poll() is None, log.read_text()
