"""Shot grammar: a picture request and a camera move become a scene. Knows composition, draws nothing.

Sizes and places are the art bible's: fractions of a vertical frame, head heights in pixels at 1920 high."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from models.base import CAMERA_MOVES, PLATES, ClipRequest, Figure, PictureRequest
from models.draft.scene import Actor, Backdrop, Move, Scene

FRAME_RATE = 24
FRAME_HEIGHT = 1920


@dataclass(frozen=True)
class Framing:
    """Head height, face place, plate zoom and blur of one shot size."""

    head: float
    x: float
    y: float
    zoom: float
    blur: float
    light: float = 0.92


FRAMINGS = {
    "ecu": Framing(2350, 0.50, 0.46, 1.5, 14, 0.6),
    "cu": Framing(960, 0.49, 0.42, 1.32, 9),
    "mcu": Framing(800, 0.48, 0.43, 1.22, 7),
    "ots": Framing(640, 0.37, 0.39, 1.20, 6),
    "two": Framing(480, 0.50, 0.42, 1.12, 4),
    "wide": Framing(356, 0.50, 0.48, 1.0, 0.0, 1.0),
    "insert": Framing(0, 0.50, 0.50, 1.45, 14, 0.62),
    "silhouette": Framing(500, 0.53, 0.45, 1.06, 2.5, 1.05),
    "back": Framing(580, 0.50, 0.42, 1.15, 4),
}
LOOK_ROOM = 0.05  # the face stands this much away from where it looks
WIDE_GAP = 0.40
PUSH_PER_SECOND = 0.025
EMOTIONAL_PUSH_PER_SECOND = 0.06
PULL_PER_SECOND = 0.04
PAN_PIXELS_PER_SECOND = 60.0
MAX_TRAVEL = 0.16  # of zoom within one shot
MAX_PAN = 110.0
BLINK_SECONDS = (2.4, 4.5)
MOOD_EFFECTS = {"tender": "petals", "triumph": "embers", "action": "embers", "mystery": "dust"}
OPEN_AIR = ("street", "alley", "rooftop", "temple", "forest", "lakeside")
LOUD = ("rage", "shock", "fear", "triumph")


def compose_scene(picture: PictureRequest, clip: ClipRequest | None = None) -> Scene:
    """The scene of a keyframe (one frame, camera at rest) or of a clip. ValueError names an unknown word."""
    framing = FRAMINGS.get(picture.shot_size)
    if framing is None:
        raise ValueError(f"unknown shot size {picture.shot_size!r}: choose from {', '.join(FRAMINGS)}")
    if picture.plate and picture.plate not in PLATES:
        raise ValueError(f"unknown plate {picture.plate!r}: choose from {', '.join(PLATES)}")
    actors = place(picture, framing)
    num_frames, fps = (clip.num_frames, clip.fps) if clip else (1, FRAME_RATE)
    scene = Scene(
        unit=picture.unit, size=picture.shot_size, num_frames=num_frames, fps=fps, seed=picture.seed,
        backdrop=backdrop(picture, framing), actors=actors,
        move=move(clip, picture, framing, actors), prop=picture.prop, prop_text=picture.prop_text,
        blinks=blinks(len(actors), num_frames, fps, clip.seed if clip else 0), effects=effects(picture),
    )  # fmt: skip
    if clip is None:
        return scene
    return replace(
        scene,
        mouths=tuple((m.frame, m.figure, m.shape) for m in clip.mouths if m.figure < len(actors)),
        emotions=tuple(e for e in clip.emotions if e[1] < len(actors)),
    )


def faces(picture: PictureRequest) -> dict[str, tuple[float, float, float]]:
    """Each seen character's face in the draft's frame: place and head height in fractions, what a cut may zoom to."""
    actors = compose_scene(picture).actors
    return {a.character: (a.x, a.y, round(a.head / FRAME_HEIGHT, 4)) for a in actors if a.part != "near"}


def place(picture: PictureRequest, framing: Framing) -> tuple[Actor, ...]:
    """Figures on their places, in the request's order."""
    figures = picture.figures
    if picture.shot_size == "insert" or not figures:
        return ()
    if picture.shot_size == "two" and len(figures) > 1:
        return _pair(figures, framing)
    if picture.shot_size == "wide" and len(figures) > 1:
        return _row(figures, framing)
    if picture.shot_size == "ots" and len(figures) > 1:
        return _over_shoulder(figures, framing)
    return (_single(figures[0], picture.shot_size, framing),)


