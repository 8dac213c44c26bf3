"""Hair that ends at the neck: the pixie, curtain and bob, and what other cuts share with them."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, clipped, ink, pair, path, spline
from models.draft.figures.hair_rear import cropped, falling
from models.draft.figures.haircut import Brush, HairArt, scaled

Locks = list[tuple[list[Point], float]]

NAPE: list[Point] = [
    (0, -40), (138, -26), (206, 60), (218, 200), (208, 330), (190, 420), (0, 440), (-190, 420), (-208, 330),
    (-218, 200), (-206, 60), (-138, -26),
]  # fmt: skip
_CAP: list[Point] = [
    (-202, 360), (-234, 220), (-236, 60), (-172, -70), (-20, -116), (130, -88), (228, 20), (240, 190), (204, 360),
    (195, 300), (189, 214), (160, 140), (96, 116), (20, 124), (-40, 96), (-96, 110), (-164, 150), (-189, 220), (-195, 300),
]  # fmt: skip
SLICK_CAP: list[Point] = [
    (-204, 330), (-224, 200), (-214, 60), (-140, -36), (0, -60), (140, -36), (214, 60), (224, 200), (204, 330),
    (194, 300), (188, 220), (168, 150), (120, 110), (60, 92), (0, 110), (-60, 92), (-120, 110), (-168, 150), (-188, 220),
    (-194, 300),
]  # fmt: skip
_BANGS: Locks = [
    ([(60, -50), (160, 10), (206, 110), (210, 220), (196, 320)], 42),
    ([(-96, -30), (-178, 40), (-210, 150), (-204, 250), (-193, 310)], 40),
    ([(-70, -40), (-20, 20), (70, 70), (150, 130), (186, 226)], 62),
    ([(-76, -36), (-60, 40), (0, 110), (70, 150), (112, 214)], 54),
    ([(-80, -40), (-96, 40), (-60, 120), (-6, 168), (30, 222)], 46),
    ([(-90, -30), (-150, 40), (-174, 120), (-172, 190), (-150, 226)], 50),
]
_EDGE: Locks = [
    ([(-120, -70), (-190, -40), (-236, 40), (-260, 118)], 46),
    ([(-180, 0), (-230, 80), (-248, 170), (-250, 248)], 42),
    ([(-200, 100), (-234, 180), (-238, 260), (-218, 338)], 36),
    ([(110, -80), (184, -54), (236, 20), (262, 94)], 46),
    ([(180, 0), (232, 80), (248, 170), (247, 244)], 42),
    ([(200, 100), (235, 190), (235, 270), (214, 350)], 36),
    ([(-90, -84), (-40, -118), (40, -130), (128, -104)], 40),
    ([(40, -96), (110, -110), (176, -84), (224, -40)], 40),
    ([(-60, -90), (-110, -104), (-170, -84), (-212, -40)], 36),
]
_FLOW: list[list[Point]] = [
    [(-90, 60), (-30, 0), (80, -30), (190, 40)], [(-110, 90), (-40, 30), (90, 10), (200, 110)],
    [(-150, 100), (-190, 160), (-205, 260)], [(-120, 70), (-180, 90), (-212, 190)], [(130, 60), (195, 130), (208, 240)],
]  # fmt: skip


def locks(brush: Brush, rows: Locks, sway: float = 0) -> str:
    """Locks in order; `sway` moves the tips by the character's own chance."""
    out = ""
    for points, width in rows:
        *rest, (x, y) = points
        out += brush.lock([*rest, (x + brush.rng.uniform(-sway, sway), y + brush.rng.uniform(-sway, sway))], width)
    return out


def shadows(brush: Brush, rows: Locks) -> str:
    return "".join(brush.lock_shadow(points, width) for points, width in rows)


