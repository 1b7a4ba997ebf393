"""Pictures are uploaded by several at once while the server is killed: each is there once, and none half.

ANNOFLOW_SOAK=1 uploads ten thousand, to both databases.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pictures import picture
from running import PATIENCE
from serving import Server
from sqlmodel import func, select
from stage import Stage

from workflow_core.connectors.media import COMING
from workflow_core.store.models import Item

SOAK = bool(os.environ.get("ANNOFLOW_SOAK"))
FILES = 10_000 if SOAK else 48
CLIENTS, KILLS = 4, 2
TOGETHER = 48


class Uploader:
    """Uploads pictures as a program does: it asks which of some are missing, and sends these, until none is."""

    def __init__(self, url: str, token: str, files: dict[str, bytes]) -> None:
        self._client = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE, trust_env=False, verify=False
        )
        self._files = files

    def work(self) -> None:
        paths = list(self._files)
        for part in (paths[n : n + TOGETHER] for n in range(0, len(paths), TOGETHER)):
            while missing := self._missing(part):
                for path in missing:
                    try:
                        sent = self._client.put(f"/api/datasets/1/files/{path}", content=self._files[path])
                    except httpx2.TransportError:
                        time.sleep(0.1)
                    else:
                        assert sent.status_code == 200, sent.text

    def _missing(self, part: list[str]) -> list[str]:
        sums = {path: hashlib.md5(self._files[path]).hexdigest() for path in part}
        while True:
            try:
                answer = self._client.post("/api/datasets/1/files/missing", json={"files": sums})
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                found: list[str] = answer.raise_for_status().json()["missing"]
                return found


def begun_at(files: dict[str, bytes], client: int) -> dict[str, bytes]:
    """Have two begin with the first, and two with the middle one: each picture is sent by two at once."""
    listed = list(files.items())
    begin = client % 2 * len(listed) // 2
    return dict(listed[begin:] + listed[:begin])


def there(stage: Stage) -> int:
    with stage.session_of(read_only=True) as session:
        return session.exec(select(func.count()).select_from(Item)).one()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database_url", ["sqlite", "postgres"] if SOAK else ["sqlite"], indirect=True)
def test_every_picture_is_there_once_and_none_half_though_the_server_is_killed(
    stage: Stage, token: Callable[..., Any], database_url: str, tmp_path: Path
) -> None:
    stage.add_member("olga", "owner")
    files = {f"cam/{n % 7}/{n}.png": picture("PNG", (16 + n % 100, 16 + n // 100)) for n in range(FILES)}
    with Server(database_url, tmp_path) as server:
        each = [Uploader(server.url, token("olga"), begun_at(files, n)) for n in range(CLIENTS)]
        threads = [threading.Thread(target=one.work, daemon=True) for one in each]
        for thread in threads:
            thread.start()
        for kills in range(1, KILLS + 1):
            while there(stage) < kills * FILES // (KILLS + 1):
                assert any(thread.is_alive() for thread in threads), server.said()
                time.sleep(0.02)
            server.kill_and_start()
        for thread in threads:
            thread.join(1200)
    with stage.session() as session:
        rows = {f"{one.folder[1:]}/{one.name}": one for one in session.exec(select(Item))}
    assert rows.keys() == files.keys()
    for path, content in files.items():
        assert Path(str(rows[path].uri).removeprefix("file://")).read_bytes() == content
    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file() and not path.name.startswith(COMING)]
    assert len(kept) == FILES
