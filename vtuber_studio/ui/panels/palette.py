"""Every material as a swatch, grouped; a base colour carries its ramp along."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import (
    QColorDialog,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vtuber_studio.core.palette import resolve, to_hex
from vtuber_studio.core.part import Material
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.theme import COLOURS
from vtuber_studio.ui.widgets.section import Section, clear, scroll_column
from vtuber_studio.ui.widgets.words import plain, titled

COLUMNS = 4


class Swatch(QToolButton):
    """A colour that can be clicked; a small mark shows that it was set by hand."""

    def __init__(self, material: Material, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.material = material
        self.setObjectName(f"swatch_{material.name.replace('.', '_')}")
        self.setAccessibleName(material.label)
        self.setFixedSize(58, 30)
        self.colour = ""

    def show_colour(self, colour: str, chosen: bool) -> None:
        """Paint the swatch; ``chosen`` marks a colour set by hand."""
        if (self.colour, self.property("chosen")) == (colour, chosen):
            return
        self.colour = colour
        self.setProperty("chosen", chosen)
        border = "2px solid #f4f2fa" if chosen else "1px solid #15131c"
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        alpha = int(colour[7:9], 16) / 255 if len(colour) == 9 else 1.0
        ground = f"background: rgba({red},{green},{blue},{alpha:.2f});"
        # named, or the tool tip would be dressed in it, too
        self.setStyleSheet(
            f"#{self.objectName()} {{ {ground} border: {border}; border-radius: 5px; }}"
            f"#{self.objectName()}:focus {{ border: 2px solid {COLOURS['accent']}; }}"
        )
        back = self.tr("Right click: back to its base colour, or its default.")
        hint = back if chosen else self.tr("Click to choose.")
        self.setToolTip(plain(f"{self.material.label} {colour}\n{hint}"))


class PalettePanel(QWidget):
    """A click opens the colour chooser beside the window; each colour dragged there is previewed at once."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.swatches: dict[str, Swatch] = {}
        self._shown: dict[str, str] | None = None
        self.column = scroll_column(self)
        stage.loaded.connect(self.build)
        stage.changed.connect(self.refresh)
        if stage.manifest is not None:
            self.build()

    def build(self) -> None:
        """Make the swatches anew from the manifest."""
        clear(self.column)
        self.swatches, self._shown = {}, None
        sections: dict[str, tuple[Section, QGridLayout]] = {}
        assert self.stage.manifest is not None
        for material in self.stage.manifest.materials:
            if material.group not in sections:
                section, grid = Section(material.group.capitalize()), QGridLayout()
                grid.setSpacing(6)
                for column in range(COLUMNS):
                    grid.setColumnStretch(column, 1)
                section.body.addLayout(grid)
                self.column.addWidget(section)
                sections[material.group] = (section, grid)
            grid = sections[material.group][1]
            cell, index = QVBoxLayout(), grid.count()
            swatch = Swatch(material)
            swatch.clicked.connect(partial(self.choose, material))
            swatch.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            swatch.customContextMenuRequested.connect(lambda _pos, name=material.name: self.reset(name))
            caption = QLabel(material.label, textFormat=Qt.TextFormat.PlainText)
            caption.setObjectName("caption")
            caption.setWordWrap(True)
            policy = caption.sizePolicy()  # which knows that two lines need more height
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # columns stay equal
            caption.setSizePolicy(policy)
            cell.addWidget(swatch)
            cell.addWidget(caption)
            cell.addStretch(1)
            cell.setSpacing(1)
            grid.addLayout(cell, index // COLUMNS, index % COLUMNS)
            self.swatches[material.name] = swatch
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's palette."""
        if self.stage.manifest is None:
            return
        chosen = self.stage.session.look.palette
        if chosen == self._shown:
            return
        self._shown = chosen
        colours = resolve(self.stage.manifest.materials, chosen)
        for name, swatch in self.swatches.items():
            swatch.show_colour(to_hex(colours[name]), chosen.get(name, "") not in ("", swatch.material.colour))

    def set_colour(self, name: str, colour: str) -> None:
        """Set one material's colour as one edit."""
        session = self.stage.session
        session.edit(session.look.paint({name: colour}), self.swatches[name].material.label)

    def reset(self, name: str) -> None:
        """Give a material back to its ramp, or its default."""
        session = self.stage.session
        material = self.swatches[name].material
        palette = {key: colour for key, colour in session.look.palette.items() if key != name}
        if material.colour:
            palette[name] = material.colour
        session.edit(session.look.with_(palette=palette), material.label)

    def choose(self, material: Material) -> None:
        """Open the (modeless) colour chooser; cancelling takes the preview back, one undo step otherwise."""
        dialog = QColorDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setOption(QColorDialog.ColorDialogOption.ShowAlphaChannel, len(self.swatches[material.name].colour) == 9)
        text = self.swatches[material.name].colour
        colour = QColor(text[:7])
        if len(text) == 9:
            colour.setAlpha(int(text[7:], 16))
        dialog.setWindowTitle(titled(material.label))
        dialog.setCurrentColor(colour)
        self.stage.session.begin(material.label)
        dialog.currentColorChanged.connect(lambda c: self.set_colour(material.name, to_hex(c.getRgbF())))
        dialog.accepted.connect(self.stage.session.commit)
        dialog.rejected.connect(self.stage.session.abort)
        dialog.setModal(True)
        for button in dialog.findChildren(QPushButton):
            button.setIcon(QIcon())  # the system's ticks and crosses
        # over the swatches, not over her face
        dialog.move(self.mapToGlobal(QPoint(0, max(0, self.height() - dialog.sizeHint().height()))))
        dialog.open()