def pixie(who: Subject) -> HairArt:
    """Short layers close to the head."""
    brush = Brush(who)
    cap = (
        brush.mass(_CAP)
        + brush.strands(_FLOW)
        + brush.highlight(brush.outline(_CAP), 22, -190, 200, 0.0017, (30, 74), 15)
    )
    front = cap + locks(brush, _EDGE, 6)
    shade = brush.shadow(_CAP) + shadows(brush, _BANGS)
    return HairArt(brush.mass(NAPE, True), front, locks(brush, _BANGS, 7), shade, cropped(brush, _EDGE))


def combed(brush: Brush, lines: int = 11) -> str:
    """A cap combed back from the forehead: strands along the flow and a low highlight."""
    out = brush.mass(SLICK_CAP)
    strands: list[list[Point]] = []
    for k in range(lines):
        x = -190 + k * 380 / (lines - 1)
        strands.append([(x * 0.92, 158 - abs(x) * 0.1), (x * 1.04, 60 + abs(x) * 0.1), (x * 0.84, -44 + abs(x) * 0.25)])
    out += brush.strands(strands, 10)
    out += brush.strands([[(x + 9, y) for x, y in line] for line in strands[1::2]], 4, True)
    return out + brush.highlight(brush.outline(SLICK_CAP), 34, -190, 195, 0.0017, (30, 70), 17)


_CURTAINS: Locks = [
    ([(-6, -60), (-70, -6), (-118, 90), (-146, 190), (-190, 306)], 62),
    ([(6, -60), (74, -6), (120, 90), (148, 190), (192, 312)], 62),
    ([(-4, -56), (-40, 10), (-70, 100), (-104, 180), (-148, 246)], 40),
    ([(4, -56), (44, 10), (76, 100), (112, 184), (152, 250)], 40),
    ([(0, -50), (-18, 20), (-34, 90), (-60, 150)], 20),
]


_WING: list[Point] = [
    (0, -64), (90, -108), (198, -60), (254, 80), (272, 230), (292, 330), (344, 396), (300, 388), (276, 384), (286, 420),
    (316, 462), (262, 440), (240, 414), (240, 450), (256, 500), (216, 424), (200, 340), (193, 270), (184, 220), (158, 150),
    (92, 96), (24, 60),
]  # fmt: skip
_WING_ENDS: list[Point] = [(344, 396), (276, 384), (316, 462), (240, 414), (256, 500)]
_WING_LOCKS: Locks = [
    ([(186, 60), (244, 200), (264, 320), (282, 390), (330, 424)], 62),
    ([(176, 60), (228, 210), (240, 330), (240, 410), (272, 478)], 60),
    ([(150, 0), (236, 80), (270, 200), (290, 290), (330, 344)], 50),
]
_WING_BACK: list[Point] = [
    (0, -50), (180, -20), (246, 140), (252, 330), (206, 430), (120, 480), (0, 480), (-120, 470), (-200, 420), (-248, 320),
    (-244, 140), (-180, -20),
]  # fmt: skip


def curtain(who: Subject) -> HairArt:
    """A centre part with two wings that flare out beside the jaw, one a little longer."""
    brush = Brush(who)
    right, left = [(x, y * 1.04) for x, y in _WING], scaled(_WING, -1)
    flow = [scaled(line, s) for s in (-1, 1) for line in (
        [(4, -50), (100, -40), (200, 60), (248, 230), (304, 390)], [(6, -40), (80, 10), (170, 120), (226, 290), (286, 440)],
        [(6, -30), (60, 30), (150, 140), (208, 300), (244, 470)], [(10, -56), (120, -70), (220, 40), (262, 200), (310, 370)])]  # fmt: skip
    front = brush.shag(left, scaled(_WING_ENDS, -1)) + brush.shag(right, [(x, y * 1.04) for x, y in _WING_ENDS])
    front += brush.strands(flow, 13) + brush.strands(
        [[(x + 9, y + 3) for x, y in line] for line in flow[1::2]], 5, True
    )
    front += brush.highlight(brush.outline(left) + brush.outline(right), 26, -210, 210, 0.0017, (30, 74))
    shade = brush.shadow(right) + brush.shadow(left) + shadows(brush, _CURTAINS)
    wings: Locks = [(scaled(p, s), w) for s in (-1, 1) for p, w in _WING_LOCKS]
    rear = cropped(brush, wings, 560)
    return HairArt(brush.mass(_WING_BACK, True), front, locks(brush, _CURTAINS, 6), shade, rear)


