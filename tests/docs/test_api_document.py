"""The document of the API is the one in the repository, for those who make clients of it.

ANNOFLOW_UPDATE_DOCS=1 writes it anew. What changed is to be said in the CHANGELOG, with which its digest stands.
"""

import hashlib
import json
import os
import re
from pathlib import Path

from workflow_core import server
from workflow_core.settings import Settings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "workflow_core" / "api" / "openapi.json"
CHANGELOG = ROOT / "CHANGELOG.md"


def test_the_document_is_that_of_the_server(tmp_path: Path) -> None:
    document = json.dumps(server.make(Settings(home=tmp_path)).openapi(), indent=1, sort_keys=True) + "\n"
    if os.environ.get("ANNOFLOW_UPDATE_DOCS"):
        FILE.write_text(document)
    assert FILE.read_text() == document


def test_what_changed_is_said_in_the_changelog() -> None:
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]
    said = f"Say in CHANGELOG.md what changed for who calls the API, and write there: <!-- openapi.json: {digest} -->"
    assert f"<!-- openapi.json: {digest} -->" in CHANGELOG.read_text(encoding="utf-8"), said


def test_every_operation_says_what_it_does_and_that_it_may_refuse() -> None:
    for path, operations in json.loads(FILE.read_text())["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert operation["description"].replace("\n", " ").startswith(operation["summary"]), (method, path)
            undescribed = [one["name"] for one in operation.get("parameters", ()) if not {"description"} & one.keys()]
            assert [name for name in undescribed if f"{{{name}}}" not in path] == [], (method, path)
            assert "Successful" not in str(operation["responses"]), (method, path)
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
            assert "422" not in operation["responses"]


def test_programs_that_are_made_of_it_have_a_name_for_everything() -> None:
    document = json.loads(FILE.read_text())
    schemas = document["components"]["schemas"]
    assert [name for name, one in schemas.items() if one["title"] != name or not re.fullmatch("[A-Za-z]+", name)] == []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for each in (operation.get("requestBody", {}), *operation["responses"].values()):
                for kind, content in each.get("content", {}).items():
                    assert "schema" in content, (method, path, kind)
