"""The report's page, section by section."""

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from workflow_core.demo.outcome import Journey, Outcome, Step, TaskRow
from workflow_core.demo.report import quality
from workflow_core.demo.report.gallery import figure
from workflow_core.demo.report.graph import graph_svg
from workflow_core.pipeline.compiled import Pipeline

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(outcome: Outcome, pipeline: Pipeline) -> str:
    """Return the whole page. Everything that came from people or files is escaped."""
    style = files("workflow_core.demo.report").joinpath("report.css").read_text(encoding="utf-8")
    colours = {label.name: label.color or "" for task in pipeline.tasks.values() for label in task.recipe.labels}
    bodies = {
        "Where the items went": _pipeline(outcome, pipeline),
        "What reviewers found": quality.issues(outcome) if outcome.issues else "",
        "One item, until its fault was fixed": _journey(outcome.loop, colours) if outcome.loop else "",
        "One item, as far as the expert": _journey(outcome.journey, colours) if outcome.journey else "",
        "For managers": quality.figures(outcome) if outcome.figures else "",
        "Frames, and who drew what": _gallery(outcome, colours) if outcome.gallery else "",
        "Can it be relied on?": _trust(outcome),
        "What came out": _files(outcome.exported),
        "Try next": _next(outcome.next_steps) if outcome.next_steps else "",
    }
    sections = [_section(f"part-{number}", *part) for number, part in enumerate(bodies.items()) if part[1]]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>annoflow: a run of {escape(outcome.pipeline)}</title><style>{style}</style></head><body>"
        f"{_header(outcome)}<main>{''.join(sections)}</main>"
        "<footer>Written by <code>annoflow demo</code>. "
        "This file needs no other and asks for nothing from the network.</footer>"
        "</body></html>\n"
    )


def _section(name: str, title: str, body: str) -> str:
    return f'<section aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>{body}</section>'


def _header(outcome: Outcome) -> str:
    approved = outcome.exits.get("approved", 0)
    measured = outcome.status_to_claimable
    figures = [
        (f"{approved}", "approved", f"of {outcome.items} items"),
        (f"{outcome.lost}", "lost", f"of {outcome.acknowledged} decisions"),
        (f"{outcome.moved_twice}", "moved twice", "counted from the history"),
        (_ms(measured.p50), "to the next person", f"99 of 100 within {_ms(measured.p99)}"),
        (f"{sum(row.raised for row in outcome.issues)}", "faults flagged", quality.ended(outcome.issues)),
        (f"{outcome.seconds:.0f} s", "from start to end", f"{len(outcome.tasks)} tasks"),
    ]
    tiles = "".join(
        f'<div class="tile"><dt>{escape(what)}</dt><dd><b>{escape(value)}</b><span>{escape(more)}</span></dd></div>'
        for value, what, more in figures
    )
    remarks = "".join(f'<p class="remark">{escape(remark)}</p>' for remark in outcome.remarks)
    return (
        f'<header><p class="over">annoflow · pipeline <b>{escape(outcome.pipeline)}</b></p>'
        f'<h1>{_headline(outcome)}</h1>{remarks}<dl class="tiles">{tiles}</dl></header>'
    )


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds >= 100 else f"{milliseconds:g} ms"


def _headline(outcome: Outcome) -> str:
    ended = sum(outcome.exits.values())
    moving = sum(outcome.elsewhere.values())
    rest = f", {moving} {'is' if moving == 1 else 'are'} still on the way" if moving else ""
    return f"{ended} of {outcome.items} items are through{rest}"


def _pipeline(outcome: Outcome, pipeline: Pipeline) -> str:
    rows = "".join(_task_row(row) for row in outcome.tasks)
    places = [(name, count, "exit") for name, count in outcome.exits.items()]
    places += [(name, count, "place") for name, count in outcome.elsewhere.items()]
    ends = "".join(
        f'<li><span class="pill" data-exit="{escape(name)}">{escape(name)}</span>'
        f'<span class="bar"><i style="width:{100 * count / max(1, outcome.items):.1f}%"></i></span><b>{count}</b></li>'
        for name, count, _ in places
    )
    return (
        f'<div class="columns"><div class="card drawing" tabindex="0">{graph_svg(pipeline, outcome)}'
        '<p class="muted legend">✕ discarded here · dashed: items that came round too often</p></div><div>'
        f'<div class="card"><h3>Where they are now</h3><ul class="ends">{ends}</ul></div>'
        f'<div class="card"><h3>Task by task</h3><ul class="tasks">{rows}</ul></div></div></div>'
    )


