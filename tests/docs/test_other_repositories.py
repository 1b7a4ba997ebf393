"""The hook and the action for other repositories do what README.md says: what they run is run here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import PATIENCE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
GOOD = """
pipeline: street
tasks:
  cars: {type: annotation, recipe: recipes/cars.yaml, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
"""


def block(kind: str) -> Any:
    (found,) = re.findall(rf"^```yaml {kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return yaml.load(found, Loader=yaml.BaseLoader)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of somebody else, with pipelines in a folder of their own."""
    (tmp_path / "labelling/recipes").mkdir(parents=True)
    (tmp_path / "labelling/recipes/cars.yaml").write_text("labels: [car]\n")
    (tmp_path / "labelling/street.yaml").write_text(GOOD)
    (tmp_path / "labelling/street.test.yaml").write_text("pipeline: street.yaml\ncases: []\n")
    (tmp_path / "other.yaml").write_text("no: pipeline\n")
    return tmp_path


def committed(repository: Path) -> subprocess.CompletedProcess[str]:
    """Run pre-commit as a commit of everything would, with the hook as an installation of it has it."""
    hooks = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (repo,) = block("pre-commit")["repos"]
    wanted = [{**hooks[each["id"]], **each, "language": "system"} for each in repo["hooks"]]
    config = {"repos": [{"repo": "local", "hooks": wanted}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(repository / ".git/pre-commit")}
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=repository, check=True)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=PATIENCE)


def test_the_hook_checks_the_pipelines_and_nothing_else(repository: Path) -> None:
    right = committed(repository)
    assert right.returncode == 0, right.stdout
    assert "1 file: 0 errors, 0 warnings" in right.stdout
    (repository / "labelling/street.yaml").write_text(GOOD.replace("completed: qa", "completed: check"))
    wrong = committed(repository)
    assert wrong.returncode == 1
    assert re.search(r"labelling/street.yaml:4:\d+: error: there is no task, router or exit .check.", wrong.stdout)


def test_by_default_the_hook_takes_the_files_in_folders_called_pipelines() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    taken = [name for name in ("pipelines/a.yaml", "x/pipelines/a.yml") if re.search(hook["files"], name)]
    assert len(taken) == 2
    for other in ("pipelines/recipes/a.yaml", "a.yaml", "pipelines/a.md"):
        assert not re.search(hook["files"], other)
    assert re.search(hook["exclude"], "pipelines/a.test.yaml")
    assert shutil.which(hook["entry"].split()[0], path=str(BIN))


def acted(repository: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the last step of the action as GitHub does, where the steps before it have installed annoflow."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    inputs = {name: each["default"] for name, each in action["inputs"].items()} | given
    step = action["runs"]["steps"][-1]
    environment = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: inputs[found[1]], value)
        for name, value in step["env"].items()
    }
    installed = repository / "temp/annoflow/bin"
    installed.mkdir(parents=True, exist_ok=True)
    if not (installed / "annoflow").exists():
        (installed / "annoflow").symlink_to(BIN / "annoflow")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repository,
        env={**os.environ, **environment, "RUNNER_TEMP": str(repository / "temp")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_the_action_shows_what_is_wrong_in_its_line(repository: Path) -> None:
    given = block("action")["jobs"]["pipelines"]["steps"][-1]["with"]
    assert (acted(repository, **given).returncode, acted(repository, **given).stdout) == (0, "")
    more = GOOD.replace("quinn@example.org]", "quinn@example.org], extra_statuses: [redo], on: {redo: cars}")
    (repository / "labelling/street.yaml").write_text(more)
    warned = acted(repository, **given)
    assert warned.returncode == 1
    assert warned.stdout.startswith("::warning file=labelling/street.yaml,line=")
    assert acted(repository, **given | {"strict": "false"}).returncode == 0


def test_the_action_fails_where_there_is_nothing_to_check(repository: Path) -> None:
    ran = acted(repository)
    assert (ran.returncode, ran.stdout) == (2, "::error::there is no file pipelines/*.yaml\n")


def test_the_action_installs_what_lies_beside_it() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (install,) = [step["run"] for step in steps if "pip install" in step.get("run", "")]
    for file in re.findall(r'"\$GITHUB_ACTION_PATH/([^"]+)"', install):
        assert (ROOT / file).is_file()
    assert install.rstrip().endswith('"$GITHUB_ACTION_PATH"')


@pytest.mark.skipif(not os.environ.get("ANNOFLOW_SOAK"), reason="it installs all that annoflow needs, for minutes")
def test_the_action_checks_with_what_it_has_installed(repository: Path) -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (install,) = [step["run"] for step in steps if "pip install" in step.get("run", "")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(repository / "temp")}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", install]
    subprocess.run(command, cwd=repository, env=environment, check=True, timeout=900)
    python = repository / "temp/annoflow/bin/python"
    where = [python, "-P", "-c", "import workflow_core; print(workflow_core.__file__)"]
    found = subprocess.run(where, cwd=repository, env=environment, capture_output=True, text=True, check=True)
    assert Path(found.stdout).is_relative_to(repository)
    ran = acted(repository, **block("action")["jobs"]["pipelines"]["steps"][-1]["with"])
    assert (ran.returncode, ran.stdout) == (0, ""), ran


def test_make_says_that_it_installs_and_for_how_long() -> None:
    command = ["make", "--no-print-directory", "--dry-run", "--always-make", "demo"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # of make check
    told = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert "installing annoflow" in told.splitlines()[0] and "about a minute" in told.splitlines()[0]
