"""One row of a panel: label, slider or choice, number field, lock. Built from an Attribute."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from vtuber_studio.core.attribute import Attribute, Value
from vtuber_studio.ui.widgets.choice_grid import ChoiceBox
from vtuber_studio.ui.widgets.lock import LockButton
from vtuber_studio.ui.widgets.slider import Slider
from vtuber_studio.ui.widgets.words import plain

STEPS = 400  # slider positions over the range


class ValueRow(QWidget):
    """Edits one value. A drag or a held key is ``pressed``, ``moved``..., ``released``; anything else one ``moved``."""

    pressed = Signal()
    moved = Signal(object)
    released = Signal()
    locked = Signal(bool)

    def __init__(self, attribute: Attribute, parent: QWidget | None = None, *, lockable: bool = True) -> None:
        super().__init__(parent)
        self.attribute = attribute
        self.setObjectName(f"row_{attribute.name}")
        self.label = QLabel(attribute.label, textFormat=Qt.TextFormat.PlainText)
        self.label.setFixedWidth(112)
        self.label.installEventFilter(self)
        self.lock = LockButton(attribute.label)
        self.lock.locked.connect(self.locked)
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
        if attribute.choices:
            self.combo = ChoiceBox(attribute.choices)
            self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.combo.installEventFilter(self)
            self.combo.setAccessibleName(attribute.label)
            self.combo.currentIndexChanged.connect(lambda index: self._move(self.combo.itemData(index)))
            grid.addWidget(self.combo, 0, 1, 1, 2)
        else:
            self._build_range(grid)
        grid.setColumnStretch(1, 1)
        self.setToolTip(plain(attribute.tip))

    def _build_range(self, grid: QGridLayout) -> None:
        row = self.attribute
        self.slider = Slider(maximum=STEPS)
        self.slider.setPageStep(STEPS // 10)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.installEventFilter(self)
        self.slider.setAccessibleName(row.label)
        self.slider.sliderPressed.connect(self.pressed)
        self.slider.sliderReleased.connect(self.released)
        self.slider.valueChanged.connect(self._on_slider)
        self.number = QDoubleSpinBox(
            minimum=row.low, maximum=row.high, decimals=2, singleStep=(row.high - row.low) / 40
        )
        self.number.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.number.setFixedWidth(58)
        self.number.setKeyboardTracking(False)
        self.number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
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
            self.slider.setValue(round((number - self.attribute.low) / self._span * STEPS))
            self.number.setValue(number)

    def set_locked(self, locked: bool) -> None:
        """Show the lock without emitting anything."""
        self.lock.set_locked(locked)

    def set_idle(self, cause: str) -> None:
        """Grey: it moves nothing while ``cause``, another row's label, says so; empty when it does."""
        if cause == self._idle:
            return
        self._idle = cause
        self._explain()
        for widget in (self.label, self.combo) if self.attribute.choices else (self.label, self.slider, self.number):
            widget.setEnabled(not cause)

    def set_mixed(self, words: str) -> None:
        """Marked: other looks have a share in the value, ``words`` say whose; empty when none has."""
        if words == self._mixed:
            return
        self._mixed = words
        self._explain()
        self.label.setProperty("mixed", bool(words))
        self.label.style().polish(self.label)

    def _explain(self) -> None:
        why = self.tr("Nothing to move while there is none: {}.").format(self._idle) if self._idle else ""
        self.setToolTip(plain("\n".join(filter(None, (self.attribute.tip, why, self._mixed)))))

    @property
    def _span(self) -> float:
        return self.attribute.high - self.attribute.low

    def _on_slider(self, position: int) -> None:
        value = round(self.attribute.low + position / STEPS * self._span, 6)  # files are read by people, too
        with QSignalBlocker(self.number):
            self.number.setValue(value)
        self._move(value)

    def _on_number(self, value: float) -> None:
        assert self.slider is not None
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((value - self.attribute.low) / self._span * STEPS))
        self._move(value)

    def _move(self, value: Value) -> None:
        self._value = value
        self.moved.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Double-click resets; the wheel scrolls the panel unless the control has the focus."""
        if event.type() == QEvent.Type.MouseButtonDblClick and watched in (self.label, self.slider):
            self.set_value(self.attribute.default)
            self.moved.emit(self.attribute.default)
            return True
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