_TIPS = (-176, -132, -84, -34, 18, 70, 122, 178)


def full_bangs(brush: Brush) -> tuple[str, str]:
    """(fringe, shadow) of one sheet of hair over the forehead, cut into soft points just above the brows."""
    rng = brush.rng
    ends = [brush.turn([(x + rng.uniform(-8, 8), 268 - abs(x) * 0.05 + rng.uniform(-12, 10))])[0] for x in _TIPS]
    roots = brush.turn([(-190, 290), (-186, 130), (-110, 0), (0, -50), (110, 0), (186, 130), (192, 290)])
    edge, lines = "", ""
    for (x, y), (left, _) in zip(ends[::-1], [*ends[-2::-1], roots[0]], strict=True):
        notch = (x + left) / 2
        edge += f"Q{x + 17:.1f} {y - 34:.1f} {x:.1f} {y:.1f}Q{x - 17:.1f} {y - 22:.1f} {notch:.1f} {y - 27:.1f}"
    sheet = spline(roots) + edge + "Z"
    for x, y in ends:
        top = x * 0.42
        lines += ink([(top, -10), (x * 0.86, 110), (x + 20, y - 48)], 9, brush.tone.shade, "taper", 0.85)
        lines += ink([(top - 8, 6), (x * 0.86 - 12, 120), (x - 4, y - 30)], 5, brush.tone.light, "taper", 0.45)
    fill = path(sheet, brush.tone.base) + path("M" + pair(roots[-1]) + edge, "none", brush.tone.ink, 3)
    gloss = brush.highlight(sheet, 100, -165, 165, 0.0012, (30, 70), 17)
    return fill + clipped(sheet, lines) + gloss, path(sheet, brush.who.skin.shade)


def bob(who: Subject) -> HairArt:
    """Full bangs and two smooth sides cut at the jaw, tips turned in."""
    brush = Brush(who)
    half: list[Point] = [
        (0, -70), (110, -92), (216, -20), (262, 130), (276, 330), (272, 480), (244, 580), (190, 606), (196, 540), (204, 420),
        (197, 300), (180, 190), (120, 100), (40, 60),
    ]  # fmt: skip
    left = scaled(half, -1)
    back: list[Point] = [(0, -50), (180, -20), (256, 140), (266, 480), (220, 590), (0, 600)]
    back = back + scaled(back[1:-1][::-1], -1)
    front = brush.mass(left) + brush.mass(half)
    for side in (-1, 1):
        flow: list[list[Point]] = [
            [(20, -60), (150, 0), (226, 190), (240, 400), (214, 570)], [(20, -60), (190, -10), (252, 200), (258, 420), (232, 570)],
            [(20, -50), (120, 40), (204, 210), (220, 420), (202, 540)],
        ]  # fmt: skip
        front += brush.strands([scaled(line, side) for line in flow], 15)
        front += brush.lock(scaled([(230, 380), (252, 480), (236, 570), (176, 612)], side), 36)
        front += brush.lock(scaled([(214, 330), (222, 440), (208, 530), (168, 566)], side), 28)
    front += brush.highlight(brush.outline(left) + brush.outline(half), 60, -225, 225, 0.0014, (40, 96), 24)
    bangs, cast = full_bangs(brush)
    shade = brush.shadow(half) + brush.shadow(left) + cast
    return HairArt(brush.mass(back, True), front, bangs, shade, falling(brush, 590))
