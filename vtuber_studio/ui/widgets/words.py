"""Words that fit: a label can break a line between words, but not a file's name without end."""

from __future__ import annotations

LONGEST = 44  # characters of a word


def fitting(text: str, longest: int = LONGEST) -> str:
    """``text`` with the middle of every longer word left out: a path keeps its beginning and its file's ending."""
    half = (longest - 1) // 2

    def short(word: str) -> str:
        return word if len(word) <= longest else f"{word[:half]}\N{HORIZONTAL ELLIPSIS}{word[-half:]}"

    return " ".join(map(short, text.split(" ")))
