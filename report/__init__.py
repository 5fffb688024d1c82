"""Telling: JSON files in, a report out in HTML, CSS, SVG and Markdown, without a script. Imports no other room."""

from report.rendering import render

__all__ = ["render"]
