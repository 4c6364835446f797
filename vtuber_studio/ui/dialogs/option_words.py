"""What the options of exports are called in the window, in which unit they are, and when they matter.

An option that is not here is called as its field is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from vtuber_studio.core.emotions import FACES, POSES
from vtuber_studio.ui.widgets.words import choice_label


@dataclass(frozen=True)
class Words:
    """``unit`` stands behind a number; ``tip`` in place of the field's own."""

    label: str
    unit: str = ""
    tip: str = ""


WORDS = {
    "size": Words("Size", " px", "Pixels a side; up and down double and halve"),
    "background": Words("Background", tip="What stands behind her"),
    "backdrop": Words("Picture behind her", tip="A picture of yours; it fills the square, its sides are cut to fit"),
    "crop": Words("What of her"),
    "outline": Words("Outline", " %", "A line around her, as wide as this much of the picture"),
    "outline_colour": Words("Outline's colour"),
    "shadow": Words("Shadow behind her"),
    "marked": Words("Say that a machine made it", tip="In the file's metadata (IPTC), as some platforms ask for"),
    "signed": Words("Sign the file", tip="C2PA: shows what made it, and that nobody changed it since"),
    "certificate": Words("Your certificate", tip="A PEM file with its private key; without, this computer makes one"),
    "quality": Words("Quality", " of 100", "More is better and larger"),
    "lossless": Words("Without loss", tip="Every pixel as it is drawn; the file is several times larger"),
    "names": Words("Language of layers"),
    "sides": Words("Left and right apart", tip="Eyes, brows, ears and locks on layers of their own"),
    "clipping": Words("Irises and teeth"),
    "materials": Words("A layer for each material"),
    "animation": Words("What she does"),
    "fps": Words("Speed", " frames/s"),
    "seconds": Words("Length", " s", "The animation closes to a loop"),
    "text": Words("What she says", tip="Its vowels are seen on her mouth"),
    "variation": Words("Variation", tip="Another number: other blinks, glances and ways"),
    "audio": Words("Sound file", tip="In place of the words: her mouth follows it, and videos hold it"),
    "emotions": Words("Faces she makes", tip="Names with commas between; the button shows all"),
    "toward": Words("Becomes", tip="A seed, a word, or a file with a look"),
    "distance": Words("How far", tip="How other the looks are that she walks through"),
    "clips": Words("Clips in a row", tip="In place of one, with their seconds: idle:3, talk, happy:2"),
    "dither": Words("Mix colours", tip="Colours that are not among the 256 are mixed of dots"),
    "preset": Words("Which pictures"),
    "expressions": Words("Expressions", tip="Names with commas between; the button shows all"),
    "poses": Words("Poses", tip="Names with commas between; empty: the front"),
    "layout": Words("Arrangement"),
    "columns": Words("Columns", tip="Frames in a row; 0: about a square"),
    "trim": Words("Cut off what is empty"),
    "padding": Words("Gap", " px", "Empty pixels around each frame"),
    "extrude": Words("Repeated edge", " px", "Outer pixels repeated outward, against seams in engines"),
    "power_of_two": Words("Sides of 256, 512 ...", tip="As old graphics cards want them"),
    "form": Words("Table (JSON)"),
    "tilt": Words("Tilt", "°", "How far her head leans, this side and that"),
    "mouth": Words("Open mouth", tip="How far it opens when she speaks"),
    "look": Words("Keep the look in the file", tip="Drop the file on the window to get her back. It holds nothing "
                  "else of you."),
}  # fmt: skip

CHOICES = {
    "full": "All of her", "icon": "Square icon", "circle": "Round icon",
    "clipped": "Clipped by the layer below", "cut": "Cut as they are seen", "whole": "Whole, without clipping",
    "english": "English", "japanese": "Japanese (日本語)",
    "idle": "Idle: blinks and breathes", "talk": "Talks", "look_around": "Looks around", "blink": "Blinks",
    "emotion": "Changes her face", "morph": "Becomes another look", "walk": "Walks among looks",
    "visual_novel": "Ten moods", "animations": "Every animation",
    "packed": "Packed: least room", "grid": "Grid",
    "aseprite_hash": "Aseprite, by name", "aseprite_array": "Aseprite, a list",
    "aseprite_numbers": "Aseprite, by number: for Phaser",
    "texturepacker_hash": "TexturePacker, by name", "texturepacker_array": "TexturePacker, a list",
}  # fmt: skip

# texts of several of these, commas between
LISTS = {"expressions": tuple(FACES), "emotions": tuple(FACES), "poses": tuple(POSES)}
HINTS = {"expressions": "As the set says", "poses": "From the front", "clips": "idle:3, talk, happy:2"}
FIRST = ("animation", "preset", "expressions", "poses", "text")  # what stands above a kind's own options
PICTURES = "*.png *.jpg *.jpeg *.webp *.avif *.bmp"
SOUNDS = "*.wav *.mp3 *.ogg *.opus *.flac *.m4a *.aac"
FILES = {  # paths -> which files they may be
    "backdrop": PICTURES, "audio": SOUNDS, "toward": "*.vtsproj *.json *.png", "certificate": "*.pem",
}  # fmt: skip
Values = Mapping[str, Any]


def _what(values: Values) -> str:
    """The animation or set that is chosen; empty for stills."""
    if values.get("clips"):
        return "animations"
    if values.get("expressions") or values.get("poses"):
        return ""
    what = values.get("animation") or values.get("preset") or ""
    return "" if what == "visual_novel" else str(what)


# option -> does it change anything now?
MATTERS: dict[str, Callable[[Values], bool]] = {
    "outline_colour": lambda values: values.get("outline", 1) > 0,
    "quality": lambda values: not values.get("lossless"),
    "certificate": lambda values: bool(values.get("signed")),
    "columns": lambda values: values.get("layout") == "grid",
    "preset": lambda values: not values.get("expressions") and not values.get("poses"),
    "fps": lambda values: bool(_what(values)),
    "seconds": lambda values: _what(values) not in ("", "talk", "blink"),
    "variation": lambda values: _what(values) not in ("", "talk", "blink"),
    "animation": lambda values: not values.get("clips"),
    "text": lambda values: _what(values) in ("talk", "animations") and not values.get("audio"),
    "audio": lambda values: _what(values) in ("talk", "animations"),
    "emotions": lambda values: _what(values) == "emotion",
    "toward": lambda values: _what(values) == "morph" or "morph" in values.get("clips", ""),
    "distance": lambda values: _what(values) == "walk" or "walk" in values.get("clips", ""),
}


def words_of(name: str) -> Words:
    """The words of an option, translated."""
    found = WORDS.get(name) or Words(choice_label(name))
    return Words(_tr(found.label), _tr(found.unit), _tr(found.tip))


def choice_words(choice: str) -> str:
    """What a choice is called."""
    return _tr(CHOICES.get(choice) or choice_label(choice))


def hint_words(name: str) -> str:
    """What a text that is not written stands for."""
    return _tr(HINTS.get(name, ""))


def bytes_words(count: int) -> str:
    """A file's size in words: 869 kB, 4.4 MB."""
    if count < 1000:
        return _tr("{} bytes").format(count)
    if count < 1_000_000:
        return _tr("{} kB").format(round(count / 1000))
    return _tr("{:.1f} MB").format(count / 1e6)


def _tr(text: str) -> str:
    return QCoreApplication.translate("options", text) if text else ""
