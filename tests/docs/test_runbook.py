"""What deploy/README.md tells to do works, and the files beside it say the same as each other."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import Run
from PIL import Image

DEPLOY = Path(__file__).parents[2] / "deploy"
RUNBOOK = (DEPLOY / "README.md").read_text()
COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```", RUNBOOK, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]
PIPELINE = """project: road
pipeline: dashcam
source: {uri: photos}
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}
exits: {done: }
"""
SYSTEMD_RUN = """#!/bin/sh
while [ "$1" != /opt/annoflow/bin/annoflow ]; do shift; done
shift
printf '%s\\n' "$@"
"""
"""Says what would be run."""


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "annoflow.service")
    return parser


def test_a_command_is_run_as_the_service_is(unit: configparser.ConfigParser) -> None:
    said = (DEPLOY / "annoflow-service").read_text()
    service = unit["Service"]
    assert f"--uid={service['User']} --gid={service['Group']}" in said
    assert f"--working-directory={service['WorkingDirectory']} " in said
    for name in ("EnvironmentFile", "UMask"):
        assert f"--property={name}={service[name]} " in said
    assert service["ExecStart"].split()[0] in said


def test_commands_of_annoflow_are_run_as_the_service_and_no_other_way() -> None:
    assert not [line for line in COMMANDS if line.startswith("annoflow ")]


def test_a_file_that_is_missing_or_wrong_is_not_tried_for_ever(
    unit: configparser.ConfigParser, annoflow: Run, tmp_path: Path
) -> None:
    (tmp_path / "wrong.yaml").write_text("pipeline: wrong\n")
    codes = {str(annoflow("up", file).code) for file in ("missing.yaml", "wrong.yaml")}
    assert codes == set(unit["Service"]["RestartPreventExitStatus"].split())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_systemd_takes_the_unit_and_finds_it_well_guarded(tmp_path: Path) -> None:
    here = tmp_path / "annoflow.service"
    here.write_text((DEPLOY / "annoflow.service").read_text().replace("/opt/annoflow/bin/annoflow", "/bin/true"))
    checked = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True)
    assert "annoflow.service:" not in checked.stderr, checked.stderr
    command = ["systemd-analyze", "security", "--offline=yes", here]
    rated = subprocess.run(command, capture_output=True, text=True).stdout
    (exposure,) = re.findall(r"exposure level for annoflow.service: ([\d.]+)", rated)
    assert float(exposure) < 4


def test_the_runbooks_commands_of_annoflow_work_in_their_order(annoflow: Run, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (64, 48), "navy").save(photos / "frame-0042.jpg")
    (tmp_path / "dashcam.yaml").write_text(PIPELINE)
    (tmp_path / "systemd-run").write_text(SYSTEMD_RUN)
    (tmp_path / "systemd-run").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def run(line: str) -> None:
        service = [DEPLOY / "annoflow-service", *shlex.split(line.replace("/etc/annoflow/pipelines/", ""))[1:]]
        told = subprocess.run(service, env=environment, capture_output=True, text=True, check=True).stdout
        done = annoflow(*told.splitlines())
        assert done.code == 0, (line, done)

    for line in ("upgrade: db upgrade", "deploy: pipeline deploy dashcam.yaml", "import: import dashcam"):
        run(line)
    lines = [line for line in COMMANDS if line.startswith("annoflow-service ")]
    assert len(lines) >= 10
    for line in dict.fromkeys(lines):  # what is told twice is done once
        run(line)
