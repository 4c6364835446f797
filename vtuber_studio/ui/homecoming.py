"""A project comes home: it is opened with the generator that it names, where that one is installed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from vtuber_studio.core.project import Project
from vtuber_studio.engine.fitting import Fitted, fit_project
from vtuber_studio.engine.shelf import Found
from vtuber_studio.ui.preferences import Preferences
from vtuber_studio.ui.stage import Stage

Open = Callable[[Fitted[Project], str], object]  # the project as the generator knows it; why it is no better one


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("homecoming", text)


class Homecoming:
    """Changes the generator first, and the document when that stands: never the one without the other."""

    def __init__(self, stage: Stage, preferences: Preferences, guard: Callable[[Callable[[], object]], None]) -> None:
        self.stage, self.preferences, self._guard = stage, preferences, guard

    def open(self, found: Found, then: Open) -> None:
        """Do ``then`` under the generator that ``found`` names, or under the present one, and say why."""
        home, stage = found.home, self.stage
        before = stage.session.project
        if home is None:
            then(found.fitted, tr("{} is not installed.").format(found.name) if found.name else "")
            return

        def arrive() -> None:
            if stage.session.project is before:
                then(found.fitted, "")
            else:  # it was worked on meanwhile: that is asked about, too
                stage.adopt(tr("Other generator"))
                self._guard(lambda: then(found.fitted, ""))

        def failed(message: str, hint: str) -> None:
            assert stage.manifest is not None
            then(fit_project(found.project, stage.manifest), f"{home.name}: {message} {hint}".strip())

        stage.say(tr("Loading {} ...").format(home.name))
        threads = self.preferences.settings.threads or None
        stage.switch(lambda: home.load(threads), home.id, arrive, failed)
