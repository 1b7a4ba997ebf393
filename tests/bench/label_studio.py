"""`python -m tests.bench.label_studio COMMAND`: claim and submit over HTTP, in turn with a Label Studio.

COMMAND is the `bin/label-studio` of an environment that it was installed into. Both keep what they have in SQLite, as
they do by themselves, and both are asked by people who do not think: for the next item, and with a box on it.
"""

import argparse
import json
import os
import re
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import httpx2
import stamina

from tests.bench import over_http, people, verifying
from tests.bench.arms import Arm, in_rounds, milliseconds
from tests.bench.beds import Sqlite
from tests.bench.people import PENDING, WARMING, Pace
from workflow_core.store.database.engine import Engine

IMPORTED = 10_000
"""Tasks of one request: all at once is more than it takes."""
CONFIG = """<View><Image name="image" value="$image"/>
<RectangleLabels name="label" toName="image"><Label value="car"/></RectangleLabels></View>"""
BOX = {"x": 1, "y": 1, "width": 20, "height": 10, "rotation": 0, "rectanglelabels": ["car"]}
DRAWN = {"result": [{"type": "rectanglelabels", "from_name": "label", "to_name": "image", "value": BOX}]}
PASSWORD = "correct horse battery"
SHARED = "SELECT count(*) FROM (SELECT 1 FROM task_completion GROUP BY task_id HAVING count(*) > 1)"


class LabelStudio:
    """One that runs in a folder of its own, with a project."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self.port = int(url.rpartition(":")[2])

    def fill(self, items: int, team: int) -> list[str]:
        """Make people, a project and so many tasks; returns what each of the people proves themselves by."""
        tokens = [self._sign_up(f"person-{number}@example.org") for number in range(team)]
        with httpx2.Client(base_url=self._url, headers={"Authorization": f"Token {tokens[0]}"}, timeout=600) as client:
            made = client.post("/api/projects/", json={"title": "street", "label_config": CONFIG})
            self._project = made.raise_for_status().json()["id"]
            for first in range(0, items, IMPORTED):
                numbers = range(first, min(items, first + IMPORTED))
                tasks = [{"image": f"https://example.org/{number}.jpg"} for number in numbers]
                client.post(f"/api/projects/{self._project}/import", json=tasks).raise_for_status()
        return tokens

    def _sign_up(self, email: str) -> str:
        with httpx2.Client(base_url=self._url, follow_redirects=True, timeout=60) as client:
            form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/user/signup/").text)
            assert form is not None, "its sign-up has another form"
            fields = {"csrfmiddlewaretoken": form[1], "email": email, "password": PASSWORD}
            client.post("/user/signup/", data=fields, headers={"Referer": self._url}).raise_for_status()
            token: str = client.get("/api/current-user/token").raise_for_status().json()["token"]
        return token

    def work(self, token: str, _: Engine) -> Iterator[int | None]:
        """Take the next task and annotate it, until there is none."""
        connection, ask = HTTPConnection("127.0.0.1", self.port), over_http.ask
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        while True:
            task = ask(connection, headers, "GET", f"/api/projects/{self._project}/next")
            yield None
            ask(connection, headers, "POST", f"/api/tasks/{task['id']}/annotations/", json.dumps(DRAWN))
            yield 1

    def shared(self) -> int:
        """Return how many tasks have been done by two people, though each is asked for once."""
        with closing(sqlite3.connect(self._folder / "label_studio.sqlite3")) as database:
            found: int = database.execute(SHARED).fetchone()[0]
        return found


@contextmanager
def running(command: str) -> Iterator[LabelStudio]:
    """Start one, and stop it."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        told = {"COLLECT_ANALYTICS": "0", "LATEST_VERSION_CHECK": "0", "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true"}
        first = ("--username", "first@example.org", "--password", PASSWORD, "--enable-legacy-api-token")
        with (
            (Path(folder) / "log").open("w") as log,
            subprocess.Popen(
                [command, "start", "--data-dir", folder, "--port", str(port), "--no-browser", *first],
                env=os.environ | told,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            url = f"http://127.0.0.1:{port}"
            stamina.instrumentation.set_on_retry_hooks([])
            for attempt in stamina.retry_context(on=httpx2.TransportError, attempts=None, timeout=300):
                with attempt:
                    httpx2.get(f"{url}/health").raise_for_status()
            yield LabelStudio(url, Path(folder))
            process.terminate()


def compare(theirs: LabelStudio, items: int, folder: Path, pace: Pace) -> Iterator[str]:
    """Measure both in turn with 8 and with 32 people; yields a row of a table for each."""
    tokens, bed = theirs.fill(items, people.TEAM), Sqlite(folder)
    bed.fill("people", partial(people.fill, items=items))
    with bed.copy("people") as url, tempfile.TemporaryDirectory() as home:
        proofs, pairs = over_http.proofs(url), 0
        with over_http.served(partial(over_http.annoflow, url, Path(home))) as port:
            for clients in over_http.AT_ONCE:
                crews = (
                    [Arm(url, partial(theirs.work, token)) for token in tokens[:clients]],
                    over_http.crew(url, port, proofs, clients),
                )
                did = in_rounds(crews, seconds=[WARMING, *[pace.seconds] * pace.rounds])
                pairs += sum(ran.rows for crew in did[1] for ran in crew)
                other = None
                for by, rounds in zip(("Label Studio", "annoflow"), did, strict=True):
                    rates, total, _ = people.summed(rounds[1:], clients)
                    rate, took = median(rates), [milliseconds(total.halves), milliseconds(total.steps)]
                    times = f"{rate / other:.0f} ×" if other else ""
                    claim, submit = (f"{one.p50:,.0f}/{one.p99:,.0f}" for one in took)
                    yield f"| {clients} | {by} | {rate:.1f} | {times} | {claim} | {submit} |"
                    other = rate
        verifying.worked(url, pairs=pairs, moved=0, items=items, pending=PENDING * items)
    yield f"\nLabel Studio had {theirs.shared()} tasks done by two people or more; annoflow none."


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", help="the label-studio to run")
    parser.add_argument("--items", type=int, default=100_000, help="how many there are to be done")
    parser.add_argument("--seconds", type=float, default=10, help="of each of five rounds")
    asked = parser.parse_args()
    print("| clients | by | pairs/s | | claim ms | submit ms |\n| --: | --- | --: | --: | --: | --: |")
    with running(asked.command) as theirs, tempfile.TemporaryDirectory() as folder:
        for row in compare(theirs, asked.items, Path(folder), Pace(seconds=asked.seconds)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
