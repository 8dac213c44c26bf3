"""What an actor does at a frame: how the head is held, where hair and cloth hang, which eyes and mouth. No pixels.

Everything is a pure function of the frame, so any frame can be asked for alone. Figures move on twos; lengths are in
head units (the head is 600 tall), angles in degrees."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from models.draft.scene import Scene

STEP = 2
"""Figures are drawn on twos."""
LONG_AGO = 10_000
BREATH_SECONDS = 3.2
SWAY = ((1.15, 4.7), (0.45, 1.9))
"""Idle turning of the head: degrees and seconds."""
DRIFT, DRIFT_SECONDS = 1.9, 3.7
LAG = 6
"""Hair follows the head this many frames later."""
HAIR_FOLLOWS = 0.75
WIND_SECONDS = 2.6
BACK_SWAY, LOCK_SWAY, HEM_SWAY = (0.010, 0.040), (0.012, 0.034), (0.008, 0.030)
"""Shear in still air, and what full wind adds."""
BLINK = ("half", "closed", "closed", "half")
BOUNCE = (0.0, 0.012, 0.016, 0.008, 0.003)  # of size, after an expression changes
REST_AFTER = 7  # frames of a closed mouth until the expression's own mouth returns
SETTLE = 10  # frames until a changed mood or a lean is fully there
CLOSE_CALM = 0.35
"""How much of the head's movement an extreme close-up shows."""
NOD = (0.35, 0.85, 1.0, 0.62, 0.25, -0.10, -0.06, 0.0)
NOD_DROP = 6.5  # head units a degree of nod lowers the head
TURN_STEP = 2  # frames each drawing of a head turn is seen
TURN_DIP = 9.0
YAW_STEP = 4.0
POSE_OUT = (1.0, 0.96, 0.96)
POSE_IN = (0.68, 0.68, 1.06, 1.06, 0.98, 0.98)
POSE_DIP = (0.0, 5.0, 5.0, 12.0, 12.0, -5.0, -5.0, 0.0)
"""How far the arms are stretched before and after they change, and how far the body dips (head units)."""
WALK_SECONDS, STEPS, STEP_HEIGHT = 1.25, 3, 18.0
DRAG = 0.9  # shear of hair and cloth by how far the last frames went
MOODS: dict[str, tuple[float, float]] = {
    "joy": (2.2, -4), "tender": (-2.6, 4), "smirk": (2.8, -5), "anger": (-0.8, 8), "rage": (-1.6, 12), "fear": (1.8, 4),
    "shock": (0.8, -12), "grief": (-2.6, 16), "tears": (-2.0, 13), "resolve": (-0.6, -3), "cold": (1.2, -8),
    "plead": (-2.4, 7), "triumph": (1.8, -12),
}  # fmt: skip
"""Tilt away from where the head looks (degrees) and how far it sinks (units)."""


@dataclass(frozen=True)
class Posture:
    """One drawing. `tilt` turns the head clockwise, `drop` lowers it; `back`, `locks`, `hem` are shears (units across a
    unit down), `stretch` the length of the arms, `breath` -1..1, `grow` the figure's size, `dx` its shift in frame widths,
    `rise` its shift in head units."""

    emotion: str
    yaw: float
    passing: bool
    pose: str
    eyes: str
    mouth: str
    tilt: float
    drop: float
    back: float
    locks: float
    hem: float
    stretch: float
    breath: float
    grow: float
    dx: float
    rise: float


class Row:
    """Changes of one thing of one actor in order of time."""

    def __init__(self, rows: Sequence[tuple[int, int, object]], index: int, start: object) -> None:
        mine = sorted((r for r in rows if r[1] == index), key=lambda r: r[0])
        self.frames = [r[0] for r in mine]
        self.values = [start, *(r[2] for r in mine)]

    def at(self, number: int) -> tuple[object, object, int]:
        """(value now, the one before it, frames since the change); LONG_AGO when nothing changed yet or in truth."""
        k = bisect_right(self.frames, number)
        now, before = self.values[k], self.values[max(0, k - 1)]
        return now, before, number - self.frames[k - 1] if k and now != before and self.frames[k - 1] > 0 else LONG_AGO


