"""Pictures over HTTP: whole, in parts, small, and not again where the browser has them."""

import io
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pictures import picture
from PIL import Image
from stage import Stage

FILES = "/api/datasets/1/files"


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient]) -> TestClient:
    stage.add_member("olga", "owner")
    return as_("olga")


def uploaded(client: TestClient, name: str, content: bytes) -> str:
    answer = client.put(f"{FILES}/{name}", content=content, params={"replace": True}).raise_for_status()
    return f"/api/items/{answer.json()['item_id']}"


def test_a_picture_is_asked_for_again_only_where_it_has_changed(olga: TestClient) -> None:
    here = uploaded(olga, "a.jpg", picture())
    for path in (f"{here}/image", f"{here}/thumbnail/160"):
        first = olga.get(path)
        again = olga.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        uploaded(olga, "a.jpg", picture(color="red"))
        changed = olga.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (changed.status_code, changed.content != first.content) == (200, True)
        uploaded(olga, "a.jpg", picture())


def test_a_part_of_a_picture_is_answered_where_it_is_asked_for(olga: TestClient) -> None:
    whole = picture()
    here = uploaded(olga, "a.jpg", whole)
    part = olga.get(f"{here}/image", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert olga.get(f"{here}/image", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    for had, status in ((part.headers["etag"], 206), ('"other"', 200)):
        headers = {"Range": "bytes=10-19", "If-Range": had}
        assert olga.get(f"{here}/image", headers=headers).status_code == status


@pytest.mark.parametrize(
    "said",
    ["bytes=9-2", "bytes=", "bytes=-", "bytes=a-b", "lines=1-2", "bytes", "bytes=0-1,x", f"bytes=0-{'9' * 5000}"],
)
def test_a_range_that_is_none_counts_as_not_said(olga: TestClient, said: str) -> None:
    whole = picture()
    here = uploaded(olga, "a.jpg", whole)
    answered = olga.get(f"{here}/image", headers={"Range": said})
    assert (answered.status_code, answered.content) == (200, whole)


def test_a_picture_is_for_the_browser_of_who_may_see_it_and_no_page(olga: TestClient) -> None:
    here = uploaded(olga, "a.webp", picture("WEBP"))
    whole, small = olga.get(f"{here}/image").headers, olga.get(f"{here}/thumbnail/160").headers
    assert (whole["content-type"], small["content-type"]) == ("image/webp", "image/jpeg")
    assert (whole["cache-control"], small["cache-control"]) == ("private, no-cache", "private, max-age=3600")
    for headers in (whole, small):
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_what_browsers_do_not_show_comes_as_jpeg_and_thumbnails_have_two_sizes(olga: TestClient) -> None:
    here = uploaded(olga, "a.tif", picture("TIFF", (600, 300)))
    sizes = {}
    for path in ("image", "thumbnail/160", "thumbnail/480"):
        answer = olga.get(f"{here}/{path}")
        assert answer.headers["content-type"] == "image/jpeg"
        sizes[path] = Image.open(io.BytesIO(answer.content)).size
    assert sizes == {"image": (600, 300), "thumbnail/160": (160, 80), "thumbnail/480": (480, 240)}
    assert olga.get(f"{here}/thumbnail/161").status_code == 422
