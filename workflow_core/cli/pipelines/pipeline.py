"""`annoflow pipeline`: check, understand, try out and deploy pipeline files."""

from dataclasses import asdict, astuple
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from workflow_core.cli.codes import FINDINGS, USAGE
from workflow_core.cli.output import show_json, show_table
from workflow_core.cli.pipelines.files import Source, UnreadableError, open_file
from workflow_core.cli.style import CONTEXT, Json, group
from workflow_core.domain.words.wording import counted

if TYPE_CHECKING:
    from workflow_core.pipeline.check import Checked

app = group(
    """Check, understand, try out and deploy pipeline files.

    \b
      annoflow pipeline check pipelines/dashcam.yaml
      annoflow pipeline graph pipelines/dashcam.yaml
      annoflow pipeline test pipelines/dashcam.test.yaml
      annoflow pipeline plan pipelines/dashcam.yaml
    """
)

File = Annotated[str, typer.Argument(metavar="FILE", help="A pipeline file, or - for stdin.")]
Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Pipeline files, or - for stdin.")]


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class GraphFormat(StrEnum):
    """What a graph is drawn in."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


class Document(StrEnum):
    """The kinds of files that people write."""

    PIPELINE = "pipeline"
    RECIPE = "recipe"
    TEST = "test"


@app.command(context_settings=CONTEXT)
def check(
    files: Files,
    format: Annotated[
        Format, typer.Option(help="For people, for machines, or as annotations on GitHub.")
    ] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors.")] = False,
) -> None:
    """Say everything that is wrong with pipeline files, with places and ways out.

    \b
      annoflow pipeline check pipelines/dashcam.yaml
      annoflow pipeline check --strict --format github pipelines/*.yaml
      cat draft.yaml | annoflow pipeline check -
    """
    from workflow_core.pipeline import report

    sources, code = _open_all([file for file in files if not _is_test(file)])
    found = [_checked(source) for source in sources]
    findings = sorted({finding for one in found for finding in one.findings}, key=lambda finding: finding.order)
    match format:
        case Format.TEXT:
            texts = {file: text for one in found for file, text in one.sources.items()}
            typer.echo(report.as_text(findings, texts), nl=False)
            if found:
                typer.echo(_summary(found), err=True)
        case Format.JSON:
            typer.echo(report.as_json(findings), nl=False)
        case Format.GITHUB:
            typer.echo(report.as_github(findings), nl=False)
    wrong = any(one.pipeline is None or (strict and one.findings) for one in found)
    raise typer.Exit(max(code, FINDINGS if wrong else 0))


@app.command(context_settings=CONTEXT)
def explain(
    what: Annotated[str | None, typer.Argument(metavar="[CODE|NAME|KEY]", help="Default: the list of all.")] = None,
    json: Json = False,
) -> None:
    """Explain a finding by its code or name, or a key of the language.

    \b
      annoflow pipeline explain                 all findings there are
      annoflow pipeline explain AF031
      annoflow pipeline explain unrouted-status
      annoflow pipeline explain on_max_visits
    """
    from workflow_core.pipeline import reference

    if what is None and json:
        show_json([asdict(rule) for rule in reference.list_rules()])
        return
    if what is None:
        show_table(("code", "name", "severity", "about"), [astuple(rule) for rule in reference.list_rules()])
        return
    text = reference.explain(what)
    if text is None:
        _refuse(f"there is neither a finding nor a key {what!r}; `annoflow pipeline explain` lists the findings")
    if json:
        show_json({"what": what, "text": text})
    else:
        typer.echo(text, nl=False)


@app.command(context_settings=CONTEXT)
def graph(
    file: File,
    format: Annotated[
        GraphFormat, typer.Option(help="For Markdown (GitHub draws it), for Graphviz, or a picture that browsers show.")
    ] = GraphFormat.MERMAID,
) -> None:
    """Draw a pipeline: tasks, routers and exits, the statuses on the ways between them.

    \b
      annoflow pipeline graph pipelines/dashcam.yaml > dashcam.mmd
      annoflow pipeline graph --format svg pipelines/dashcam.yaml > dashcam.svg
      annoflow pipeline graph --format dot pipelines/dashcam.yaml | dot -Tpdf > dashcam.pdf
    """
    from workflow_core.pipeline.drawing import languages, svg

    found = _checked(valid(file))
    assert found.pipeline is not None
    match format:
        case GraphFormat.MERMAID:
            typer.echo(languages.mermaid(found.pipeline), nl=False)
        case GraphFormat.DOT:
            typer.echo(languages.dot(found.pipeline), nl=False)
        case GraphFormat.SVG:
            typer.echo(svg.svg(found.pipeline))


@app.command(context_settings=CONTEXT)
def schema(
    document: Annotated[Document, typer.Argument(metavar="[pipeline|recipe|test]", help="Which kind of file.")] = (
        Document.PIPELINE
    ),
) -> None:
    """Print the JSON Schema of a kind of file, by which editors complete keys and show what they mean.

    \b
      annoflow pipeline schema > pipelines/pipeline.schema.json
      # and as the first line of a pipeline file:
      # yaml-language-server: $schema=./pipeline.schema.json
    """
    from workflow_core.pipeline.schema import as_text

    typer.echo(as_text(document.value), nl=False)


@app.command(context_settings=CONTEXT)
def test(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files of test cases, or - for stdin.")],
    json: Json = False,
) -> None:
    """Play statuses through a pipeline and compare where the items come to; nothing is stored.

    \b
      annoflow pipeline test pipelines/dashcam.test.yaml
      annoflow pipeline test --json pipelines/*.test.yaml
    """
    from workflow_core.pipeline.rehearsal import rehearse

    sources, code = _open_all(files)
    found = [rehearse(source.text, file=source.name, read=source.read) for source in sources]
    differences = [each for one in found for each in one.differences]
    if json:
        show_json([each.as_json() for each in differences])
    else:
        for each in differences:
            typer.echo(each)
        cases = counted(sum(one.cases for one in found), "case")
        typer.echo(f"{cases}, {counted(len(differences), 'difference')}", err=True)
    raise typer.Exit(max(code, FINDINGS if differences else 0))


def _is_test(file: str) -> bool:
    """Tell tests of pipelines by their name, so that `check *.yaml` passes them by."""
    if file.endswith((".test.yaml", ".test.yml")):
        typer.echo(f"{file} holds tests; play them with: annoflow pipeline test {file}", err=True)
        return True
    return False


def _open(file: str) -> Source:
    try:
        return open_file(file)
    except UnreadableError as error:
        typer.echo(f"annoflow: {error}", err=True)
        raise typer.Exit(error.code) from error


def _open_all(files: list[str]) -> tuple[list[Source], int]:
    """Open each file once; say which cannot be read, and the exit code that this makes."""
    sources, code = [], 0
    for file in dict.fromkeys(files):
        try:
            sources.append(open_file(file))
        except UnreadableError as error:
            typer.echo(f"annoflow: {error}", err=True)
            code = max(code, error.code)
    return sources, code


def _checked(source: Source) -> "Checked":
    from workflow_core.pipeline.check import check

    return check(source.text, file=source.name, read=source.read, now=datetime.now(UTC))


def _show_findings(found: "Checked") -> None:
    from workflow_core.pipeline.report import as_text

    typer.echo(as_text(found.findings, found.sources), nl=False, err=True)


def valid(file: str) -> Source:
    """Open a file that checks clean; else show what is wrong with it, and end."""
    source = _open(file)
    found = _checked(source)
    if found.pipeline is None:
        _show_findings(found)
        raise typer.Exit(FINDINGS)
    return source


def _summary(found: "list[Checked]") -> str:
    errors, warnings = sum(one.errors for one in found), sum(one.warnings for one in found)
    return f"{counted(len(found), 'file')}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"


def _refuse(message: str) -> NoReturn:
    typer.echo(f"annoflow: {message}", err=True)
    raise typer.Exit(USAGE)
