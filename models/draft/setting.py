"""A request composed for its control maps: figures, prop and place, each alone, without light, weather and blur.

Nothing is kept on disk but the parts of figures that the painter keeps too. Knows no maps and no models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from models.base import FrameCue, PictureRequest
from models.draft import raster
from models.draft.acting import Acting
from models.draft.backdrops import stand
from models.draft.cache import ArtCache
from models.draft.camera import HEIGHT, Camera
from models.draft.cast import EYES_HEAD, Joints, Light, Patch, Patches, Puppet, Wardrobe, then
from models.draft.cast import _head_sprites as head_sprites
from models.draft.compositor import Layer, Matrix, canvas, compose
from models.draft.figures import Sitter
from models.draft.figures.anatomy import Subject
from models.draft.figures.expression import EXPRESSIONS
from models.draft.joints import joints_of
from models.draft.layout import compose_scene
from models.draft.plates import HEIGHT as PLATE_HEIGHT
from models.draft.plates import MARGIN_X, MARGIN_Y, built
from models.draft.plates import WIDTH as PLATE_WIDTH
from models.draft.plates.photograph import drawn
from models.draft.props import CENTRE, TABLE, _object
from models.draft.raster import Image
from models.draft.scene import Actor, Scene
from models.draft.stage import Stage
from models.draft.svg import Drawing

Grey = NDArray[np.uint8]
Map = NDArray[np.float32]
PLATES_KEPT = 6
"""Plates held in memory, about 9 MB each."""
SHARE = 0.62
"""The share of a plate's full size that it is drawn at for its lines."""


def composed(request: PictureRequest) -> PictureRequest:
    """The request whose composition counts: a plate has nobody in it, a sheet is one frontal portrait."""
    if request.kind == "plate":
        return replace(request, shot_size="wide", figures=(), prop="")
    if request.kind == "keyframe":
        return request
    if request.kind != "sheet":
        raise ValueError(f"unknown picture kind {request.kind!r}: choose from keyframe, plate, sheet")
    if not request.figures:
        raise ValueError(f"{request.unit}: a character sheet needs a figure")
    figure = replace(request.figures[0], yaw=0.0, pose="rest", gaze="ahead", aura=False, enters=False)
    return replace(request, shot_size="mcu", figures=(figure,), prop="")


class _Clean(Sitter):
    """A sitter without the signs of a mood: no drops of sweat, no gloom on the brow, which a painter would take for things."""

    def _who(self, emotion: str, yaw: float) -> Subject:
        who = super()._who(emotion, yaw)
        return replace(who, face=replace(who.face, marks=()))


class _Unmarked(Wardrobe):
    """The painter's parts of a figure, but for a head that wears the signs of its mood."""

    def head(self, emotion: str, yaw: float, passing: bool) -> Patches:
        if not EXPRESSIONS[emotion].marks:
            return super().head(emotion, yaw, passing)
        mine = self.sitter
        clean = _Clean(mine.look, mine.head_px, mine.character, "front" if mine.front else "back")
        return self._get(
            "head", [emotion, yaw, passing, "clean"], lambda: head_sprites(clean.head(emotion, yaw, passing))
        )


class _Plain(Puppet):
    """A figure in its own colours, without a shot's light, and with the whole head even in an extreme close-up."""

    def __init__(self, actor: Actor, scene: Scene, scale: float, art: ArtCache) -> None:
        close = min(actor.head, EYES_HEAD - 1)
        own, grown = replace(actor, head=close, part="lead"), scale * actor.head / close
        super().__init__(own, replace(scene.backdrop, time="day", weather="clear"), grown, art)
        self._parts = _Unmarked(own, grown, art)

    def _outline(self) -> Grey:
        return np.zeros((1, 1), np.uint8)  # only light needs it

    def _lighten(self, patch: Patch, light: Light) -> Patch:
        return patch


class _Lit(Puppet):
    """A figure in its light, with the whole head even in an extreme close-up."""

    def __init__(self, actor: Actor, scene: Scene, scale: float, art: ArtCache) -> None:
        close = min(actor.head, EYES_HEAD - 1)
        super().__init__(replace(actor, head=close), scene.backdrop, scale * actor.head / close, art)


