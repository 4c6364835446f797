"""From a part of the figure to the controls that edit it, on whichever panels are open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from vtuber_studio.core.attribute import rows_seen
from vtuber_studio.core.look import Look
from vtuber_studio.engine.manifest import can
from vtuber_studio.engine.picking import Hit
from vtuber_studio.ui.docks import Docks
from vtuber_studio.ui.panels.attributes import AttributesPanel
from vtuber_studio.ui.panels.directions import DirectionsPanel
from vtuber_studio.ui.panels.mixing import MixingPanel
from vtuber_studio.ui.panels.palette import PalettePanel
from vtuber_studio.ui.stage import Stage
from vtuber_studio.ui.widgets.glow import reveal


class PartView:
    """Knows the panels. What is open stays open; the sliders come where none of it can show the part."""

    def __init__(
        self,
        stage: Stage,
        docks: Docks,
        attributes: AttributesPanel,
        palette: PalettePanel,
        mixing: MixingPanel,
        directions: DirectionsPanel,
    ) -> None:
        self.stage, self.docks = stage, docks
        self.attributes, self.palette, self.mixing, self.directions = attributes, palette, mixing, directions

    def show(self, hit: Hit, keys: bool = False) -> None:
        """Bring a part's controls into sight; by the keyboard also into focus."""
        panels: tuple[QWidget, ...] = (self.attributes, self.palette, self.mixing, self.directions)
        if not any(panel.isVisible() for panel in panels):
            self.docks.open(self.attributes)
        for panel in panels:
            if panel.isVisible():
                controls = self.controls(panel, hit)
                reveal(controls)
                if keys and controls:
                    _focus(controls[0])
                    keys = False

    def show_on(self, panel: QWidget, hit: Hit) -> None:
        """Open one panel, at a part's controls, the first of them in focus."""
        self.docks.open(panel)
        controls = self.controls(panel, hit)
        reveal(controls)
        if controls:
            _focus(controls[0])

    def controls(self, panel: QWidget, hit: Hit) -> Sequence[QWidget]:
        """What of a panel edits a part; of the colours, the material that was pointed at, or all of the part's."""
        manifest = self.stage.manifest
        if manifest is None:
            return ()
        if panel is self.attributes:
            rows = [self.attributes.rows[row.name] for row in rows_seen(hit.part, manifest.attributes)]
            if any(row.isHidden() for row in rows):
                self.attributes.search.clear()
            return rows
        if panel is self.palette and can(manifest, "palette"):
            return [self.palette.swatches[name] for name in [hit.material] if name in self.palette.swatches]
        if panel is self.mixing:
            return [row for (part, _kind), row in self.mixing.rows.items() if part == hit.part]
        if panel is self.directions:
            return [row for (part, _index), row in self.directions.rows.items() if part == hit.part]
        return ()

    def show_colour(self, name: str) -> None:
        """A material's swatch."""
        self.docks.open(self.palette)
        self.palette.reveal(name)

    def choose_colour(self, name: str) -> None:
        """Open a material's chooser, its swatch in sight."""
        self.show_colour(name)
        self.palette.choose(name)

    def show_taught(self, name: str) -> None:
        """A slider that was taught, in focus: it can be moved at once."""
        self.docks.open(self.directions)
        made = self.directions.taught.rows[name]
        reveal([made])
        _focus(made)

    def mix_with(self, look: Look) -> None:
        """Make a look the second one, and show what can be taken from it."""
        self.mixing.set_source(look)
        self.docks.open(self.mixing)


def _focus(control: QWidget) -> None:
    """The control itself, or the first of its children that takes it."""
    for widget in (control, *control.findChildren(QWidget)):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isEnabled() and not widget.isHidden():
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
