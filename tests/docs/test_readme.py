"""Every command and every YAML block of the README does what it says."""

import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from PIL import Image

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
ANNOFLOW = Path(sys.executable).with_name("annoflow")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def annoflow(*args: str, at: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ANNOFLOW, *args], cwd=at, env=env, capture_output=True, text=True, timeout=120)


def test_the_pipeline_checks_clean_and_its_picture_is_the_one_that_graph_draws(tmp_path: Path) -> None:
    (pipeline,) = blocks("yaml")
    (tmp_path / "street.yaml").write_text(pipeline)
    checked = annoflow("pipeline", "check", "--strict", "street.yaml", at=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert blocks("mermaid") == [annoflow("pipeline", "graph", "street.yaml", at=tmp_path).stdout]


def test_the_broken_pipeline_gets_the_findings_shown(tmp_path: Path) -> None:
    (broken,) = blocks("yaml broken")
    (tmp_path / "street.yaml").write_text(broken)
    checked = annoflow("pipeline", "check", "street.yaml", at=tmp_path)
    assert checked.returncode == 1
    assert blocks("text findings") == [checked.stdout]


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


def test_the_core_is_read_in_an_afternoon() -> None:
    section = README.split("## Read the core in an afternoon")[1].split("\n## ")[0]
    files = re.findall(r"^\| `([a-z_/]+\.py)` \|", section, re.MULTILINE)
    assert len(files) == section.count("\n| `")
    assert len(set(files)) == len(files) >= 20
    assert sum(len((ROOT / file).read_text().splitlines()) for file in files) < 4_300


@pytest.mark.prefect
def test_the_commands_for_a_start_of_ones_own_work_in_their_order(tmp_path: Path, monkeypatch) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (64, 48), "navy").save(photos / "frame-0042.jpg")
    for name in ("ANNOFLOW_HOME", "ANNOFLOW_DATABASE_URL", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    install, *start = (shlex.split(line, comments=True) for line in blocks("sh")[1].splitlines())
    assert install == ["pip", "install", "."]
    init, check, up = start
    for command in (init, check):
        done = annoflow(*command[1:], at=tmp_path)
        assert done.returncode == 0, done.stderr
    log = (tmp_path / "up.log").open("w")
    anywhere = ("--port", "0", "--prefect-port", "0")
    running = subprocess.Popen([ANNOFLOW, *up[1:], *anywhere], cwd=tmp_path, stdout=log, stderr=log)
    try:
        wait_for("items are moving", tmp_path / "up.log", running)
        for line in blocks("sh")[2].splitlines():
            command = shlex.split(line, comments=True)
            done = annoflow(*command[1:], at=tmp_path)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 0
    assert "nothing is running any more" in (tmp_path / "up.log").read_text()


def wait_for(words: str, log: Path, running: subprocess.Popen[bytes], seconds: float = 150) -> None:
    end = time.monotonic() + seconds
    while words not in log.read_text():
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.3)
