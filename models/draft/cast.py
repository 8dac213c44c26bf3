"""Figures ready to be placed: parts drawn once, lit for their shot, moved about their joints. No cameras."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft import raster
from models.draft.acting import YAW_STEP, Posture
from models.draft.cache import Art, ArtCache
from models.draft.compositor import Layer, Matrix, find_runs
from models.draft.figures import HeadParts, Sitter, Sprite
from models.draft.palette import Tint, figure_tint, rim_colour
from models.draft.raster import Image
from models.draft.scene import Actor, Backdrop
from models.draft.spirit import flames
from models.draft.svg import rgb

CLOSE_HEAD, CLOSE_DETAIL = 600, 0.9
"""Heads over this height have lines so thick that nine tenths of their pixels look the same and draw a fifth faster."""
MOST_HEAD = 1300  # pixels; an extreme close-up enlarges this drawing instead of paying for a larger one
LADDER_TOP, LADDER_STEP, ENLARGED = 900, 1.26, 0.85
"""Heads are drawn at sizes of one ladder, so that shots of all sizes share few drawings: a medium close-up and a close-up
the same one. At 0.85 of what is shown its lines look the same."""
EYES_HEAD, EYES_REACH = 1150, (610.0, 460.0, 560.0)
"""From this head height on only the eyes are in the picture: what it can show beside, above and below them."""
SHAPE_TINT: Tint = (0.20, 0.15, 0.34)
NEAR_TINT: Tint = (0.42, 0.38, 0.56)
OTHER_TINT: Tint = (0.91, 0.89, 0.89)
NEAR_BLUR = 6.0
AURA_PAD = 400  # pixels around a figure that its aura may reach
AURA_SHRINK = 4
RIM_PAD = 48  # pixels around a figure in which its edge is looked for
BREATH = 0.0042  # of the height above the waist
HANGS = 0.62  # how much of the head's tilt hanging hair takes back, to hang down
SPLIT_GAP = 48  # clear columns between two locks that make them two layers
Patch = tuple[Image, int, int]
Patches = Mapping[str, Patch]
Placed = tuple[Layer, Matrix]


def _sitter(actor: Actor, scale: float) -> Sitter:
    shown = actor.head * scale * (CLOSE_DETAIL if actor.head > CLOSE_HEAD else 1.0)
    rung = math.ceil(math.log(max(1.0, shown * ENLARGED) / LADDER_TOP, LADDER_STEP) - 1e-9)
    head = max(1, min(MOST_HEAD, round(LADDER_TOP * LADDER_STEP**rung)))
    if actor.head < EYES_HEAD:
        return Sitter(actor.look, head, actor.character, actor.view)
    beside, above, below = (pixels * head / (actor.head * scale) * scale for pixels in EYES_REACH)
    return Sitter(actor.look, head, actor.character, actor.view, (beside, above, below))


def stepped(yaw: float) -> float:
    """The angle that is drawn for an angle that is wanted."""
    return round(yaw / YAW_STEP) * YAW_STEP


def _entry(sprites: Mapping[str, Sprite]) -> Art:
    images = {name: sprite.pixels for name, sprite in sprites.items()}
    return Art(images, {"places": {name: [sprite.x, sprite.y] for name, sprite in sprites.items()}})


def _head_sprites(parts: HeadParts) -> dict[str, Sprite]:
    out = {"head": parts.head, "over": parts.over}
    out |= {f"eyes_{name}": sprite for name, sprite in parts.eyes.items()}
    return out | {f"mouth_{name}": sprite for name, sprite in parts.mouths.items()}


class Wardrobe:
    """The plain parts of one actor, from the art cache or drawn: by angle, pose, emotion, each only once."""

    def __init__(self, actor: Actor, scale: float, art: ArtCache) -> None:
        self.sitter = _sitter(actor, scale)
        self._art = art
        window = list(self.sitter.place().size)  # extreme close-ups of other sizes show other parts of the same drawing
        self._who = [asdict(actor.look), self.sitter.head_px, actor.view, actor.character, window]
        self._held: dict[tuple[object, ...], Patches] = {}

    def standing(self, yaw: float, pose: str, emotion: str) -> list[Patches]:
        """Hair, body, arms and head that a figure first stands in; each is held until it is asked for once more."""
        self._held = {
            ("hair", yaw): self.hair(yaw),
            ("body", yaw): self.body(yaw),
            ("arms", yaw, pose): self.arms(yaw, pose),
            ("head", emotion, yaw, False): self.head(emotion, yaw, False),
        }
        return list(self._held.values())

    def hair(self, yaw: float) -> Patches:
        return self._get("hair", [yaw], lambda: vars(self.sitter.hair(yaw)))

    def body(self, yaw: float) -> Patches:
        return self._get("body", [yaw], lambda: vars(self.sitter.body(yaw)))

    def arms(self, yaw: float, pose: str) -> Patches:
        return self._get("arms", [yaw, pose], lambda: vars(self.sitter.arms(yaw, pose)))

    def head(self, emotion: str, yaw: float, passing: bool) -> Patches:
        return self._get(
            "head", [emotion, yaw, passing], lambda: _head_sprites(self.sitter.head(emotion, yaw, passing))
        )

    def eyes(self, emotion: str, yaw: float, state: str) -> Patches:
        """One state of the eyes that the head's own entry has not."""
        return self._get(
            "eyes", [emotion, yaw, state], lambda: {f"eyes_{state}": self.sitter.eyes(emotion, yaw, state)}
        )

    def _get(self, kind: str, words: list[object], draw: Callable[[], Mapping[str, Sprite]]) -> Patches:
        if held := self._held.pop((kind, *words), None):
            return held
        entry = self._art.get(kind, [*self._who, *words], lambda: _entry(draw()), keep=False)
        return {name: (image, *entry.facts["places"][name]) for name, image in entry.images.items()}


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
            SHAPE_TINT, 0.8, rim_colour("neutral", backdrop.time, backdrop.weather, backdrop.genre), width * 2.0
        )
    if actor.part == "near":
        return Light(NEAR_TINT, 0.85, colour, width * 1.4, NEAR_BLUR * scale)
    if actor.part == "other":
        return Light(
            (tint[0] * OTHER_TINT[0], tint[1] * OTHER_TINT[1], tint[2] * OTHER_TINT[2]),
            saturation * 0.95,
            colour,
            width * 0.7,
        )
    return Light(tint, saturation, colour, width)


