"""A pipeline's file with all that it names: checked, and as it came; from a folder, or sent whole."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from errno import ENOENT
from pathlib import Path, PurePath

from workflow_core.domain.views.pipelines import Checked, Difference, Files, Finding, Rehearsed
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited, counted
from workflow_core.errors import InvalidInput, PipelineInvalid
from workflow_core.pipeline import compiled
from workflow_core.pipeline.check import check
from workflow_core.pipeline.language.recipes import Read
from workflow_core.pipeline.rehearsal import rehearse
from workflow_core.services.pipelines import places

UNNAMED = "pipeline.yaml"
"""How a file is called whose name cannot be kept."""


@dataclass(frozen=True)
class Bundle:
    """A pipeline that can be deployed, and what it was made of: `files` by name, `file` the pipeline's own."""

    pipeline: compiled.Pipeline
    file: str
    files: Mapping[str, bytes]


def compile_file(text: bytes, *, file: str, read: Read, folder: Path | None = None) -> Bundle:
    """Check a pipeline file and return it compiled, its relative places absolute from the `folder` that it is in.

    Without a folder they stay relative.

    Raises:
        PipelineInvalid: the file has errors; it carries all findings.
        InvalidInput: a place begins with the home of nobody.
    """
    name = PurePath(file).name
    name = name if values.is_line(name) else UNNAMED
    files = {name: text}

    def keep(path: str) -> bytes:
        files[path] = content = read(path)
        return content

    checked = check(text, file=file, read=keep)
    if checked.pipeline is None:
        raise PipelineInvalid(f"{file} has {counted(checked.errors, 'error')}", tuple(checked.findings))
    pipeline = checked.pipeline if folder is None else places.absolute(checked.pipeline, folder.resolve())
    return Bundle(pipeline, name, files)


def compile_files(given: Files) -> Bundle:
    """Return what was sent, compiled; only the files that the pipeline names are kept.

    Raises:
        PipelineInvalid: the file has errors.
        InvalidInput: the file itself was not sent, or what is encoded is no Base64.
    """
    contents = _contents(given)
    return compile_file(contents[given.file], file=given.file, read=contents.__getitem__)


def check_files(given: Files, *, now: datetime) -> Checked:
    """Say all that is wrong with what was sent, also which dates are past.

    Raises:
        InvalidInput: the file itself was not sent, or what is encoded is no Base64.
    """
    contents = _contents(given)
    checked = check(contents[given.file], file=given.file, read=contents.__getitem__, now=now)
    right = checked.pipeline
    return Checked(
        pipeline=right.name if right else None,
        project=right.project if right else None,
        findings=[Finding(**one.as_json()) for one in checked.findings],
    )


def rehearse_files(given: Files) -> Rehearsed:
    """Play the cases of a test file through the pipeline that it names; nothing is stored.

    Raises:
        InvalidInput: the file itself was not sent, or what is encoded is no Base64.
    """
    contents = _contents(given)

    def read(name: str) -> bytes:
        if name not in contents:
            raise FileNotFoundError(ENOENT, "it was not sent")
        return contents[name]

    played = rehearse(contents[given.file], file=given.file, read=read)
    return Rehearsed(cases=played.cases, differences=[Difference(**one.as_json()) for one in played.differences])


def pack(file: str, contents: Mapping[str, bytes]) -> Files:
    """Return files as they can be sent."""
    texts, encoded = dict[str, str](), dict[str, str]()
    for name, content in contents.items():
        try:
            texts[name] = content.decode()
        except UnicodeDecodeError:
            encoded[name] = b64encode(content).decode()
    return Files(file=file, texts=texts, encoded=encoded)


def _contents(given: Files) -> dict[str, bytes]:
    if given.file not in given.texts:
        raise InvalidInput(f"the pipeline's file {cited(given.file)} is not among the texts that were sent")
    contents = {name: _text(name, text).encode() for name, text in given.texts.items()}
    for name, text in given.encoded.items():
        plain = _text(name, text)
        try:
            contents[name] = b64decode(plain, validate=True)
        except ValueError as error:
            raise InvalidInput(f"what is sent as {cited(name)} is no Base64: {error}") from error
    return contents


def _text(name: str, given: str) -> str:
    return values.text(given, f"what is sent as {cited(name)}", most=values.LARGEST)
