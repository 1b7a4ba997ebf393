"""How commands look: plain help that opens with examples, an environment variable for every option, `--json`."""

import inspect
from typing import Annotated

import typer

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def group(help: str, *, prefix: str | None = None) -> typer.Typer:
    """Return a group of commands; without a command it prints its help.

    `prefix` starts the names of all environment variables, of the groups inside too.
    """
    return typer.Typer(
        help=inspect.cleandoc(help),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={**CONTEXT, "auto_envvar_prefix": prefix},
    )