class _Peopled(Stage):
    """A stage whose figures are puppets of another kind."""

    def enter(self, scene: Scene, puppet: type[_Plain] | type[_Lit], art: ArtCache) -> None:
        actors = scene.actors
        self.scene = scene
        self._parts = [Acting(scene, index) for index in range(len(actors))]
        self._puppets = [puppet(actor, scene, self.scale, art) for actor in actors]
        self._order = sorted(range(len(actors)), key=lambda i: (actors[i].part == "near", actors[i].head, i))


class _Bare(_Peopled):
    """The composed frame alone: no eye band, no auras, no weather."""

    def __init__(self, scene: Scene, size: tuple[int, int], art: ArtCache) -> None:
        super().__init__(replace(scene, actors=()), size, art)
        self.enter(scene, _Lit, art)

    def _eye_band(self) -> Layer | None:
        return None


class _Cast(_Peopled):
    """Only the figures and the prop of a scene, placed as the stage places them; its place is never painted."""

    def __init__(self, scene: Scene, size: tuple[int, int], art: ArtCache) -> None:
        self.width, self.height = size
        self.scale = self.height / HEIGHT
        self.camera = Camera(scene, self.width, self.height)
        self.view_at_rest = self.camera.view(0)
        self.enter(scene, _Plain, art)

    def figures(self) -> list[Figure]:
        """Farthest first."""
        return [self.figure(index) for index in self._order]

    def figure(self, index: int) -> Figure:
        actor, puppet, posture = self.scene.actors[index], self._puppets[index], self._parts[index].at(0)
        depth = "near" if actor.part == "near" else "figure"
        place = then(self._place_figure(index, posture, 0), self.camera.matrix(self.view_at_rest, depth))
        layers = [(layer, then(local, place)) for layer, local in puppet.pose(posture)[0]]
        frame = canvas(self.width, self.height)
        compose(frame, layers)  # on a clear frame, so that what nobody covers stays clear
        joints = joints_of(puppet, Joints(puppet, posture), place)
        face = (place @ (*puppet.place.face, 1.0), actor.head * self.scale) if actor.view == "front" else None
        return Figure(actor.character, actor.part, np.ascontiguousarray(frame[:, : self.width]), joints, face)

    def prop_matrix(self) -> Matrix:
        return self._place_prop(0, self.view_at_rest, np.eye(2, 3))


@dataclass(frozen=True)
class Figure:
    """A figure alone in the frame: premultiplied BGRA (height, width, 4), joints in pixels, (eye line, head) of a face."""

    character: str
    part: str
    image: Image
    joints: Mapping[str, tuple[float, float]]
    face: tuple[NDArray[np.float64], float] | None

    @property
    def alpha(self) -> Grey:
        return cv2.extractChannel(self.image, 3)


@dataclass(frozen=True)
class Place:
    """A plate at SHARE of its size, unlit: colours of all but the near layer, alpha of what is solid, of the things, near."""

    colours: Image
    solid: Grey
    things: Grey
    near: Image


@lru_cache(maxsize=PLATES_KEPT)
def place_of(plate: str, time: str, genre: str, seed: int) -> Place:
    """The plate's own drawing in clear air, without light, mist and reflections."""
    place, mirror = built(plate, time, "clear", genre, seed)
    far, shell, things, near = (
        drawn(part, mirror, SHARE) for part in (place.far, place.shell, place.things, place.near)
    )
    for part in (shell, things):
        raster.blend(far, part)
    alpha = cv2.max(shell[..., 3], things[..., 3])
    solid = np.full_like(alpha, 255) if place.far_lit else cv2.morphologyEx(alpha, cv2.MORPH_OPEN, _WIRE)
    upright = cv2.morphologyEx(np.ascontiguousarray(things[..., 3]), cv2.MORPH_OPEN, _WIRE)
    return Place(np.ascontiguousarray(far[..., :3]), solid, upright, near)


@lru_cache(maxsize=4)
def object_of(kind: str, text: str, genre: str) -> Image:
    """A prop without its table and glow, at SHARE of a plate's size."""
    draw = Drawing()
    draw.group(f"translate({CENTRE[0]} {CENTRE[1]}) scale(1.34)")
    fonts = _object(draw, kind, text, genre)
    draw.end()
    view = (-MARGIN_X, -MARGIN_Y, PLATE_WIDTH, PLATE_HEIGHT)
    return raster.render(draw.body(), view, round(PLATE_WIDTH * SHARE), round(PLATE_HEIGHT * SHARE), fonts)


