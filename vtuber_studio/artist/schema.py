"""The tables of the starter: materials, parts and their cels, attributes, expressions.

Head geometry every part agrees on (canvas units, 512 x 512, y down): axis x = 256; skull top y = 92; hairline
y = 150; brows y = 190; eyes y = 232, their centres 54.5 either side; nose y = 268; mouth y = 292; chin y = 326;
skull half width 92 at y = 200 (fixed, so that hair and head gear fit every face); ears x = 256 -+ 94, y = 235;
neck half width 30, y 300-400; shoulders y = 400, half width about 130. The figure runs off the bottom edge.
"""

from __future__ import annotations

from vtuber_studio.core.attribute import Attribute as A
from vtuber_studio.core.attribute import rows_seen
from vtuber_studio.core.part import Cel, Material, Part
from vtuber_studio.core.rules import Exclusion, Rules, Tint, Trait

M = Material

MATERIALS: tuple[Material, ...] = (
    M("skin.base", "Skin", "skin", "#fde3d3"),
    M("skin.shade", "Skin shade", "skin", source="skin.base", rule="warm_shade"),
    M("skin.light", "Skin light", "skin", source="skin.base", rule="light"),
    M("skin.line", "Skin line", "skin", source="skin.base", rule="warm_line"),
    M("face.blush", "Blush", "skin", "#f58f8fa6"),
    M("face.mark", "Face marks", "skin", "#c0563f"),
    M("hair.base", "Hair", "hair", "#5b6fb5"),
    M("hair.shade", "Hair shade", "hair", source="hair.base", rule="shade"),
    M("hair.light", "Hair light", "hair", source="hair.base", rule="light"),
    M("hair.line", "Hair line", "hair", source="hair.base", rule="line"),
    M("hair.tip", "Hair tips", "hair", source="hair.base", rule="tip"),
    M("hair.tip_shade", "Hair tips shade", "hair", source="hair.tip", rule="shade"),
    M("hair.tip_light", "Hair tips light", "hair", source="hair.tip", rule="light"),
    M("hair.tip_line", "Hair tips line", "hair", source="hair.tip", rule="line"),
    M("hair.deep", "Hair behind", "hair", source="hair.base", rule="deep"),
    M("hair.tip_deep", "Hair tips behind", "hair", source="hair.tip", rule="deep"),
    M("beard.base", "Facial hair", "hair", source="hair.base", rule="deep"),
    M("beard.shade", "Facial hair shade", "hair", source="beard.base", rule="shade"),
    M("beard.line", "Facial hair line", "hair", source="beard.base", rule="line"),
    M("beard.stubble", "Stubble", "hair", source="beard.base", rule="same"),
    M("eye.white", "Eye white", "eye", "#fdfbff"),
    M("eye.white_shade", "Eye white shade", "eye", "#c3c8e2"),
    M("eye.iris", "Iris", "eye", "#3a6fc8"),
    M("eye.iris_left", "Iris, her left", "eye", source="eye.iris", rule="same"),
    M("eye.top", "Iris, upper", "eye", source="eye.iris", rule="iris_top"),
    M("eye.glow", "Iris glow", "eye", source="eye.iris", rule="iris_glow"),
    M("eye.rim", "Iris rim", "eye", source="eye.iris", rule="iris_rim"),
    M("eye.spark", "Iris spark", "eye", source="eye.iris", rule="iris_spark"),
    M("eye.pupil", "Pupil", "eye", source="eye.iris", rule="pupil"),
    M("eye.catch", "Eye highlight", "eye", "#ffffff"),
    M("eye.lash", "Lashes", "eye", "#2f1d2b"),
    M("eye.brow", "Brows", "eye", source="hair.base", rule="brow"),
    M("eye.brow_over", "Brows over hair", "eye", source="hair.base", rule="deep"),
    M("eye.top_left", "Iris, upper, her left", "eye", source="eye.iris_left", rule="iris_top"),
    M("eye.glow_left", "Iris glow, her left", "eye", source="eye.iris_left", rule="iris_glow"),
    M("eye.rim_left", "Iris rim, her left", "eye", source="eye.iris_left", rule="iris_rim"),
    M("eye.spark_left", "Iris spark, her left", "eye", source="eye.iris_left", rule="iris_spark"),
    M("eye.pupil_left", "Pupil, her left", "eye", source="eye.iris_left", rule="pupil"),
    M("mouth.line", "Mouth line", "mouth", "#7c3a3c"),
    M("mouth.lip", "Lips", "mouth", "#e58a86"),
    M("mouth.inside", "Mouth inside", "mouth", "#8c2f3c"),
    M("mouth.teeth", "Teeth", "mouth", "#fffaf6"),
    M("mouth.tongue", "Tongue", "mouth", "#e8767c"),
    M("cloth.base", "Clothes", "clothes", "#f4f1f7"),
    M("cloth.shade", "Clothes shade", "clothes", source="cloth.base", rule="shade"),
    M("cloth.line", "Clothes line", "clothes", source="cloth.base", rule="line"),
    M("trim.base", "Trim", "clothes", "#39427a"),
    M("trim.shade", "Trim shade", "clothes", source="trim.base", rule="shade"),
    M("accent.base", "Accent", "clothes", "#d8485f"),
    M("accent.shade", "Accent shade", "clothes", source="accent.base", rule="shade"),
    M("ear.base", "Animal ears", "accessories", source="hair.base", rule="same"),
    M("ear.shade", "Animal ears shade", "accessories", source="ear.base", rule="shade"),
    M("ear.line", "Animal ears line", "accessories", source="ear.base", rule="line"),
    M("ear.light", "Animal ears light", "accessories", source="ear.base", rule="light"),
    M("ear.inner", "Inner ear", "accessories", "#f7b9bd"),
    M("ear.inner_shade", "Inner ear shade", "accessories", source="ear.inner", rule="shade"),
    M("frame.base", "Glasses frame", "accessories", "#3b3440"),
    M("frame.light", "Glasses shine", "accessories", "#ffffffb0"),
    M("frame.lens", "Lenses", "accessories", "#bcd8ff40"),
    M("frame.dark", "Dark lenses", "accessories", "#2a2438e0"),
    M("jewel.base", "Earrings", "accessories", "#e8bd5a"),
    M("jewel.shade", "Earrings shade", "accessories", source="jewel.base", rule="shade"),
    M("jewel.light", "Earrings light", "accessories", source="jewel.base", rule="light"),
    M("jewel.line", "Earrings line", "accessories", source="jewel.base", rule="line"),
    M("jewel.accent", "Earrings' stone", "accessories", "#5fb0c9"),
    M("deco.base", "Headwear", "accessories", "#d8485f"),
    M("deco.shade", "Headwear shade", "accessories", source="deco.base", rule="shade"),
    M("deco.light", "Headwear light", "accessories", source="deco.base", rule="light"),
    M("deco.line", "Headwear line", "accessories", source="deco.base", rule="line"),
    M("deco.accent", "Headwear accent", "accessories", "#ffd97a"),
    M("deco.accent_shade", "Headwear accent shade", "accessories", source="deco.accent", rule="shade"),
)

