"""The document of the API is the one in the repository, for those who make clients of it.

ANNOFLOW_UPDATE_DOCS=1 writes it anew; what changed for users is to be said in the CHANGELOG.
"""

import json
import os
from pathlib import Path

from workflow_core import server
from workflow_core.settings import Settings

FILE = Path(__file__).parents[2] / "workflow_core" / "api" / "openapi.json"


def test_the_document_is_that_of_the_server(tmp_path: Path) -> None:
    document = json.dumps(server.make(Settings(home=tmp_path)).openapi(), indent=1, sort_keys=True) + "\n"
    if os.environ.get("ANNOFLOW_UPDATE_DOCS"):
        FILE.write_text(document)
    assert FILE.read_text() == document


def test_every_operation_says_what_it_does_and_that_it_may_refuse() -> None:
    for path, operations in json.loads(FILE.read_text())["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
            assert "422" not in operation["responses"]


def test_programs_that_are_made_of_it_have_a_name_for_everything() -> None:
    document = json.loads(FILE.read_text())
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if schema["title"] != name or "__" in name] == []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for each in (operation.get("requestBody", {}), *operation["responses"].values()):
                for kind, content in each.get("content", {}).items():
                    assert "schema" in content, (method, path, kind)
