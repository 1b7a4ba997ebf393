"""A first pipeline for somebody's own labels and people, with comments that teach the language."""

import json
import re
from collections.abc import Sequence
from string import Template

from workflow_core.domain.words import values
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import schema
from workflow_core.pipeline.language.scalars import resolve

PIPELINE = "pipeline.yaml"
RECIPE = "recipe.yaml"
TEST = "pipeline.test.yaml"
SCHEMA = "pipeline.schema.json"

_COLORS = ("#e4572e", "#2e86ab", "#3a7d44", "#f2a541", "#7048b6", "#c2571a", "#0f8b8d", "#a23b72")
_PLAIN = re.compile(r"[^\W\d_](?:[\w .-]*\w)?")


def files(name: str, *, labels: Sequence[str], images: str | None = None, solo: bool = False) -> dict[str, str]:
    """Return the files of a first pipeline, by name; they check clean.

    Raises:
        InvalidInput: there is no label, or the name of one cannot be a name.
    """
    labels = list(dict.fromkeys(labels))
    if not labels:
        raise InvalidInput("there is nothing to label; name at least one label, like car")
    for label in labels:
        values.name(label)
    pipeline = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:64] or "first"
    source = f"  uri: {_text(images)}" if images else "  # uri: s3://bucket/images      # or a folder on this machine"
    people = _SOLO if solo else _TEAM
    return {
        PIPELINE: _PIPELINE.substitute(name=_text(pipeline), source=source, **people),
        RECIPE: _RECIPE.substitute(labels="".join(_label(*each) for each in enumerate(labels))),
        TEST: _TEST,
        SCHEMA: schema.as_text(),
    }


def _label(number: int, name: str) -> str:
    key = f", key: {_text(str(number + 1))}" if number < 9 else ""
    return f'  - {{name: {_text(name)}, color: "{_COLORS[number % len(_COLORS)]}"{key}, tools: [box]}}\n'


def _text(value: str) -> str:
    """Write a text so that YAML reads it as that text, in quotes where it must be."""
    plain = _PLAIN.fullmatch(value) and isinstance(resolve(value), str)
    return value if plain else json.dumps(value, ensure_ascii=False)


_TEAM = {
    "annotators": "[ann@example.org, bo@example.org]   # equal shares; or {ann@example.org: 60, bo@example.org: 40}",
    "reviewer": "[quinn@example.org]              # somebody else: nobody reviews their own work",
    "own": "",
}
_SOLO = {
    "annotators": "[you@example.org]                # write your own e-mail, here and below",
    "reviewer": "[you@example.org]",
    "own": """
    # Alone you would have nobody to review your work, and nothing could be approved: nobody may review their own
    # work unless the task allows it. Remove this line as soon as there are two of you.
    review_own: true""",
}

_PIPELINE = Template("""\
# yaml-language-server: $$schema=./pipeline.schema.json
#
# A pipeline: people label what comes in, somebody reviews it, and what is approved is exported.
# The line above lets editors complete keys and say what they mean.

pipeline: $name

source:
$source
  watch: true                   # what is added in any other way enters at once, too

tasks:
  label:
    type: annotation
    recipe: recipe.yaml         # what to label, and with which tools
    assignees: $annotators
    # queue: {batch: 5}         # instead of shares: whoever is free takes the next five
    max_visits: 3               # a reviewer may send an item back twice; then it is parked for a manager
    on: {completed: review}     # Complete leads on; Discard leads out by itself
  review:
    type: qa                    # reviews the annotation tasks before it
    assignees: $reviewer$own
    extra_statuses: [redo]      # one more button, beside Approve and Discard
    on: {redo: label}           # where it leads; Approve leads out by itself

exits:
  approved: {export: {format: coco, to: exports/approved}}      # training data; jsonl is possible, too
""")

_RECIPE = Template("""\
# What may be labelled. `key` is the key of the keyboard that chooses a label.
# Tools: box, polygon, polyline, point, classification (of the whole image).
labels:
$labels
  # A label may ask for more about each annotation:
  # - name: truck
  #   tools: [box, polygon]
  #   attributes:
  #     occluded: {type: boolean}
  #     kind: {type: choice, values: [van, lorry], required: true}

instructions:
  text: |
    Draw a box around everything that has a label, as tight as you can.

    - What is half hidden: draw the part that you see.
    - Of no use, because nothing can be seen? Press Discard.
""")

_TEST = """\
# Plays statuses through the pipeline, and says where an item must come to: annoflow pipeline test
pipeline: pipeline.yaml
cases:
  - name: what is approved leaves for training
    play: [label: completed, review: approved]
    visits: [label, review]
    exit: approved
  - name: a reviewer may send it back
    play: {label: [completed, completed], review: [redo, approved]}
    visits: [label, review, label, review]
    exit: approved
  - name: what is of no use leaves at once
    play: [label: discarded]
    exit: discarded
"""