_HAIR_TIPS = {"hair.base": "hair.tip", "hair.shade": "hair.tip_shade", "hair.light": "hair.tip_light", "hair.line": "hair.tip_line"}
_HAIR = ("hair.base", "hair.shade", "hair.light", "hair.line")

PARTS: tuple[Part, ...] = (
    Part("hair_back", "Back hair", (64, 32, 448, 512), (240, 192), (
        Cel("hair_back", 10, ("hair.base", "hair.shade", "hair.deep", "hair.line"), -0.6,
            ramp={"hair.base": "hair.tip", "hair.shade": "hair.tip_shade", "hair.deep": "hair.tip_deep", "hair.line": "hair.tip_line"}),
    )),
    Part("body", "Body", (48, 288, 464, 512), (112, 208), (
        Cel("collar_back", 16, ("cloth.base", "cloth.shade", "cloth.line", "trim.base", "trim.shade"), rides="body"),
        Cel("neck", 18, ("skin.base", "skin.shade", "skin.line"), 0.0),
        Cel("clothes", 20, ("cloth.base", "cloth.shade", "cloth.line", "trim.base", "trim.shade", "accent.base", "accent.shade"), rides="body"),
    )),
    Part("ears", "Animal ears", (64, 0, 448, 160), (80, 192), (
        Cel("ears", 25, ("ear.base", "ear.shade", "ear.light", "ear.line", "ear.inner", "ear.inner_shade"), -0.15),
    ), empty_when={"ears": "none"}),
    Part("face", "Face", (128, 80, 384, 368), (144, 128), (
        Cel("face", 30, ("skin.base", "skin.shade", "skin.line"), 0.15),
        Cel("blush", 36, ("face.blush",), 0.5, soft=True),
    )),
    Part("beard", "Facial hair", (144, 240, 368, 368), (128, 224), (
        Cel("stubble", 33, ("beard.stubble",), 0.25, soft=True),
        Cel("beard", 37, ("beard.base", "beard.shade", "beard.line"), 0.25),
        Cel("moustache", 38, ("beard.base", "beard.shade", "beard.line"), 0.7),
    ), empty_when={"beard": "none"}),
    Part("nose", "Nose", (224, 228, 288, 292), (96, 96), (
        Cel("nose", 34, ("skin.shade", "skin.line"), 1.0),
    )),
    Part("marks", "Face marks", (160, 240, 352, 304), (64, 192), (
        Cel("marks", 35, ("face.mark", "skin.line", "skin.light"), 0.5),
    ), empty_when={"marks": "none"}),
    Part("mouth", "Mouth", (208, 272, 304, 336), (96, 144), (
        Cel("mouth_inside", 40, ("mouth.inside",), 0.75),
        Cel("teeth_tongue", 41, ("mouth.teeth", "mouth.tongue"), 0.75, clip="mouth_inside"),
        Cel("lips", 42, ("mouth.lip", "mouth.line", "skin.shade", "mouth.teeth"), 0.78),
    )),
    Part("eyes", "Eyes", (144, 182, 368, 278), (96, 224), (
        Cel("sclera", 50, ("eye.white", "eye.white_shade"), 0.55),
        Cel("iris_right", 51, ("eye.top", "eye.rim", "eye.spark", "eye.pupil", "eye.catch"), 0.58, clip="sclera", ramp={"eye.top": "eye.glow"}),
        Cel("iris_left", 52, ("eye.top_left", "eye.rim_left", "eye.spark_left", "eye.pupil_left", "eye.catch"), 0.58, clip="sclera",
            ramp={"eye.top_left": "eye.glow_left"}),
        Cel("lids", 53, ("eye.lash", "skin.line"), 0.56),
    )),
    Part("brows", "Brows", (160, 160, 352, 224), (64, 192), (
        Cel("brows", 55, ("eye.brow",), 0.6),
        Cel("brows_over", 75, ("eye.brow_over",), 0.6, soft=True),
    )),
    Part("eyewear", "Eyewear", (128, 184, 384, 280), (96, 256), (
        Cel("eyewear", 60, ("frame.base", "frame.light", "frame.lens", "frame.dark"), 0.8),
    ), empty_when={"eyewear": "none"}),
    Part("earrings", "Earrings", (128, 236, 384, 332), (96, 256), (
        Cel("earrings", 69, ("jewel.base", "jewel.shade", "jewel.light", "jewel.line", "jewel.accent"), 0.15),
    ), empty_when={"earrings": "none", "ear_shape": "hidden"}),
    Part("hair_front", "Front hair", (112, 48, 400, 432), (192, 144), (
        Cel("side_locks", 68, _HAIR, 0.3, ramp=_HAIR_TIPS),
        Cel("fringe", 70, _HAIR, 0.5, ramp=_HAIR_TIPS),
    )),
    Part("headwear", "Headwear", (64, 0, 448, 288), (144, 192), (
        Cel("headwear", 80, ("deco.base", "deco.shade", "deco.light", "deco.line", "deco.accent", "deco.accent_shade"), 0.45),
    ), empty_when={"headwear": "none"}),
)

