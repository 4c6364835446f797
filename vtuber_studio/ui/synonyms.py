"""What people call things: words of a search, and the words of labels and choices that they mean as well."""

from __future__ import annotations

from collections.abc import Iterable

SYNONYMS: dict[str, tuple[str, ...]] = {
    "bangs": ("fringe", "front hair"),
    "haircut": ("hair",),
    "pigtails": ("twin",),
    "bun": ("buns",),
    "kimono": ("clothes",),
    "dress": ("clothes",),
    "outfit": ("clothes",),
    "shirt": ("clothes",),
    "sweater": ("turtleneck", "hoodie"),
    "cardigan": ("turtleneck",),
    "blazer": ("jacket",),
    "suit": ("uniform", "jacket", "tracksuit"),
    "frills": ("lolita", "off shoulder"),
    "maid": ("lolita",),
    "cheongsam": ("qipao",),
    "yukata": ("kimono",),
    "muscular": ("build",),
    "cat": ("ears",),
    "kemonomimi": ("ears",),
    "animal": ("ears",),
    "bunny": ("rabbit",),
    "kitsune": ("fox",),
    "deer": ("antlers",),
    "demon": ("oni", "horns"),
    "sheep": ("ram",),
    "angel": ("halo",),
    "dragon": ("fins", "horns"),
    "glasses": ("eyewear",),
    "spectacles": ("eyewear",),
    "shades": ("sunglasses", "lenses"),
    "jewelry": ("earrings",),
    "jewellery": ("earrings",),
    "moustache": ("facial hair",),
    "mustache": ("facial hair",),
    "whiskers": ("facial hair",),
    "hat": ("headwear",),
    "tiara": ("crown",),
    "barrette": ("clips",),
    "microphone": ("headset",),
    "freckles": ("marks",),
    "pupil": ("iris",),
    "eyebrows": ("brow",),
    "lips": ("mouth",),
    "jaw": ("chin", "face width"),
}


def matches(wanted: str, words: Iterable[str]) -> bool:
    """Whether a search finds what is called ``words``: each of its words there, or a synonym of it; "" finds all."""
    text = " ".join(words).replace("_", " ").lower()
    asked = wanted.replace("_", " ").lower().split()
    whole = " ".join(asked)
    return whole in text or all(any(term in text for term in (word, *SYNONYMS.get(word, ()))) for word in asked)
