"""A pipeline is checked, planned and deployed from files that are sent whole, and can be read back as it came."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import PIPELINE, application
from stage import Stage

from workflow_core.settings import Settings

FILE = """
pipeline: street
dataset: d
tasks:
  cars:
    type: annotation
    recipe: recipes/cars.yaml
    assignees: [ann@example.org]
    on: {completed: done}
exits: {done: {export: {format: coco, to: exports/street}}}
"""
RECIPE = "labels: [car]\ninstructions: guide.pdf\n"
PDF = b"%PDF-1.7 \xff"
SENT = {
    "file": "street.yaml",
    "texts": {"street.yaml": FILE, "recipes/cars.yaml": RECIPE},
    "encoded": {"recipes/guide.pdf": b64encode(PDF).decode()},
}


def sent(*pairs: tuple[str, str], **more: Any) -> dict[str, Any]:
    text = FILE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {**SENT, "texts": SENT["texts"] | {"street.yaml": text}} | more


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient]) -> TestClient:
    stage.add_member("olga", "owner")
    return as_("olga")


@pytest.fixture
def project(olga: TestClient) -> str:
    return f"/api/projects/{olga.get('/api/projects').json()['items'][0]['id']}"


def test_a_pipeline_is_deployed_as_planned_and_read_back_as_it_came(olga: TestClient, project: str) -> None:
    plan = olga.post(f"{project}/plans", json=SENT)
    assert (plan.json()["deployed"], plan.json()["number"], plan.headers["etag"]) == (False, 0, '"0"')
    unused = sent(texts=SENT["texts"] | {"notes.txt": "not named"})
    done = olga.post(f"{project}/deploys", json=unused, headers={"If-Match": plan.headers["etag"]})
    deployed = done.json()
    assert (done.status_code, deployed["new_tasks"], deployed["invited"]) == (200, ["cars"], [])
    at = f"/api/pipelines/{deployed['pipeline_id']}/versions"
    (listed,) = olga.get(at).json()["items"]
    assert (listed["number"], listed["version"]) == (deployed["number"], deployed["version"])
    assert (listed["by"], listed["file"]) == ("olga@example.org", "street.yaml")
    files = olga.get(f"{at}/{listed['number']}").json()["files"]
    assert files == SENT
    again = olga.post(f"{project}/deploys", json=files, headers={"If-Match": '"0"'})
    assert (again.json()["number"], again.json()["new_tasks"]) == (deployed["number"], [])
    assert len(olga.get(at).json()["items"]) == 1


def test_a_deploy_is_refused_where_somebody_else_has_deployed_since_the_plan(olga: TestClient, project: str) -> None:
    olga.post(f"{project}/deploys", json=SENT)
    plan = olga.post(f"{project}/plans", json=sent(("[ann@example.org]", "[bo@example.org]")))
    between = olga.post(f"{project}/deploys", json=sent(("exports/street", "exports/road"))).json()
    late = olga.post(
        f"{project}/deploys",
        json=sent(("[ann@example.org]", "[bo@example.org]")),
        headers={"If-Match": plan.headers["etag"]},
    )
    assert (late.status_code, late.json()["code"]) == (412, "deployed-since")
    assert late.json()["facts"] == {"pipeline": "street", "number": between["number"]}
    versions = olga.get(f"/api/pipelines/{between['pipeline_id']}/versions", params={"limit": 1}).json()
    assert [one["number"] for one in versions["items"]] == [between["number"]]
    rest = olga.get(f"/api/pipelines/{between['pipeline_id']}/versions", params={"after": versions["next"]}).json()
    assert (len(rest["items"]), rest["next"], rest["items"][0]["version"]) == (1, None, between["version"])


def test_what_the_command_line_deploys_can_be_read_like_all_else(stage: Stage, olga: TestClient, project: str) -> None:
    (pipeline,) = olga.get(f"{project}/pipelines").json()["items"]
    (version,) = olga.get(f"/api/pipelines/{pipeline['id']}/versions").json()["items"]
    assert (version["by"], version["file"]) == (None, "p.yaml")
    files = olga.get(f"/api/pipelines/{pipeline['id']}/versions/{version['number']}").json()["files"]
    assert files["texts"]["p.yaml"].startswith("\npipeline: p\n")


def test_faults_of_a_file_come_with_their_places_in_a_check_and_in_a_refusal(olga: TestClient, project: str) -> None:
    wrong = sent(("completed: done", "completed: don"), encoded={})
    checked = olga.post("/api/pipelines/check", json=wrong).json()
    places = {(one["file"], one["line"], one["column"]) for one in checked["findings"]}
    assert ("street.yaml", 9, 21) in places and ("recipes/cars.yaml", 2, 15) in places
    assert checked["pipeline"] is None
    for path in ("plans", "deploys"):
        refused = olga.post(f"{project}/{path}", json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "pipeline-invalid")
        assert {(one["file"], one["line"], one["column"]) for one in refused.json()["findings"]} == places
    right = olga.post(
        "/api/pipelines/check", json=sent(("cars:", "cars:\n    due: 2020-01-01\n    lock_when_due: true"))
    ).json()
    assert (right["pipeline"], right["project"]) == ("street", "default")
    assert [one["severity"] for one in right["findings"]] == ["warning"]


NOT_OPEN = [
    (sent(file="other.yaml"), "not among the texts"),
    (sent(encoded={"recipes/guide.pdf": "!"}), "no Base64"),
    (sent(("pipeline:", "project: other\npipeline:")), "and not for 'default'; say project: default"),
    (sent(("dataset: d", "dataset: d\nsource: {uri: /etc}")), "ANNOFLOW_SOURCES"),
    (sent(("dataset: d", "dataset: d\nsource: {uri: photos}")), "ANNOFLOW_SOURCES"),
    (sent(("exports/street", "../street")), "ANNOFLOW_EXPORTS"),
    (sent(("exports/street", "/srv/street")), "ANNOFLOW_EXPORTS"),
    (sent(("exports/street", "s3://bucket/street")), "ANNOFLOW_EXPORTS"),
]


def test_what_is_not_there_or_not_open_is_refused(olga: TestClient, project: str) -> None:
    for told, said in NOT_OPEN:
        for path in ("plans", "deploys"):
            refused = olga.post(f"{project}/{path}", json=told)
            assert refused.status_code == 422 and said in refused.json()["detail"], refused.text
    assert len(olga.get(f"{project}/pipelines").json()["items"]) == 1


def test_a_source_that_was_deployed_on_the_machine_stays_open_to_its_pipeline_alone(
    olga: TestClient, project: str, photos: Path
) -> None:
    again = PIPELINE.replace("PHOTOS", str(photos)).replace("quinn@example.org", "rae@example.org")
    assert olga.post(f"{project}/deploys", json={"file": "p.yaml", "texts": {"p.yaml": again}}).status_code == 200
    for other in (again.replace("pipeline: p", "pipeline: o"), again.replace(str(photos), str(photos.parent))):
        refused = olga.post(f"{project}/deploys", json={"file": "p.yaml", "texts": {"p.yaml": other}})
        assert refused.status_code == 422 and "ANNOFLOW_SOURCES" in refused.json()["detail"]


def test_a_source_is_taken_only_below_those_that_are_open(
    olga: TestClient, project: str, photos: Path, tmp_path: Path, database_url: str
) -> None:
    (photos / "in").mkdir()
    (photos / "link").symlink_to("/etc")
    app = application(
        Settings(home=tmp_path, database_url=database_url, sources=("memory://bucket/photos", str(photos)))
    )
    with TestClient(app, "http://127.0.0.1", headers=olga.headers) as client:

        def plan(uri: str) -> Any:
            told = sent(("dataset: d", f"dataset: d\nsource: {{uri: '{uri}'}}"))
            return client.post(f"{project}/plans", json=told)

        for uri in (
            f"{photos}",
            f"{photos}/in/",
            f"{photos}/../photos/in",
            f"file://{photos}",
            "memory://bucket/photos/1",
        ):
            assert plan(uri).is_success, uri
        others = ("memory://bucket/photos-of-others", "memory://bucket/photos/../keys", "gs://bucket/photos")
        for uri in (f"{photos}/link", f"{photos}/..", "/etc", "~", *others):
            assert "is read below memory://bucket" in plan(uri).json()["detail"], uri


def test_an_export_that_names_a_place_lies_below_those_of_the_server(
    olga: TestClient, project: str, tmp_path: Path
) -> None:
    plan = olga.post(f"{project}/plans", json=SENT).json()
    assert [one["after"] for one in plan["exports"]] == [f"coco to {tmp_path}/exports/exports/street"]
    (tmp_path / "exports").mkdir(exist_ok=True)
    (tmp_path / "exports/link").symlink_to("/etc")
    closed = ["/etc", "..", "../exports-2", "a/../../b", "~/a", "link", "link/a", "file:///etc", f"file://{tmp_path}"]
    closed += ["s3://bucket/a", "memory://a", "http://169.254.169.254/a", "simplecache::file:///etc"]
    for to in closed:
        planned = olga.post(f"{project}/plans", json=sent(("to: exports/street", f"to: '{to}'")))
        asked = olga.post("/api/pipelines/1/exports", json={"to": to})
        for refused in (planned, asked):
            assert refused.status_code == 422, (to, refused.text)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


DEEP = "[" * 500 + "]" * 500
JSON = {"Content-Type": "application/json"}
ODD = ["\\ud800", "\\u0000", DEEP, BOMB.replace("\n", "\\n")]
NO_BODIES = [f'{{"file": "a", "texts": {one}}}' for one in (DEEP, "[" * 100_000, '{"a": null}', '{"a": ""}, "more": 1')]


def test_bombs_and_nonsense_are_refused(olga: TestClient) -> None:
    for text in ODD:
        body = f'{{"file": "a", "texts": {{"a": "a: {text}"}}}}'
        answer = olga.post("/api/pipelines/check", content=body, headers=JSON)
        assert answer.status_code == 422 or answer.json()["findings"], answer.text
    for body in NO_BODIES:
        assert olga.post("/api/pipelines/check", content=body, headers=JSON).status_code == 422


def test_a_body_of_more_than_twenty_megabytes_is_not_read(olga: TestClient) -> None:
    assert olga.post("/api/pipelines/check", content=b"x" * 20_000_001).status_code == 413


def test_test_cases_are_played_through_the_pipeline_that_is_sent_with_them(olga: TestClient) -> None:
    cases = """pipeline: street.yaml
