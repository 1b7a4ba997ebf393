"""What people wrote in Markdown, for other people to read: no HTML of theirs, no pictures from elsewhere."""

from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def prose(text: str) -> str:
    """Return Markdown as HTML.

    >>> prose("*Tight*, <b>please</b>")
    '<p><em>Tight</em>, &lt;b&gt;please&lt;/b&gt;</p>\\n'
    """
    return str(_READER.render(text))
