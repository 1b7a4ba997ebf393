"""Pictures are uploaded by several at once while the server is killed: each is there once, and none half.

ANNOFLOW_SOAK=1 uploads ten thousand, to both databases.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pictures import picture
from serving import Server
from sqlmodel import select
from stage import Stage

from workflow_core.connectors.media import COMING
from workflow_core.store.models import Item

SOAK = bool(os.environ.get("ANNOFLOW_SOAK"))
FILES = 10_000 if SOAK else 48
CLIENTS, KILLS = 4, 2


class Uploader:
    """Uploads pictures as a program does: it asks what is missing, and sends that, until nothing is."""

    def __init__(self, url: str, token: str, files: dict[str, bytes]) -> None:
        self._client = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        self._files = files

    def work(self) -> None:
        while missing := list(self._missing()):
            for path in missing:
                try:
                    sent = self._client.put(f"/api/datasets/1/files/{path}", content=self._files[path])
                except httpx2.TransportError:
                    time.sleep(0.02)
                else:
                    assert sent.status_code == 200, sent.text

    def _missing(self) -> Iterator[str]:
        sums = {path: hashlib.md5(content).hexdigest() for path, content in self._files.items()}
        while True:
            try:
                answer = self._client.post("/api/datasets/1/files/missing", json={"files": sums}, timeout=30)
            except httpx2.TransportError:
                time.sleep(0.02)
            else:
                yield from answer.raise_for_status().json()["missing"]
                return


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"] if SOAK else ["sqlite"], indirect=True)
def test_every_picture_is_there_once_and_none_half_though_the_server_is_killed(
    stage: Stage, token: Callable[..., Any], database_url: str, tmp_path: Path
) -> None:
    stage.add_member("olga", "owner")
    files = {f"cam/{n % 7}/{n}.png": picture("PNG", (16, 16 + n)) for n in range(FILES)}
    with Server(database_url, tmp_path) as server:
        each = [Uploader(server.url, token("olga"), files) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=one.work, daemon=True) for one in each]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(0.1)
            server.kill_and_start()
        for thread in threads:
            thread.join(600)
    with stage.session() as session:
        rows = {f"{one.folder[1:]}/{one.name}": one for one in session.exec(select(Item))}
    assert rows.keys() == files.keys()
    for path, content in files.items():
        assert Path(str(rows[path].uri).removeprefix("file://")).read_bytes() == content
    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file() and not path.name.startswith(COMING)]
    assert len(kept) == FILES
