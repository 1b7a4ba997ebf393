"""The list of deployments: what Prefect is given, what the file for other servers says, what pipelines want."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import deployments
from flows.deployments import Deployment
from flows.windows import artifact_key
from workflow_core.pipeline.compiled import Schedule
from workflow_core.services.pipelines.schedules import Wanted

PREFECT_YAML = Path(__file__).parents[2] / "deploy" / "prefect.yaml"
WANTED = Wanted(
    "road",
    "dash/cam",
    True,
    Schedule("0 6 * * *", "Europe/Berlin"),
    (("done", None), ("approved", Schedule("5 * * * *"))),
)
ALL = [*deployments.served(600.0), *deployments.ELSEWHERE, *deployments.of_pipelines([WANTED])]


@pytest.mark.parametrize("deployment", ALL, ids=lambda one: f"{one.flow}/{one.name}")
def test_every_deployment_names_a_flow_that_takes_its_parameters(deployment: Deployment) -> None:
    module, _, name = deployment.flow.rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    triggered = dict(deployment.trigger.parameters) if deployment.trigger else {}
    flow.validate_parameters({**deployment.parameters, **triggered})
    assert not set("/%&<>") & set(deployment.name)


DASHCAM = Wanted("road", "dashcam", True, Schedule("0 6 * * *"), exports=(("approved", Schedule("0 18 * * 5")),))
IN_THE_FILE = [*deployments.ELSEWHERE, *deployments.of_pipelines([DASHCAM])]


@pytest.mark.parametrize("deployment", IN_THE_FILE, ids=lambda one: one.name)
def test_the_file_for_other_prefect_servers_says_the_same_as_the_list(deployment: Deployment) -> None:
    (said,) = [one for one in _written()["deployments"] if one["name"] == deployment.name]
    assert said["entrypoint"] == deployment.flow
    assert said["description"] == deployment.description
    assert said["parameters"] == deployment.parameters
    assert said["schedules"] == [
        {"interval": deployment.every}
        if deployment.every
        else {"cron": deployment.cron, "timezone": deployment.timezone, "active": False}
    ]
    assert [_trigger(one) for one in said.get("triggers", [])] == [
        (one.event, one.resource, one.within, dict(one.parameters)) for one in [deployment.trigger] if one
    ]


def test_the_file_for_other_prefect_servers_has_nothing_else_and_fetches_nothing() -> None:
    written = _written()
    assert {one["name"] for one in written["deployments"]} == {"watch", *(one.name for one in IN_THE_FILE)}
    assert written["pull"] == []


def test_a_drain_by_event_outlasts_the_time_in_which_further_events_start_none() -> None:
    trigger = deployments.DRAIN.trigger
    assert trigger is not None
    assert trigger.parameters["stay"] > trigger.within


def test_what_a_pipeline_wants_is_read_on_its_schedule_and_exported_by_event_when_nothing_moves() -> None:
    ingest, done, approved = deployments.of_pipelines([WANTED])
    assert (ingest.flow, ingest.cron, ingest.timezone) == ("flows.ingest.ingest_items", "0 6 * * *", "Europe/Berlin")
    assert done.cron is None
    assert approved.cron == "5 * * * *"
    assert {one.trigger.event for one in (done, approved) if one.trigger} == {deployments.FINISHED}


def test_nothing_of_a_paused_pipeline_starts_by_itself() -> None:
    for deployment in deployments.of_pipelines([replace(WANTED, paused=True)]):
        assert (deployment.cron, deployment.every, deployment.trigger) == (None, None, None)


def test_two_pipelines_never_share_an_artifact() -> None:
    names = ["road", "Road", "ROAD", "road-2", "road 2", "road_2", "Straße", "道路", "--"]
    pairs = [*((project, name) for project in ("default", "road") for name in names), ("a/b", "c"), ("a", "b/c")]
    keys = [artifact_key(*pair) for pair in pairs]
    assert len(set(keys)) == len(pairs)
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for key in keys)


def _written() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(PREFECT_YAML.read_text())
    return found


def _trigger(said: dict[str, Any]) -> tuple[str, str, float, dict[str, Any]]:
    return said["expect"][0], said["match"]["prefect.resource.id"], said["within"], said.get("parameters", {})
