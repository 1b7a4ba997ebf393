"""An archive is looked at before it is unpacked: what is too much, or leads out of it, is refused."""

import io
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from workflow_core.connectors import archives
from workflow_core.connectors.annotations import yolo
from workflow_core.connectors.annotations.records import Problems
from workflow_core.errors import InvalidInput


def archive(files: dict[str, bytes], kind: int = ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w", kind) as opened:
        for name, text in files.items():
            opened.writestr(ZipInfo(name), text, kind)
    return content.getvalue()


def test_files_are_unpacked_as_they_were(tmp_path: Path) -> None:
    content = archive({"a/": b"", "a/b.txt": b"1", "a/c/d.xml": b"2"}, ZIP_STORED)
    archives.check(content, named=["a", "a/c", "a/b.txt"])
    archives.unpack(content, tmp_path)
    found = {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {"a/b.txt": b"1", "a/c/d.xml": b"2"}


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "a\\b", "a\nb"])
def test_a_name_that_leads_out_of_it_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="no name of a file inside"):
        archives.check(archive({name: b""}), named=[])


def test_what_is_no_archive_or_lacks_what_is_named_is_refused() -> None:
    whole = archive({"a": b"1" * 1000})
    for content, said in ((b"no", "no zip"), (whole[:-30], "no zip"), (archive({"a": b""}, ZIP_BZIP2), "use deflate")):
        with pytest.raises(InvalidInput, match=said):
            archives.check(content, named=[])
    with pytest.raises(InvalidInput, match="no 'b' in the archive"):
        archives.check(whole, named=["a", "b"])


def test_what_would_be_too_much_is_refused_by_what_it_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive({"a": b"0" * 5_000, "b": b"0" * 5_000})
    for limit, most in (("MOST_BYTES", 9_999), ("MOST_FILES", 1)):
        with monkeypatch.context() as patched:
            patched.setattr(archives, limit, most)
            with pytest.raises(InvalidInput, match="send it in parts"):
                archives.check(content, named=[])
    archives.check(content, named=[])


def test_a_file_is_no_larger_than_it_says(tmp_path: Path) -> None:
    content = archive({"a": b"0" * 50_000})
    lying = content.replace((50_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    archives.check(lying, named=[])
    with pytest.raises(InvalidInput, match="'a' in the archive cannot be read"):
        archives.unpack(lying, tmp_path)
    assert not (tmp_path / "a").exists() or len((tmp_path / "a").read_bytes()) <= 10


@pytest.mark.parametrize("told", ["path: /", "path: ..", "train: ../secret.txt"])
def test_nothing_outside_of_it_is_read(tmp_path: Path, told: str) -> None:
    inside = tmp_path / "sent"
    for folder in (inside, tmp_path):
        (folder / "images").mkdir(parents=True)
    (tmp_path / "labels").mkdir()
    (tmp_path / "images/0.jpg").touch()
    (tmp_path / "labels/0.txt").write_text("0 0.5 0.5 0.5 0.5")
    (tmp_path / "secret.txt").write_text(str(tmp_path / "images/0.jpg"))
    (inside / "data.yaml").write_text(f"names: [car]\ntrain: {tmp_path}/images\n{told}\n")
    problems = Problems()
    assert list(yolo.read(inside / "data.yaml", problems, within=inside)) == []
    assert problems.left_out == 1