ATTRIBUTES: tuple[A, ...] = (
    # name, label, group, parts; ranges are -1..1 around the default 0 unless said, drawn N(0, 0.45)
    A("face_width", "Face width", "Face", ("face", "beard"), prior=(0, 0.45), tip="Narrow to wide cheeks."),
    A("jaw", "Jaw", "Face", ("face", "beard"), prior=(0, 0.45), tip="Pointed to square."),
    A("chin", "Chin length", "Face", ("face", "beard"), prior=(0, 0.45), tip="Short and round to long."),
    A("cheeks", "Cheeks", "Face", ("face", "beard"), prior=(0, 0.4), tip="Hollow to round cheeks."),
    A("nose", "Nose", "Face", ("nose",), choices=("dot", "soft", "line", "bridge", "button"), default="soft", prior=(2, 3, 2, 2, 1), tip="How the nose is drawn."),
    A("nose_size", "Nose size", "Face", ("nose",), prior=(0, 0.4), tip="Small to large."),
    A("nose_height", "Nose height", "Face", ("nose",), prior=(0, 0.4), tip="Low to high on the face."),
    A("ear_shape", "Human ears", "Face", ("face", "earrings"), choices=("round", "pointed", "hidden"), default="round", prior=(4, 1, 0.5), tip="Round, an elf's, or none beside an animal's."),
    A("marks", "Face marks", "Face", ("marks",), choices=("none", "freckles", "scar", "paint", "plaster", "mole", "hearts"), default="none", prior=(16, 1.5, 1, 1, 1, 1.5, 1), tip="Something drawn on the cheeks."),
    A("marks_size", "Marks' size", "Face", ("marks",), prior=(0, 0.4), tip="Small to large."),
    A("beard", "Facial hair", "Face", ("beard",), choices=("none", "stubble", "moustache", "goatee", "short", "full"), default="none", prior=(40, 1, 0.4, 0.7, 0.9, 0.6), tip="Stubble, a moustache or a beard."),
    A("beard_length", "Facial hair length", "Face", ("beard",), prior=(0, 0.4), tip="Trimmed to grown."),
    A("eye_shape", "Eye shape", "Eyes", ("eyes",), choices=("soft", "round", "doll", "almond", "sharp", "cat", "droopy", "sleepy", "narrow"), default="soft",
      prior=(4, 3, 1.5, 3, 2, 2, 2, 1.5, 1.5), tip="Course of the lids."),
    A("eye_size", "Eye height", "Eyes", ("eyes",), prior=(0, 0.45), tip="Low to tall eyes."),
    A("eye_width", "Eye width", "Eyes", ("eyes",), prior=(0, 0.45), tip="Narrow to wide eyes."),
    A("eye_tilt", "Eye tilt", "Eyes", ("eyes",), prior=(0, 0.45), tip="Outer corners down to up."),
    A("eye_spacing", "Eye spacing", "Eyes", ("eyes", "brows"), prior=(0, 0.45), tip="Close together to far apart."),
    A("lid_rest", "Relaxed lids", "Eyes", ("eyes",), low=0, high=1, default=0.2, prior=(0.25, 0.2), tip="Wide awake to half closed at rest."),
    A("iris_size", "Iris size", "Eyes", ("eyes",), prior=(0, 0.45), tip="Small to large iris."),
    A("iris_height", "Iris height", "Eyes", ("eyes",), prior=(0, 0.45), tip="Round to tall and narrow iris."),
    A("pupil", "Pupil", "Eyes", ("eyes",), choices=("round", "small", "slit", "ring", "heart", "star", "cross"), default="round",
      prior=(5, 0.8, 1, 1, 0.3, 0.3, 0.2), tip="Shape of the pupil."),
    A("shine", "Eye highlights", "Eyes", ("eyes",), low=0, high=1, default=0.6, prior=(0.6, 0.2), tip="Dull to sparkling eyes."),
    A("lashes", "Lashes", "Eyes", ("eyes",), low=0, high=1, default=0.6, prior=(0.5, 0.25), tip="Thin line to heavy lashes with flicks."),
    A("lash_wing", "Lash wing", "Eyes", ("eyes",), prior=(0, 0.45), tip="Outer end short and low to long and raised."),
    A("lower_lashes", "Lower lashes", "Eyes", ("eyes",), low=0, high=1, default=0.3, prior=(0.35, 0.25), tip="Thin line to marked lower lashes."),
    A("lids", "Lid fold", "Eyes", ("eyes",), low=0, high=1, default=0.6, prior=(0.5, 0.25), tip="No fold to a clear double lid."),
    A("brow_shape", "Brow shape", "Brows", ("brows",), choices=("straight", "soft", "arched", "angular", "round", "short", "dot"), default="soft",
      prior=(2, 4, 2, 2, 2, 1, 0.5), tip="Course of the brow."),
    A("brow_thickness", "Brow thickness", "Brows", ("brows",), prior=(0, 0.45), tip="Thin to bushy."),
    A("brow_height", "Brow height", "Brows", ("brows",), prior=(0, 0.45), tip="Low to high."),
    A("brow_length", "Brow length", "Brows", ("brows",), prior=(0, 0.45), tip="Short to long."),
    A("brow_slant", "Brow slant", "Brows", ("brows",), prior=(0, 0.45), tip="Outer ends down to up."),
    A("mouth_width", "Mouth width", "Mouth", ("mouth",), prior=(0, 0.45), tip="Small to wide."),
    A("mouth_height", "Mouth height", "Mouth", ("mouth", "beard"), prior=(0, 0.4), tip="Low to high on the face."),
    A("mouth_shape", "Mouth shape", "Mouth", ("mouth",), choices=("soft", "cat", "pout", "smirk"), default="soft", prior=(6, 1.5, 1.5, 1), tip="Course of the line: soft, a cat's, pouting, or one corner up."),
    A("lips", "Lips", "Mouth", ("mouth",), low=0, high=1, default=0.2, prior=(0.3, 0.3), tip="Drawn as a line to full lips."),
    A("fang", "Fang", "Mouth", ("mouth",), choices=("none", "left", "both"), default="none", prior=(5, 1, 1), tip="A small fang at the corner of the mouth."),
    A("front_style", "Front hair", "Hair", ("hair_front",), choices=("straight", "choppy", "parted", "swept", "curtain", "curly", "hime", "wispy", "veil", "spiky", "slick", "crossed", "wolf", "bowl"), default="choppy", tip="Cut of the fringe."),
    A("fringe_length", "Fringe length", "Hair", ("hair_front",), prior=(0, 0.45), tip="Above the brows to over the eyes."),
    A("parting", "Parting", "Hair", ("hair_front",), prior=(0, 0.45), tip="Parted on her right to on her left."),
    A("side_locks", "Side locks", "Hair", ("hair_front",), low=0, high=1, default=0.5, prior=(0.5, 0.28), tip="None to long locks before the shoulders."),
    A("hair_volume", "Hair volume", "Hair", ("hair_front", "hair_back"), prior=(0, 0.45), tip="Flat to fluffy."),
    A("curl", "Curl", "Hair", ("hair_front", "hair_back"), low=0, high=1, default=0.15, prior=(0.25, 0.25), tip="Straight to wavy strands."),
    A("tips", "Tip gradient", "Hair", ("hair_front", "hair_back"), low=0, high=1, default=0.4, prior=(0.4, 0.25), tip="How far the tips' colour climbs."),
    A("back_style", "Back hair", "Hair", ("hair_back",), choices=("short", "bob", "long", "twin_tails", "ponytail", "buns", "hime", "wolf", "wavy", "low_tail", "braids", "side_tail", "drills", "pixie"), default="long", prior=(2, 3, 4, 2, 2, 1, 1.5, 2, 2, 1.5, 1.5, 1, 1, 1.5), tip="Cut of the hair behind the head."),
    A("hair_length", "Back hair length", "Hair", ("hair_back",), prior=(0, 0.45), tip="Short to long, within the cut."),
    A("clothes", "Clothes", "Body", ("body",), choices=("sailor", "hoodie", "shirt_tie", "jacket", "kimono", "turtleneck", "off_shoulder", "uniform", "lolita", "t_shirt", "tracksuit", "qipao"), default="sailor",
      prior=(1, 1, 1, 1, 1, 0.9, 0.8, 0.8, 0.8, 0.9, 0.9, 0.6), tip="What she wears."),
    A("shoulders", "Shoulders", "Body", ("body",), prior=(0, 0.45), tip="Narrow to broad."),
    A("neck", "Neck", "Body", ("body",), prior=(0, 0.45), tip="Slender to strong."),
    A("collar", "Collar height", "Body", ("body",), prior=(0, 0.45), tip="Low to high neckline."),
    A("build", "Build", "Body", ("body",), prior=(0, 0.45), tip="Slender with sloping shoulders to strong and square."),
    A("ears", "Animal ears", "Accessories", ("ears",), choices=("none", "cat", "fox", "rabbit", "horns", "dog", "bear", "mouse", "ram", "oni", "antlers", "fins", "halo"), default="none",
      prior=(5, 3, 2, 1.5, 1.5, 1, 0.6, 0.4, 0.6, 0.6, 0.4, 0.4, 0.6), tip="Ears, horns, fins or a halo on the head."),
    A("ears_size", "Ears size", "Accessories", ("ears",), prior=(0, 0.45), tip="Small to large."),
    A("ears_tilt", "Ears upright", "Accessories", ("ears",), prior=(0, 0.45), tip="Leaning outward to upright; turns a halo."),
    A("eyewear", "Eyewear", "Accessories", ("eyewear",), choices=("none", "round", "square", "half_rim", "patch", "oval", "cat_eye", "sunglasses", "monocle", "hearts"), default="none",
      prior=(7, 1, 1, 1, 0.5, 0.5, 0.5, 0.35, 0.25, 0.2), tip="Glasses, a monocle or an eye patch."),
    A("eyewear_size", "Eyewear size", "Accessories", ("eyewear",), prior=(0, 0.45), tip="Small to large lenses."),
    A("eyewear_height", "Eyewear height", "Accessories", ("eyewear",), prior=(0, 0.4), tip="Low on the nose to high."),
    A("earrings", "Earrings", "Accessories", ("earrings",), choices=("none", "stud", "hoop", "drop", "star", "heart", "moon", "tassel"), default="none", prior=(14, 1.2, 1, 1, 0.6, 0.5, 0.5, 0.6), tip="Worn in human ears."),
    A("earrings_size", "Earrings size", "Accessories", ("earrings",), prior=(0, 0.4), tip="Small to large."),
    A("headwear", "Headwear", "Accessories", ("headwear",), choices=("none", "ribbon", "headphones", "flower", "hairband", "beret", "ear_headphones", "headset", "peaked_cap", "beanie", "witch", "royal_crown", "maid", "clips"), default="none",
      prior=(6, 1, 1, 1, 1, 1, 0.5, 0.3, 0.4, 0.4, 0.25, 0.25, 0.3, 0.6), tip="Something on the head."),
    A("headwear_size", "Headwear size", "Accessories", ("headwear",), prior=(0, 0.45), tip="Small to large."),
    A("headwear_tilt", "Headwear tilt", "Accessories", ("headwear",), prior=(0, 0.4), tip="Over to her right or her left."),
)