def _single(figure: Figure, size: str, framing: Framing) -> Actor:
    turned = size in ("back", "silhouette")
    room = LOOK_ROOM * (-1 if figure.yaw > 2 else 1 if figure.yaw < -2 else 0)
    x = framing.x if size in ("ecu", "back", "silhouette", "wide") else 0.5 + room
    return _actor(
        figure, x, framing.y, framing.head, figure.yaw if not turned else 0.0,
        view="back" if turned else "front", part="shape" if size == "silhouette" else "lead",
    )  # fmt: skip


def _over_shoulder(figures: tuple[Figure, ...], framing: Framing) -> tuple[Actor, ...]:
    """The first figure faces us; the second is the dark shoulder on the side that the first looks to."""
    side = 1 if figures[0].yaw >= 0 else -1
    x = framing.x if side > 0 else 1 - framing.x
    lead = _actor(figures[0], x, framing.y, framing.head, side * max(abs(figures[0].yaw), 8))
    near = _actor(figures[1], 0.5 + side * 0.43, 0.83, 940, 0.0, view="back", part="near")
    return lead, near


def _pair(figures: tuple[Figure, ...], framing: Framing) -> tuple[Actor, ...]:
    """Two people who look at each other; who speaks stands a little larger and lighter."""
    shown = figures[:2]
    spoken = [f.speaking for f in shown]
    out = []
    for index, (figure, side) in enumerate(zip(shown, sides(shown), strict=True)):
        leads = spoken[index] or not any(spoken)
        y = framing.y + (0 if leads else 0.012)
        head = framing.head * (1.0 if leads else 0.95)
        out.append(_actor(figure, 0.5 + 0.235 * side, y, head, -12.0 * side, part="lead" if leads else "other"))
    return tuple(out)


def sides(figures: tuple[Figure, ...]) -> list[float]:
    """-1 (left) .. 1 (right) per figure: who looks right stands on the left, so that the line is never crossed."""
    order = sorted(range(len(figures)), key=lambda i: (-figures[i].yaw, i))
    span = max(1, len(figures) - 1)
    return [2 * order.index(i) / span - 1 if len(figures) > 1 else 0.0 for i in range(len(figures))]


def _row(figures: tuple[Figure, ...], framing: Framing) -> tuple[Actor, ...]:
    """Up to four people before the place, turned to the middle; every second one a step behind."""
    shown = figures[:4]
    spread = min(0.5 * WIDE_GAP * (len(shown) - 1), 0.39)
    spoken = [f.speaking for f in shown]
    out = []
    for index, (figure, side) in enumerate(zip(shown, sides(shown), strict=True)):
        leads, behind = spoken[index] or not any(spoken), index % 2
        out.append(
            _actor(
                figure, 0.5 + side * spread, framing.y - 0.008 * behind, framing.head * (1 - 0.04 * behind),
                -12.0 * side, part="lead" if leads else "other",
            )
        )  # fmt: skip
    return tuple(out)


def _actor(
    figure: Figure, x: float, y: float, head: float, yaw: float, view: str = "front", part: str = "lead"
) -> Actor:
    return Actor(
        figure.character, figure.look, figure.emotion, round(x, 4), round(y, 4), yaw, round(head, 1),
        view, part, figure.aura, figure.speaking,
    )  # fmt: skip


