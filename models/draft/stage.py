"""A scene made ready to draw: layers prepared once, then any frame of it at once. Knows one shot, not the cut.

Time here is the scene's own frame number. Figures and effects move on twos, the camera on every frame, and a
frame that would equal the last one is not drawn again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.base import FrameCue
from models.draft import inkwork, raster
from models.draft.cache import Art, ArtCache
from models.draft.cast import AURA_SHRINK, Puppet, aura_layers
from models.draft.compositor import Layer, Matrix, canvas, compose
from models.draft.finish import Finish
from models.draft.palette import ACCENTS, MOOD_TINTS, TIME_TINTS
from models.draft.particles import STEP
from models.draft.plates import HEIGHT as PLATE_HEIGHT
from models.draft.plates import MARGIN_X, MARGIN_Y, draw_plate
from models.draft.plates import WIDTH as PLATE_WIDTH
from models.draft.props import draw_prop
from models.draft.raster import Image
from models.draft.scene import Actor, Move, Scene

HEIGHT = 1920
PARALLAX = {"back": 0.45, "figure": 1.0, "near": 1.7}
BOB_PIXELS = 3.0
SWAY_DEGREES = 0.25
BREATH = 0.003  # of the height, about the bottom of the frame
BREATH_SECONDS = 3.2
SWAY_SECONDS = 4.6
BLINK = ("half", "closed", "closed", "half")
BOUNCE = (0.0, 0.012, 0.016, 0.008, 0.003)  # of size, after an expression changes
REST_AFTER = 7  # frames of a closed mouth until the expression's own mouth returns
VIGNETTE = 0.30
SOFT_BLUR = 3.5  # pixels of blur from which a background needs no interpolation


@dataclass(frozen=True)
class View:
    """The camera at one frame: zoom, shift in pixels at 1920 high, zoom of the background alone."""

    zoom: float
    x: float
    y: float
    back: float


def ease(kind: str, t: float) -> float:
    """0..1 to 0..1: slow in and out; 'whip' arrives at once and settles."""
    t = min(max(t, 0.0), 1.0)
    if kind == "whip":
        return 1 - 2 ** (-16 * t) if t < 1 else 1.0
    return t * t * (3 - 2 * t)


def view_at(move: Move, frame: int, num_frames: int, fps: int, seed: int) -> View:
    """Where the camera is."""
    span = max(1, num_frames - 1)
    t = ease(move.ease, frame / span)
    x, y = move.x0 + (move.x1 - move.x0) * t, move.y0 + (move.y1 - move.y0) * t
    if move.sway:
        s = frame / fps
        x += move.sway * (math.sin(1.9 * s + seed % 7) + 0.5 * math.sin(4.3 * s + seed % 5))
        y += move.sway * (0.8 * math.sin(2.3 * s + seed % 3) + 0.4 * math.sin(5.1 * s))
    zoom = move.zoom0 + (move.zoom1 - move.zoom0) * t
    return View(zoom, x, y, move.back_zoom0 + (move.back_zoom1 - move.back_zoom0) * t)


class Stage:
    """Draws frames of one scene at one size."""

    def __init__(self, scene: Scene, size: tuple[int, int], art: ArtCache) -> None:
        self.scene = scene
        self.width, self.height = size
        self.scale = self.height / HEIGHT
        self._art = art
        self._canvas: Image = canvas(self.width, self.height)
        self._drawn: object = None
        self._puppets: dict[tuple[int, str], Puppet] = {}
        plate = _plate(scene, art)
        self._back = Layer.of(plate.images["back"], endless=True, soft=scene.backdrop.blur >= SOFT_BLUR)
        self._near = Layer.of(plate.images["near"], soft=True) if scene.backdrop.near else None
        self._prop = Layer.of(_prop(scene, art)) if scene.size == "insert" and scene.prop else None
        self._auras: dict[tuple[int, str], list[tuple[Layer, float]]] = {}
        self._finish = Finish(scene, size, self.view)
        self._finished: object = None
        self._band = self._eye_band()

    def _eye_band(self) -> Layer | None:
        if self.scene.size != "ecu":
            return None
        colour = ACCENTS.get(self.scene.backdrop.genre, ACCENTS["thriller"])[0]
        size = (self.width, self.height)
        band = self._art.get("band", [*size, colour], lambda: Art({"band": inkwork.eye_band(*size, colour)}))
        return Layer.of(band.images["band"])

    def frame(self, cue: FrameCue) -> tuple[Image, bool]:
        """The opaque BGRA frame for a cue, and whether it differs from the one before. Valid until the next call."""
        number = self._number(cue)
        if cue.panels:
            state = self._finish.panel_state(number, cue)
            changed, self._finished = state != self._finished, state
            return self._finish.panels(number, cue), changed
        composed, fresh = self._composed(cue)
        state = self._finish.state(number, cue)
        changed, self._finished = fresh or state != self._finished, state
        return self._finish.draw(composed, number, cue), changed

    def view(self, cue: FrameCue) -> Image:
        """The scene as a cue frames it, without weather or effects. Valid until the next call."""
        return self._composed(cue)[0]

    def _number(self, cue: FrameCue) -> int:
        return min(max(cue.frame, 0), self.scene.num_frames - 1)

    def _composed(self, cue: FrameCue) -> tuple[Image, bool]:
        """The canvas with a cue's layers on it, and whether it had to be drawn anew."""
        layers = self._layers(self._number(cue), cue)
        key = (
            tuple((id(layer), matrix.round(3).tobytes()) for layer, matrix in layers),
            tuple(p._state for p in self._puppets.values()),
        )
        fresh = key != self._drawn
        if fresh:
            compose(self._canvas, layers)
            self._drawn = key
        return self._canvas[:, : self.width], fresh

    def _layers(self, number: int, cue: FrameCue) -> list[tuple[Layer, Matrix]]:
        """Layers from far to near with their matrices."""
        scene = self.scene
        view = view_at(scene.move, number, scene.num_frames, scene.fps, scene.seed)
        cut = self._cut_matrix(cue)
        out = [(self._back, self._place_back(view, cut))]
        if self._prop is not None:
            out.append((self._prop, self._place_prop(number, view, cut)))
        order = sorted(
            range(len(scene.actors)), key=lambda i: (scene.actors[i].part == "near", scene.actors[i].head, i)
        )
        for index in order:
            out += self._figure(index, number, view, cut)
        if self._near is not None:
            out.append((self._near, self._place_near(view, cut)))
        if self._band is not None:
            out.append((self._band, np.eye(2, 3)))
        return out

    def _cut_matrix(self, cue: FrameCue) -> Matrix:
        fx, fy = cue.focus_x * self.width, cue.focus_y * self.height
        z = cue.zoom
        return np.array([[z, 0, fx * (1 - z) + cue.dx * self.scale], [0, z, fy * (1 - z) + cue.dy * self.scale]])

    def _camera(self, view: View, factor: float, extra: float = 1.0) -> Matrix:
        """Zoom about the move's focus and shift, both by the layer's parallax factor."""
        z = (1 + (view.zoom - 1) * factor) * extra
        fx, fy = self.scene.move.focus_x * self.width, self.scene.move.focus_y * self.height
        dx, dy = view.x * factor * self.scale, view.y * factor * self.scale
        return np.array([[z, 0, fx * (1 - z) + dx], [0, z, fy * (1 - z) + dy]])

    def _place_back(self, view: View, cut: Matrix) -> Matrix:
        back = self.scene.backdrop
        fit = max(self.scale, self.width / 1080) * back.zoom
        ox = self.width / 2 - (back.x * 1080 + MARGIN_X) * fit
        oy = back.y * self.height - (back.y * HEIGHT + MARGIN_Y) * fit
        base = np.array([[fit, 0, ox], [0, fit, oy]])
        return _then(_then(base, self._camera(view, PARALLAX["back"], view.back)), cut)

    def _place_near(self, view: View, cut: Matrix) -> Matrix:
        fit = max(self.scale, self.width / 1080)
        base = np.array([[fit, 0, self.width / 2 - (540 + MARGIN_X) * fit], [0, fit, -MARGIN_Y * fit]])
        return _then(_then(base, self._camera(view, PARALLAX["near"])), cut)

    def _place_prop(self, number: int, view: View, cut: Matrix) -> Matrix:
        s = self.scale
        lift = 4 * math.sin(2 * math.pi * _twos(number) / self.scene.fps / BREATH_SECONDS) * s
        base = np.array([[s, 0, self.width / 2 - (540 + MARGIN_X) * s], [0, s, lift - MARGIN_Y * s]])
        return _then(_then(base, self._camera(view, PARALLAX["figure"])), cut)

    def _figure(self, index: int, number: int, view: View, cut: Matrix) -> list[tuple[Layer, Matrix]]:
        actor = self.scene.actors[index]
        emotion, since = self._emotion(index, number)
        puppet = self._puppet(index, emotion)
        puppet.set(self._eyes(index, number, since), self._mouth(index, number))
        factor = PARALLAX["near"] if actor.part == "near" else PARALLAX["figure"]
        base = self._place_figure(actor, puppet, index, number, since)
        matrix = _then(_then(base, self._camera(view, factor)), cut)
        out = [(puppet.layer, matrix)]
        if actor.aura:
            phases = self._aura(index, emotion, puppet)
            layer, pad = phases[number // 3 % len(phases)]
            grow = np.array([[AURA_SHRINK, 0, -pad * AURA_SHRINK], [0, AURA_SHRINK, -pad * AURA_SHRINK]], np.float64)
            out.insert(0, (layer, _then(grow, matrix)))
        return out

    def _aura(self, index: int, emotion: str, puppet: Puppet) -> list[tuple[Layer, float]]:
        if (index, emotion) not in self._auras:
            colour = ACCENTS.get(self.scene.backdrop.genre, ACCENTS["thriller"])[0]
            self._auras[index, emotion] = aura_layers(puppet, colour)
        return self._auras[index, emotion]

    def _place_figure(self, actor: Actor, puppet: Puppet, index: int, number: int, since: int) -> Matrix:
        """Face to its place; breath, bob and sway on twos about the bottom of the frame."""
        s = self.scale
        seconds = _twos(number) / self.scene.fps
        phase = index * 1.7 + self.scene.seed % 11
        part = actor.head / 900
        bob = BOB_PIXELS * min(part, 1.2) * math.sin(2 * math.pi * seconds / BREATH_SECONDS + phase) * s
        angle = math.radians(SWAY_DEGREES) * math.sin(2 * math.pi * seconds / SWAY_SECONDS + phase)
        bounce = BOUNCE[since] if 0 <= since < len(BOUNCE) else 0.0
        zoom = puppet.zoom * (1 + bounce)
        tall = 1 + BREATH * math.sin(2 * math.pi * seconds / BREATH_SECONDS + phase + 1.0)
        face_x, face_y = actor.x * self.width, actor.y * self.height
        base = np.array([[zoom, 0, face_x - puppet.face[0] * zoom], [0, zoom, face_y - puppet.face[1] * zoom + bob]])
        foot = self.height * 1.02
        turn = np.array(
            [
                [1, -angle, angle * foot],
                [0, tall, foot * (1 - tall)],
            ]
        )
        return _then(base, turn)

    def _puppet(self, index: int, emotion: str) -> Puppet:
        key = (index, emotion)
        if key not in self._puppets:
            self._puppets[key] = Puppet(self.scene.actors[index], emotion, self.scene.backdrop, self.scale, self._art)
        return self._puppets[key]

    def _emotion(self, index: int, number: int) -> tuple[str, int]:
        """The emotion at a frame and how many frames ago it began (a large number if from the start)."""
        changes = [(f, e) for f, i, e in self.scene.emotions if i == index and f <= number]
        if not changes:
            return self.scene.actors[index].emotion, 10_000
        at, emotion = max(changes, key=lambda change: change[0])
        before = [e for f, i, e in self.scene.emotions if i == index and f < at]
        same = emotion == (before[-1] if before else self.scene.actors[index].emotion)
        return emotion, 10_000 if same or at == 0 else number - at

    def _eyes(self, index: int, number: int, since: int) -> str:
        if since < 2:
            return ("closed", "half")[since]
        for start, actor in self.scene.blinks:
            if actor == index and 0 <= number - start < len(BLINK):
                return BLINK[number - start]
        return "open"

    def _mouth(self, index: int, number: int) -> str:
        cues = [(f, shape) for f, i, shape in self.scene.mouths if i == index and f <= number]
        if not cues:
            return "rest"
        at, shape = max(cues, key=lambda cue: cue[0])
        return "rest" if shape == "closed" and number - at >= REST_AFTER else shape


def _then(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies `first`, then `second`."""
    out = second[:, :2] @ first
    out[:, 2] += second[:, 2]
    return out


def _twos(number: int) -> int:
    return number // STEP * STEP


def _plate(scene: Scene, art: ArtCache) -> Art:
    """The graded background: 'back' (far and mid in one, blurred for the shot) and 'near'."""
    back = scene.backdrop
    arguments = [back.plate, back.time, back.weather, back.genre, back.seed]
    look = [back.mood, round(back.blur, 1), round(back.light, 2)]

    def paint() -> Art:
        layers = art.get("plate", arguments, lambda: Art(draw_plate(*_plate_words(scene))), keep=False).images
        flat = raster.resize(layers["far"], PLATE_WIDTH, PLATE_HEIGHT)
        raster.over(flat, layers["mid"])
        flat = raster.bloom(raster.blur(flat, back.blur / back.zoom), 0.12)
        near = raster.blur(raster.resize(layers["near"], PLATE_WIDTH, PLATE_HEIGHT), 11)
        return Art({"back": _graded(flat, scene, True), "near": _graded(near, scene, False)})

    return art.get("backdrop", [arguments, look], paint)


def _plate_words(scene: Scene) -> tuple[str, str, str, str, int]:
    back = scene.backdrop
    return back.plate, back.time, back.weather, back.genre, back.seed


def _graded(image: Image, scene: Scene, vignette: bool) -> Image:
    back = scene.backdrop
    (r, g, b), saturation = MOOD_TINTS.get(back.mood, MOOD_TINTS["tension"])
    hour = TIME_TINTS.get(back.time, (1.0, 1.0, 1.0))
    gain = back.light
    out = raster.tint(image, (r * hour[0] * gain, g * hour[1] * gain, b * hour[2] * gain), saturation)
    if not vignette:
        return out
    out = raster.shade(out, raster.vignette(out.shape[1], out.shape[0], VIGNETTE))
    out[..., 3] = 255
    return out


def _prop(scene: Scene, art: ArtCache) -> Image:
    """The insert's object as seen in a 1080x1920 frame."""
    back = scene.backdrop
    arguments = [scene.prop, scene.prop_text, back.time, back.genre, back.mood]
    return art.get(
        "prop", arguments, lambda: Art({"prop": draw_prop(scene.prop, scene.prop_text, back.time, back.genre)})
    ).images["prop"]


def to_bgr(frame: Image) -> Image:
    """A fresh, read-only BGR picture of an opaque frame."""
    out = cv2.cvtColor(frame, cv2.COLOR_BGRA2BGR)
    out.setflags(write=False)
    return out
