"""A character as parts in one pixel space, each drawn alone, and the points they turn about. Knows no shots and no time.

Drawing order: back, hem, arms behind, torso, locks, head with one of `eyes`, one of `mouths` and `over`, arms before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models import base
from models.draft.figures.accessories import on_chest, on_hair, on_skin, over_all
from models.draft.figures.anatomy import NECK_PIT, Subject, subject
from models.draft.figures.arms import AT_THE_FACE, arms
from models.draft.figures.expression import EXPRESSIONS
from models.draft.figures.eyes import draw_brows, draw_eyes, eyes_box
from models.draft.figures.geometry import Point
from models.draft.figures.hair import HAIRSTYLES
from models.draft.figures.head import draw_head, draw_neck, draw_veil_of_mood
from models.draft.figures.marks import draw_gloom, draw_marks
from models.draft.figures.mouth import VISEMES, draw_mouth, mouth_box
from models.draft.figures.outfits import OUTFITS_DRAWN
from models.draft.figures.raster import Box, Canvas, Sprite, nothing

MAX_YAW = 16.0
LIDS = ("open", "half", "closed")
EYE_STATES = (*LIDS, "left", "right", "down")
MOUTHS = ("rest", *VISEMES)
VIEWS = ("front", "back")
HEAD_UNITS = 600
Reach = tuple[float, float, float]
REACH: Reach = (650.0, 900.0, 1270.0)
"""How many pixels beside, above and below the face any 1080x1920 shot can show: nothing beyond is drawn."""
TOP, SIDE, FLOOR = -320.0, 780.0, 4150.0
"""The drawn window in head units: above the skull, beside the middle, down to."""
BOXES: dict[str, Box] = {
    "hair": (-500.0, TOP, 500.0, 1420.0), "torso": (-SIDE, 380.0, SIDE, FLOOR), "hem": (-SIDE, 1150.0, SIDE, FLOOR),
    "arms": (-SIDE, 560.0, SIDE, 2500.0), "raised": (-SIDE, 60.0, SIDE, 2500.0), "head": (-430.0, TOP, 430.0, 980.0),
}  # fmt: skip
"""Where each part can have ink, in head units: drawing costs by the area."""
SWING = 0.58
"""The head turns about a point this share of the way from the chin to the pit of the neck."""
HAIR_ROOT, SHOULDER, WAIST = 210.0, 860.0, 1480.0
CHIN = 596.0


@dataclass(frozen=True)
class Place:
    """The pixel space that all parts of one character at one size share.

    `face` is the middle of the eye line when looking straight ahead, `neck`, `root`, `shoulder` and `waist` what the
    head, the hair, the arms and the skirt turn about; `unit` the pixels of a head unit."""

    size: tuple[int, int]
    head_px: float
    unit: float
    face: Point
    neck: Point
    root: Point
    shoulder: Point
    waist: Point


@dataclass(frozen=True)
class HairParts:
    back: Sprite
    locks: Sprite


@dataclass(frozen=True)
class BodyParts:
    hem: Sprite
    torso: Sprite


@dataclass(frozen=True)
class ArmParts:
    behind: Sprite
    before: Sprite


@dataclass(frozen=True)
class HeadParts:
    """`eyes` (by LIDS) and `mouths` are patches for the head at their own places; `over` lies above them."""

    head: Sprite
    eyes: Mapping[str, Sprite]
    mouths: Mapping[str, Sprite]
    over: Sprite


@dataclass(frozen=True)
class FigureSheet:
    """Everything of a character in one mood, pose and angle."""

    place: Place
    hair: HairParts
    body: BodyParts
    arms: ArmParts
    head: HeadParts

    def layers(self, eye: str = "open", mouth: str = "rest") -> list[Sprite]:
        """The sprites of one look and one mouth in drawing order; from behind there is neither. KeyError for another."""
        patches = [self.head.eyes[eye], self.head.mouths[mouth]] if self.head.eyes else []
        under = [self.hair.back, self.body.hem, self.arms.behind, self.body.torso]
        return [*under, self.hair.locks, self.head.head, *patches, self.head.over, self.arms.before]


class Sitter:
    """A character at one size who sits for the drawing of parts."""

    def __init__(
        self, look: base.Look, head_px: int, character: str = "", view: str = "front", reach: Reach = REACH
    ) -> None:
        check_look(look)
        _check("view", view, VIEWS)
        if head_px < 1:
            raise ValueError(f"head_px must be at least 1, got {head_px}")
        self.look, self.head_px, self.character = look, head_px, character
        self.front = view == "front"
        self._canvas = _canvas(self._who("neutral", 0), head_px, reach)

    def _who(self, emotion: str, yaw: float) -> Subject:
        _check("emotion", emotion, base.EMOTIONS)
        turned = max(-MAX_YAW, min(MAX_YAW, yaw)) if self.front else 0.0
        return subject(self.look, emotion, EXPRESSIONS[emotion], turned, self.character)

    def place(self, yaw: float = 0.0) -> Place:
        """Where things are; `yaw` moves the face."""
        who, canvas = self._who("neutral", yaw), self._canvas
        body = who.body
        pit = NECK_PIT - body.raise_body
        shoulder, waist = (_dropped(who, y) for y in (SHOULDER, WAIST))
        points = {
            "face": who.turn.face(0, body.eye_y, 165),
            "neck": (0.0, CHIN + SWING * (pit - CHIN)),
            "root": (0.0, HAIR_ROOT),
            "shoulder": (0.0, shoulder),
            "waist": (0.0, waist),
        }
        places = {name: canvas.pixel(point) for name, point in points.items()}
        return Place((canvas.width, canvas.height), self.head_px, canvas.scale, **places)

    def hair(self, yaw: float) -> HairParts:
        """The hair that hangs: behind the body, and over the shoulders."""
        if not self.front:
            return HairParts(nothing(), nothing())
        art = HAIRSTYLES[self.look.hair](self._who("neutral", yaw))
        return HairParts(self._drawn(art.back, "hair"), self._drawn(art.locks, "hair"))

    def body(self, yaw: float) -> BodyParts:
        """Clothes and neck without arms; from behind all of it."""
        who = self._who("neutral", yaw)
        art = OUTFITS_DRAWN[self.look.outfit](who)
        if not self.front:
            return BodyParts(nothing(), self._drawn(_dressed(who, draw_neck(who) + art.rear), "torso"))
        torso = _dressed(who, draw_neck(who) + art.torso + on_chest(who))
        return BodyParts(self._drawn(_dressed(who, art.hem), "hem"), self._drawn(torso, "torso"))

    def arms(self, yaw: float, pose: str) -> ArmParts:
        _check("pose", pose, base.POSES)
        if not self.front:
            return ArmParts(nothing(), nothing())
        who = self._who("neutral", yaw)
        art = arms(who, pose)
        high = "raised" if pose in AT_THE_FACE or who.body.child else "arms"
        return ArmParts(self._drawn(_dressed(who, art.behind), "arms"), self._drawn(_dressed(who, art.before), high))

    def head(self, emotion: str, yaw: float, passing: bool = False) -> HeadParts:
        """The head with its patches; a `passing` one is seen for a moment in a turn and never with open eyes."""
        who = self._who(emotion, yaw)
        hair = HAIRSTYLES[self.look.hair](who)
        if not self.front:
            return HeadParts(self._drawn(hair.rear, "hair"), {}, {}, nothing())
        face = draw_head(who, hair.shade) + on_skin(who) + draw_veil_of_mood(who) + draw_gloom(who)
        head = self._drawn(face + hair.front + on_hair(who), "head")
        over = hair.fringe + f'<g opacity=".92">{draw_brows(who)}</g>' + over_all(who) + draw_marks(who)
        states, shapes = (LIDS[1:], MOUTHS[:1]) if passing else (LIDS, MOUTHS)
        eyes = {state: self.eyes(emotion, yaw, state) for state in states}
        mouths = {shape: self._canvas.render(draw_mouth(who, shape), mouth_box(who)) for shape in shapes}
        return HeadParts(head, eyes, mouths, self._canvas.render(over, _over_box(who)))

    def eyes(self, emotion: str, yaw: float, state: str) -> Sprite:
        """The patch of both eyes in one of EYE_STATES."""
        _check("eyes", state, EYE_STATES)
        who = self._who(emotion, yaw)
        return self._canvas.render(draw_eyes(who, state), eyes_box(who))

    def _drawn(self, inner: str, part: str) -> Sprite:
        """A part in its box, or nothing when it has no ink or lies outside the window."""
        box = BOXES[part]
        return self._canvas.render(inner, box) if inner and self._canvas.shows(box) else nothing()


def _check(kind: str, word: str, choices: tuple[str, ...]) -> None:
    if word not in choices:
        raise ValueError(f"unknown {kind} '{word}': choose from {', '.join(choices)}")


def check_look(look: base.Look) -> None:
    """Raise ValueError, naming the choices, for a word that no drawing exists for."""
    _check("sex", look.sex, ("female", "male"))
    _check("hair", look.hair, base.HAIR_STYLES)
    _check("hair colour", look.hair_colour, base.HAIR_COLOURS)
    _check("eyes", look.eyes, base.EYES)
    _check("eye colour", look.eye_colour, base.EYE_COLOURS)
    _check("skin", look.skin, base.SKINS)
    _check("outfit", look.outfit, base.OUTFITS)
    _check("outfit colour", look.outfit_colour, base.COLOURS)
    for word in look.accessories:
        _check("accessory", word, base.ACCESSORIES)


def _canvas(who: Subject, head_px: int, reach: Reach) -> Canvas:
    scale = head_px / HEAD_UNITS
    beside, above, below = (pixels / scale for pixels in reach)
    side = min(SIDE, beside)
    top = max(TOP, who.body.eye_y - above)
    low = min(FLOOR, who.body.eye_y + below)
    return Canvas(-side, top, scale, round(2 * side * scale), round((low - top) * scale))


def _drop(who: Subject) -> float:
    return NECK_PIT * (1 - who.body.body_scale) - who.body.raise_body


def _dropped(who: Subject, y: float) -> float:
    """A height of the body's pattern as it is drawn under this head."""
    return y * who.body.body_scale + _drop(who)


def _dressed(who: Subject, clothes: str) -> str:
    """Clothes moved up under the chin; a child's shrink towards the pit of the neck."""
    if not clothes:
        return ""
    return f'<g transform="translate(0 {_drop(who):.1f}) scale({who.body.body_scale})">{clothes}</g>'


def _over_box(who: Subject) -> Box:
    """Fringe, brows and tears; taller only for a crown, lower only for a veil or beard."""
    worn = who.look.accessories
    top = -250.0 if "crown" in worn else -140.0
    return (-285.0, top, 285.0, 780.0 if "veil" in worn or "beard" in worn else 610.0)


def draw_figure(
    look: base.Look,
    emotion: str,
    yaw: float,
    head_px: int,
    view: str = "front",
    character: str = "",
    pose: str = "rest",
) -> FigureSheet:
    """Draw a character. `yaw` in degrees, clamped to +-16, positive looks to the viewer's right; `character` seeds the
    small features. The same arguments give the same bytes. Raises ValueError for unknown words."""
    sitter = Sitter(look, head_px, character, view)
    parts = sitter.hair(yaw), sitter.body(yaw), sitter.arms(yaw, pose), sitter.head(emotion, yaw)
    return FigureSheet(sitter.place(yaw), *parts)