class Head:
    """A lit head as one layer: eyes and mouth are pasted in when they change."""

    def __init__(
        self, patches: Patches, light: Light, lit: Callable[[Patch], Patch], more: Callable[[str], Patches]
    ) -> None:
        image, left, top = lit(_padded(patches["head"], patches["over"]))
        self.at = (left, top)
        self._light, self._more = light, more
        self._patches: dict[str, Patch] = {}
        self._add({name: patch for name, patch in patches.items() if name != "head"})
        self._blank, self._shown = image, image.copy()
        self._box = self._face_box()
        self.state = ""
        self._paste("over", (0, 0, image.shape[1], image.shape[0]))
        self.layer = Layer(self._shown, find_runs(self._shown))

    def _add(self, patches: Patches) -> None:
        left, top = self.at
        for name, (patch, x, y) in patches.items():
            self._patches[name] = raster.tint(patch, self._light.tint, self._light.saturation), x - left, y - top

    def _face_box(self) -> tuple[int, int, int, int]:
        """The rectangle that eyes and mouths may touch."""
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

    def set(self, eyes: str, mouth: str) -> None:
        """Show these eyes and this mouth; a passing drawing has only a mouth at rest."""
        mouth = mouth if f"mouth_{mouth}" in self._patches else "rest"
        state = f"{eyes} {mouth}"
        if state == self.state:
            return
        self.state = state
        if self._patches.keys() > {"over"} and f"eyes_{eyes}" not in self._patches:
            self._add(self._more(eyes))
        x0, y0, x1, y1 = self._box
        if x1 > x0 and y1 > y0:
            np.copyto(self._shown[y0:y1, x0:x1], self._blank[y0:y1, x0:x1])
            for name in (f"eyes_{eyes}", f"mouth_{mouth}", "over"):
                if name in self._patches:
                    self._paste(name, self._box)

    def _paste(self, name: str, box: tuple[int, int, int, int]) -> None:
        image, x, y = self._patches[name]
        x0, y0, x1, y1 = box
        raster.over(self._shown[y0:y1, x0:x1], image, x - x0, y - y0)


