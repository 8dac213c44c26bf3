"""A character's drawing at one size, mood and angle: a body and small patches for eyes and mouth. Knows no shots.

body, then one of `eyes`, then one of `mouths`, then `over`: each laid on the figure's pixel space at its (x, y)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models import base
from models.draft.figures.accessories import on_chest, on_hair, on_skin, over_all
from models.draft.figures.anatomy import NECK_PIT, Subject, subject
from models.draft.figures.expression import EXPRESSIONS
from models.draft.figures.eyes import draw_brows, draw_eyes, eyes_box
from models.draft.figures.hair import HAIRSTYLES
from models.draft.figures.haircut import HairArt
from models.draft.figures.head import draw_head, draw_neck, draw_veil_of_mood
from models.draft.figures.marks import draw_gloom, draw_marks
from models.draft.figures.mouth import VISEMES, draw_mouth, mouth_box
from models.draft.figures.outfits import OUTFITS_DRAWN
from models.draft.figures.raster import Box, Canvas, Sprite, nothing

MAX_YAW = 16.0
EYE_STATES = ("open", "half", "closed")
MOUTHS = ("rest", *VISEMES)
HEAD_UNITS = 600
REACH_SIDE, REACH_UP, REACH_DOWN = 650.0, 900.0, 1180.0
"""How many pixels beside, above and below the face any 1080x1920 shot can show: nothing beyond is drawn."""
TOP, SIDE, FLOOR = -320.0, 780.0, 4150.0
"""The drawn window in head units: above the skull, beside the middle, down to."""


@dataclass(frozen=True)
class FigureSheet:
    """`size` (width, height) of the pixel space, `face` the middle of the eye line in it, `head_px` of a 600-unit head.

    `eyes`: open, half, closed. `mouths`: rest and the visemes. A back view's patches are one clear pixel each."""

    size: tuple[int, int]
    face: tuple[float, float]
    head_px: float
    body: Sprite
    eyes: Mapping[str, Sprite]
    mouths: Mapping[str, Sprite]
    over: Sprite | None


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


def _canvas(who: Subject, head_px: int) -> Canvas:
    scale = head_px / HEAD_UNITS
    side = min(SIDE, REACH_SIDE / scale)
    top = max(TOP, who.body.eye_y - REACH_UP / scale)
    low = min(FLOOR, who.body.eye_y + REACH_DOWN / scale)
    return Canvas(-side, top, scale, round(2 * side * scale), round((low - top) * scale))


def _dressed(who: Subject, clothes: str) -> str:
    """Neck and clothes, moved up under the chin; a child's shrink towards the pit of the neck."""
    scale = who.body.body_scale
    drop = NECK_PIT * (1 - scale) - who.body.raise_body
    return f'<g transform="translate(0 {drop:.1f}) scale({scale})">{draw_neck(who)}{clothes}</g>'


def _over_box(who: Subject) -> Box:
    """Fringe, brows and tears; taller only for a crown, lower only for a veil or beard."""
    worn = who.look.accessories
    top = -250.0 if "crown" in worn else -140.0
    return (-285.0, top, 285.0, 780.0 if "veil" in worn or "beard" in worn else 610.0)


def _front(who: Subject, hair: HairArt, canvas: Canvas) -> tuple[Sprite, Sprite]:
    """(body, over): what lies under eyes and mouth, and what covers them."""
    clothes = OUTFITS_DRAWN[who.look.outfit](who).front + on_chest(who)
    face = draw_head(who, hair.shade) + on_skin(who) + draw_veil_of_mood(who) + draw_gloom(who)
    body = hair.back + _dressed(who, clothes) + face + hair.front + on_hair(who)
    over = hair.fringe + f'<g opacity=".92">{draw_brows(who)}</g>' + over_all(who) + draw_marks(who)
    return canvas.render(body), canvas.render(over, _over_box(who))


def _rear(who: Subject, hair: HairArt, canvas: Canvas) -> Sprite:
    clothes = OUTFITS_DRAWN[who.look.outfit](who)
    return canvas.render(_dressed(who, clothes.rear) + hair.rear)


def draw_figure(
    look: base.Look, emotion: str, yaw: float, head_px: int, view: str = "front", character: str = ""
) -> FigureSheet:
    """Draw a character. `yaw` in degrees, clamped to +-16, positive looks to the viewer's right; `character` seeds the
    small features. The same arguments give the same bytes. Raises ValueError for unknown words."""
    check_look(look)
    _check("emotion", emotion, base.EMOTIONS)
    _check("view", view, ("front", "back"))
    if head_px < 1:
        raise ValueError(f"head_px must be at least 1, got {head_px}")
    yaw = max(-MAX_YAW, min(MAX_YAW, yaw))
    who = subject(look, emotion, EXPRESSIONS[emotion], yaw, character)
    hair, canvas = HAIRSTYLES[look.hair](who), _canvas(who, head_px)
    place = {"size": (canvas.width, canvas.height), "face": canvas.pixel(who.turn.face(0, who.body.eye_y, 165))}
    if view == "back":
        eyes, mouths = dict.fromkeys(EYE_STATES, nothing()), dict.fromkeys(MOUTHS, nothing())
        return FigureSheet(**place, head_px=head_px, body=_rear(who, hair, canvas), eyes=eyes, mouths=mouths, over=None)
    body, over = _front(who, hair, canvas)
    eyes = {state: canvas.render(draw_eyes(who, state), eyes_box(who)) for state in EYE_STATES}
    mouths = {shape: canvas.render(draw_mouth(who, shape), mouth_box(who)) for shape in MOUTHS}
    return FigureSheet(**place, head_px=head_px, body=body, eyes=eyes, mouths=mouths, over=over)
