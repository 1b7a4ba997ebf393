"""Where annoflow's own folders cannot be made or written, `annoflow up` runs on and names the way out."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_core.up import supervisor
from workflow_core.up.kept import Kept


def a_file(path: Path) -> None:
    path.write_text("a file")


def a_link_to_nowhere(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere") / "at all")


def a_folder_of_others(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("who may do everything may write there, too")
    path.mkdir(mode=0o500)


WRONG = [a_file, a_link_to_nowhere, a_folder_of_others]


@pytest.mark.parametrize("wrong", WRONG)
def test_logs_go_elsewhere_where_their_folder_is_none(tmp_path: Path, wrong: Callable[[Path], None]) -> None:
    said: list[str] = []
    logs = tmp_path / "logs"
    wrong(logs)
    other = supervisor._logs(logs, said.append)
    (other / "server.log").write_text("written")
    assert said == [
        f"{logs} is no folder to write to, so the logs of this time are in {other}; set aside what is there before the"
        f" next start: mv {logs} {logs}.old"
    ]


def test_a_folder_for_logs_is_made(tmp_path: Path) -> None:
    said: list[str] = []
    assert supervisor._logs(tmp_path / "home" / "logs", said.append) == tmp_path / "home" / "logs"
    assert (tmp_path / "home" / "logs").is_dir() and said == []


@pytest.mark.parametrize("wrong", [a_file, a_link_to_nowhere])
def test_a_child_whose_folder_cannot_be_made_has_failed_until_it_can(
    tmp_path: Path, wrong: Callable[[Path], None]
) -> None:
    folder = tmp_path / "prefect"
    wrong(folder)
    kept = Kept(tmp_path / "child.log", folder=folder)
    kept.start(["true"], {})
    assert (kept.has_ended(failed=True), kept.failures, str(folder) in kept.fault) == (True, 1, True)
    folder.unlink()
    kept.start(["sleep", "600"], os.environ)
    assert kept.runs
    kept.stop()
