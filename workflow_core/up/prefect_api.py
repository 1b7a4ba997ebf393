"""The little of Prefect's HTTP API that `annoflow up` asks its own server for, without importing Prefect.

What is on loopback is never asked for through a proxy of the user's, nor over TLS.
"""

import ssl
from datetime import UTC, datetime
from typing import Any

import httpx2

UNFINISHED = ["PENDING", "RUNNING", "CANCELLING"]
AT_ONCE = 5
"""Missed runs that are asked for at once: there may be hundreds, and Prefect tells two hundred at most."""
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. A context that trusts who is usually trusted takes thirty milliseconds to make, for every look."""


def healthy(api: str) -> bool:
    """Say whether a Prefect server answers."""
    try:
        return httpx2.get(f"{api}/health", timeout=2.0, trust_env=False, verify=PLAIN).is_success
    except httpx2.HTTPError:
        return False


def run_deployment(api: str, path: str) -> str | None:
    """Ask for a run of the deployment `flow/name`; return what is in the way of it, in one line, if anything is."""
    try:
        with httpx2.Client(base_url=api, timeout=5.0, trust_env=False, verify=PLAIN) as client:
            found = client.get(f"/deployments/name/{path}").raise_for_status().json()
            client.post(f"/deployments/{found['id']}/create_flow_run", json={}).raise_for_status()
    except httpx2.HTTPError as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return None


def end_leftovers(api: str) -> int:
    """Mark runs of ours that Prefect believes unfinished as crashed: nobody is left to finish them.

    What was to run several times meanwhile runs once: after fifty minutes it was fifteen processes at once.
    """
    state: dict[str, Any] = {"type": "CRASHED", "name": "Crashed", "message": "annoflow up was gone before it ended"}
    wanted = {"flow_runs": {"state": {"type": {"any_": UNFINISHED}}, "tags": {"all_": ["annoflow"]}}}
    ended = 0
    try:
        with httpx2.Client(base_url=api, timeout=5.0, trust_env=False, verify=PLAIN) as client:
            for run in client.post("/flow_runs/filter", json=wanted).raise_for_status().json():
                answer = client.post(f"/flow_runs/{run['id']}/set_state", json={"state": state, "force": True})
                ended += answer.is_success
            _catch_up(client)
    except httpx2.HTTPError:
        pass
    return ended


def _catch_up(client: httpx2.Client) -> None:
    """Leave of what a deployment was to run by its schedule by now the last run; what people asked for stays."""
    due = {"before_": datetime.now(UTC).isoformat()}
    wanted = {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": ["annoflow"]}, "expected_start_time": due}
    asked = {"flow_runs": wanted, "sort": "EXPECTED_START_TIME_DESC", "limit": AT_ONCE}
    stay = 0
    left = set()
    while runs := client.post("/flow_runs/filter", json=asked | {"offset": stay}).raise_for_status().json():
        for run in runs:
            again = run["auto_scheduled"] and run["deployment_id"] in left
            if not (again and client.delete(f"/flow_runs/{run['id']}").is_success):
                stay += 1
            if run["auto_scheduled"]:
                left.add(run["deployment_id"])
