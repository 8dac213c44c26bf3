"""Figures ready to be placed: drawn once, lit for their shot, mouth and eyes pasted in when they change. No cameras."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np

from models.draft import raster
from models.draft.cache import Art, ArtCache
from models.draft.compositor import Layer, find_runs
from models.draft.figures import draw_figure
from models.draft.palette import Tint, figure_tint, rim_colour
from models.draft.raster import Image
from models.draft.scene import Actor, Backdrop
from models.draft.svg import rgb

CLOSE_HEAD, CLOSE_DETAIL = 600, 0.9
"""Heads over this height have lines so thick that nine tenths of their pixels look the same and draw a fifth faster."""
MOST_HEAD = 1400  # pixels; an extreme close-up enlarges this drawing instead of paying for a larger one
YAW_STEP = 4.0
SHAPE_TINT: Tint = (0.16, 0.13, 0.30)
NEAR_TINT: Tint = (0.30, 0.28, 0.44)
OTHER_TINT: Tint = (0.84, 0.84, 0.90)
NEAR_BLUR = 6.0
AURA_PHASES = 3
AURA_SHRINK = 4
Patch = tuple[Image, int, int]


def sheet(actor: Actor, emotion: str, scale: float, art: ArtCache) -> Art:
    """The plain drawing of an actor: images body, eyes_*, mouth_*, over; facts face, head_px and each image's place."""
    shown = actor.head * scale * (CLOSE_DETAIL if actor.head > CLOSE_HEAD else 1.0)
    head = max(1, min(MOST_HEAD, round(shown)))
    yaw = round(actor.yaw / YAW_STEP) * YAW_STEP
    arguments = [asdict(actor.look), emotion, yaw, head, actor.view, actor.character]

    def draw() -> Art:
        drawn = draw_figure(actor.look, emotion, yaw, head, view=actor.view, character=actor.character)
        sprites = {"body": drawn.body}
        sprites |= {f"eyes_{name}": sprite for name, sprite in drawn.eyes.items()}
        sprites |= {f"mouth_{name}": sprite for name, sprite in drawn.mouths.items()}
        if drawn.over is not None:
            sprites["over"] = drawn.over
        places = {name: [sprite.x, sprite.y] for name, sprite in sprites.items()}
        facts = {"face": list(drawn.face), "head_px": drawn.head_px, "places": places}
        return Art({name: sprite.pixels for name, sprite in sprites.items()}, facts)

    return art.get("figure", arguments, draw, keep=False)


@dataclass(frozen=True)
class Light:
    """How a figure is lit: colour, saturation, rim colour and width, blur."""

    tint: Tint
    saturation: float
    rim: str
    rim_width: float
    blur: float = 0.0


def light_of(actor: Actor, emotion: str, backdrop: Backdrop, scale: float) -> Light:
    """The light of a part: lead, other, near or shape."""
    tint, saturation = figure_tint(emotion, backdrop.time, backdrop.weather, backdrop.mood)
    colour = rim_colour(emotion, backdrop.time, backdrop.weather, backdrop.genre)
    width = max(2.0, 0.0085 * actor.head * scale)
    if actor.part == "shape":
        return Light(
            SHAPE_TINT, 0.8, rim_colour("neutral", backdrop.time, backdrop.weather, backdrop.genre), width * 1.3
        )
    if actor.part == "near":
        return Light(NEAR_TINT, 0.8, colour, width * 0.7, NEAR_BLUR * scale)
    if actor.part == "other":
        return Light(
            (tint[0] * OTHER_TINT[0], tint[1] * OTHER_TINT[1], tint[2] * OTHER_TINT[2]),
            saturation * 0.95,
            colour,
            width * 0.7,
        )
    return Light(tint, saturation, colour, width)


