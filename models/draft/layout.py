"""Shot grammar: a picture request and a clip request become a scene. Knows composition, draws nothing.

Sizes and places are the art bible's: fractions of a vertical frame, head heights in pixels at 1920 high. Each shot size
has several compositions; a shot's seed picks one, so that keyframe, faces and clip agree."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from models.base import PLATES, ClipRequest, Figure, PictureRequest
from models.draft.moves import move
from models.draft.performance import perform
from models.draft.scene import Actor, Backdrop, Scene

FRAME_RATE = 24
FRAME_WIDTH, FRAME_HEIGHT = 1080, 1920
LOWEST_CHIN = 1240
"""Pixels from the top: leaves a nod and a push above the subtitles' upper row."""
CHIN = {"female": 0.407, "male": 0.439}
"""Eye line to chin, in head heights."""
HALF_BODY = {"female": 0.76, "male": 0.92}
"""The middle to the outer arm, in head heights."""
BODY_FACTOR = {"slim": 0.94, "light": 0.94, "broad": 1.07, "heavy": 1.12, "strong": 1.07}
EDGE = 12  # pixels that a figure in a group keeps to the frame's side
JITTER = 0.03  # of head height, either way


@dataclass(frozen=True)
class Framing:
    """One composition: head height, face place, plate zoom and blur. `x` is where the face of someone who looks to the
    right stands; who looks left stands mirrored. `lift` lowers the horizon, `near` shows what stands before the place."""

    head: float
    x: float
    y: float
    zoom: float
    blur: float
    light: float = 0.92
    lift: float = 0.0
    near: bool = False


FRAMINGS: dict[str, tuple[Framing, ...]] = {
    "ecu": (
        Framing(1840, 0.50, 0.46, 1.5, 14, 0.6),
        Framing(1700, 0.51, 0.465, 1.5, 14, 0.6),
    ),
    "cu": (
        Framing(960, 0.46, 0.420, 1.32, 9),
        Framing(1020, 0.49, 0.405, 1.38, 10),
        Framing(900, 0.40, 0.415, 1.28, 8),
        Framing(920, 0.45, 0.392, 1.34, 9, lift=0.05),
        Framing(860, 0.55, 0.440, 1.30, 8, lift=-0.05),
    ),
    "mcu": (
        Framing(800, 0.45, 0.430, 1.22, 7),
        Framing(740, 0.38, 0.425, 1.18, 6),
        Framing(820, 0.47, 0.392, 1.26, 7, lift=0.05),
        Framing(700, 0.42, 0.450, 1.20, 5.5, lift=-0.045),
        Framing(760, 0.57, 0.420, 1.20, 6.5),
    ),
    "ots": (
        Framing(640, 0.37, 0.390, 1.20, 6),
        Framing(740, 0.38, 0.400, 1.26, 7),
        Framing(540, 0.35, 0.400, 1.14, 5, lift=-0.03),
    ),
    "two": (
        Framing(480, 0.50, 0.420, 1.12, 4),
        Framing(540, 0.50, 0.430, 1.16, 5, lift=0.03),
        Framing(510, 0.50, 0.405, 1.14, 4, lift=-0.03),
    ),
    "wide": (
        Framing(340, 0.40, 0.480, 1.0, 0.0, 1.0, near=True),
        Framing(290, 0.36, 0.455, 1.0, 0.0, 1.0, lift=0.02, near=True),
        Framing(320, 0.50, 0.440, 1.04, 0.8, 1.0, lift=-0.03, near=True),
        Framing(260, 0.62, 0.500, 1.0, 0.0, 1.0, near=True),
    ),
    "insert": (Framing(0, 0.50, 0.50, 1.45, 14, 0.62),),
    "silhouette": (
        Framing(500, 0.53, 0.45, 1.06, 2.5, 1.05, near=True),
        Framing(400, 0.38, 0.47, 1.02, 1.5, 1.08, lift=0.03, near=True),
    ),
    "back": (
        Framing(580, 0.50, 0.42, 1.15, 4, near=True),
        Framing(500, 0.37, 0.43, 1.08, 3, lift=0.03, near=True),
    ),
}
PAIRS = (
    (0.265, 1.0, 0.0, 0.95, 0.012),  # side by side
    (0.255, 1.16, -0.015, 0.86, 0.0),  # the speaker nearer
    (0.235, 1.0, 0.0, 1.0, 0.0),  # eye to eye
)
"""Face distance from the frame's side; size and rise of who leads; size and sink of the other."""
SHOULDERS = ((0.42, 0.60, 730), (0.45, 0.57, 790), (0.40, 0.64, 700))
"""The near back: distance from the middle, eye line, head."""
STEPPED = (1.0, 0.90, 0.96, 0.88)
"""Sizes in a row: every second one stands a step behind."""
LARGEST_IN_ROW = {2: 330, 3: 292, 4: 236}
CLOSENESS = (0.74, 1.0)
"""How far two people keep apart, of all the room there is."""
WINDY = {"street": 0.4, "alley": 0.3, "rooftop": 0.9, "temple": 0.5, "forest": 0.45, "lakeside": 0.7,
         "courtyard": 0.3, "passage": 0.5}  # fmt: skip
