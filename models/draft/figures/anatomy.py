"""Who is drawn: head and body measures by sex and age, the small features that make a character itself. No drawing.

Unit: the head is 600 tall with the top of the skull at y 0, x 0 in its middle; light comes from the upper left."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, replace

from models.base import Look
from models.draft.figures.expression import Expression
from models.draft.figures.geometry import Point, Turn
from models.draft.figures.palette import HAIR_TONES, IRIDES, SKIN_TONES, Iris, Skin, Tone, mix

CHILD_BELOW = 13
OLD_ABOVE = 60
CHILD_SCALE = 0.66
NECK_PIT = 800.0

Contour = tuple[Point, ...]
_FEMALE: Contour = (
    (0, 0), (120, 18), (187, 94), (203, 206), (199, 305), (184, 396), (143, 484), (84, 553), (32, 589), (0, 596),
)  # fmt: skip
_MALE: Contour = (
    (0, 0), (122, 18), (190, 95), (206, 208), (201, 314), (187, 406), (155, 498), (91, 574), (42, 611), (0, 616),
)  # fmt: skip
_OLD: Contour = (
    (0, 0), (124, 18), (190, 96), (204, 210), (198, 312), (186, 404), (172, 502), (112, 582), (52, 618), (0, 623),
)  # fmt: skip
_OLD_WOMAN: Contour = (
    (0, 0), (122, 18), (189, 96), (204, 208), (202, 310), (191, 402), (158, 490), (94, 560), (38, 594), (0, 600),
)  # fmt: skip
_CHILD: Contour = (
    (0, 0), (124, 18), (198, 96), (216, 208), (217, 305), (213, 400), (170, 470), (104, 528), (40, 551), (0, 554),
)  # fmt: skip
DEPTHS = (0, 4, 10, 18, 26, 48, 84, 112, 128, 130)
"""How far in front of the skull's middle each contour point lies."""


@dataclass(frozen=True)
class Anatomy:
    contour: Contour
    eye_x: float
    eye_y: float
    eye_w: float  # half-width
    eye_h: float  # half-height
    tilt: float
    iris: float
    lash: float
    crease: float
    shine: float
    brow_y: float
    brow_w: float
    brow_arch: tuple[float, float, float, float]
    nose_y: float
    nose_w: float
    mouth_y: float
    mouth_w: float
    lip_h: float
    blush: float
    band: float  # width of the shadow band on the far cheek
    neck_top: float
    neck_base: float
    shoulder: float
    raise_body: float
    female: bool
    old: bool = False
    child: bool = False

    @property
    def body_scale(self) -> float:
        """A child's body is drawn on a grown one's pattern, smaller."""
        return CHILD_SCALE if self.child else 1.0


_WOMAN = Anatomy(
    _FEMALE, 102, 352, 64, 44, 7, 45, 16, 0.30, 1, -67, 14, (7, -7, -13, 3), 440, 20, 505, 45, 12.5, 0.35, 34,
    64, 80, 372, 46, True,
)  # fmt: skip
_MAN = Anatomy(
    _MALE, 100, 352, 60, 35, 6, 36, 12.5, 0.34, 0.88, -54, 20, (10, 0, -10, -2), 452, 27, 520, 51, 9, 0.12, 44,
    92, 114, 466, 64, False,
)  # fmt: skip
_ELDER = Anatomy(
    _OLD, 98, 352, 54, 27, 4, 26, 9, 0.42, 0.75, -48, 22, (14, 2, -12, -8), 456, 32, 530, 51, 8.5, 0.06, 50,
    94, 118, 440, 60, False, old=True,
)  # fmt: skip
_KID = Anatomy(
    _CHILD, 108, 358, 72, 54, 5, 52, 12, 0.26, 1.1, -78, 11, (4, -7, -10, 3), 428, 16, 476, 34, 9, 0.55, 26,
    64, 80, 372, 140, True, child=True,
)  # fmt: skip

_EYE_SHAPES: dict[str, tuple[float, float, float, float]] = {  # width, height, tilt, iris: factors and a shift
    "round": (1.0, 1.08, -2, 1.04),
    "cat": (1.06, 0.94, 4, 0.96),
    "narrow": (1.05, 0.83, 2, 0.90),
    "hooded": (1.02, 0.84, -1, 0.92),
}


