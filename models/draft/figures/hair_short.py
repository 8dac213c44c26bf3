"""Hair that ends at the neck: layered, slick, undercut, curtain, bob."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point
from models.draft.figures.haircut import Brush, HairArt

_NAPE: list[Point] = [
    (0, -40), (138, -26), (210, 60), (222, 200), (212, 330), (196, 420), (0, 440), (-196, 420), (-212, 330),
    (-222, 200), (-210, 60), (-138, -26),
]  # fmt: skip
_CAP: list[Point] = [
    (-204, 360), (-234, 220), (-236, 60), (-172, -70), (-20, -116), (130, -88), (228, 20), (240, 190), (206, 360),
    (197, 300), (191, 214), (160, 140), (96, 116), (20, 124), (-40, 96), (-96, 110), (-164, 150), (-191, 220), (-197, 300),
]  # fmt: skip
_BANGS: list[tuple[list[Point], float]] = [
    ([(60, -50), (160, 10), (206, 110), (210, 220), (198, 320)], 42),
    ([(-96, -30), (-178, 40), (-210, 150), (-204, 250), (-195, 310)], 40),
    ([(-70, -40), (-20, 20), (70, 70), (150, 130), (186, 226)], 62),
    ([(-76, -36), (-60, 40), (0, 110), (70, 150), (112, 214)], 54),
    ([(-80, -40), (-96, 40), (-60, 120), (-6, 168), (30, 222)], 46),
    ([(-90, -30), (-150, 40), (-174, 120), (-172, 190), (-150, 226)], 50),
]
_EDGE: list[tuple[list[Point], float]] = [
    ([(-120, -70), (-190, -40), (-236, 40), (-260, 118)], 46),
    ([(-180, 0), (-230, 80), (-248, 170), (-250, 248)], 42),
    ([(-200, 100), (-234, 180), (-238, 260), (-220, 338)], 36),
    ([(110, -80), (184, -54), (236, 20), (262, 94)], 46),
    ([(180, 0), (232, 80), (248, 170), (247, 244)], 42),
    ([(200, 100), (235, 190), (235, 270), (216, 350)], 36),
    ([(-90, -84), (-40, -118), (40, -130), (128, -104)], 40),
    ([(40, -96), (110, -110), (176, -84), (224, -40)], 40),
    ([(-60, -90), (-110, -104), (-170, -84), (-212, -40)], 36),
]
_FLOW: list[list[Point]] = [
    [(-90, 60), (-30, 0), (80, -30), (190, 40)], [(-110, 90), (-40, 30), (90, 10), (200, 110)],
    [(-150, 100), (-190, 160), (-205, 260)], [(-120, 70), (-180, 90), (-212, 190)], [(130, 60), (195, 130), (208, 240)],
]  # fmt: skip


def layered(who: Subject) -> HairArt:
    brush = Brush(who)
    cap = (
        brush.mass(_CAP)
        + brush.strands(_FLOW)
        + brush.highlight(brush.outline(_CAP), 26, -190, 200, 0.003, (26, 62), 15)
    )
    front = cap + "".join(brush.lock(points, width) for points, width in _EDGE)
    fringe = "".join(brush.lock(points, width) for points, width in _BANGS)
    shade = brush.shadow(_CAP) + "".join(brush.lock_shadow(p, w) for p, w in _BANGS)
    return HairArt(brush.mass(_NAPE, dark=True), front, fringe, shade, rear_short(brush))


def rear_short(brush: Brush) -> str:
    shape: list[Point] = [
        (0, -120), (140, -90), (236, 30), (244, 220), (212, 360), (150, 470), (110, 560), (0, 580), (-110, 560),
        (-150, 470), (-212, 360), (-244, 220), (-236, 30), (-140, -90),
    ]  # fmt: skip
    out = brush.mass(shape, line=4)
    for k in range(-5, 6):
        tip = (k * 24 + 8, 500 + brush.rng.uniform(0, 70) - abs(k) * 16)
        out += brush.lock([(k * 6, 40), (k * 34, 150 + abs(k) * 8), (k * 36, 330), tip], 44, dark=not k % 2, line=2.2)
    out += "".join(brush.lock(points, width, shine=False) for points, width in _EDGE)
    return out + brush.highlight(brush.outline(shape), 90, -210, 210, 0.0022, (30, 70), 16)
