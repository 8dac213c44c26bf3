"""Hair that falls over the shoulders: the long side part and waves."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point
from models.draft.figures.hair_rear import falling, waved
from models.draft.figures.haircut import Brush, HairArt, scaled

_PART = (-46.0, -40.0)
_LEFT: list[Point] = [
    _PART, (-136, -66), (-230, 26), (-258, 190), (-254, 360), (-262, 560), (-248, 720), (-220, 600), (-206, 470),
    (-200, 360), (-194, 268), (-170, 196), (-124, 126), (-64, 60),
]  # fmt: skip
_RIGHT: list[Point] = [
    _PART, (60, -100), (192, -46), (256, 110), (258, 330), (262, 540), (286, 700), (238, 650), (211, 500),
    (202, 380), (193, 290), (160, 214), (90, 150), (10, 76), (-34, 10),
]  # fmt: skip
_BANGS: list[tuple[list[Point], float]] = [
    ([_PART, (-10, 50), (60, 150), (150, 232), (194, 346)], 58),
    ([_PART, (-40, 40), (10, 150), (74, 222), (104, 252)], 36),
    ([_PART, (-96, 40), (-150, 140), (-184, 250), (-195, 356)], 48),
]
_FLOW: list[list[Point]] = [
    [(-46, -30), (60, -10), (150, 80), (202, 210), (214, 380)],
    [(-46, -30), (30, 20), (120, 110), (186, 220), (204, 330)],
    [(-46, -30), (100, -44), (200, 60), (230, 240)],
    [(-50, -28), (-130, 20), (-196, 130), (-216, 300)],
    [(-50, -28), (-160, -6), (-224, 140), (-234, 360)],
]


def _back(brush: Brush, swing: float, low: float) -> str:
    wide: list[Point] = [
        (0, -60),
        (160, -40),
        (244, 90),
        (260, 300),
        (268, 520),
        (298, 760),
        (268, low - 50),
        (180, low),
    ]
    right = waved(wide[3:], swing, 250)
    out = brush.mass(
        [*wide[:3], *right, (0, low + 10), *[(-x, y) for x, y in right[::-1]], (-244, 90), (-150, -22)], True
    )
    for x, w in ((-250, 70), (-190, 80), (190, 80), (250, 70)):
        tip = low + 30 + brush.rng.uniform(-30, 40)
        way = waved([(x * 0.8, 200), (x * 1.02, 480), (x * 1.12, 760), (x * 0.98, tip)], swing, 250, x)
        out += brush.lock(way, w, dark=True, line=2)
        out += brush.wisp(waved([(x * 0.84, 300), (x * 1.05, 560), (x * 1.1, 880)], swing, 250, x), 5)
    return out


def _sides(brush: Brush, swing: float) -> tuple[str, str]:
    """(on the shoulders, beside the cheeks): locks whose roots hide under the masses."""
    out, near, rng = "", "", brush.rng
    for side in (-1, 1):
        low = 900 + rng.uniform(-50, 50)
        ways: list[tuple[list[Point], float]] = [
            ([(200, 60), (250, 330), (268, 560), (290, 740), (262, low + 90)], 50),
            ([(180, 60), (228, 250), (230, 440), (252, 620), (236, low)], 58),
            ([(176, 120), (212, 300), (214, 420), (222, 540), (208, 640)], 32),
        ]
        for k, (points, width) in enumerate(ways):
            lock = brush.lock(waved(scaled(points, side), swing, 330, k * 0.9 + side), width * (1.35 if swing else 1))
            out, near = (out, near + lock) if k == len(ways) - 1 else (out + lock, near)
        near += brush.wisp(waved(scaled([(198, 300), (196, 400), (206, 500), (188, 590)], side), swing / 2, 200), 7)
    return out, near


def _flowing(who: Subject, swing: float, low: float) -> HairArt:
    brush = Brush(who)
    locks, near = _sides(brush, swing)
    front = near + brush.mass(_LEFT, tip=6) + brush.mass(_RIGHT, tip=6)
    front += brush.strands(_FLOW, 18) + brush.strands(
        [[(x - 9, y + 5) for x, y in line] for line in _FLOW[:4]], 5, True
    )
    front += brush.highlight(brush.outline(_LEFT) + brush.outline(_RIGHT), 66, centre=-20, teeth=22)
    if swing:
        for side in (-1, 1):
            outer = waved(scaled([(196, 90), (262, 330), (280, 600), (300, 860)], side), swing, 340, 2.2 + side)
            locks = brush.lock(outer, 84) + locks
    front += brush.wisp([(-46, -46), (-80, -80), (-140, -74)], 5) + brush.wisp([(-20, -54), (40, -94), (96, -90)], 5)
    fringe = "".join(brush.lock(points, width) for points, width in _BANGS)
    shade = brush.shadow(_LEFT) + brush.shadow(_RIGHT) + "".join(brush.lock_shadow(p, w) for p, w in _BANGS)
    return HairArt(_back(brush, swing, low), front, fringe, shade, falling(brush, low + 60, swing), locks)


def long_hair(who: Subject) -> HairArt:
    return _flowing(who, 0, 1000)


def wavy(who: Subject) -> HairArt:
    return _flowing(who, 26, 960)
