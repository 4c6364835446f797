"""A bar above the canvas that speaks once, without a dialog: what is wrong, what to do next, what to choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from vtuber_studio.ui.widgets.words import fitting, plain

Choice = tuple[str, Callable[[], object]]


class ErrorBar(QFrame):
    """Hidden until there is something to say; one message at a time, the newest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._stays = False
        self.text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QToolButton(text="\N{MULTIPLICATION SIGN}", autoRaise=True)
        self.close_button.setToolTip(self.tr("Close this message"))
        self.close_button.setAccessibleName(self.tr("Close this message"))
        self.close_button.clicked.connect(self.clear)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)  # what to choose stands below the question: both need the width
        column.setContentsMargins(12, 6, 8, 6)
        column.addLayout(row)
        column.addLayout(self._buttons)
        self.hide()

    def fail(self, message: str, hint: str = "", stays: bool = False) -> None:
        """Something went wrong. It ``stays`` until it is closed when nothing that goes well can mend it."""
        self._show("error", f"{message} {hint}".strip(), ())
        self._stays = stays

    def over(self) -> None:
        """Something went well: the last complaint is over."""
        if not self._stays:
            self.clear()

    def ask(self, question: str, choices: Sequence[Choice]) -> None:
        """Ask; a click calls that choice, the first one stands out. The cross means: not now."""
        self._show("question", question, choices)

    def clear(self) -> None:
        """Say nothing more."""
        self._stays = False
        self.hide()
        self.text.clear()
        self._empty()

    @property
    def message(self) -> str:
        """What it says; empty when hidden."""
        return self.text.text()

    def choose(self, label: str) -> None:
        """Take a choice by its label, as a click does."""
        for index in range(self._buttons.count()):
            button = self._buttons.itemAt(index).widget()
            if isinstance(button, QPushButton) and button.text() == label:
                button.click()
                return
        raise LookupError(label)

    def _show(self, kind: str, text: str, choices: Sequence[Choice]) -> None:
        self._empty()
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self.text.setText(fitting(text))
        self.text.setToolTip(plain(text) if self.text.text() != text else "")
        for index, (label, act) in enumerate(choices):
            button = QPushButton(label)
            button.setObjectName("" if index else "primary")
            button.clicked.connect(partial(self._chosen, act))
            self._buttons.addWidget(button)
        if choices:
            self._buttons.addStretch(1)
        self.show()

    def _chosen(self, act: Callable[[], object]) -> None:
        self.clear()
        act()

    def _empty(self) -> None:
        while self._buttons.count():
            widget = self._buttons.takeAt(0).widget()  # None: the stretch
            if widget is not None:
                widget.hide()
                widget.deleteLater()
