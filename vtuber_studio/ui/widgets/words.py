"""Words as they are: what users, files and generators call things is text, never markup; and it fits.

A label can break a line between words, but not a file's name without end. Labels that show names are made with
``textFormat=Qt.TextFormat.PlainText``.
"""

from __future__ import annotations

import html

LONGEST = 44  # characters of a word
_WRITTEN = {"t_shirt": "T-shirt", "shirt_tie": "Shirt and tie", "half_rim": "Half-rim"}  # choices not as they are named


def literal(text: str) -> str:
    """``text`` for buttons, menus and tabs, where a single & would underline a letter."""
    return text.replace("&", "&&")


def choice_label(choice: str) -> str:
    """What a choice is called in the window: ``twin_tails`` is Twin tails."""
    return _WRITTEN.get(choice) or choice.replace("_", " ").capitalize()


def plain(text: str) -> str:
    """``text`` for a tool tip, which would take markup for what it says."""
    if "<" not in text:
        return text
    lines = "<br>".join(html.escape(text).splitlines())
    return f"<qt>{lines}</qt>"


def titled(text: str) -> str:
    """``text`` for a window's title: one line, in which [*] is no place for the star of unsaved work."""
    return " ".join(text.split()).replace("[*]", "[*][*]")


def fitting(text: str, longest: int = LONGEST) -> str:
    """``text`` with the middle of every longer word left out: a path keeps its beginning and its file's ending."""
    half = (longest - 1) // 2

    def short(word: str) -> str:
        return word if len(word) <= longest else f"{word[:half]}\N{HORIZONTAL ELLIPSIS}{word[-half:]}"

    return " ".join(map(short, text.split(" ")))
