"""Texts with entities, as Telegram makes them: HTML, MarkdownV2, legacy Markdown, given entities, and found ones."""

from web.sandbox.entities.formatted import Formatted, from_entities, from_html, from_markdown, from_markdown_v2
from web.sandbox.entities.model import FormatError

__all__ = ["FormatError", "Formatted", "from_entities", "from_html", "from_markdown", "from_markdown_v2"]
