"""Text as HTML: what people wrote in Markdown, without HTML of theirs or pictures from elsewhere; and refusals."""

import re

from markdown_it import MarkdownIt

OPENS = "^(an?|the|this|there|its?|you|your|no|nobody|nothing|none|cannot|what|who|where|say|give|only|task(?= '))(?= )"
"""How a refusal begins that begins with no name; as in `static/api.js`."""

_READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def prose(text: str) -> str:
    """Return Markdown as HTML.

    >>> prose("*Tight*, <b>please</b>")
    '<p><em>Tight</em>, &lt;b&gt;please&lt;/b&gt;</p>\\n'
    """
    return str(_READER.render(text))


def sentence(text: str) -> str:
    """Return a refusal as it stands by itself; a name with which it begins stays as it is.

    >>> sentence("no item is left"), sentence("task 'qa' is closed"), sentence("cars is paused")
    ('No item is left', "Task 'qa' is closed", 'cars is paused')
    """
    return re.sub(OPENS, lambda found: found[0].capitalize(), text)