class Puppet:
    """One actor with one emotion: a layer whose eyes and mouth can be set, and where its face is in that layer."""

    def __init__(self, actor: Actor, emotion: str, backdrop: Backdrop, scale: float, art: ArtCache) -> None:
        drawn = sheet(actor, emotion, scale, art)
        light = light_of(actor, emotion, backdrop, scale)
        places = drawn.facts["places"]
        left, top = places["body"]
        body = self._lit_body(drawn.images["body"], light)
        self.face = (drawn.facts["face"][0] - left, drawn.facts["face"][1] - top)
        self.zoom = actor.head * scale / drawn.facts["head_px"]
        self._patches: dict[str, Patch] = {
            name: (raster.tint(image, light.tint, light.saturation), places[name][0] - left, places[name][1] - top)
            for name, image in drawn.images.items()
            if name != "body"
        }
        self._blank = body
        self._shown = body.copy()
        self._state = ""
        self._box = self._face_box()
        if "over" in self._patches:
            self._paste("over", (0, 0, body.shape[1], body.shape[0]))
        self.layer = Layer(self._shown, find_runs(self._shown))
        self.set("open", "rest")

    @staticmethod
    def _lit_body(body: Image, light: Light) -> Image:
        lit = raster.tint(body, light.tint, light.saturation)
        lit = raster.rim(
            lit, rgb(light.rim), light.rim_width * 1.2, -light.rim_width * 0.7, max(1.0, light.rim_width * 0.22)
        )
        if not light.blur:
            return lit
        return raster.blur(lit, light.blur)

    def _face_box(self) -> tuple[int, int, int, int]:
        """The rectangle of the body that eyes and mouths may touch."""
        h, w = self._blank.shape[:2]
        boxes = [
            (x, y, x + image.shape[1], y + image.shape[0])
            for name, (image, x, y) in self._patches.items()
            if name != "over" and image.shape[0] > 1
        ]
        if not boxes:
            return 0, 0, 0, 0
        cols = list(zip(*boxes, strict=True))
        return max(0, min(cols[0])), max(0, min(cols[1])), min(w, max(cols[2])), min(h, max(cols[3]))

    def set(self, eyes: str, mouth: str) -> bool:
        """Show these eyes and this mouth; True when that changed the picture."""
        state = f"{eyes} {mouth}"
        if state == self._state:
            return False
        self._state = state
        x0, y0, x1, y1 = self._box
        if x1 > x0 and y1 > y0:
            np.copyto(self._shown[y0:y1, x0:x1], self._blank[y0:y1, x0:x1])
            for name in (f"eyes_{eyes}", f"mouth_{mouth}", "over"):
                if name in self._patches:
                    self._paste(name, self._box)
        return True

    def _paste(self, name: str, box: tuple[int, int, int, int]) -> None:
        image, x, y = self._patches[name]
        x0, y0, x1, y1 = box
        window = self._shown[y0:y1, x0:x1]
        raster.over(window, image, x - x0, y - y0)


def aura_layers(puppet: Puppet, colour: str) -> list[tuple[Layer, float]]:
    """Rising light around a figure in a few phases, each a layer of pure light and its shrink factor."""
    body = puppet.layer.pixels
    h, w = body.shape[0] // AURA_SHRINK, body.shape[1] // AURA_SHRINK
    pad = 300 // AURA_SHRINK
    alpha = cv2.resize(cv2.extractChannel(body, 3), (w, h), interpolation=cv2.INTER_AREA)
    alpha = cv2.copyMakeBorder(alpha, pad, 0, pad, pad, cv2.BORDER_CONSTANT, value=0)
    return [(Layer.of(_aura_phase(alpha, colour, phase), light=True), float(pad)) for phase in range(AURA_PHASES)]


def _aura_phase(alpha: raster.Image, colour: str, phase: int) -> Image:
    h, w = alpha.shape
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    light = np.zeros((h, w), np.float32)
    for step in range(6):
        rise = (step + 1) * 44 / AURA_SHRINK
        turn = step * 2 + phase * 2.1
        from_x = x + np.sin(y / 9 + turn) * rise * 0.25
        from_y = y + rise * 0.9 + np.sin(x / 7 + turn * 1.3) * rise * 0.45
        part = cv2.remap(alpha, from_x, from_y, cv2.INTER_LINEAR).astype(np.float32)
        part = cv2.GaussianBlur(part, (0, 0), (3 + 3 * step) / AURA_SHRINK + 0.6)
        light = np.maximum(light, part * (1 - step * 0.14))
    r, g, b = rgb(colour)
    out = np.zeros((h, w, 4), np.uint8)
    out[..., :3] = (light[..., None] * (np.array([b, g, r], np.float32) * 0.85 / 255)).clip(0, 255).astype(np.uint8)
    return out
