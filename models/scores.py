"""What can be measured on pictures and clips without a model: sharpness, exposure, lettering, faces in place, flicker.

Numpy and OpenCV; pixels are uint8 BGR. Every measure works at a size of its own, so that it means the same at any size
from there up. It knows no detector (who finds faces hands boxes in), no request and no limit but those it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Planned = Mapping[str, tuple[float, float, float]]
"""Character -> (x, y between the eyes, head height), fractions of the frame, as `Layout.faces` gives them."""

SIDE = 512
"""Pixels of the short side that pictures are measured at; smaller ones as they are."""
CLIP_SIDE = 96
"""The same for clips."""
BLUR_TAPS = 9
NOTHING, PLAIN = 1.5 / 255, 0.05 / 255
"""Differences of neighbours below the first are the rounding to 8 bits, and a picture with a mean below the second is
plain: both would make a deep blur look sharp again."""
DARK, BRIGHT = 4, 251
"""At or below / at or above: pixels without drawing in them, in 8-bit steps, all three channels."""
LETTER_HEIGHTS = (0.012, 0.12)
"""Of the short side. Smaller marks are texture, larger ones objects."""
LETTERS_IN_ROW = 4
GAP, REACH = 1.2, 2.0
"""Between neighbours of a line: at most this far apart, in heights, and at most this many times as high."""
LEVEL, SLANT = 0.06, 0.12
"""A line's feet: median distance from straight, in letter heights; slope."""
UNLIKE = 0.09
"""Least standard deviations within a line, added: of width over height and of the share of the box that is inked."""
MOST_INK = 0.72
"""Of the box: a disc inks 0.79, a window all."""
CONTRAST = 28
"""8-bit steps between a letter and what is around it."""
LETTERS_HALF = 12
"""Marks in rows at which suspicion is a half."""
STILL = 0.25
"""8-bit steps: mean change of a frame pair that shows nothing new (the noise of coding; a slow push moves 0.5 and up)."""
EYE_LINE = 0.45
"""Eyes in a face's box, from its top."""
NEAR = 0.75
"""Head heights between planned and found eyes at which a face is still that face."""
EXTRA_SIZE = 0.5
"""Of the smallest planned head: a face below that in the background is no fault."""
EXTRA_ALONE = 0.08
"""Of the frame's height: the same where no face is planned."""


def working(picture: Pixels, side: int) -> Pixels:
    """The picture with its short side at most `side` pixels."""
    h, w = picture.shape[:2]
    if min(h, w) <= side:
        return picture
    scale = side / min(h, w)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def luma(picture: Pixels) -> NDArray[np.float32]:
    """0..1, (height, width): BT.601 weights on the coded values."""
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255


# -- pictures


def sharpness(picture: Pixels) -> float:
    """0 (smear, or nothing at all) .. 1 (every pixel an edge): how much of the detail a further blur would take away.

    One less the blur metric of Crete, Dolmiere, Ladret and Nicolas, 'The blur effect' (SPIE 6492, 2007), at 512 pixels
    across. Noise counts as detail. Example: white noise 0.89, a plain grey card 0, that noise blurred with sigma 10: 0.1."""
    gray = luma(working(picture, SIDE))
    return round(1 - max(_blur(gray, (BLUR_TAPS, 1)), _blur(gray, (1, BLUR_TAPS))), 4)


def _blur(gray: NDArray[np.float32], taps: tuple[int, int]) -> float:
    """Along one axis, `taps` wide: the share of the neighbours' differences that a re-blur leaves."""
    axis = 1 if taps[0] > 1 else 0
    here = np.abs(np.diff(gray, axis=axis))
    here[here < NOTHING] = 0
    there = np.abs(np.diff(cv2.blur(gray, taps), axis=axis))
    whole = float(here.sum())
    lost = float(np.maximum(0, here - there).sum())
    floor = PLAIN * gray.size
    return (whole - lost + floor) / (whole + floor)


def exposure(picture: Pixels) -> float:
    """Mean luma, 0 black .. 1 white. Example: (0, 0, 0) and (255, 255, 255) half and half: 0.5."""
    return round(float(luma(working(picture, SIDE)).mean()), 4)


def clipped(picture: Pixels) -> float:
    """Share 0..1 of pixels that are wholly black or wholly white (within 4 steps of 255). Example: a bar of a quarter
    of the frame, black: 0.25."""
    small = working(picture, SIDE)
    return round(float(((small.max(axis=2) <= DARK) | (small.min(axis=2) >= BRIGHT)).mean()), 4)


def text(picture: Pixels) -> float:
    """Suspicion of lettering, 0..1: letter-like marks that stand in rows, n / (n + 12).

    Marks darker or brighter than around them, of a letter's height and fill, in a row of at least four of like height,
    close together and not all alike (as windows and fence posts are); after Neumann and Matas, 'A method for text
    localization and recognition in real-world images' (ACCV 2010), without its learned parts. Rows on a slant and
    handwriting in one stroke escape it. Example: twelve printed letters in one line: 0.5; a plain card: 0."""
    gray = cv2.cvtColor(working(picture, SIDE), cv2.COLOR_BGR2GRAY)
    side = min(gray.shape[:2])
    found = max(_letters(gray, side), _letters(255 - gray, side))
    return round(found / (found + LETTERS_HALF), 4)


