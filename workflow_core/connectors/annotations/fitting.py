"""An annotation as a file says it, made to fit the image and the recipe where nobody has to guess how."""

from collections.abc import Mapping
from typing import Any

from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems, number
from workflow_core.domain.annotations import areas, geometry, recipes
from workflow_core.domain.annotations.geometry import Geometry
from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.domain.words import documents
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput


def fit(
    one: ImportedAnnotation,
    recipe: Recipe,
    *,
    width: int | None,
    height: int | None,
    as_boxes: bool,
    problems: Problems,
) -> dict[str, Any]:
    """Return label, tool, geometry and attributes as they are kept on an image of `width` and `height`, where known.

    What is taken otherwise than written is noted in `problems`: another size of the same image, what reaches a little
    over its edge, a polygon where boxes are drawn, or one that crosses itself though the recipe refuses that once it is
    complete, attributes that the recipe does not have.

    Raises:
        InvalidInput: it does not fit.
    """
    label = next((each for each in recipe.labels if each.name == one.label), Label(one.label))
    shape = _on_image(one, width, height, problems)
    tool = one.tool
    if tool == "polygon" and (as_boxes or ("box" in label.tools and "polygon" not in label.tools)):
        box = geometry.bounds(shape) or ()
        tool, shape = "box", dict(zip(("x", "y", "width", "height"), box, strict=True))
        problems.add(one.where, "a polygon is taken as the box around it", skipped=False)
    attributes = _attributes(one, label, problems)
    # What is required of people is not required of a model: who opens its work adds what is missing.
    wrong = recipes.fault(recipe, label=one.label, tool=tool, attributes=attributes, complete=False)
    if wrong:
        raise InvalidInput(wrong)
    if areas.refused(recipe, shape):
        crossing = "the polygon crosses itself, which the recipe refuses: whoever opens it has to mend it"
        problems.add(one.where, crossing, skipped=False)
    return {
        "label": one.label,
        "tool": tool,
        "geometry": shape,
        "attributes": attributes,
        "area": _area(one, tool, width),
    }


NOTHING = 0.01
"""Pixels by which a shape differs when a tool has written it with few digits."""
SHARES = (1, 1)
"""The size of an image in a file that tells places in shares of it."""


def _on_image(one: ImportedAnnotation, width: int | None, height: int | None, problems: Problems) -> Geometry:
    shape: Geometry = dict(one.geometry)
    told = (one.width, one.height)
    if told == SHARES:
        if not width or not height:
            raise InvalidInput("it is in shares of the image, whose size is not known")
        shape, told = geometry.scaled(shape, width, height), (width, height)
    if None not in (width, height, *told) and told != (width, height):
        assert width and height and one.width and one.height
        across, down = width / one.width, height / one.height
        sizes = f"the image is {one.width} x {one.height} in the file and {width} x {height} here"
        # Who scales a picture rounds its sides: it is the same within a pixel of the smaller one.
        if abs(across - down) * min(one.width, one.height) >= max(1.0, across, down):
            raise InvalidInput(f"{sizes}, of another shape")
        shape = geometry.scaled(shape, across, down)
        problems.add(one.where, f"{sizes}: scaled", skipped=False)
    known = (width, height) if width and height else told
    inside = geometry.parse(one.tool, shape, *known)
    if any(
        abs(a - b) > NOTHING for a, b in zip(geometry.bounds(inside) or (), geometry.bounds(shape) or (), strict=True)
    ):
        problems.add(one.where, f"a {one.tool} reaches a little over the edge and is cut there", skipped=False)
    return inside


def _area(one: ImportedAnnotation, tool: str, width: int | None) -> float | None:
    """Return the area of the object in a box, which an outline would tell better than any file."""
    if tool != "box" or one.tool != "box" or one.area is None:
        return None
    return one.area * (width / one.width) ** 2 if width and one.width else one.area


def _attributes(one: ImportedAnnotation, label: Label, problems: Problems) -> dict[str, Any]:
    known = {attribute.name: attribute.type for attribute in label.attributes}
    for name in (name for name in one.attributes if name not in known):
        said = f"label {cited(one.label)} has no attribute {cited(name)}, which is not taken"
        problems.add(one.where, said, skipped=False)
    # What has no value is what other tools write of an attribute that nobody has given; in XML it is an empty text.
    told = {name: value for name, value in one.attributes.items() if name in known and value is not None}
    given = ((name, value) for name, value in told.items() if value != "" or known[name] == "text")
    attributes = {name: _value(value, known[name]) for name, value in given}
    documents.check(attributes, "attributes")
    return attributes


def _value(value: object, type: str) -> object:
    """Return a value as what it is, where a tool has written it as text, or a truth as a number."""
    if type == "boolean" and isinstance(value, str | int | float):
        return BOOLEANS.get(str(value).lower(), value)
    return number(value) if type == "number" else value


BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
