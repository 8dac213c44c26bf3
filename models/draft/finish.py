"""The last hand on a frame: weather, then what the cut asks for, at most as much as it asks. Knows no layers.

Nothing is done to a frame that no cue and no weather asks for, and a frame is never changed in place: what the stage
composed stays whole for the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.base import FrameCue
from models.draft import glow, inkwork, panels
from models.draft.glow import Spot
from models.draft.palette import ACCENTS
from models.draft.particles import STEP, Weather
from models.draft.raster import Image
from models.draft.scene import Scene
from models.draft.svg import rgb

HEIGHT = 1920
DARK_MOODS = ("dread", "grief")  # their lines are black and their tone hangs from above
GRID = 24  # pixels at 1920 high: places of clear spots are rounded to it, so that layers can be kept
CLEAR = (0.40, 0.60)  # half width and half height of the clear oval, in head heights
LEAST_CLEAR = (0.30, 0.20)  # of the frame's width and height
MOST_CLEAR = (0.47, 0.36)
NOBODY = (0.42, 0.30)  # the clear oval of a shot without a face
FACE, FACE_LOW = (0.40, 0.48), 0.05  # half width and half height of a face, its middle under the eyes, in head heights
GROUNDED = "wide"  # the size in which rain is seen to hit the ground, when nobody stands on it
LEAST_SMEAR = 2.0  # pixels

View = Callable[[FrameCue], Image]


class Finish:
    """Finishes the frames of one scene at one size; `view` composes the scene as another cue would frame it."""

    def __init__(self, scene: Scene, size: tuple[int, int], view: View) -> None:
        self.scene = scene
        self.width, self.height = size
        self.scale = self.height / HEIGHT
        self._view = view
        ground = scene.size == GROUNDED and not scene.actors
        self._weather = [Weather(kind, size, scene.seed, ground) for kind in scene.effects]
        self._accent = rgb(ACCENTS.get(scene.backdrop.genre, ACCENTS["thriller"])[0])
        self._dark = scene.backdrop.mood in DARK_MOODS
        self._panels: tuple[object, list[Image]] | None = None

    def state(self, number: int, cue: FrameCue) -> object:
        """Equal for two frames whose finish is the same, given the same composed picture."""
        moving = cue.speed_lines or cue.leak
        lens = (cue.focus_x, cue.focus_y, cue.zoom, cue.dx, cue.dy) if self._needs_spot(cue) else ()
        return (
            number // STEP if self._weather else 0, cue.tick if moving else 0, cue.blur, cue.blur_angle, cue.flash,
            cue.impact, cue.focus_lines and cue.tick // inkwork.SWAP, cue.radial, cue.tone, lens,
        )  # fmt: skip

    def panel_state(self, number: int, cue: FrameCue) -> object:
        """The same for a frame of split panels."""
        return ("panels", number // STEP, cue.panels, cue.panel_slide, cue.flash)

    def draw(self, composed: Image, number: int, cue: FrameCue) -> Image:
        """The finished frame; `composed` itself when there is nothing to do."""
        frame = self._aired(composed, number, cue)
        if cue.impact:
            return inkwork.impact(frame, self.spot(cue), cue.impact, cue.tick // 2, self._accent)
        frame = self._toned(frame, cue)
        if cue.leak > 0:
            frame = glow.leak(frame, cue.tick / self.scene.fps, cue.leak)
        if abs(cue.blur) >= LEAST_SMEAR:
            frame = glow.smear(frame, abs(cue.blur) * self.scale, cue.blur_angle)
        return self._flashed(frame, cue)

    def _aired(self, frame: Image, number: int, cue: FrameCue) -> Image:
        if not self._weather:
            return frame
        frame = frame.copy()
        faces = self._faces(cue)
        for weather in self._weather:
            weather.draw(frame, number, self.scene.fps, faces)
        return frame

    def _faces(self, cue: FrameCue) -> list[Spot]:
        """Where the cut puts the faces that are seen: nothing that floats may look like a flaw on a skin."""
        out: list[Spot] = []
        fx, fy = cue.focus_x * self.width, cue.focus_y * self.height
        for actor in self.scene.actors:
            if actor.view == "front":
                x = (actor.x * self.width - fx) * cue.zoom + fx + cue.dx * self.scale
                y = (actor.y * self.height - fy) * cue.zoom + fy + cue.dy * self.scale
                head = actor.head * self.scale * cue.zoom
                out.append(Spot(round(x), round(y + FACE_LOW * head), round(FACE[0] * head), round(FACE[1] * head)))
        return out

    def _toned(self, frame: Image, cue: FrameCue) -> Image:
        """What lies around the face: blur, tone, lines."""
        if cue.radial > 0:
            frame = glow.radial(frame, self.spot(cue), cue.radial)
        if cue.tone > 0:
            frame = inkwork.toned(frame, self.spot(cue), cue.tone, self._dark)
        if cue.focus_lines:
            frame = inkwork.lined(frame, self.spot(cue), cue.tick, self._dark)
        if cue.speed_lines:
            frame = inkwork.rushed(frame, self.spot(cue), cue.tick / self.scene.fps, self._dark)
        return frame

    @staticmethod
    def _flashed(frame: Image, cue: FrameCue) -> Image:
        if cue.flash > 0:
            return inkwork.flashed(frame, cue.flash)
        return glow.flash(frame, cue.flash) if cue.flash < 0 else frame

    def panels(self, number: int, cue: FrameCue) -> Image:
        """The frame as split panels over the shot they come from; their pictures move on twos."""
        key = number // STEP, cue.panels
        still = replace(cue, frame=number // STEP * STEP, impact=0, radial=0.0, tone=0.0, leak=0.0, flash=0.0)
        shown = panels.layout(cue.panels)
        if self._panels is None or self._panels[0] != key:
            shots = [self._view(panels.panel_cue(still, panel, face)).copy() for panel, face in shown]
            self._panels = key, shots
        base = self._view(replace(still, panels=())) if cue.panel_slide < 1 else self._panels[1][0]
        pairs = [(panel, shot) for (panel, _), shot in zip(shown, self._panels[1], strict=True)]
        return self._flashed(panels.lay_panels(base, pairs, cue.panel_slide), cue)

    @staticmethod
    def _needs_spot(cue: FrameCue) -> bool:
        return bool(cue.impact or cue.radial or cue.tone or cue.focus_lines or cue.speed_lines)

    def spot(self, cue: FrameCue) -> Spot:
        """The oval to keep clear: the face at the cue's focus where the cut puts it, or the middle of the frame."""
        grid = max(1, round(GRID * self.scale))
        x = cue.focus_x * self.width + cue.dx * self.scale
        y = cue.focus_y * self.height + cue.dy * self.scale
        head = cue.head * cue.zoom * self.height
        if not head:
            return Spot(
                *(max(1, round(v / grid) * grid) for v in (x, y, NOBODY[0] * self.width, NOBODY[1] * self.height))
            )
        rx = min(max(head * CLEAR[0], LEAST_CLEAR[0] * self.width), MOST_CLEAR[0] * self.width)
        ry = min(max(head * CLEAR[1], LEAST_CLEAR[1] * self.height), MOST_CLEAR[1] * self.height)
        return Spot(*(max(1, round(v / grid) * grid) for v in (x, y, rx, ry)))