def _padded(head: Patch, over: Patch) -> Patch:
    """The head on a sheet that also holds what lies over it."""
    image, x, y = head
    left, top = min(x, over[1]), min(y, over[2])
    right = max(x + image.shape[1], over[1] + over[0].shape[1])
    low = max(y + image.shape[0], over[2] + over[0].shape[0])
    if (left, top, right - left, low - top) == (x, y, image.shape[1], image.shape[0]):
        return head
    out = np.zeros((low - top, right - left, 4), np.uint8)
    out[y - top : y - top + image.shape[0], x - left : x - left + image.shape[1]] = image
    return out, left, top


def _halves(patch: Patch) -> list[Patch]:
    """A patch cut in two at its widest clear gap, so that nothing is blended between two locks."""
    image, x, y = patch
    clear = np.flatnonzero(np.diff(np.concatenate(([0], image[..., 3].any(axis=0).view(np.int8) ^ 1, [0]))))
    gaps = [(b - a, a, b) for a, b in zip(clear[::2], clear[1::2], strict=True)]
    width, a, b = max(gaps, default=(0, 0, 0))
    if width < SPLIT_GAP:
        return [patch]
    return [(np.ascontiguousarray(image[:, :a]), x, y), (np.ascontiguousarray(image[:, b:]), x + int(b), y)]


class Puppet:
    """One actor in the light of a scene: a posture in, placed layers in the figure's own pixels out."""

    def __init__(self, actor: Actor, backdrop: Backdrop, scale: float, art: ArtCache) -> None:
        self.actor, self._backdrop, self._scale = actor, backdrop, scale
        self._parts = Wardrobe(actor, scale, art)
        self._yaw = stepped(actor.yaw)
        self.place = self._parts.sitter.place(self._yaw)
        self.zoom = actor.head * scale / self.place.head_px
        self._lit: dict[object, list[tuple[Layer, int, int]]] = {}
        self._heads: dict[object, Head] = {}
        self.outline = self._outline()

    def _outline(self) -> NDArray[np.uint8]:
        """The alpha of the whole figure as it first stands, with a margin of RIM_PAD."""
        w, h = self.place.size
        out = np.zeros((h + 2 * RIM_PAD, w + 2 * RIM_PAD), np.uint8)
        *clothes, head = self._parts.standing(self._yaw, self.actor.pose, self.actor.emotion)
        parts = [patch for patches in clothes for patch in patches.values()]
        for image, x, y in [*parts, head["head"]]:
            window = out[y + RIM_PAD : y + RIM_PAD + image.shape[0], x + RIM_PAD : x + RIM_PAD + image.shape[1]]
            np.maximum(window, image[..., 3], out=window)
        return out

    def _lighten(self, patch: Patch, light: Light) -> Patch:
        """Tint, and rim where the whole figure has its edge."""
        image, x, y = patch
        h, w = image.shape[:2]
        around = self.outline[y : y + h + 2 * RIM_PAD, x : x + w + 2 * RIM_PAD].copy()
        inside = around[RIM_PAD : RIM_PAD + h, RIM_PAD : RIM_PAD + w]
        np.maximum(inside, image[..., 3], out=inside)
        width = min(light.rim_width, RIM_PAD / 2)
        edge = raster.edge_light(around, width * 1.2, -width * 0.7, max(1.0, width * 0.22))
        edge = np.ascontiguousarray(edge[RIM_PAD : RIM_PAD + h, RIM_PAD : RIM_PAD + w])
        lit = raster.rim(raster.tint(image, light.tint, light.saturation), edge, rgb(light.rim))
        return (raster.blur(lit, light.blur) if light.blur else lit), x, y

    def _layers(self, kind: str, key: object, light: Light, patches: Patches) -> list[tuple[Layer, int, int]]:
        """Lit layers of one patch, kept."""
        if (found := self._lit.get((kind, key, light))) is None:
            image, x, y = patches[kind]
            found = []
            if image.shape[0] > 1:
                found = [(Layer.of(p), left, top) for p, left, top in _halves(self._lighten((image, x, y), light))]
            self._lit[kind, key, light] = found
        return found

    def _head(self, posture: Posture, yaw: float, light: Light) -> Head:
        key = (posture.emotion, yaw, posture.passing, light)
        if key not in self._heads:
            patches = self._parts.head(posture.emotion, yaw, posture.passing)
            self._heads[key] = Head(
                patches,
                light,
                lambda patch: self._lighten(patch, light),
                lambda state: self._parts.eyes(posture.emotion, yaw, state),
            )
        return self._heads[key]

    def pose(self, posture: Posture) -> tuple[list[Placed], str]:
        """The figure's layers, farthest first, and a word that changes when eyes or mouth do."""
        light = light_of(self.actor, posture.emotion, self._backdrop, self._scale)
        yaw = stepped(posture.yaw)
        head = self._head(posture, yaw, light)
        head.set(posture.eyes, posture.mouth)
        hair, body = self._parts_at("hair", yaw, light), self._parts_at("body", self._yaw, light)
        arms = self._parts_at("arms", (self._yaw, posture.pose), light)
        joints = Joints(self, posture)
        rows = [
            (hair["back"], joints.back), (body["hem"], joints.hem), (arms["behind"], joints.arms),
            (body["torso"], joints.torso), (hair["locks"], joints.locks), ([(head.layer, *head.at)], joints.head),
            (arms["before"], joints.arms),
        ]  # fmt: skip
        out = [(layer, _from(matrix, x, y)) for group, matrix in rows for layer, x, y in group]
        return out, f"{posture.emotion} {yaw} {head.state}"

    def _parts_at(self, kind: str, key: object, light: Light) -> dict[str, list[tuple[Layer, int, int]]]:
        names = {"hair": ("back", "locks"), "body": ("hem", "torso"), "arms": ("behind", "before")}[kind]
        if all((name, (kind, key), light) in self._lit for name in names):
            return {name: self._lit[name, (kind, key), light] for name in names}
        words = key if isinstance(key, tuple) else (key,)
        patches = getattr(self._parts, kind)(*words)
        return {name: self._layers(name, (kind, key), light, patches) for name in names}


