"""A scene made ready to draw: layers prepared once, then any frame of it at once. Knows one shot, not the cut.

Time here is the scene's own frame number. Figures and effects move on twos, the camera on every frame, and a
frame that would equal the last one is not drawn again."""

from __future__ import annotations

import math

import cv2
import numpy as np

from models.base import FrameCue
from models.draft import inkwork
from models.draft.acting import Acting, Posture, twos
from models.draft.backdrops import near_layer, set_layers, stand
from models.draft.cache import Art, ArtCache
from models.draft.camera import HEIGHT, Camera, View
from models.draft.cast import AURA_SHRINK, Placed, Puppet, aura_layers, then
from models.draft.compositor import Layer, Matrix, canvas, compose
from models.draft.figures.sheet import HEAD_UNITS
from models.draft.finish import Finish
from models.draft.palette import ACCENTS
from models.draft.plates import MARGIN_X, MARGIN_Y
from models.draft.props import draw_prop
from models.draft.raster import Image
from models.draft.scene import Actor, Scene

SWAY_DEGREES = 0.25
SWAY_SECONDS = 4.6
FLOAT_PIXELS, FLOAT_SECONDS = 4.0, 3.2  # how an insert's object floats
FOOT = 1.02  # of the frame's height: what a figure sways about
AURA_STEP = 3  # frames of each phase of an aura


class Stage:
    """Draws frames of one scene at one size."""

    def __init__(self, scene: Scene, size: tuple[int, int], art: ArtCache) -> None:
        self.scene = scene
        self.width, self.height = size
        self.scale = self.height / HEIGHT
        self.camera = Camera(scene, self.width, self.height)
        self._art = art
        self._canvas: Image = canvas(self.width, self.height)
        self._drawn: object = None
        self._set = set_layers(scene, art)
        self._near = near_layer(scene, art)
        self._prop = Layer.of(_prop(scene, art)) if scene.size == "insert" and scene.prop else None
        self._parts = [Acting(scene, index) for index in range(len(scene.actors))]
        self._puppets = [Puppet(actor, scene.backdrop, self.scale, art) for actor in scene.actors]
        self._order = sorted(
            range(len(scene.actors)), key=lambda i: (scene.actors[i].part == "near", scene.actors[i].head, i)
        )
        self._auras: dict[int, list[tuple[Layer, float]]] = {}
        self._finish = Finish(scene, size, self.view)
        self._finished: object = None
        self._band = self._eye_band()

    def _eye_band(self) -> Layer | None:
        if self.scene.size != "ecu":
            return None
        colour = ACCENTS.get(self.scene.backdrop.genre, ACCENTS["thriller"])[0]
        variant = self.scene.seed % inkwork.BANDS
        words = (self.width, self.height, colour, variant)
        band = self._art.get("band", list(words), lambda: Art({"band": inkwork.eye_band(*words)}))
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
        """The scene as a cue frames it, without weather or effects; with a panel, its own figure alone. Valid until the
        next call."""
        return self._composed(cue)[0]

    def _seen(self, cue: FrameCue) -> list[int]:
        """Figures in drawing order; for one panel, whose face it shows."""
        if not cue.panels:
            return self._order
        x, y, _ = cue.panels[0]
        return sorted(self._order, key=lambda i: abs(self.scene.actors[i].x - x) + abs(self.scene.actors[i].y - y))[:1]

    def _number(self, cue: FrameCue) -> int:
        return min(max(cue.frame, 0), self.scene.num_frames - 1)

    def _composed(self, cue: FrameCue) -> tuple[Image, bool]:
        """The canvas with a cue's layers on it, and whether it had to be drawn anew."""
        layers, faces = self._layers(self._number(cue), cue)
        key = tuple((id(layer), matrix.round(3).tobytes()) for layer, matrix in layers), faces
        fresh = key != self._drawn
        if fresh:
            compose(self._canvas, layers)
            self._drawn = key
        return self._canvas[:, : self.width], fresh

    def _layers(self, number: int, cue: FrameCue) -> tuple[list[Placed], list[str]]:
        """Layers from far to near with their matrices, and what each face shows."""
        view, cut = self.camera.view(number), self.camera.cut(cue)
        base = stand(self.scene, self.width, self.height)
        out = [(layer, then(then(base, self.camera.matrix(view, depth)), cut)) for depth, layer in self._set]
        if self._prop is not None:
            out.append((self._prop, self._place_prop(number, view, cut)))
        faces: list[str] = []
        for index in self._seen(cue):
            placed, face = self._figure(index, number, view, cut)
            out += placed
            faces.append(face)
        if self._near is not None:
            base = stand(self.scene, self.width, self.height, near=True)
            out.append((self._near, then(then(base, self.camera.matrix(view, "near")), cut)))
        if self._band is not None:
            out.append((self._band, np.eye(2, 3)))
        return out, faces

    def _place_prop(self, number: int, view: View, cut: Matrix) -> Matrix:
        s = self.scale
        lift = FLOAT_PIXELS * math.sin(2 * math.pi * twos(number) / self.scene.fps / FLOAT_SECONDS) * s
        base = np.array([[s, 0, self.width / 2 - (540 + MARGIN_X) * s], [0, s, lift - MARGIN_Y * s]])
        return then(then(base, self.camera.matrix(view, "figure")), cut)

    def _figure(self, index: int, number: int, view: View, cut: Matrix) -> tuple[list[Placed], str]:
        actor, puppet = self.scene.actors[index], self._puppets[index]
        posture = self._parts[index].at(number)
        depth = "near" if actor.part == "near" else "figure"
        base = self._place_figure(index, posture, number)
        matrix = then(then(base, self.camera.matrix(view, depth)), cut)
        layers, face = puppet.pose(posture)
        out = [(layer, then(local, matrix)) for layer, local in layers]
        if actor.aura:
            phases = self._aura(index)
            layer, pad = phases[number // AURA_STEP % len(phases)]
            grow = np.array([[AURA_SHRINK, 0, -pad * AURA_SHRINK], [0, AURA_SHRINK, -pad * AURA_SHRINK]], np.float64)
            out.insert(0, (layer, then(grow, matrix)))
        return out, face

    def _aura(self, index: int) -> list[tuple[Layer, float]]:
        if index not in self._auras:
            colours = ACCENTS.get(self.scene.backdrop.genre, ACCENTS["thriller"])
            self._auras[index] = aura_layers(self._puppets[index], *colours)
        return self._auras[index]

    def _place_figure(self, index: int, posture: Posture, number: int) -> Matrix:
        """The figure's pixels to the frame: the face to its place, the whole body swaying about the frame's foot."""
        actor, puppet = self.scene.actors[index], self._puppets[index]
        zoom, face = puppet.zoom * posture.grow, puppet.place.face
        x = (actor.x + posture.dx) * self.width
        y = actor.y * self.height - posture.rise * self._unit(actor)
        base = np.array([[zoom, 0, x - face[0] * zoom], [0, zoom, y - face[1] * zoom]])
        seconds = twos(number) / self.scene.fps
        phase = index * 1.7 + self.scene.seed % 11
        angle = math.radians(SWAY_DEGREES) * math.sin(2 * math.pi * seconds / SWAY_SECONDS + phase)
        return then(base, np.array([[1, -angle, angle * self.height * FOOT], [0, 1, 0]]))

    def _unit(self, actor: Actor) -> float:
        """Frame pixels of a head unit."""
        return actor.head * self.scale / HEAD_UNITS


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
