"""Drawings of a pipeline, in Mermaid and in Graphviz's dot: tasks, routers, exits, forks and joins."""

import json
import re
from collections.abc import Iterable, Mapping

from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import Drawing, Shape, draw

_MERMAID: Mapping[Shape, tuple[str, str]] = {
    "start": ("((", "))"),
    "annotation": ("[", "]"),
    "qa": ("([", "])"),
    "router": ("{", "}"),
    "exit": ("(((", ")))"),
    "fork": ("[/", "\\]"),
    "join": ("[\\", "/]"),
}

# Entities, HTML, Markdown, icons (fa:fa-car), and what would begin a list: "1. cars" is not drawn otherwise.
_SPECIAL = re.compile(r"[^\w .,:;%()+/?!=\[\]{}@-]|(?<![^\W_])_|_(?![^\W_])|:(?! )|(?<=^\d)\.|(?<=^\d\d)\.|^[-+]")

_CLASSES: Mapping[Shape, str] = {
    "annotation": "fill:#e7f0fa,stroke:#2f6db0,color:#10263f",
    "qa": "fill:#eaf5ec,stroke:#3a7d44,color:#12301a",
    "router": "fill:#fdf3dc,stroke:#b07d12,color:#3d2b05",
    "exit": "fill:#eeeeee,stroke:#555555,color:#222222",
    "fork": "fill:#555555,stroke:#555555,color:#ffffff",
    "join": "fill:#555555,stroke:#555555,color:#ffffff",
}

_DOT: Mapping[Shape, str] = {
    "start": 'shape=circle, width=0.3, fixedsize=true, style=filled, fillcolor="#555555", fontcolor="#555555"',
    "annotation": 'shape=box, style=filled, fillcolor="#e7f0fa", color="#2f6db0"',
    "qa": 'shape=box, style="filled,rounded", fillcolor="#eaf5ec", color="#3a7d44"',
    "router": 'shape=diamond, style=filled, fillcolor="#fdf3dc", color="#b07d12"',
    "exit": 'shape=doublecircle, style=filled, fillcolor="#eeeeee", color="#555555"',
    "fork": 'shape=trapezium, style=filled, fillcolor="#555555", fontcolor=white',
    "join": 'shape=invtrapezium, style=filled, fillcolor="#555555", fontcolor=white',
}


def mermaid(pipeline: Pipeline) -> str:
    """Return the pipeline as a Mermaid flowchart, which GitHub and many editors draw."""
    drawing = draw(pipeline)
    ids = _ids(drawing)
    lines = ["---", f"title: {json.dumps(pipeline.name, ensure_ascii=False)}", "---", "flowchart TD"]
    for node in drawing.nodes:
        opening, closing = _MERMAID[node.shape]
        lines.append(f'    {ids[node.name]}{opening}"{_mermaid_texts(node.lines)}"{closing}')
    for edge in drawing.edges:
        arrow = "-.->" if edge.dotted else "-->"
        label = f'|"{_mermaid_texts(edge.labels)}"|' if edge.labels else ""
        lines.append(f"    {ids[edge.source]} {arrow}{label} {ids[edge.target]}")
    quiet = [str(number) for number, edge in enumerate(drawing.edges) if edge.quiet]
    if quiet:
        lines.append(f"    linkStyle {','.join(quiet)} stroke:#bbbbbb,color:#999999")
    for shape, style in _CLASSES.items():
        members = [ids[node.name] for node in drawing.nodes if node.shape == shape]
        if members:
            lines += [f"    classDef {shape} {style}", f"    class {','.join(members)} {shape}"]
    return "\n".join(lines) + "\n"


def dot(pipeline: Pipeline) -> str:
    """Return the pipeline as a directed graph for Graphviz."""
    drawing = draw(pipeline)
    ids = _ids(drawing)
    lines = [
        f"digraph {_dot_text(pipeline.name)} {{",
        '    graph [rankdir=TB, fontname="sans-serif", label=' + _dot_text(pipeline.name) + ", labelloc=t]",
        '    node [fontname="sans-serif"]',
        '    edge [fontname="sans-serif", fontsize=10]',
    ]
    for node in drawing.nodes:
        lines.append(f"    {ids[node.name]} [label={_dot_text(*node.lines)}, {_DOT[node.shape]}]")
    for edge in drawing.edges:
        given = [f"label={_dot_text(*edge.labels)}"] * bool(edge.labels)
        given += ["style=dashed"] * edge.dotted + ['color="#bbbbbb", fontcolor="#999999"'] * edge.quiet
        lines.append(f"    {ids[edge.source]} -> {ids[edge.target]}" + (f" [{', '.join(given)}]" if given else ""))
    return "\n".join([*lines, "}"]) + "\n"


def _ids(drawing: Drawing) -> dict[str, str]:
    """Number the nodes: their names may hold anything, also words of the drawing's language."""
    return {node.name: f"n{number}" for number, node in enumerate(drawing.nodes)}


def _mermaid_texts(lines: Iterable[str]) -> str:
    escaped = (_SPECIAL.sub(lambda found: f"#{ord(found.group())};", line) for line in lines)
    return "<br/>".join(escaped)


def _dot_text(*lines: str) -> str:
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