STORM = 0.3  # added by rain and snow under the sky
MOOD_EFFECTS = {"tender": "petals", "triumph": "embers", "action": "embers", "mystery": "dust", "grief": "leaves"}
GARDENS = ("temple", "forest", "lakeside", "courtyard")
OPEN_AIR = tuple(WINDY)
SIDE_STEP = 0.07  # reverse angles look at another part of the plate


def compose_scene(picture: PictureRequest, clip: ClipRequest | None = None) -> Scene:
    """The scene of a keyframe (one frame, camera at rest) or of a clip. ValueError names an unknown word."""
    framing = framing_of(picture)
    if picture.plate and picture.plate not in PLATES:
        raise ValueError(f"unknown plate {picture.plate!r}: choose from {', '.join(PLATES)}")
    actors = place(picture, framing)
    num_frames, fps = (clip.num_frames, clip.fps) if clip else (1, FRAME_RATE)
    scene = Scene(
        unit=picture.unit, size=picture.shot_size, num_frames=num_frames, fps=fps, seed=picture.seed,
        backdrop=backdrop(picture, framing), actors=actors,
        move=move(clip, picture, actors), prop=picture.prop, prop_text=picture.prop_text,
        effects=effects(picture), wind=wind(picture),
    )  # fmt: skip
    return perform(scene, clip) if clip else replace(scene, actors=tuple(replace(a, enters=0.0) for a in actors))


def framing_of(picture: PictureRequest) -> Framing:
    """The composition that the shot's seed picks, its head size varied a little."""
    choices = FRAMINGS.get(picture.shot_size)
    if choices is None:
        raise ValueError(f"unknown shot size {picture.shot_size!r}: choose from {', '.join(FRAMINGS)}")
    rng = random.Random(f"framing {picture.seed}")
    framing = rng.choice(choices)
    return replace(framing, head=framing.head * (1 + rng.uniform(-JITTER, JITTER)))


def faces(picture: PictureRequest) -> dict[str, tuple[float, float, float]]:
    """Each seen character's face in the draft's frame: place and head height in fractions, what a cut may zoom to."""
    actors = compose_scene(picture).actors
    return {a.character: (a.x, a.y, round(a.head / FRAME_HEIGHT, 4)) for a in actors if a.part != "near"}


def place(picture: PictureRequest, framing: Framing) -> tuple[Actor, ...]:
    """Figures on their places, in the request's order."""
    figures = picture.figures
    if picture.shot_size == "insert" or not figures:
        return ()
    rng = random.Random(f"place {picture.seed}")
    if picture.shot_size == "two" and len(figures) > 1:
        return _pair(figures, framing, rng)
    if picture.shot_size == "wide" and len(figures) > 1:
        return _row(figures, framing, rng)
    if picture.shot_size == "ots" and len(figures) > 1:
        return _over_shoulder(figures, framing, rng)
    return (_single(figures[0], picture.shot_size, framing),)


def _single(figure: Figure, size: str, framing: Framing) -> Actor:
    turned = size in ("back", "silhouette")
    x = framing.x if figure.yaw >= 0 else 1 - framing.x
    head = framing.head
    if size in ("cu", "mcu"):
        head = min(head, (LOWEST_CHIN - framing.y * FRAME_HEIGHT) / CHIN[figure.look.sex])
    return _actor(
        figure, x, framing.y, head, 0.0 if turned else figure.yaw,
        view="back" if turned else "front", part="shape" if size == "silhouette" else "lead",
    )  # fmt: skip


def _over_shoulder(figures: tuple[Figure, ...], framing: Framing, rng: random.Random) -> tuple[Actor, ...]:
    """The first figure faces us; the second is the dark shoulder on the side that the first looks to."""
    side = 1 if figures[0].yaw >= 0 else -1
    x = framing.x if side > 0 else 1 - framing.x
    away, low, head = rng.choice(SHOULDERS)
    lead = _actor(figures[0], x, framing.y, framing.head, side * max(abs(figures[0].yaw), 8))
    near = _actor(figures[1], 0.5 + side * away, low, head, 0.0, view="back", part="near")
    return lead, near


def _pair(figures: tuple[Figure, ...], framing: Framing, rng: random.Random) -> tuple[Actor, ...]:
    """Two people who look at each other; who speaks stands a little larger and lighter."""
    shown = figures[:2]
    spoken = [f.speaking for f in shown]
    inset, lead_size, lead_rise, other_size, other_sink = rng.choice(PAIRS)
    out: list[Actor] = []
    for index, (figure, side) in enumerate(zip(shown, sides(shown), strict=True)):
        leads = spoken[index] or not any(spoken)
        both = all(spoken) or not any(spoken)
        size, shift = (1.0, 0.0) if both else (lead_size, lead_rise) if leads else (other_size, other_sink)
        x = 0.5 + side * (0.5 - inset)
        part = "lead" if leads else "other"
        out.append(_actor(figure, x, framing.y + shift, framing.head * size, -12.0 * side, part=part))
    return tuple(out)


