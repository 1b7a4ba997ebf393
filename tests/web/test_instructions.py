"""Instructions beside the picture: the pages of a PDF that matter, as pictures, for those who work by them."""

import io
import re

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import select
from stage import Stage

from workflow_core.store.models import TaskItem

PIPELINE = """
pipeline: p
dataset: d
tasks:
  cars:
    type: annotation
    recipe: {labels: [car], instructions: {file: guide.pdf, pages: 2-3}}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
manager: mia@example.org
"""


def pdf(*colors: str) -> bytes:
    """Return a document with a page in each colour, higher than wide."""
    first, *others = (Image.new("RGB", (200, 300), color) for color in colors)
    written = io.BytesIO()
    first.save(written, "PDF", save_all=True, append_images=others)
    return written.getvalue()


class Work:
    """Somebody opens the first item of a task in the studio."""

    def __init__(self, client: TestClient, stage: Stage, content: bytes) -> None:
        self.client, self.stage = client, stage
        stage.read = lambda name: content
        stage.deploy(PIPELINE)
        self.sign_in("ann")

    def sign_in(self, who: str) -> None:
        self.client.post(link(self.stage, who), data={"password": PASSWORD})

    def pages(self) -> list[str]:
        with self.stage.session() as session:
            first = session.exec(select(TaskItem.id)).first()
        return re.findall(r'<img src="(/instructions/[^"]+)"', self.client.get(f"/studio/{first}").text)


def test_the_pages_that_matter_are_pictures_beside_the_drawing(client: TestClient, stage: Stage) -> None:
    pages = Work(client, stage, pdf("white", "red", "blue", "white")).pages()
    shown = [Image.open(io.BytesIO(client.get(page).content)) for page in pages]
    assert [picture.size for picture in shown] == [(1000, 1500)] * 2
    (red, _, _), (_, _, blue) = (picture.convert("RGB").getpixel((500, 700)) for picture in shown)
    assert red > 200 and blue > 200


def test_another_document_has_other_addresses_and_so_is_no_old_one_shown(client: TestClient, stage: Stage) -> None:
    work = Work(client, stage, pdf("white", "red"))
    before = work.pages()
    stage.read = lambda name: pdf("white", "green")
    stage.deploy(PIPELINE)
    assert len(before) == 1 and work.pages() != before


def test_instructions_are_for_those_who_work_on_the_task(client: TestClient, stage: Stage) -> None:
    work = Work(client, stage, pdf("white", "red"))
    (page,) = work.pages()
    work.sign_in("quinn")
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("content", [b"%PDF-1.4 nothing of the kind", pdf("white")], ids=["broken", "of fewer pages"])
def test_a_document_without_such_pages_is_still_to_be_had_as_a_file(
    client: TestClient, stage: Stage, content: bytes
) -> None:
    work = Work(client, stage, content)
    assert work.pages() == []
    with stage.session() as session:
        task_item = session.exec(select(TaskItem)).first()
        address = f"/api/tasks/{task_item.task_id}/instructions"
    assert address in client.get(f"/studio/{task_item.id}").text
    assert client.get(address).content == content
    assert client.get(f"/instructions/{task_item.task_id}/9").status_code == 404
