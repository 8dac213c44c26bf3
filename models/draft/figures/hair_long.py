"""Hair that falls over the shoulders: long side-part, waves. Seen from the front and from behind."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point
from models.draft.figures.haircut import Brush, HairArt, scaled

_PART = (-46.0, -40.0)
_LEFT: list[Point] = [
    _PART, (-136, -62), (-226, 30), (-252, 190), (-248, 360), (-256, 560), (-246, 720), (-220, 600), (-206, 470),
    (-202, 360), (-198, 268), (-172, 196), (-124, 126), (-64, 60),
]  # fmt: skip
_RIGHT: list[Point] = [
    _PART, (60, -96), (188, -40), (250, 110), (252, 330), (256, 540), (284, 700), (238, 650), (211, 500),
    (204, 380), (196, 290), (160, 214), (90, 150), (10, 76), (-34, 10),
]  # fmt: skip
_BANGS: list[tuple[list[Point], float]] = [
    ([_PART, (-10, 50), (60, 150), (150, 232), (194, 340)], 56),
    ([_PART, (-40, 40), (10, 150), (80, 226), (112, 258)], 38),
    ([_PART, (-96, 40), (-150, 140), (-186, 250), (-196, 350)], 46),
]
_FLOW: list[list[Point]] = [
    [(-46, -30), (60, -10), (150, 80), (202, 210), (212, 380)],
    [(-46, -30), (30, 20), (120, 110), (186, 220), (204, 330)],
    [(-46, -30), (100, -40), (196, 60), (224, 240)],
    [(-50, -28), (-130, 20), (-192, 130), (-212, 300)],
    [(-50, -28), (-160, 0), (-220, 140), (-228, 360)],
]


def _back(brush: Brush) -> str:
    out = brush.mass(
        [(0, -60), (160, -40), (240, 90), (256, 300), (264, 520), (296, 760), (266, 960), (180, 1010), (0, 1020),
         (-180, 1010), (-270, 960), (-296, 760), (-264, 520), (-246, 300), (-230, 90), (-150, -22)], dark=True,
    )  # fmt: skip
    for x, w in ((-250, 70), (-190, 80), (190, 80), (250, 70)):
        tip = 1040 + brush.rng.uniform(-30, 40)
        out += brush.lock([(x * 0.8, 200), (x * 1.02, 480), (x * 1.12, 760), (x * 0.98, tip)], w, dark=True, line=2)
        out += brush.wisp([(x * 0.84, 300), (x * 1.05, 560), (x * 1.1, 880)], 5)
    return out


def _sides(brush: Brush) -> str:
    out = ""
    for side in (-1, 1):
        low = 900 + brush.rng.uniform(-50, 50)
        out += brush.lock(scaled([(226, 330), (256, 560), (282, 740), (260, low + 80)], side), 46)
        out += brush.lock(scaled([(212, 250), (222, 440), (248, 620), (234, low)], side), 52)
        out += brush.wisp(scaled([(198, 300), (196, 400), (206, 500), (190, 580)], side), 7)
    return out


def long_hair(who: Subject) -> HairArt:
    brush = Brush(who)
    front = brush.mass(_LEFT) + brush.mass(_RIGHT)
    front += brush.strands(_FLOW, 18) + brush.strands(
        [[(x - 9, y + 5) for x, y in line] for line in _FLOW[:4]], 5, True
    )
    front += brush.highlight(brush.outline(_LEFT) + brush.outline(_RIGHT), 50, centre=-20)
    front += _sides(brush)
    front += brush.wisp([(-46, -46), (-80, -78), (-140, -70)], 5) + brush.wisp([(-20, -50), (40, -88), (96, -84)], 5)
    fringe = "".join(brush.lock(points, width) for points, width in _BANGS)
    shade = brush.shadow(_LEFT) + brush.shadow(_RIGHT) + "".join(brush.lock_shadow(p, w) for p, w in _BANGS)
    return HairArt(_back(brush), front, fringe, shade, rear_long(brush))


def rear_long(brush: Brush, low: float = 1060) -> str:
    """A curtain of hair down the back, split into locks with uneven ends."""
    shape: list[Point] = [
        (0, -66), (156, -46), (244, 80), (258, 300), (272, 560), (298, 800), (272, low - 50), (150, low + 20), (0, low),
        (-150, low + 25), (-272, low - 50), (-298, 800), (-272, 560), (-258, 300), (-244, 80), (-156, -46),
    ]  # fmt: skip
    out = brush.mass(shape, line=4)
    for k in range(-6, 7):
        tip = (k * 44 + brush.rng.uniform(-14, 14), low + 30 + brush.rng.uniform(-60, 30))
        out += brush.lock([(k * 8, -30), (k * 37, 160), (k * 39, 520), tip], 62, dark=bool(k % 2), line=2)
        out += brush.strands([[(k * 30, 200), (k * 39, 420), (k * 41, 700)]], 4, light=True)
    return out + brush.highlight(brush.outline(shape), 110, -230, 230, 0.0022, (40, 100), 20)
