"""One row of a panel: label, slider or choice, number field, lock. Built from an Attribute."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QWidget

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.ui.widgets.choice_grid import ChoiceBox
from vtuber_studio.ui.widgets.lock import LockButton
from vtuber_studio.ui.widgets.number import NumberBox, shown_number
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.words import choice_label, literal, plain

PARTS = 100  # slider positions a unit: who hears the slider's position hears the value, in hundredths


class ValueRow(QWidget):
    """Edits one value. A drag or a held key is ``pressed``, ``moved``..., ``released``; anything else one ``moved``.

    Tab stops at the slider or the choice alone: a digit or Enter there leads to the number, Ctrl+L locks.
    """

    pressed = Signal()
    moved = Signal(object)
    released = Signal()
    locked = Signal(bool)

    def __init__(self, attribute: Attribute, parent: QWidget | None = None, *, lockable: bool = True) -> None:
        super().__init__(parent)
        self.attribute, self.lockable = attribute, lockable
        self.setObjectName(f"row_{attribute.name}")
        self.label = QLabel(attribute.label, textFormat=Qt.TextFormat.PlainText)
        self.label.setFixedWidth(112)
        self.label.installEventFilter(self)
        self.lock = LockButton(attribute.label)
        self.lock.locked.connect(self.locked)
        self.lock.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if not lockable:  # setVisible(True) would make it a window of its own: it has no parent yet
            self.lock.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 1, 2, 1)
        grid.setHorizontalSpacing(6)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.lock, 0, 3)
        self.slider: Slider | None = None
        self._idle = self._mixed = ""
        self._value: Value | None = None  # shown
        self.rest: Value = attribute.default  # what it goes back to
        if attribute.choices:
            self.combo = ChoiceBox(attribute.choices)
            self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.combo.installEventFilter(self)
            self.combo.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the row has one
            self.combo.setAccessibleName(attribute.label)
            self.combo.currentIndexChanged.connect(lambda index: self._move(self.combo.itemData(index)))
            grid.addWidget(self.combo, 0, 1, 1, 2)
        else:
            self._build_range(grid)
        grid.setColumnStretch(1, 1)
        self.setToolTip(plain(attribute.tip))

    def _build_range(self, grid: QGridLayout) -> None:
        row = self.attribute
        self.slider = Slider(minimum=round(row.low * PARTS), maximum=round(row.high * PARTS))
        positions = self.slider.maximum() - self.slider.minimum()
        self.slider.setSingleStep(max(1, positions // 200))
        self.slider.setPageStep(positions // 10)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.installEventFilter(self)
        self.slider.setAccessibleName(row.label)
        self.slider.sliderPressed.connect(self.pressed)
        self.slider.sliderReleased.connect(self.released)
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.typed.connect(self.type_value)
        self.number = NumberBox(row.low, row.high)
        self.number.setFixedWidth(58)
        self.number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.number.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the row has one
        self.number.left.connect(self.slider.setFocus)
        self.number.installEventFilter(self)
        self.number.setAccessibleName(row.label)
        self.number.valueChanged.connect(self._on_number)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self.number, 0, 2)

    def set_value(self, value: Value) -> None:
        """Show ``value`` without emitting anything."""
        if value == self._value:
            return
        self._value = value
        if self.attribute.choices:
            with QSignalBlocker(self.combo):
                self.combo.setCurrentIndex(self.attribute.choices.index(str(value)))
            return
        assert self.slider is not None
        number = float(value)
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(round(number * PARTS))
            self.number.setValue(number)
        self._tell()

    @property
    def value(self) -> Value | None:
        """What is shown; None before anything is."""
        return self._value

    @property
    def is_idle(self) -> bool:
        """Whether it moves nothing now."""
        return bool(self._idle)

    def put(self, value: Value) -> None:
        """Set it, as one step of the user's."""
        self.set_value(value)
        self.moved.emit(value)

    def type_value(self, text: str) -> None:
        """Go to the number, and begin it with ``text``."""
        self.number.type_over(text)

    def speak_as(self, name: str) -> None:
        """What it is called aloud, where its label alone would not do."""
        for widget in (self.combo,) if self.slider is None else (self.slider, self.number):
            widget.setAccessibleName(name)

    def set_locked(self, locked: bool) -> None:
        """Show the lock without emitting anything."""
        self.lock.set_locked(locked)

    def set_idle(self, why: str) -> None:
        """Grey: it moves nothing now, and ``why`` is the sentence that says so; empty when it does."""
        if why == self._idle:
            return
        self._idle = why
        self._explain()
        for widget in (self.label, self.combo) if self.attribute.choices else (self.label, self.slider, self.number):
            widget.setEnabled(not why)

    def set_mixed(self, words: str) -> None:
        """Marked: other looks have a share in the value, ``words`` say whose; empty when none has."""
        if words == self._mixed:
            return
        self._mixed = words
        self._explain()
        self.label.setProperty("mixed", bool(words))
        self.label.style().polish(self.label)

    def _explain(self) -> None:
        self.setToolTip(plain("\n".join(filter(None, (self.attribute.tip, self._idle, self._mixed)))))

    def _on_slider(self, position: int) -> None:
        value = min(max(position / PARTS, self.attribute.low), self.attribute.high)
        with QSignalBlocker(self.number):
            self.number.setValue(value)
        self._move(value)

    def _on_number(self, value: float) -> None:
        assert self.slider is not None
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * PARTS))
        self._move(value)

    def _tell(self) -> None:
        """Who hears the slider hears the number beside it, too."""
        if self.slider is not None and QAccessible.isActive():
            self.slider.setAccessibleDescription(self.number.text())

    def _move(self, value: Value) -> None:
        self._value = value
        self._tell()
        self.moved.emit(value)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same by the mouse and by the menu key."""
        value_menu(self).popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+L locks, wherever in the row the focus is."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if self.lockable and control and event.key() == Qt.Key.Key_L:
            self.lock.toggle()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Double-click resets; the wheel scrolls the panel unless the control has the focus."""
        if event.type() == QEvent.Type.MouseButtonDblClick and watched in (self.label, self.slider):
            self.put(self.rest)
            return True
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def value_menu(row: ValueRow) -> QMenu:
    """What a right click or the menu key offers on a row as it is now; the menu goes when it closes."""
    menu, attribute = QMenu(row), row.attribute
    menu.aboutToHide.connect(menu.deleteLater)
    enabled = not row.is_idle
    rest = row.rest
    named = choice_label(str(rest)) if attribute.choices else shown_number(float(rest), 2, row.locale())
    words = row.tr("Back to its default, {}") if rest == attribute.default else row.tr("Back to {}")
    back = menu.addAction(literal(words.format(named)))
    back.triggered.connect(partial(row.put, rest))
    back.setEnabled(row.value != rest)
    if not attribute.choices:
        menu.addSeparator()
        typed = menu.addAction(row.tr("Type a value ..."))
        typed.setShortcut(QKeySequence("Return"))
        typed.triggered.connect(partial(row.type_value, ""))
        typed.setEnabled(enabled)
        for words, end in ((row.tr("Lowest, {}"), attribute.low), (row.tr("Highest, {}"), attribute.high)):
            action = menu.addAction(words.format(shown_number(end, 2, row.locale())))
            action.triggered.connect(partial(row.put, end))
            action.setEnabled(enabled and row.value != end)
    if row.lockable:
        menu.addSeparator()
        lock = menu.addAction(row.tr("Unlock") if row.lock.isChecked() else row.tr("Lock"))
        lock.setShortcut(QKeySequence("Ctrl+L"))
        lock.triggered.connect(row.lock.toggle)
        copy = menu.addAction(row.tr("Copy its name, {}").format(attribute.name))
        copy.setToolTip(row.tr("As the command line calls it"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(attribute.name))
    return menu
