"""A colour as a button."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.words import plain


class Swatch(QToolButton):
    """A colour that can be clicked, or a run of two; a frame shows that it was set by hand."""

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.setObjectName(f"swatch_{name.replace('.', '_')}")
        self.setAccessibleName(label)
        self.setFixedHeight(30)
        self.colour = ""
        self._shown: tuple[object, ...] = ()

    def show_colour(self, colour: str, chosen: bool = False, end: str = "", hint: str = "") -> None:
        """Paint the swatch, from ``colour`` to ``end`` where there is one; ``chosen`` marks a colour set by hand."""
        if self._shown == (colour, chosen, end, hint):
            return
        self._shown, self.colour = (colour, chosen, end, hint), colour
        border = "2px solid #f4f2fa" if chosen else "1px solid #15131c"
        ground = _css(colour)
        if end:
            ground = f"qlineargradient(x1:0, y1:0, x2:1, y2:0, stop:0.35 {ground}, stop:1 {_css(end)})"
        # named, or the tool tip would be dressed in it, too
        self.setStyleSheet(
            f"#{self.objectName()} {{ background: {ground}; border: {border}; border-radius: 5px; }}"
            f"#{self.objectName()}:disabled {{ background: {COLOURS['raised']}; border: 3px solid {_css(colour)}; }}"
            f"#{self.objectName()}:focus {{ border: 2px solid {COLOURS['accent']}; }}"
        )
        back = self.tr("Right click: give it back to its base colour, or its default.")
        hint = hint or (back if chosen else self.tr("Click to choose."))
        self.setToolTip(plain(f"{self.label} {colour}\n{hint}"))


def _css(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    alpha = int(colour[7:9], 16) / 255 if len(colour) == 9 else 1.0
    return f"rgba({red},{green},{blue},{alpha:.2f})"
