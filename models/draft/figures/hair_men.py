"""Men's short heads of hair, each with an outline of its own: windswept, combed flat, swept up. Knows no faces."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point
from models.draft.figures.hair_rear import cropped
from models.draft.figures.hair_short import NAPE, Locks, locks, shadows
from models.draft.figures.haircut import Brush, HairArt, scaled, spiked

_WIND_RIGHT = spiked(
    [(-150, -60), (-50, -128), (74, -134), (184, -78), (232, 26), (240, 150), (232, 256), (200, 372)],
    [(-40, -182), (110, -206), (250, -160), (346, -42), (336, 104), (328, 262), (284, 430)],
)
_WIND_LEFT = spiked(
    [(-70, -110), (-176, -70), (-234, 50), (-240, 176), (-226, 290), (-194, 376)],
    [(-186, -164), (-310, 34), (-302, 184), (-308, 334), (-252, 460)],
)
_BROW_RIGHT: list[Point] = [(193, 300), (186, 214), (160, 140), (96, 110), (0, 60), (-100, 0)]
_BROW_LEFT: list[Point] = [(-192, 300), (-186, 214), (-164, 146), (-110, 110), (-40, 60)]
_WIND_BACK = spiked(
    [(236, 300), (216, 430), (150, 500), (70, 520), (-20, 510), (-110, 490), (-190, 420), (-230, 300)],
    [(294, 516), (224, 590), (120, 630), (40, 610), (-90, 616), (-196, 584), (-262, 510)],
)
_WIND_CROWN: list[Point] = [(-228, 100), (-170, -40), (0, -60), (170, -40), (236, 100)]
_WIND_NAPE = spiked(
    [(-236, 250), (-216, 400), (-140, 480), (-60, 510), (30, 512), (110, 494), (200, 420), (236, 260)],
    [(-246, 470), (-166, 556), (-76, 596), (40, 606), (120, 586), (226, 530), (276, 440)],
)
_WIND_BANGS: Locks = [
    ([(70, -50), (164, 10), (208, 110), (214, 220), (200, 326)], 46),
    ([(-110, -30), (-184, 40), (-212, 150), (-208, 250), (-196, 320)], 44),
    ([(-60, -44), (-10, 20), (80, 74), (160, 130), (204, 216)], 66),
    ([(-70, -40), (-50, 44), (14, 116), (86, 160), (140, 236)], 60),
    ([(-76, -44), (-100, 40), (-76, 130), (-30, 190), (26, 250)], 54),
    ([(-84, -36), (-146, 40), (-172, 126), (-164, 196), (-128, 252)], 50),
]
_WIND_FLOW: list[list[Point]] = [
    [(-90, -30), (-40, -110), (20, -160), (84, -190)], [(-70, -30), (0, -90), (90, -120), (190, -146)],
    [(-60, -20), (80, -60), (196, -70), (290, -60)], [(-50, -10), (100, -20), (210, 30), (300, 76)],
    [(-40, 0), (110, 30), (210, 110), (284, 210)], [(30, 40), (140, 90), (218, 220), (266, 320)],
    [(-110, -40), (-170, -40), (-220, 0), (-268, 30)], [(-116, -20), (-190, 60), (-236, 130), (-270, 170)],
    [(-120, 0), (-196, 120), (-226, 230), (-266, 300)],
]  # fmt: skip


def windswept(who: Subject) -> HairArt:
    """Wide, spiky layers blown to one side, with a nape to the collar."""
    brush = Brush(who)
    (right, right_ends), (left, left_ends), (low, low_ends) = _WIND_RIGHT, _WIND_LEFT, _WIND_BACK
    front = brush.shag([*left, *_BROW_LEFT], left_ends) + brush.shag([*right, *_BROW_RIGHT], right_ends)
    front += brush.strands(_WIND_FLOW, 11) + brush.strands(
        [[(x + 7, y + 12) for x, y in w] for w in _WIND_FLOW[1::2]], 5, True
    )
    front += brush.highlight(brush.outline(right), 10, -180, 230, 0.0017, (26, 66), 15)
    back = brush.shag([*low, *_WIND_CROWN], low_ends, dark=True)
    shade = brush.shadow([*left, *_BROW_LEFT]) + brush.shadow([*right, *_BROW_RIGHT]) + shadows(brush, _WIND_BANGS)
    return HairArt(back, front, locks(brush, _WIND_BANGS, 7), shade, _windswept_rear(brush))


def _windswept_rear(brush: Brush) -> str:
    """From behind: the same spikes about the crown, and the nape."""
    (right, right_ends), (left, left_ends), (low, low_ends) = _WIND_RIGHT, _WIND_LEFT, _WIND_NAPE
    middle: list[Point] = [(0, 420), (-40, 0)]
    out = brush.shag([*low, (200, 0), (0, -80), (-200, 0)], low_ends, dark=True)
    out += brush.shag([*left, *middle], left_ends) + brush.shag([*right, *middle], right_ends)
    for k in (-3, 3, -2, 2, -1, 1, 0):
        out += brush.lock(
            [(k * 8, -20), (k * 52, 110), (k * 62, 290), (k * 56 + 12, 470 - abs(k) * 26)], 84, dark=k % 2 == 1
        )
    out += brush.strands(_WIND_FLOW, 11)
    return out + brush.highlight(brush.outline(right), 80, -180, 200, 0.0012, (26, 66), 15)


_FLAT_CAP: list[Point] = [
    (-201, 330), (-212, 220), (-210, 90), (-146, -14), (-20, -46), (112, -36), (208, 70), (213, 200), (202, 336),
    (194, 290), (189, 222), (176, 166), (136, 124), (50, 104), (-40, 94), (-92, 106), (-146, 146), (-182, 210), (-194, 280),
]  # fmt: skip
_FLAT_SWEEP: list[Point] = [
    (-100, 112), (-104, 40), (-60, -20), (40, -42), (140, -16), (206, 80), (206, 250), (186, 210), (150, 140), (70, 112),
    (-30, 112),
]  # fmt: skip
_FLAT_FLOW: list[list[Point]] = [
    [(-84, 100), (-70, 30), (10, -14), (120, 0)], [(-66, 104), (-40, 46), (40, 10), (150, 40)],
    [(-36, 104), (0, 62), (80, 40), (170, 88)], [(10, 106), (50, 78), (120, 74), (188, 150)],
]  # fmt: skip
_FLAT_SIDE: list[list[Point]] = [
    [(-118, 96), (-156, 90), (-188, 150), (-202, 240)], [(-112, 60), (-156, 40), (-196, 100), (-206, 180)],
]  # fmt: skip
_PART: list[Point] = [(-102, 116), (-106, 60), (-86, 10), (-50, -24)]


def slick(who: Subject) -> HairArt:
    """A side part combed flat to the skull, ears and temples bare."""
    brush = Brush(who)
    burns: Locks = [(scaled([(196, 180), (208, 270), (203, 350), (196, 410)], s), 24) for s in (-1, 1)]
    sweep = brush.outline(_FLAT_SWEEP, 6)
    front = locks(brush, burns) + brush.mass(_FLAT_CAP) + brush.strands(_FLAT_SIDE, 10)
    front += brush.mass(_FLAT_SWEEP, tip=6) + brush.strands(_FLAT_FLOW, 10)
    front += brush.strands([[(x + 8, y + 6) for x, y in line] for line in _FLAT_FLOW[1:]], 4, True)
    front += brush.strands([_PART], 12) + brush.highlight(sweep, 36, -70, 190, 0.0012, (16, 44), 13, centre=40)
    rear = cropped(brush, [], 520)
    shade = brush.shadow(_FLAT_CAP) + brush.shadow(_FLAT_SWEEP)
    return HairArt(brush.mass(NAPE, True), front, "", shade, rear)


_FADE: list[Point] = [
    (-198, 372), (-212, 240), (-208, 90), (-120, -20), (0, -40), (120, -20), (208, 90), (212, 240), (198, 372),
    (194, 290), (184, 200), (160, 140), (60, 104), (-60, 104), (-160, 140), (-184, 200), (-194, 290),
]  # fmt: skip
_CROWN: list[Point] = [
    (-176, 158), (-214, 60), (-206, -60), (-130, -150), (10, -186), (150, -176), (240, -110), (262, -20), (230, 60),
    (178, 144), (110, 110), (20, 104), (-80, 108), (-130, 122),
]  # fmt: skip
_QUIFF: list[list[Point]] = [
    [(182, 152), (232, 70), (262, -10), (330, -52), (240, -84), (166, -30), (116, 40), (96, 116)],
    [(140, 126), (206, 30), (242, -70), (326, -140), (214, -154), (122, -90), (62, 10), (40, 108)],
    [(84, 112), (146, 0), (186, -104), (278, -192), (146, -206), (40, -130), (-26, -10), (-40, 104)],
    [(10, 106), (46, -10), (84, -120), (176, -212), (30, -218), (-84, -140), (-120, -20), (-116, 116)],
    [(-78, 114), (-88, 0), (-62, -100), (30, -198), (-108, -176), (-196, -80), (-212, 40), (-178, 164)],
]
"""Clumps from the right temple to the left: each up from the hairline to a tip at its fourth point, and back."""
_QUIFF_TIP = 3


def _clump(brush: Brush, points: list[Point]) -> str:
    """A clump with strands that follow both its edges, and one light one between."""
    out = brush.mass(points, tip=_QUIFF_TIP, line=3)
    rise, fall = points[: _QUIFF_TIP + 1], points[: _QUIFF_TIP - 1 : -1]
    for part, width, light in ((0.25, 9, False), (0.45, 5, True), (0.62, 12, False), (0.84, 8, False)):
        way = [
            (a + (c - a) * part, b + (d - b) * part - (14 if k == 0 else 0))
            for k, ((a, b), (c, d)) in enumerate(zip(rise, fall, strict=False))
        ]
        out += brush.strands([way], width, light)
    return out


def undercut(who: Subject) -> HairArt:
    """Sides shaved to a shadow, the top swept up and over in a tall quiff."""
    brush = Brush(who)
    stubble = [
        [(s * (190 + k * 4), 150 + k * 30), (s * (196 + k * 3), 190 + k * 30)] for s in (-1, 1) for k in range(5)
    ]
    front = brush.mass(_FADE, True) + brush.strands(stubble, 3, True) + brush.mass(_CROWN)
    for points in _QUIFF:
        front += _clump(brush, points)
    crest = brush.outline(_CROWN)
    front += brush.highlight(crest, -74, -150, 200, 0.001, (20, 64), 15, opacity=0.5)
    loose: Locks = [([(-110, 112), (-150, 140), (-160, 200), (-134, 254)], 22)]
    shade = brush.shadow(_FADE) + brush.shadow(_CROWN) + shadows(brush, loose)
    rear = "".join(_clump(brush, points) for points in _QUIFF) + cropped(brush, [], 500)
    return HairArt(brush.mass(NAPE, True), front, locks(brush, loose, 8), shade, rear)