def sides(figures: tuple[Figure, ...]) -> list[float]:
    """-1 (left) .. 1 (right) per figure: who looks right stands on the left, so that the line is never crossed."""
    order = sorted(range(len(figures)), key=lambda i: (-figures[i].yaw, i))
    span = max(1, len(figures) - 1)
    return [2 * order.index(i) / span - 1 if len(figures) > 1 else 0.0 for i in range(len(figures))]


def half_body(figure: Figure) -> float:
    """Half the width of a standing figure, in head heights."""
    return HALF_BODY[figure.look.sex] * BODY_FACTOR.get(figure.look.build, 1.0)


def _row(figures: tuple[Figure, ...], framing: Framing, rng: random.Random) -> tuple[Actor, ...]:
    """Up to four people before the place, turned to the middle, every second one a step behind, all inside the frame."""
    shown = figures[:4]
    head = min(framing.head, LARGEST_IN_ROW[len(shown)])
    spoken = [f.speaking for f in shown]
    first = rng.randrange(2)
    spread = rng.uniform(*CLOSENESS) if len(shown) == 2 else 1.0
    out: list[Actor] = []
    for index, (figure, side) in enumerate(zip(shown, sides(shown), strict=True)):
        rank = round((side + 1) / 2 * (len(shown) - 1))
        size = head * STEPPED[(rank + first) % 2 if len(shown) < 4 else rank % 4]
        room = (0.5 - (half_body(figure) * size + EDGE) / FRAME_WIDTH) * spread
        y = framing.y - 0.010 * ((rank + first) % 2)
        part = "lead" if spoken[index] or not any(spoken) else "other"
        out.append(_actor(figure, 0.5 + side * room, y, size, -12.0 * side, part=part))
    return tuple(out)


def _actor(
    figure: Figure, x: float, y: float, head: float, yaw: float, view: str = "front", part: str = "lead"
) -> Actor:
    walks = figure.enters and part in ("lead", "other") and view == "front"
    half = half_body(figure) * head / FRAME_WIDTH
    way = -x - half if x < 0.5 or (x == 0.5 and yaw >= 0) else 1 - x + half
    return Actor(
        figure.character, figure.look, figure.emotion, round(x, 4), round(y, 4), yaw, round(head, 1), view, part,
        figure.aura, figure.speaking, figure.pose, figure.gaze, round(way, 4) if walks else 0.0,
    )  # fmt: skip


def backdrop(picture: PictureRequest, framing: Framing) -> Backdrop:
    """The plate behind a shot; reverse angles look at another part of it."""
    lead = picture.figures[0] if picture.figures else None
    yaw = 0.0 if lead is None or picture.shot_size in ("wide", "insert") else lead.yaw
    side = 0.0 if abs(yaw) <= 2 else SIDE_STEP if yaw > 0 else -SIDE_STEP
    return Backdrop(
        picture.plate or "street", picture.time, picture.weather, picture.mood, picture.genre, plate_seed(picture),
        zoom=framing.zoom, x=0.5 + side, y=0.52, blur=framing.blur, light=framing.light, near=framing.near,
        lift=framing.lift,
    )  # fmt: skip


def plate_seed(picture: PictureRequest) -> int:
    """A place looks the same in every shot: its seed comes from the place, not from the shot."""
    return sum(ord(c) * (i + 7) for i, c in enumerate(picture.plate + picture.genre)) % 1000


def wind(picture: PictureRequest) -> float:
    """How much the air moves hair and cloth, 0..1; nothing stirs under a roof."""
    calm = WINDY.get(picture.plate, 0.0)
    return min(1.0, calm + STORM) if calm and picture.weather in ("rain", "snow") else calm


def effects(picture: PictureRequest) -> tuple[str, ...]:
    """At most two moving effects: the weather, then the mood's particles."""
    out: list[str] = []
    if picture.weather in ("rain", "snow") and picture.plate in OPEN_AIR and picture.shot_size != "insert":
        out.append(picture.weather)
    elif kind := particles(picture):
        out.append(kind)
    return tuple(out)


def particles(picture: PictureRequest) -> str:
    """What the mood puts in the air: petals, leaves and fireflies only where they live."""
    kind = MOOD_EFFECTS.get(picture.mood, "")
    if picture.mood == "mystery" and picture.plate in GARDENS and picture.time in ("night", "dusk"):
        return "fireflies"
    grows = {"petals": OPEN_AIR, "leaves": GARDENS}
    return kind if picture.plate in grows.get(kind, (picture.plate,)) else ""
