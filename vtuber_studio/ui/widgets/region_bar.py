"""A bar over the canvas that says what is edited now: a region, and how to be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget


class RegionBar(QFrame):
    """Stands at the top of its parent's middle while it has something to say."""

    done = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("region_bar")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.words = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.button = QPushButton(self.tr("Done (Esc)"))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self.done)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 6, 5)
        row.setSpacing(12)
        row.addWidget(self.words)
        row.addWidget(self.button)
        parent.installEventFilter(self)
        self.hide()

    def say(self, words: str) -> None:
        """Show words; none hides it."""
        if words != self.words.text():
            self.words.setText(words)
        self.setVisible(bool(words))
        if words:
            self._place()

    def _place(self) -> None:
        room = self.parentWidget().width() - 24
        self.words.setWordWrap(False)
        if self.sizeHint().width() > room:
            self.words.setWordWrap(True)
        self.resize(min(self.sizeHint().width(), room), self.heightForWidth(room) if self.hasHeightForWidth() else 0)
        self.adjustSize()
        self.move((self.parentWidget().width() - self.width()) // 2, 12)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas has another size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