_E = "Expression"
EXPRESSIONS: tuple[A, ...] = (
    A("eye_open_left", "Left eye open", _E, ("eyes",), low=0, high=1, default=1.0, tip="Her left eye, on the right of the picture."),
    A("eye_open_right", "Right eye open", _E, ("eyes",), low=0, high=1, default=1.0, tip="Her right eye."),
    A("eye_smile", "Smiling eyes", _E, ("eyes",), low=0, high=1, default=0.0, tip="Lower lids rise; closed eyes curve upward."),
    A("gaze_x", "Gaze sideways", _E, ("eyes",), default=0.0, tip="Picture left to right."),
    A("gaze_y", "Gaze up, down", _E, ("eyes",), default=0.0, tip="Down to up."),
    A("brow_raise", "Brow raise", _E, ("brows",), default=0.0, tip="Down to up."),
    A("brow_tilt", "Brow tilt", _E, ("brows",), default=0.0, tip="Angry (-1) to worried (1)."),
    A("mouth_open", "Mouth open", _E, ("mouth",), low=0, high=1, default=0.0, tip="Closed to wide open."),
    A("mouth_form", "Mouth form", _E, ("mouth",), default=0.15, tip="Sad (-1) to smiling (1)."),
    A("vowel_a", "A", _E, ("mouth",), low=0, high=1, default=0.0, tip="The vowel a."),
    A("vowel_i", "I", _E, ("mouth",), low=0, high=1, default=0.0, tip="The vowel i."),
    A("vowel_u", "U", _E, ("mouth",), low=0, high=1, default=0.0, tip="The vowel u."),
    A("vowel_e", "E", _E, ("mouth",), low=0, high=1, default=0.0, tip="The vowel e."),
    A("vowel_o", "O", _E, ("mouth",), low=0, high=1, default=0.0, tip="The vowel o."),
    A("blush", "Blush", _E, ("face",), low=0, high=1, default=0.25, tip="Pale to flushed cheeks."),
)

