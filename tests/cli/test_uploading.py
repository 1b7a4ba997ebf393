"""`annoflow upload` sends a folder to a server, once, and says what was refused."""

from pathlib import Path

import pytest
from pictures import picture
from stage import Stage


@pytest.fixture
def frames(stage: Stage, tmp_path: Path) -> Path:
    stage.add_member("olga", "owner")
    (tmp_path / "frames/cam").mkdir(parents=True)
    (tmp_path / "frames/a.jpg").write_bytes(picture())
    (tmp_path / "frames/cam/b.png").write_bytes(picture("PNG"))
    return tmp_path / "frames"


def test_a_folder_is_uploaded_once(frames: Path, over_http) -> None:
    first = over_http("olga", "upload", "frames", "night", "--below", "one")
    assert (first.code, first.out) == (0, "night: 2 new items\n")
    (frames / "a.jpg").write_bytes(picture(color="red"))
    (frames / "c.jpg").write_text("no picture")
    (frames / "d\x1b[31m\n.jpg").write_bytes(picture())
    again = over_http("olga", "upload", "frames", "night", "--below", "one", "--project", "default")
    assert (again.code, again.out) == (1, "night: 0 new items, 1 there already, 3 files refused\n")
    assert "one/a.jpg: another picture is there under its name\n" in again.err
    assert "one/d�[31m�.jpg: its name is no line of text\n" in again.err
    (frames / "d\x1b[31m\n.jpg").unlink()
    assert over_http("olga", "upload", "frames", "night", "--below", "one", "--replace", "--json").json() == {
        "new": 0,
        "present": 1,
        "replaced": 1,
        "refused": {"one/c.jpg": "'/one/c.jpg': no image, or a damaged one"},
    }


def test_it_is_said_where_to(frames: Path, over_http, annoflow) -> None:
    refused = over_http("olga", "upload", "frames", "night", "--project", "lane")
    assert (refused.code, refused.err) == (
        3,
        "annoflow: there is no 'lane': say --project, one of those that you are in\n",
    )
    assert "set ANNOFLOW_URL and ANNOFLOW_TOKEN" in annoflow("upload", "frames", "night").err