def _measures(look: Look) -> Anatomy:
    if look.age < CHILD_BELOW:
        return replace(_KID, female=look.sex == "female", lash=12 if look.sex == "female" else 10)
    woman = look.sex == "female"
    if look.age <= OLD_ABOVE:
        return _WOMAN if woman else _MAN
    if woman:
        return replace(
            _ELDER, contour=_OLD_WOMAN, eye_w=57, eye_h=34, iris=33, brow_w=12, brow_arch=(8, -6, -12, 2), nose_y=446,
            nose_w=25, mouth_y=510, mouth_w=44, lip_h=10, blush=0.3, lash=11,
            neck_top=70, neck_base=88, shoulder=372, raise_body=48, female=True, band=40,
        )  # fmt: skip
    return _ELDER


def _eyed(body: Anatomy, shape: str) -> Anatomy:
    wide, high, tilt, iris = _EYE_SHAPES[shape]
    return replace(
        body, eye_w=body.eye_w * wide, eye_h=body.eye_h * high, tilt=body.tilt + tilt, iris=body.iris * iris
    )  # fmt: skip


@dataclass(frozen=True)
class Traits:
    """What sets a character apart beyond the look; all zero for no name. Spreads are fractions or units."""

    width: float = 0
    jaw: float = 0
    eye_gap: float = 0
    eye_size: float = 0
    brow_weight: float = 0
    brow_slope: float = 0
    brow_lift: float = 0
    nose: float = 0
    mouth: float = 0
    mole: int = 0  # 0 none, else a place on the face
    strands: int = 7  # seed of the hair's loose ends


def traits_of(character: str) -> Traits:
    """The same name always gives the same features (seeded by the CRC-32 of its text)."""
    if not character:
        return Traits()
    rng = random.Random(zlib.crc32(character.encode()))
    spread = [rng.uniform(-1, 1) for _ in range(9)]
    mole = rng.choice((0,) * 15 + (1, 2, 3))
    return Traits(*spread, mole=mole, strands=rng.randrange(1 << 16))


def _personal(body: Anatomy, own: Traits) -> Anatomy:
    width, jaw = 1 + 0.025 * own.width, 9 * own.jaw
    contour = tuple((x * width, y + jaw * max(0.0, (y - 400) / 200)) for x, y in body.contour)
    slope = (-4 * own.brow_slope, 0, 2 * own.brow_slope, 6 * own.brow_slope)
    return replace(
        body,
        contour=contour,
        eye_x=body.eye_x + 3 * own.eye_gap,
        eye_h=body.eye_h * (1 + 0.05 * own.eye_size),
        eye_w=body.eye_w * (1 + 0.03 * own.eye_size),
        brow_w=body.brow_w * (1 + 0.22 * own.brow_weight),
        brow_y=body.brow_y - 5 * own.brow_lift,
        brow_arch=tuple(a + s for a, s in zip(body.brow_arch, slope, strict=True)),  # pyright: ignore
        nose_w=body.nose_w * (1 + 0.12 * own.nose),
        nose_y=body.nose_y + jaw * 0.2,
        mouth_w=body.mouth_w * (1 + 0.08 * own.mouth),
        mouth_y=body.mouth_y + jaw * 0.5,
    )


_BUILDS = {"slight": 0.92, "slim": 0.94, "light": 0.94, "broad": 1.07, "heavy": 1.12, "strong": 1.07}


@dataclass(frozen=True)
class Subject:
    """Everything a drawing routine needs to know of a character in a mood, at an angle."""

    look: Look
    body: Anatomy
    traits: Traits
    face: Expression
    emotion: str
    turn: Turn
    skin: Skin
    hair: Tone
    iris: Iris

    @property
    def brow_colour(self) -> str:
        return mix(self.hair.shade, self.hair.ink, 0.25 if self.body.female else 0.45)

    def rng(self, salt: str) -> random.Random:
        """A stream of small irregularities, the same for this character in every shot."""
        return random.Random(f"{salt}/{self.traits.strands}")


def _skin(look: Look) -> Skin:
    if look.skin == "male" and look.sex == "female":
        return SKIN_TONES["fair"]
    return SKIN_TONES[look.skin]


def subject(look: Look, emotion: str, face: Expression, yaw: float, character: str) -> Subject:
    """The drawable character; every word must already be checked."""
    own = traits_of(character)
    body = _personal(_eyed(_measures(look), look.eyes), own)
    body = replace(body, shoulder=body.shoulder * _BUILDS.get(look.build, 1.0))
    hair = HAIR_TONES[look.hair_colour]
    return Subject(look, body, own, face, emotion, Turn(yaw), _skin(look), hair, IRIDES[look.eye_colour])