class Joints:
    """Where a posture puts each part: 2x3 matrices in the figure's pixels."""

    def __init__(self, puppet: Puppet, posture: Posture) -> None:
        place, unit = puppet.place, puppet.place.unit
        tall = 1 + BREATH * posture.breath
        self.torso = np.array([[1 + 0.4 * (tall - 1), 0, 0], [0, tall, 0]], np.float64)
        self.torso[:, 2] = np.array(place.waist) - self.torso[:, :2] @ np.array(place.waist)
        lift = (tall - 1) * (place.neck[1] - place.waist[1])
        angle = math.radians(posture.tilt)
        self.head = _about(place.neck, np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]))  # fmt: skip
        self.head[1, 2] += lift + posture.drop * unit
        hang = HANGS * math.sin(angle)
        self.back = then(_about(place.root, _sheared(posture.back + hang)), self.head)
        self.locks = then(_about(place.root, _sheared(posture.locks + hang)), self.head)
        self.hem = _about(place.waist, _sheared(posture.hem))
        self.arms = then(_about(place.shoulder, np.array([[1.0, 0.0], [0.0, posture.stretch]])), self.torso)


def _sheared(amount: float) -> NDArray[np.float64]:
    return np.array([[1.0, amount], [0.0, 1.0]])


def _about(point: tuple[float, float], linear: NDArray[np.float64]) -> Matrix:
    """The linear map with a fixed point."""
    fixed = np.array(point)
    return np.column_stack([linear, fixed - linear @ fixed])


def _from(matrix: Matrix, x: int, y: int) -> Matrix:
    """The matrix for a sprite whose corner lies at (x, y)."""
    out = matrix.copy()
    out[:, 2] += matrix[:, 0] * x + matrix[:, 1] * y
    return out


def then(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies `first`, then `second`."""
    out = second[:, :2] @ first
    out[:, 2] += second[:, 2]
    return out


def aura_layers(puppet: Puppet, outer: str, inner: str) -> list[tuple[Layer, float]]:
    """Rising light around a figure in a few phases, each a layer of pure light and its shrink factor."""
    body = puppet.outline[RIM_PAD:-RIM_PAD, RIM_PAD:-RIM_PAD]
    h, w = body.shape[0] // AURA_SHRINK, body.shape[1] // AURA_SHRINK
    pad = AURA_PAD // AURA_SHRINK
    alpha = cv2.resize(body, (w, h), interpolation=cv2.INTER_AREA)
    alpha = cv2.copyMakeBorder(alpha, pad, 0, pad, pad, cv2.BORDER_CONSTANT, value=0)
    return [(Layer.of(phase, light=True), float(pad)) for phase in flames(alpha, rgb(outer), rgb(inner))]