cases:
  - {play: {cars: completed}, exit: done}
  - {name: it is dark, play: {cars: discarded}, exit: done}
"""
    given = SENT | {"file": "street.test.yaml", "texts": SENT["texts"] | {"street.test.yaml": cases}}
    played = olga.post("/api/pipelines/test", json=given).json()
    (difference,) = played["differences"]
    assert (played["cases"], difference["case"], difference["line"]) == (2, "it is dark", 4)
    for texts in ({"t.yaml": cases}, {"t.yaml": cases, "street.yaml": FILE}):
        (missing,) = olga.post("/api/pipelines/test", json={"file": "t.yaml", "texts": texts}).json()["differences"]
        assert "the pipeline 'street.yaml'" in missing["message"]


def test_the_graph_says_how_many_items_are_where(stage: Stage, olga: TestClient) -> None:
    stage.add_items(3)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("bo", "cars", "discarded")
    graph = olga.get("/api/pipelines/1/graph").json()
    at = {one["name"]: (one["kind"], one["items"]) for one in graph["nodes"]}
    assert at == {
        ":start": ("start", 0),
        "cars": ("annotation", 1),
        "qa": ("qa", 1),
        "approved": ("exit", 0),
        "discarded": ("exit", 0),
    }
    assert (graph["moving"], graph["stuck"]) == (1, 0)
    ways = {(one["source"], one["target"]): one["labels"] for one in graph["edges"]}
    assert ways[":start", "cars"] == [] and ways["cars", "qa"] == ["completed"]


def test_a_paused_pipeline_hands_out_nothing_until_it_goes_on(
    stage: Stage, olga: TestClient, as_: Callable[..., TestClient]
) -> None:
    stage.add_items(1)
    ann, cars = as_("ann"), 1
    assert olga.put("/api/pipelines/1/pause").status_code == 204
    assert ann.post(f"/api/tasks/{cars}/claims").json()["code"] == "paused"
    assert olga.get("/api/projects/1/pipelines").json()["items"][0]["paused"]
    assert olga.delete("/api/pipelines/1/pause").status_code == 204
    assert len(ann.post(f"/api/tasks/{cars}/claims").json()) == 1


def test_items_follow_a_new_version_once_it_was_said_which_would(stage: Stage, olga: TestClient) -> None:
    stage.add_items(2)
    (version,) = olga.get("/api/pipelines/1/versions").json()["items"]
    text = olga.get(f"/api/pipelines/1/versions/{version['number']}").json()["files"]["texts"]["p.yaml"]
    stage.deploy(text.replace("on: {completed: qa}", "extra_statuses: [unsure]\n    on: {completed: qa, unsure: qa}"))
    at = "/api/pipelines/1/migrations"
    for dry_run in (True, True, False):
        told = olga.post(at, params={"dry_run": dry_run}).json()
        assert (told["followed"], told["stayed"]) == (2, [])
    assert olga.post(at).json()["followed"] == 0