_WIRE = np.ones((5, 5), np.uint8)  # what is thinner has no depth worth telling


class Setting:
    """A request composed for its maps: figures, prop and place, each drawn when it is first asked for."""

    def __init__(self, request: PictureRequest, art: ArtCache) -> None:
        self.request = composed(request)
        scene = compose_scene(self.request)
        self.scene = replace(scene, actors=tuple(replace(a, aura=False) for a in scene.actors))
        self.width, self.height = request.size
        self.scale = self.height / HEIGHT
        self._art = art
        self._cast = _Cast(self.scene, request.size, art)

    @cached_property
    def figures(self) -> list[Figure]:
        """Farthest first."""
        return self._cast.figures()

    @cached_property
    def place(self) -> Place | None:
        """The plate; a portrait has none."""
        back = self.scene.backdrop
        if self.request.kind == "sheet":
            return None
        return place_of(back.plate, back.time, back.genre, back.seed)

    @cached_property
    def plate_matrix(self) -> Matrix:
        """From pixels of the 1080x1920 frame that plates are drawn for to this frame."""
        base = then(stand(self.scene, self.width, self.height), self._camera("mid"))
        return base + np.array([[0, 0, base[0, 0] * MARGIN_X], [0, 0, base[1, 1] * MARGIN_Y]])

    def _camera(self, depth: str) -> Matrix:
        return self._cast.camera.matrix(self._cast.view_at_rest, depth)

    def placed(self, image: NDArray[np.uint8], matrix: Matrix, endless: bool = False) -> NDArray[np.uint8]:
        """An image drawn at SHARE as it lies in the frame."""
        border = cv2.BORDER_REPLICATE if endless else cv2.BORDER_CONSTANT
        grown = np.column_stack([matrix[:, :2] / SHARE, matrix[:, 2]])
        return cv2.warpAffine(image, grown, (self.width, self.height), flags=cv2.INTER_LINEAR, borderMode=border)

    def on_plate(self, image: NDArray[np.uint8], endless: bool = False) -> NDArray[np.uint8]:
        return self.placed(image, then(stand(self.scene, self.width, self.height), self._camera("mid")), endless)

    @cached_property
    def near(self) -> Image | None:
        """What stands between camera and figures, sharp, if the shot shows it."""
        if self.place is None or not self.scene.backdrop.near:
            return None
        base = stand(self.scene, self.width, self.height, near=True)
        return self.placed(self.place.near, then(base, self._camera("near")))

    @property
    def near_alpha(self) -> Grey:
        return np.zeros((self.height, self.width), np.uint8) if self.near is None else self.near[..., 3].copy()

    @cached_property
    def prop(self) -> Image | None:
        """The insert's object alone."""
        if self.scene.size != "insert" or not self.scene.prop:
            return None
        image = object_of(self.scene.prop, self.scene.prop_text, self.scene.backdrop.genre)
        return self.placed(image, self._cast.prop_matrix())

    @property
    def table_row(self) -> float:
        """Where an insert's table begins, in frame pixels."""
        matrix = self._cast.prop_matrix()
        return float(matrix[1, 1] * (TABLE + MARGIN_Y) + matrix[1, 2])

    def frame(self) -> Image:
        """The draft's frame without weather, light effects and eye band, as BGR."""
        if self.place is None:
            return self._portrait()
        view = _Bare(self.scene, (self.width, self.height), self._art).view(FrameCue(0))
        return cv2.cvtColor(view, cv2.COLOR_BGRA2BGR)

    def _portrait(self) -> Image:
        """The figures on plain grey."""
        out = np.full((self.height, self.width, 3), 128, np.uint8)
        for figure in self.figures:
            keep = cv2.cvtColor(cv2.bitwise_not(figure.alpha), cv2.COLOR_GRAY2BGR)
            out = cv2.add(cv2.multiply(out, keep, scale=1 / 255), cv2.cvtColor(figure.image, cv2.COLOR_BGRA2BGR))
        return out