DICE = Rules(
    traits=(  # together they make a face look younger (+) or more grown up (-), or the hair fuller
        Trait("youth", {"eye_size": 0.22, "iris_size": 0.2, "chin": -0.22, "jaw": -0.15, "face_width": 0.12, "mouth_width": -0.12, "neck": -0.2, "shoulders": -0.2}),
        Trait("fluff", {"hair_volume": 0.2, "hair_length": 0.18, "side_locks": 0.1, "curl": 0.06}),
    ),
    exclusions=(
        *(Exclusion({"headwear": worn}, {"ears": "none"}) for worn in ("beret", "ear_headphones", "peaked_cap", "beanie", "witch")),  # it would sit on them
        *(Exclusion({"back_style": cut}, {"beard": "none"}) for cut in ("twin_tails", "buns", "hime", "braids", "side_tail", "drills")),
        Exclusion({"front_style": "hime"}, {"beard": "none"}),
        *(Exclusion({"headwear": worn}, {"beard": "none"}) for worn in ("ribbon", "flower", "hairband", "maid", "clips")),
        *(Exclusion({"clothes": worn}, {"beard": "none"}) for worn in ("lolita", "off_shoulder", "sailor")),
        Exclusion({"eye_shape": "doll"}, {"beard": "none"}),
        *(Exclusion({"headwear": "royal_crown", "ears": kind}, {"ears": "none"}) for kind in ("oni", "halo")),  # where the crown is
    ),
    tints=(
        Tint("frame.base", ("#3b3440", "#5a4038", "#2c3550", "#8a3345", "#b08a4a")),
        Tint("frame.dark", ("#d8486fb8", "#7a4fd0b8", "#e07a35b8", "#3f8fd0b8"), {"eyewear": "hearts"}),
        Tint("frame.base", ("#3b3440", "#5a4038", "#2c3550", "#8a3345"), {"eyewear": "patch"}),  # a golden one is a hole in her face
        Tint("jewel.base", ("#e8bd5a", "#cfd3de", "#e3a58c")),  # gold, silver, rose gold
        *(Tint("ear.base", ("#3b333d", "#5b4640", "#d9c9ad", "#7b3a44"), {"ears": kind}) for kind in ("horns", "ram", "oni", "antlers")),
        Tint("ear.base", ("#ffdf86", "#f7e6bd", "#fff4dc", "#c4e4fb", "#ffc9d8"), {"ears": "halo"}),
        Tint("deco.base", ("#f0c75e", "#e6b04a", "#dfe3ec"), {"headwear": "royal_crown"}),
        Tint("deco.accent", ("#d8486f", "#3f86d0", "#4fa87a", "#9a6bd0"), {"headwear": "royal_crown"}),
        Tint("deco.accent", ("#fbf8fa", "#fff6ec"), {"headwear": "maid"}),
    ),
    roles={
        "skin.base": "skin", "face.blush": "blush", "face.mark": "mark",
        "mouth.lip": "lip", "mouth.line": "mouth_line", "mouth.inside": "mouth", "mouth.tongue": "tongue",
        "hair.base": "hair", "hair.tip": "tip", "eye.iris": "iris", "eye.lash": "lash",
        "cloth.base": "garment", "trim.base": "trim", "accent.base": "accent",
        "deco.base": "ornament", "deco.accent": "gem", "jewel.accent": "iris", "ear.inner": "inner_ear",
    },
)


# counts up when a part is drawn otherwise than before (a test says so), so that weights know what they learned
EDITIONS: dict[str, int] = {
    "hair_back": 3, "body": 2, "ears": 3, "face": 3, "nose": 1, "marks": 2, "mouth": 3, "eyes": 3, "brows": 2,
    "eyewear": 2, "hair_front": 3, "headwear": 3,
    "earrings": 1, "beard": 1,
}  # fmt: skip

# kind (attributes, expressions, choices as "attribute=choice", materials, parts, cels) -> old name -> name now
RENAMED: dict[str, dict[str, str]] = {"cels": {"iris": "iris_right"}}


def part(name: str) -> Part:
    """The part called ``name``."""
    return next(row for row in PARTS if row.name == name)


def rows_of(part_name: str) -> tuple[A, ...]:
    """Attributes, then expressions, that the part's network sees, in the order of its input."""
    return rows_seen(part_name, ATTRIBUTES, EXPRESSIONS)
