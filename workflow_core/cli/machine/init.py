"""`annoflow init`: a first pipeline of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from workflow_core.domain.words.wording import agreed
from workflow_core.errors import Conflict, InvalidInput


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write into; made if need be.")],
    images: Annotated[
        str | None,
        typer.Option(help="Where your images are: a folder or any fsspec URL.", show_default="none yet, to fill in"),
    ] = None,
    labels: Annotated[str, typer.Option(help="What is labelled, with commas between.")] = "car,person",
    solo: Annotated[bool, typer.Option("--solo", help="One person annotates and reviews.")] = False,
) -> None:
    """Write a first pipeline and recipe, with comments, that check clean; nothing is overwritten.

    \b
      annoflow init street
      annoflow init street --images ~/Pictures --labels car,"traffic sign"
      annoflow init alone --solo
    """
    from workflow_core.pipeline import starter

    names = [name.strip() for name in labels.split(",") if name.strip()]
    files = starter.files(
        folder.expanduser().resolve().name, labels=names, images=_place(images) if images else None, solo=solo
    )
    taken = [str(folder / name) for name in files if (folder / name).exists()]
    if taken:
        why = f"{', '.join(taken)} {agreed(len(taken), 'is', 'are')} there already; nothing is written"
        raise Conflict(why, code="files-exist", files=taken)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(text)
        typer.echo(f"wrote {folder / name}")
    whose = "your own e-mail; you sign in by that one" if solo else "your people's e-mails"
    typer.echo(f"\nOpen the pipeline and write {whose}. Then:")
    for command in (
        f"annoflow pipeline check {folder / starter.PIPELINE}",
        f"annoflow pipeline test {folder / starter.TEST}",
        f"annoflow up {folder / starter.PIPELINE}",
    ):
        typer.echo(f"  {command}")


def _place(images: str) -> str:
    """Return an absolute place: the pipeline is read from wherever annoflow runs."""
    if "://" in images:
        return images
    path = Path(images).expanduser().resolve()
    if not path.is_dir():
        raise InvalidInput(f"there is no folder {images!r}")
    return str(path)