def backdrop(picture: PictureRequest, framing: Framing) -> Backdrop:
    """The plate behind a shot; reverse angles look at another part of it."""
    lead = picture.figures[0] if picture.figures else None
    side = (
        0.0
        if lead is None or picture.shot_size in ("wide", "insert")
        else (0.07 if lead.yaw > 2 else -0.07 if lead.yaw < -2 else 0)
    )
    return Backdrop(
        picture.plate or "street", picture.time, picture.weather, picture.mood, picture.genre, plate_seed(picture),
        zoom=framing.zoom, x=0.5 + side, y=0.52, blur=framing.blur, light=framing.light,
        near=picture.shot_size in ("wide", "silhouette", "back"),
    )  # fmt: skip


def plate_seed(picture: PictureRequest) -> int:
    """A place looks the same in every shot: its seed comes from the place, not from the shot."""
    return sum(ord(c) * (i + 7) for i, c in enumerate(picture.plate + picture.genre)) % 1000


def move(clip: ClipRequest | None, picture: PictureRequest, framing: Framing, actors: tuple[Actor, ...]) -> Move:
    """The camera's start and end; a keyframe is a clip whose camera rests at the start."""
    focus = (actors[0].x, actors[0].y) if actors else (0.5, 0.48)
    kind = clip.move if clip else "hold"
    if kind not in CAMERA_MOVES:
        raise ValueError(f"unknown camera move {kind!r}: choose from {', '.join(CAMERA_MOVES)}")
    still = Move(kind, 1.0, 1.0, 0, 0, 0, 0, *focus)
    if clip is None or kind == "hold":
        return replace(still, zoom0=1.012, zoom1=1.012)
    seconds = clip.num_frames / clip.fps
    return _moving(still, seconds, 0.6 + 0.8 * clip.strength, clip.seed, picture)


def _moving(still: Move, seconds: float, power: float, seed: int, picture: PictureRequest) -> Move:
    lead = picture.figures[0] if picture.figures else None
    rate = EMOTIONAL_PUSH_PER_SECOND if lead and lead.emotion in LOUD else PUSH_PER_SECOND
    sign = 1 if seed % 2 else -1
    pan = min(MAX_PAN, PAN_PIXELS_PER_SECOND * power * seconds) / 2
    if still.kind == "push":
        return replace(still, zoom1=1 + min(MAX_TRAVEL, rate * power * seconds))
    if still.kind == "pull":
        return replace(still, zoom0=1 + min(MAX_TRAVEL, PULL_PER_SECOND * power * seconds))
    if still.kind == "pan":
        return replace(still, zoom0=1.05, zoom1=1.05, x0=-sign * pan, x1=sign * pan)
    if still.kind == "tilt":
        return replace(still, zoom0=1.05, zoom1=1.05, y0=-pan, y1=pan * 0.4)
    if still.kind == "whip":
        return replace(still, zoom0=1.04, zoom1=1.04, x0=-sign * 520.0, ease="whip")
    if still.kind == "dolly_zoom":
        return replace(still, zoom1=1.05, back_zoom1=1 + min(0.3, 0.14 * power * seconds))
    return replace(still, zoom0=1.03, zoom1=1.04, sway=7.0 * power)


def blinks(num_actors: int, num_frames: int, fps: int, seed: int) -> tuple[tuple[int, int], ...]:
    """When each figure blinks: every 2.4-4.5 s, each at its own times."""
    out = []
    for actor in range(num_actors):
        rng = random.Random(f"blink {seed} {actor}")
        at = rng.uniform(0.5, BLINK_SECONDS[1]) * fps
        while at < num_frames - 6:
            out.append((int(at), actor))
            at += rng.uniform(*BLINK_SECONDS) * fps
    return tuple(sorted(out))


def effects(picture: PictureRequest) -> tuple[str, ...]:
    """At most two moving effects: the weather, then the mood's particles."""
    out = []
    if picture.weather in ("rain", "snow") and picture.plate in OPEN_AIR and picture.shot_size != "insert":
        out.append(picture.weather)
    elif picture.mood in MOOD_EFFECTS and (picture.mood != "tender" or picture.plate in OPEN_AIR):
        out.append(MOOD_EFFECTS[picture.mood])  # petals fall under the sky only
    return tuple(out)