def _task_row(row: TaskRow) -> str:
    total = max(1, sum(row.statuses.values()) + row.open)
    parts = "".join(
        f'<i data-status="{escape(name)}" style="width:{100 * count / total:.2f}%"></i>'
        for name, count in row.statuses.items()
    )
    said = [f'<span data-status="{escape(name)}">{count} {escape(name)}</span>' for name, count in row.statuses.items()]
    if row.open:
        said.append(f'<span data-status="open">{row.open} open</span>')
    again = f" · {row.again} a second time" if row.again else ""
    return (
        f'<li><p><b>{escape(row.name)}</b> <span class="kind">{escape(row.type)}</span>'
        f'<span class="muted">{row.items} items{again}</span></p><div class="stack" aria-hidden="true">{parts}</div>'
        f'<p class="said">{" ".join(said)}</p></li>'
    )


def _journey(journey: Journey, colours: Mapping[str, str]) -> str:
    first = journey.steps[0].at if journey.steps else None
    items = "".join(_step(step, (step.at - first).total_seconds() if first else 0.0) for step in journey.steps)
    picture = figure(journey.picture, colours, width=640)
    return f'<div class="columns journey"><div>{picture}</div><ol class="timeline">{items}</ol></div>'


def _step(step: Step, after: float) -> str:
    status = (
        f'<span class="status" data-status="{escape(step.status)}">{escape(step.status)}</span>' if step.status else ""
    )
    task = f"<b>{escape(step.task)}</b>" if step.task else ""
    visit = f'<span class="visit">visit {step.visit}</span>' if step.visit > 1 else ""
    issue = f'<span class="status" data-issue="{escape(step.what)}">{escape(step.issue)}</span>' if step.issue else ""
    if not step.who:
        return (
            f'<li class="mover"><time datetime="{step.at.isoformat()}">+{after:.1f} s</time>'
            f'<p><span class="muted">{escape(step.what)}</span> {task} {visit}</p></li>'
        )
    return (
        f'<li class="person"><time datetime="{step.at.isoformat()}">+{after:.1f} s</time>'
        f'<p>{task} {status}{issue} {visit}</p><p class="muted">{escape(step.what)} by {escape(step.who)}</p></li>'
    )


def _gallery(outcome: Outcome, colours: Mapping[str, str]) -> str:
    toggle = '<label class="toggle"><input type="checkbox" checked> Show the shapes</label>'
    frames = "".join(figure(picture, colours) for picture in outcome.gallery)
    return f'<div class="gallery">{toggle}<div class="grid">{frames}</div></div>'


def _trust(outcome: Outcome) -> str:
    measured = outcome.status_to_claimable
    rows = [
        ("Decisions that were acknowledged to a person", f"{outcome.acknowledged}"),
        ("of these, lost", f"{outcome.lost}"),
        ("Items that were moved twice by one decision", f"{outcome.moved_twice}"),
        ("From a decision to the item being open to the next person, half of them within", _ms(measured.p50)),
        ("ninety-nine in a hundred within", _ms(measured.p99)),
        ("measured on", f"{measured.n} moves"),
    ]
    if outcome.mover_gap_seconds is not None:
        rows.append(
            ("The mover was killed in the middle (kill -9); moving went on after", f"{outcome.mover_gap_seconds:.1f} s")
        )
    body = "".join(f'<tr><th scope="row">{escape(what)}</th><td>{escape(value)}</td></tr>' for what, value in rows)
    notes = "".join(f'<p class="muted note">{escape(note)}</p>' for note in outcome.footnotes)
    return f'<div class="card"><table class="facts">{body}</table>{notes}</div>'


def _files(exported: Mapping[str, int]) -> str:
    if not exported:
        return '<p class="muted">No file was exported.</p>'
    rows = "".join(
        f'<tr><th scope="row"><a href="{escape(_link(path))}">{escape(path)}</a></th><td>{count} items</td></tr>'
        for path, count in exported.items()
    )
    return f'<div class="card"><table class="facts">{rows}</table></div>'


def _link(path: str) -> str:
    """Return a link that cannot be anything but a relative or a file path."""
    return f"file://{path}" if path.startswith("/") else f"./{path}"


def _next(steps: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<li><code>{escape(command)}</code><span>{escape(what)}</span></li>" for command, what in steps)
    return f'<ul class="next">{rows}</ul>'