def eased(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def twos(number: int) -> int:
    return number // STEP * STEP


class Acting:
    """One actor's part in a scene."""

    def __init__(self, scene: Scene, index: int) -> None:
        self.scene, self.index = scene, index
        self.actor = actor = scene.actors[index]
        self.fps = scene.fps
        self.side = -1.0 if actor.yaw < 0 else 1.0
        self._emotions = Row(scene.emotions, index, actor.emotion)
        self._poses = Row(scene.poses, index, actor.pose)
        self._gazes = Row(scene.gazes, index, actor.gaze)
        self._turns = Row(scene.turns, index, actor.yaw)
        self._leans = Row(scene.leans, index, 0.0)
        self._mouths = Row(scene.mouths, index, "rest")
        self._nods = [(f, size) for f, a, size in scene.nods if a == index]
        self._blinks = [f for f, a in scene.blinks if a == index]
        self._phase = index * 1.7 + scene.seed % 11
        self._walk = round(WALK_SECONDS * scene.fps) if actor.enters else 0

    # -- moods and words

    def emotion(self, number: int) -> tuple[str, int]:
        """The emotion at a frame and how many frames ago it began."""
        now, _, since = self._emotions.at(number)
        return str(now), since

    def mouth(self, number: int) -> str:
        k = bisect_right(self._mouths.frames, number)
        shape = str(self._mouths.values[k])
        return "rest" if k and shape == "closed" and number - self._mouths.frames[k - 1] >= REST_AFTER else shape

    def turn(self, number: int) -> tuple[float, bool, int]:
        """(drawn angle, whether it is a passing drawing, frames since the turn began)."""
        now, before, since = self._turns.at(number)
        yaw, old = float(now), float(before)  # pyright: ignore[reportArgumentType]
        path = middles(old, yaw)
        stage = since // TURN_STEP if since < LONG_AGO else len(path) + 2
        if stage == 0:
            return old, False, since
        return (path[stage - 1], True, since) if stage <= len(path) else (yaw, False, since)

    def eyes(self, number: int) -> str:
        gaze, _, moved = self._gazes.at(number)
        _, changed = self.emotion(number)
        _, passing, turned = self.turn(number)
        away = middles(*(float(v) for v in self._turns.at(number)[1::-1]))  # pyright: ignore[reportArgumentType]
        if changed < 2 or passing:
            return "closed" if changed < 1 or passing else "half"
        if turned < TURN_STEP or TURN_STEP * (len(away) + 1) <= turned < TURN_STEP * (len(away) + 2):
            return "half"
        for start in self._blinks:
            if 0 <= number - start < len(BLINK):
                return BLINK[number - start]
        if moved < STEP:
            return "half"
        return "open" if gaze == "ahead" else str(gaze)

    # -- movement

    def tilt(self, number: int) -> tuple[float, float]:
        """(degrees, drop) of the head: idle sway, mood, nods, the dip of a turn."""
        seconds = number / self.fps
        sway = sum(size * math.sin(2 * math.pi * seconds / period + self._phase * (1 + k)) for k, (size, period) in enumerate(SWAY))  # fmt: skip
        drift = 0.0 if self.actor.speaking else DRIFT * math.sin(2 * math.pi * seconds / DRIFT_SECONDS + self._phase)
        lean, drop = self._mood(number)
        nod = sum(size * NOD[at] for f, size in self._nods if 0 <= (at := (number - f) // STEP) < len(NOD))
        _, _, turned = self.turn(number)
        dip = TURN_DIP * math.sin(math.pi * min(1.0, turned / 8)) if turned < 8 else 0.0
        calm = CLOSE_CALM if self.scene.size == "ecu" else 1.0
        return calm * (sway + drift - lean * self.side + 0.45 * nod * self.side), calm * (drop + nod * NOD_DROP + dip)

    def _mood(self, number: int) -> tuple[float, float]:
        now, before, since = self._emotions.at(number)
        share = eased(since / SETTLE)
        a, b = MOODS.get(str(before), (0.0, 0.0)), MOODS.get(str(now), (0.0, 0.0))
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    def lean(self, number: int) -> float:
        now, before, since = self._leans.at(number)
        return float(before) + (float(now) - float(before)) * eased(since / SETTLE)  # pyright: ignore

    def walk(self, number: int) -> tuple[float, float]:
        """(share of the way still to go, lift of the step) of someone who walks in."""
        if number >= self._walk:
            return 0.0, 0.0
        share = number / self._walk
        left = (1 - share) ** 2 * (1 + 0.6 * share)
        return left, abs(math.sin(math.pi * STEPS * share)) * STEP_HEIGHT * (1 - share * share)

    def shears(self, number: int) -> tuple[float, float, float]:
        """(back, locks, hem): what hangs follows the head and the walk later, and moves in the wind."""
        late = math.radians(self.tilt(number - LAG)[0] - self.tilt(number)[0]) * HAIR_FOLLOWS
        drag = (self.walk(max(0, number - LAG))[0] - self.walk(number)[0]) * DRAG * self.actor.enters
        step = math.sin(math.pi * STEPS * number / self._walk) * 0.035 if number < self._walk else 0.0
        seconds, wind = number / self.fps, self.scene.wind
        out: list[float] = []
        for k, (still, blown) in enumerate((BACK_SWAY, LOCK_SWAY, HEM_SWAY)):
            phase = self._phase + 1.1 * k
            wave = math.sin(2 * math.pi * seconds / WIND_SECONDS + phase)
            gust = 0.5 * math.sin(2 * math.pi * seconds / (0.41 * WIND_SECONDS) + 2 * phase) + 0.6
            out.append(still * wave + blown * wind * (0.6 * wave + 0.5 * gust))
        return out[0] + late + drag, out[1] + 0.8 * late + drag, out[2] + drag * 0.5 + step

    def arms(self, number: int) -> tuple[str, float, float]:
        """(pose, stretch, dip): the old arms gather, the new ones unfold past their length and settle."""
        now, before, since = self._poses.at(number)
        if since < len(POSE_OUT):
            return str(before), POSE_OUT[since], POSE_DIP[since]
        at = since - len(POSE_OUT)
        stretch = POSE_IN[at] if at < len(POSE_IN) else 1.0
        return str(now), stretch, POSE_DIP[since] if since < len(POSE_DIP) else 0.0

    def at(self, number: int) -> Posture:
        """The drawing at a frame."""
        even = number if number < self._walk else twos(number)
        seconds = even / self.fps
        emotion, changed = self.emotion(number)
        yaw, passing, _ = self.turn(number)
        tilt, drop = self.tilt(even)
        back, locks, hem = self.shears(even)
        pose, stretch, dip = self.arms(number)
        left, lift = self.walk(even)
        lean = self.lean(even)
        breath = math.sin(2 * math.pi * seconds / BREATH_SECONDS + self._phase + 1.0)
        bounce = BOUNCE[changed] if 0 <= changed < len(BOUNCE) else 0.0
        return Posture(
            emotion, yaw, passing, pose, self.eyes(number), self.mouth(number), tilt, drop, back, locks, hem, stretch,
            breath, 1 + bounce + 0.03 * lean, left * self.actor.enters + 0.012 * lean * self.side, lift - dip,
        )  # fmt: skip


def middles(old: float, new: float) -> list[float]:
    """The angles drawn on the way of a head turn: one, or two when it is wide.

    >>> middles(-4.0, 12.0)
    [4.0]
    >>> middles(-12.0, 12.0)
    [-4.0, 4.0]
    """
    wide = abs(new - old)
    shares = () if wide < YAW_STEP else (0.5,) if wide < 5 * YAW_STEP else (0.34, 0.72)
    return [round((old + (new - old) * share) / YAW_STEP) * YAW_STEP for share in shares]
