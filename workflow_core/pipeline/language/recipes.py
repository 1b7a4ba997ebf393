"""Reading the recipes that a pipeline names, and the instructions that those name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline import indentation
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.draft import Draft, ReadRecipe
from workflow_core.pipeline.language.findings import Fault, Location
from workflow_core.pipeline.language.locations import Locations
from workflow_core.pipeline.language.source import Document, read
from workflow_core.pipeline.language.validation import validate

Read = Callable[[str], bytes]
"""Reads a file by its path relative to the pipeline file; raises OSError or LookupError where it cannot."""

MAX_TEXT = 100_000


@dataclass
class Shelf:
    """The files that belong to a pipeline: each is read once."""

    draft: Draft
    read: Read
    documents: dict[str, Document] = field(default_factory=dict)
    _recipes: dict[str, ReadRecipe | None] = field(default_factory=dict)

    def fill(self) -> None:
        """Read the recipes of all tasks."""
        for name, task in self.draft.spec.tasks.items():
            found: ReadRecipe | None = None
            if isinstance(task.recipe, spec.Recipe):
                found = self._with_text(task.recipe, self.draft.locations.within("tasks", name, "recipe"), "")
            elif task.recipe is not None:
                found = self._from_file(task.recipe, self.draft.locations.value("tasks", name, "recipe"))
            if found:
                self.draft.recipes[name] = found

    def _from_file(self, name: str, location: Location) -> ReadRecipe | None:
        if name not in self._recipes:
            self._recipes[name] = None
            data = self._bytes(name, location)
            if data is not None:
                document = read(data, _beside(self.draft.locations.file, name))
                self.documents[name] = document
                if document.root:
                    indentation.check_recipe(document, document.root)
                recipe = validate(document, document.root, spec.Recipe) if document.root else None
                self.draft.faults += document.faults
                if document.root and recipe:
                    locations = Locations(document.file, document.root, strays=frozenset(document.strays))
                    self._recipes[name] = self._with_text(recipe, locations, name)
        return self._recipes[name]

    def _with_text(self, recipe: spec.Recipe, locations: Locations, beside: str) -> ReadRecipe:
        given = recipe.instructions
        path = ("instructions", "file") if isinstance(given, spec.Instructions) else ("instructions",)
        file = given.file if isinstance(given, spec.Instructions) else given
        if isinstance(given, spec.Instructions) and given.text is not None:
            return ReadRecipe(recipe, locations, text=given.text)
        if file is None:
            return ReadRecipe(recipe, locations)
        named = file.lower().endswith((".md", ".pdf")) and "\n" not in file
        if not named and not isinstance(given, spec.Instructions):
            return ReadRecipe(recipe, locations, text=file)
        location = locations.value(*path)
        if not named:
            self._report(location, f"instructions are a .md or .pdf file, and not {quoted(file)}")
            return ReadRecipe(recipe, locations)
        full = str(PurePosixPath(beside).parent / file) if beside else file
        data = self._bytes(full, location)
        text = self._text(data, full, location) if data is not None else None
        return ReadRecipe(recipe, locations, full, text)

    def _text(self, data: bytes, file: str, location: Location) -> str | None:
        if file.lower().endswith(".pdf"):
            if b"%PDF-" not in data[:1024]:
                self._report(location, f"{quoted(file)} is not a PDF")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self._report(location, f"{quoted(file)} is not UTF-8", "save it as UTF-8")
            return None
        if len(text) > MAX_TEXT or not values.is_text(text):
            self._report(location, f"{quoted(file)} is not a text of at most {MAX_TEXT:,} characters")
            return None
        return text

    def _bytes(self, name: str, location: Location) -> bytes | None:
        path = PurePosixPath(name)
        if not values.is_line(name) or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            self._report(
                location, f"{quoted(name)} is not a path below the pipeline file", "write it like recipes/cars.yaml"
            )
            return None
        try:
            return self.read(name)
        except (FileNotFoundError, LookupError):
            self._report(location, f"there is no file {quoted(name)}", "paths start where the file that names them is")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            self._report(location, f"the file {quoted(name)} cannot be read: {reason}")
        return None

    def _report(self, location: Location, message: str, hint: str = "") -> None:
        self.draft.faults.append(("unreadable-file", Fault(location, message, hint)))


def _beside(file: str, name: str) -> str:
    folder = file.rpartition("/")[0]
    return f"{folder}/{name}" if folder else name