def _letters(gray: Pixels, side: int) -> int:
    """How many dark marks of `gray` stand in rows."""
    window = max(3, round(side * LETTER_HEIGHTS[1]) | 1)
    dark = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, CONTRAST)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    marks = stats[1:].astype(np.float64)
    wide, high, area = marks[:, 2], marks[:, 3], marks[:, 4]
    low, top = max(5.0, side * LETTER_HEIGHTS[0]), side * LETTER_HEIGHTS[1]
    fill = area / (wide * high)
    fits = (high >= low) & (high <= top) & (wide >= 0.12 * high) & (wide <= 1.6 * high) & (fill > 0.2) & (fill < 0.95)
    return sum(len(row) for row in _rows(marks[fits]) if _is_writing(row))


def _rows(marks: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Marks (n, 5: x, y, width, height, area) chained to their right-hand neighbours of like height on the same line."""
    rows: list[list[NDArray[np.float64]]] = []
    open_: list[list[NDArray[np.float64]]] = []
    for mark in marks[np.argsort(marks[:, 0], kind="stable")]:
        open_ = [row for row in open_ if mark[0] - (row[-1][0] + row[-1][2]) <= GAP * REACH * row[-1][3]]
        home = next((row for row in reversed(open_) if _follows(row[-1], mark)), None)
        if home is None:
            rows.append(home := [])
            open_.append(home)
        home.append(mark)
    return [np.array(row) for row in rows if len(row) >= LETTERS_IN_ROW]


def _follows(last: NDArray[np.float64], mark: NDArray[np.float64]) -> bool:
    x, y, wide, high, _ = last
    tall = max(high, mark[3])
    gap = mark[0] - (x + wide)
    level = abs((y + high) - (mark[1] + mark[3])) < 0.35 * tall
    return bool(level and -0.2 * tall <= gap <= GAP * tall and min(high, mark[3]) * REACH > tall)


def _is_writing(row: NDArray[np.float64]) -> bool:
    """Letters of one line stand on a straight line and differ in width and ink; hair does not do the one, nor windows,
    bricks, dots and fence posts the other."""
    x, feet, high = row[:, 0], row[:, 1] + row[:, 3], np.median(row[:, 3])
    slope, start = np.polyfit(x, feet, 1)
    level = np.median(np.abs(feet - slope * x - start)) < LEVEL * high and abs(slope) < SLANT
    wide, fill = row[:, 2] / high, row[:, 4] / (row[:, 2] * row[:, 3])
    return bool(level and wide.std() + fill.std() > UNLIKE and np.median(fill) < MOST_INK)


# -- faces


@dataclass(frozen=True)
class FaceBox:
    """A face found: left, top, right, bottom in fractions of the frame, and the finder's score 0..1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def eyes(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.top + EYE_LINE * self.height

    @property
    def height(self) -> float:
        return self.bottom - self.top


class FaceLimits(Protocol):
    """The part of `AcceptSettings` that is about faces' sizes, in planned head heights."""

    @property
    def face_size_least(self) -> float: ...
    @property
    def face_size_most(self) -> float: ...


@dataclass(frozen=True)
class FaceFaults:
    """How found faces differ from the planned ones. `sizes`: found height over planned (as far as the frame shows it),
    per matched character; `reasons` says each fault in words."""

    matched: Mapping[str, FaceBox]
    sizes: Mapping[str, float]
    missing: tuple[str, ...]
    extra: int
    reasons: tuple[str, ...]

    @property
    def fit(self) -> float:
        """1: as planned .. 0: nothing of it; each missing, extra or ill-sized face is one fault."""
        faces = len(self.matched) + len(self.missing) + self.extra
        return round(max(0.0, 1 - len(self.reasons) / faces), 4) if faces else 1.0


def match_faces(found: Sequence[FaceBox], planned: Planned, aspect: float) -> dict[str, FaceBox]:
    """Each planned face with the nearest found one, nearest pairs first, within 0.75 head heights.

    `aspect` is the frame's width over its height: distances are in heights. Example: planned {'a': (0.5, 0.4, 0.3)} takes
    a box whose eyes are at (0.6, 0.4) in a 9:16 frame: 0.1 * 0.5625 / 0.3 = 0.19 heads away."""
    pairs: list[tuple[float, str, int]] = []
    for name, (x, y, head) in planned.items():
        for index, box in enumerate(found):
            at_x, at_y = box.eyes
            distance = float(np.hypot((at_x - x) * aspect, at_y - y)) / max(head, 1e-6)
            if distance <= NEAR:
                pairs.append((distance, name, index))
    out: dict[str, FaceBox] = {}
    taken: set[int] = set()
    for _, name, index in sorted(pairs):
        if name not in out and index not in taken:
            out[name] = found[index]
            taken.add(index)
    return out


def face_faults(found: Sequence[FaceBox], planned: Planned, settings: FaceLimits, aspect: float) -> FaceFaults:
    """Count and size of faces against the shot. Example: one planned, that one and another as large found: extra = 1.

    A face in the background, below half the smallest planned head (0.08 of the height where none is planned), is no
    fault, nor is a planned one whose eyes lie outside the frame."""
    seen = {name: spot for name, spot in planned.items() if 0 <= spot[0] <= 1 and 0 <= spot[1] <= 1}
    matched = match_faces(found, seen, aspect)
    missing = tuple(name for name in seen if name not in matched)
    least = EXTRA_SIZE * min((head for _, _, head in seen.values()), default=EXTRA_ALONE / EXTRA_SIZE)
    taken = {id(box) for box in matched.values()}
    extra = sum(1 for box in found if id(box) not in taken and box.height >= least)
    sizes = {name: round(box.height / _shown(seen[name]), 4) for name, box in matched.items()}
    reasons = [f"the face of {name} is not where it was planned" for name in missing]
    reasons += [f"{extra} {'face' if extra == 1 else 'faces'} too many"] * extra
    for name, size in sizes.items():
        if not settings.face_size_least <= size <= settings.face_size_most:
            span = f"{settings.face_size_least:g}..{settings.face_size_most:g}"
            reasons.append(f"the face of {name} is {size:.2f} times its planned size, outside {span}")
    return FaceFaults(matched, sizes, missing, extra, tuple(reasons))


def _shown(spot: tuple[float, float, float]) -> float:
    """How much of a planned head lies within the frame, as a fraction of its height."""
    _, y, head = spot
    top, bottom = y - EYE_LINE * head, y + (1 - EYE_LINE) * head
    return max(1e-6, min(1.0, bottom) - max(0.0, top))


# -- clips: uint8 frames (n, height, width, 3)


def shrunk(frames: Sequence[Pixels]) -> Pixels:
    """Frames at the size that clips are measured at, (n, height, width, 3)."""
    return np.stack([working(frame, CLIP_SIDE) for frame in frames])


def flicker(frames: Sequence[Pixels]) -> float:
    """Trembling light, 0..1: mean luma and contrast of each frame against their neighbours (1, 2, 1), root mean square.

    Fades, pans and one cut leave little; light that jumps to and fro stays whole. Example: frames of luma 100 and 110 by
    turns: 5 / 255 = 0.0196. 0 with fewer than three frames."""
    gray = [luma(frame) for frame in shrunk(frames)]
    series = np.array([[g.mean(), g.std()] for g in gray])
    if len(series) < 3:
        return 0.0
    rest = series[1:-1] - (series[:-2] + 2 * series[1:-1] + series[2:]) / 4
    return round(float(np.sqrt((rest**2).sum(axis=1).mean())), 4)


def changes(frames: Sequence[Pixels]) -> NDArray[np.float64]:
    """Mean absolute difference of adjacent frames, 0..1, (n - 1,)."""
    small = shrunk(frames).astype(np.float32) / 255
    return np.abs(np.diff(small, axis=0)).mean(axis=(1, 2, 3)).astype(np.float64)


def frozen(frames: Sequence[Pixels]) -> float:
    """Share 0..1 of adjacent frame pairs that show nothing new. Example: a picture held: 1; each frame twice: about 0.5.
    A clip of one frame is frozen."""
    steps = changes(frames) if len(frames) > 1 else np.zeros(1)
    return round(float((steps * 255 < STILL).mean()), 4)


def jump(frames: Sequence[Pixels]) -> float:
    """The largest cut-like change, 0..1: how far the change of one pair stands out over those beside it.

    Example: black frames, then white ones: 1; a fade between them over 10 frames: 0."""
    if len(frames) < 2:
        return 0.0
    steps = np.pad(changes(frames), 1)
    return round(max(0.0, float((steps[1:-1] - np.maximum(steps[:-2], steps[2:])).max())), 4)


def drift(frames: Sequence[Pixels]) -> float:
    """How far the palette of the last frame is from that of the first, 0..about 1: distance of the means and deviations
    of L, a and b, the statistics of Reinhard et al., 'Color transfer between images' (2001).

    Blind to where things are, so a pan or a walk counts little. Example: a black frame becomes a white one: 1."""
    ends = [
        cv2.cvtColor(f, cv2.COLOR_BGR2LAB).reshape(-1, 3).astype(np.float64) / 255
        for f in shrunk(frames[:: max(1, len(frames) - 1)])
    ]
    first, last = (np.concatenate([e.mean(axis=0), e.std(axis=0)]) for e in (ends[0], ends[-1]))
    return round(float(np.sqrt(((last - first) ** 2).sum())), 4)
