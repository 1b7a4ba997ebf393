"""The little of Prefect's HTTP API that `annoflow up` asks its own server for, without importing Prefect.

What is on loopback is never asked for through a proxy of the user's.
"""

from typing import Any

import httpx2

UNFINISHED = ["PENDING", "RUNNING", "CANCELLING"]


def healthy(api: str) -> bool:
    """Say whether a Prefect server answers."""
    try:
        return httpx2.get(f"{api}/health", timeout=2.0, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def run_deployment(api: str, path: str) -> str | None:
    """Ask for a run of the deployment `flow/name`; return what is in the way of it, in one line, if anything is."""
    try:
        with httpx2.Client(base_url=api, timeout=5.0, trust_env=False) as client:
            found = client.get(f"/deployments/name/{path}").raise_for_status().json()
            client.post(f"/deployments/{found['id']}/create_flow_run", json={}).raise_for_status()
    except httpx2.HTTPError as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return None


def end_leftovers(api: str) -> int:
    """Mark runs of ours that Prefect believes unfinished as crashed: nobody is left to finish them."""
    state: dict[str, Any] = {"type": "CRASHED", "name": "Crashed", "message": "annoflow up was gone before it ended"}
    wanted = {"flow_runs": {"state": {"type": {"any_": UNFINISHED}}, "tags": {"all_": ["annoflow"]}}}
    ended = 0
    try:
        with httpx2.Client(base_url=api, timeout=5.0, trust_env=False) as client:
            for run in client.post("/flow_runs/filter", json=wanted).raise_for_status().json():
                answer = client.post(f"/flow_runs/{run['id']}/set_state", json={"state": state, "force": True})
                ended += answer.is_success
    except httpx2.HTTPError:
        pass
    return ended
