"""What parts and cels are called in files that people edit, in English and in Japanese."""

from __future__ import annotations

from typing import Literal

Language = Literal["english", "japanese"]
LANGUAGES: tuple[str, ...] = ("english", "japanese")

# part, or cel of which she has two -> (English, Japanese)
PARTS = {
    "hair_back": ("Back hair", "後ろ髪"),
    "body": ("Body", "体"),
    "ears": ("Animal ears", "けもの耳"),
    "face": ("Face", "顔"),
    "beard": ("Facial hair", "ひげ"),
    "nose": ("Nose", "鼻"),
    "marks": ("Face marks", "顔の印"),
    "mouth": ("Mouth", "口"),
    "eyes": ("Eyes", "目"),
    "brows": ("Brows", "眉"),
    "eyewear": ("Eyewear", "眼鏡"),
    "earrings": ("Earrings", "耳飾り"),
    "hair_front": ("Front hair", "前髪"),
    "headwear": ("Headwear", "頭飾り"),
    "blush": ("Cheeks", "頬"),
    "brows_over": ("Brows over the hair", "前髪上の眉"),
    "side_locks": ("Side locks", "横髪"),
}
# cel -> (English, Japanese); one of a pair, where pairs are taken apart
CELS = {
    "eyes": ("Eye", "目"),  # a part: the group of one eye's cels
    "hair_back": ("Back hair", "後ろ髪"),
    "collar_back": ("Collar behind", "襟の後ろ"),
    "neck": ("Neck", "首"),
    "clothes": ("Clothes", "服"),
    "ears": ("Animal ear", "けもの耳"),
    "face": ("Face base", "輪郭"),
    "blush": ("Blush", "頬の赤み"),
    "shadow": ("Shadow of the hair", "髪の影"),
    "stubble": ("Stubble", "無精ひげ"),
    "beard": ("Beard", "あごひげ"),
    "moustache": ("Moustache", "口ひげ"),
    "nose": ("Nose", "鼻"),
    "marks": ("Face marks", "顔の印"),
    "mouth_inside": ("Inside of the mouth", "口の中"),
    "teeth_tongue": ("Teeth and tongue", "歯と舌"),
    "lips": ("Lips", "唇"),
    "sclera": ("White of the eye", "白目"),
    "iris": ("Iris", "瞳"),
    "iris_right": ("Iris", "瞳"),
    "iris_left": ("Iris", "瞳"),
    "lids": ("Lids and lashes", "まつ毛"),
    "brows": ("Brow", "眉"),
    "brows_over": ("Brow over the hair", "前髪上の眉"),
    "eyewear": ("Eyewear", "眼鏡"),
    "earrings": ("Earring", "耳飾り"),
    "side_locks": ("Side lock", "横髪"),
    "fringe": ("Fringe", "前髪"),
    "headwear": ("Headwear", "頭飾り"),
}
# material, or how its name ends -> (English, Japanese)
MATERIALS = {
    "base": ("base", "地"),
    "shade": ("shade", "影"),
    "deep": ("deep shade", "濃い影"),
    "light": ("light", "光"),
    "line": ("line", "線"),
    "trim.base": ("trim", "縁取り"),
    "trim.shade": ("trim shade", "縁取りの影"),
    "accent": ("accent", "飾り"),
    "accent_shade": ("accent shade", "飾りの影"),
    "accent.base": ("accent", "飾り"),
    "accent.shade": ("accent shade", "飾りの影"),
    "inner": ("inside", "内側"),
    "inner_shade": ("inside shade", "内側の影"),
    "white": ("white", "白"),
    "white_shade": ("shade", "影"),
    "top": ("upper", "上"),
    "rim": ("rim", "縁"),
    "spark": ("spark", "輝き"),
    "pupil": ("pupil", "瞳孔"),
    "catch": ("highlight", "ハイライト"),
    "lash": ("lashes", "まつ毛"),
    "lip": ("lip", "唇"),
    "teeth": ("teeth", "歯"),
    "tongue": ("tongue", "舌"),
    "lens": ("lenses", "レンズ"),
    "dark": ("dark lenses", "色付きレンズ"),
    "mark": ("mark", "印"),
}
# hers, not the viewer's
_SIDES = {"right": ("{} right", "右{}"), "left": ("{} left", "左{}"), "": ("{}", "{}")}


def part_name(part: str, language: str) -> str:
    """A part's name; one that the table does not know is called as its generator calls it."""
    return _named(PARTS, part, language, "")


def cel_name(cel: str, language: str, side: str = "") -> str:
    """A cel's name, of her ``right`` or ``left`` one where that is said."""
    return _named(CELS, cel, language, side)


def material_name(material: str, cel: str, language: str) -> str:
    """A material's name behind that of its cel."""
    end = material.rpartition(".")[2].removesuffix("_left")
    said = MATERIALS.get(material) or MATERIALS.get(end) or (end.replace("_", " "),) * 2
    return f"{cel}{(', ', '・')[LANGUAGES.index(language)]}{said[LANGUAGES.index(language)]}"


def _named(table: dict[str, tuple[str, str]], name: str, language: str, side: str) -> str:
    column = LANGUAGES.index(language)
    plain = name.replace("_", " ").capitalize()
    return _SIDES[side][column].format(table.get(name, (plain, plain))[column])


def unique(name: str, taken: set[str]) -> str:
    """``name``, or with the first number behind it that is not taken; it is taken then."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} {number}"
    taken.add(found)
    return found
