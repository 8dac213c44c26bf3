"""Hair that is tied: ponytail, twin tails, topknot, palace bun, granny bun."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, ellipse, ink, path, spline
from models.draft.figures.hair_rear import falling, swept_up
from models.draft.figures.hair_short import SLICK_CAP, Locks, combed, full_bangs, locks, shadows
from models.draft.figures.haircut import Brush, HairArt, scaled
from models.draft.figures.palette import GOLD, RUBY, accent

_SKULL: list[Point] = [
    (0, -40), (138, -26), (206, 60), (214, 220), (196, 380), (120, 470), (0, 480), (-120, 470), (-196, 380), (-214, 220),
    (-206, 60), (-138, -26),
]  # fmt: skip


def _tail(brush: Brush, way: list[Point], width: float) -> str:
    """A bound tail: a dark body, locks along it, one light streak."""
    out = brush.lock(way, width * 1.25, dark=True, line=3.5)
    for k in (-2, 2, -1, 1, 0):
        shift = k * width * 0.15
        loose = [
            (x + shift * min(1.0, i / 1.5), y + (abs(k) * -26 if i == len(way) - 1 else 0))
            for i, (x, y) in enumerate(way)
        ]
        out += brush.lock(loose, width * 0.5, dark=k in (-2, 2), line=2.4)
    return out


def _tie(brush: Brush, at: Point, width: float, height: float, colour: str, line: str) -> str:
    x, y = brush.turn([at])[0]
    box = f"M{x - width / 2:.1f} {y - height / 2:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}Z"
    return path(box, colour, line, 3)


_SWEPT: Locks = [
    ([(-60, -48), (20, -6), (110, 70), (168, 160), (196, 290)], 54),
    ([(-64, -46), (-10, 14), (66, 100), (128, 176), (172, 262)], 50),
    ([(-70, -44), (-110, 20), (-158, 110), (-184, 210), (-198, 320)], 50),
    ([(-66, -44), (-40, 30), (10, 112), (66, 172), (112, 214)], 42),
    ([(-72, -44), (-92, 34), (-122, 120), (-146, 200), (-160, 262)], 36),
]
_TEMPLES: Locks = [(scaled([(160, 40), (206, 190), (216, 350), (222, 480), (196, 610)], s), 36) for s in (-1, 1)]


def ponytail(who: Subject) -> HairArt:
    brush, dye = Brush(who), accent(who.look.outfit_colour)
    sway = who.rng("tail").uniform(-20, 20)
    way: list[Point] = [(70, 6), (150, -78), (268, -60), (330, 70), (344, 300), (316, 580), (350 + sway, 930)]
    back = brush.mass(_SKULL, True) + _tail(brush, way, 120) + _tie(brush, (132, -58), 44, 60, dye.base, dye.ink)
    woman = who.body.female
    front = combed(brush) + (locks(brush, _TEMPLES, 10) if woman else "")
    front += brush.wisp([(-40, -56), (-90, -84), (-130, -70)], 5) + brush.wisp([(160, 0), (220, 10), (244, 60)], 5)
    bangs = _SWEPT if woman else []
    shade = brush.shadow(SLICK_CAP) + shadows(brush, bangs)
    down: list[Point] = [(0, 20), (10, 240), (-14, 520), (10, 800), (-20 + sway, 1060)]
    rear = swept_up(brush, (0, 40)) + _tail(brush, down, 190) + _tie(brush, (0, 60), 84, 50, dye.base, dye.ink)
    return HairArt(back, front, locks(brush, bangs, 8), shade, rear)


def twin_tails(who: Subject) -> HairArt:
    brush, dye = Brush(who), accent(who.look.outfit_colour)
    back, rear = brush.mass(_SKULL, True), ""
    for side in (-1, 1):
        way = scaled([(176, 116), (262, 70), (336, 150), (362, 360), (338, 620), (372, 930)], side)
        tail = _tail(brush, way, 112) + _bow(brush, (side * 218, 112), side, dye.base, dye.ink)
        back, rear = back + tail, rear + tail
    front = combed(brush) + locks(brush, _TEMPLES, 8)
    centre = brush.strands([[(0, -60), (2, 120), (0, 300), (0, 470)]], 9)
    bangs, cast = full_bangs(brush)
    shade = brush.shadow(SLICK_CAP) + cast
    return HairArt(back, front, bangs, shade, rear + swept_up(brush, (0, -60)) + centre)


def _bow(brush: Brush, at: Point, side: int, colour: str, line: str) -> str:
    x, y = brush.turn([at])[0]
    wing = (
        "M0 0C-20-46-58-50-62-26C-64 0-60 30-52 36C-36 40-14 18 0 0C14 18 36 40 52 36C60 30 64 0 62-26C58-50 20-46 0 0Z"
    )
    knot = ellipse((0, 0), 13, 15, colour, extra=f'stroke="{line}" stroke-width="3"')
    return f'<g transform="translate({x:.1f} {y:.1f}) rotate({side * 60})">{path(wing, colour, line, 3)}{knot}</g>'


def _parted(brush: Brush, low: float) -> tuple[str, str, str]:
    """(front, shadow, locks) of hair parted in the middle and led back over the ears, with locks before them."""
    half: list[Point] = [
        (0, -48), (124, -64), (222, 30), (244, 180), (240, 320), (218, 430), (204, 350), (194, 280), (170, 204), (110, 142),
        (40, 108), (0, 80),
    ]  # fmt: skip
    left = scaled(half, -1)
    hanging = "".join(
        brush.lock(scaled([(200, 140), (226, 280), (238, 430), (246, low * 0.76), (222, low)], s), 46) for s in (-1, 1)
    )
    near = [scaled([(190, 140), (214, 260), (220, 390), (214, 500), (198, 590)], s) for s in (-1, 1)]
    front = "".join(brush.lock(points, 30) for points in near) + brush.mass(left) + brush.mass(half)
    lines: list[list[Point]] = [
        [(0, -20), (100, 20), (180, 110), (212, 250)], [(0, -10), (80, 44), (160, 120), (202, 240)],
        [(0, -28), (130, -10), (218, 110), (228, 260)],
    ]  # fmt: skip
    for side in (-1, 1):
        front += brush.strands([scaled(line, side) for line in lines], 13)
        front += brush.wisp(scaled([(198, 240), (196, 360), (204, 470)], side), 7)
    front += brush.highlight(brush.outline(left) + brush.outline(half), 34, -205, 205, 0.0017, (34, 80), 22)
    return front, brush.shadow(half) + brush.shadow(left), hanging


def _mane(brush: Brush, low: float) -> str:
    shape: list[Point] = [
        (0, -50),
        (150, -22),
        (228, 90),
        (238, 300),
        (250, 520),
        (270, 760),
        (230, low - 20),
        (0, low),
    ]
    return brush.mass(shape + scaled(shape[1:-1][::-1], -1), True)


def topknot(who: Subject) -> HairArt:
    """The scholar's knot of the immortals: half tied over a metal band, the rest down the back."""
    brush = Brush(who)
    knot: list[Point] = [(-40, -58), (-62, -110), (-40, -166), (6, -184), (50, -160), (64, -108), (40, -58)]
    wrap: list[list[Point]] = [[(-40, -80), (0, -110), (50, -104)], [(-46, -110), (0, -142), (54, -134)]]
    bundle = brush.mass(knot) + brush.strands(wrap, 9) + brush.strands([[(-30, -150), (0, -168), (34, -156)]], 6, True)
    band = brush.turn([(-50, -64), (0, -52), (50, -64)])
    gold = path(spline(band), "none", GOLD.ink, 26) + path(spline(band), "none", GOLD.base, 19)
    gold += ink([(x, y - 4) for x, y in band], 6, GOLD.light)
    back = _mane(brush, 1080)
    front, shade, hanging = _parted(brush, 760)
    front += bundle + gold
    loose: Locks = [
        ([(10, 30), (96, 96), (152, 180), (180, 300)], 24),
        ([(-10, 30), (-96, 90), (-156, 180), (-186, 320)], 22),
    ]
    rear = falling(brush, 1100) + bundle + gold
    return HairArt(back, front, locks(brush, loose, 10), shade, rear, hanging)


def _loops(brush: Brush) -> str:
    """The two loops and the bun of a court lady."""
    out = ""
    for side in (-1, 1):
        loop = scaled([(20, -60), (70, -150), (150, -190), (206, -140), (190, -50), (110, -10), (40, -20)], side)
        out += brush.mass(loop) + brush.strands([scaled([(50, -80), (110, -150), (176, -140), (180, -70)], side)], 12)
        out += brush.strands([scaled([(70, -110), (120, -162), (172, -160)], side)], 9, True)
    bun: list[Point] = [(-96, -40), (-104, -130), (-60, -206), (0, -222), (60, -206), (104, -130), (96, -40), (0, -16)]
    out += brush.mass(bun)
    out += brush.strands([[(k, -30), (k * 1.3, -110), (k * 0.7, -200)] for k in (-60, -30, 0, 30, 60)], 8)
    return out + brush.highlight(brush.outline(bun), -146, -90, 90, 0.0017, (30, 56), 11)


def _flower(brush: Brush, at: Point, size: float, colour: str) -> str:
    x, y = brush.turn([at])[0]
    petal = "M0 0C-12-8-14-26 0-32C14-26 12-8 0 0Z"
    petals = "".join(f'<g transform="rotate({a})">{path(petal, colour, GOLD.ink, 1.8)}</g>' for a in range(0, 360, 60))
    heart = ellipse((0, 0), 8, 8, GOLD.light, extra=f'stroke="{GOLD.ink}" stroke-width="1.8"')
    return f'<g transform="translate({x:.1f} {y:.1f}) scale({size})">{petals}{heart}</g>'


def _dangles(brush: Brush) -> str:
    """Step-shakers: a gold leaf at each temple with two strings of beads."""
    out = ""
    for side in (-1, 1):
        leaf = brush.turn(scaled([(118, -20), (198, -42), (232, -12), (178, 8)], side))
        out += path(spline(leaf, closed=True), GOLD.base, GOLD.ink, 3)
        for dx, length in ((4, 150), (26, 186)):
            x = side * (172 + dx)
            string = brush.turn([(x, 0), (x + side * 4, length * 0.5), (x + side * 3, length)])
            out += path(spline(string), "none", GOLD.shade, 2.6)
            for b in range(1, 5):
                bead = brush.turn([(x + side * 3, length * b / 4)])[0]
                rim = f'stroke="{GOLD.ink}" stroke-width="1.6"'
                out += ellipse(bead, 5 if b < 4 else 8, 5 if b < 4 else 9, GOLD.base if b < 4 else RUBY, extra=rim)
    return out


def palace_bun(who: Subject) -> HairArt:
    brush = Brush(who)
    loops = _loops(brush)
    front, shade, hanging = _parted(brush, 880)
    if who.body.female:
        front += _dangles(brush)
    if who.body.female and "crown" not in who.look.accessories:
        front += _flower(brush, (-118, -34), 1.25, "#f6c6cc") + _flower(brush, (-66, -62), 0.85, RUBY)
    mark = "".join(
        f'<g transform="rotate({a})">{path("M0 8C-9-6-6-20 0-28C6-20 9-6 0 8Z", RUBY)}</g>' for a in (-38, 0, 38)
    )
    x, y = who.turn.face(0, 226, 170)
    fringe = f'<g transform="translate({x:.1f} {y:.1f})">{mark}</g>' if who.body.female else ""
    return HairArt(_mane(brush, 1000) + loops, front, fringe, shade, loops + falling(brush, 1020), hanging)


def granny_bun(who: Subject) -> HairArt:
    brush = Brush(who)
    bun: list[Point] = [(-78, -50), (-96, -116), (-56, -174), (10, -186), (74, -158), (96, -100), (70, -44)]
    wrap: list[list[Point]] = [[(-70, -70), (-10, -120), (80, -100)], [(-76, -110), (0, -160), (70, -140)]]
    knot = brush.mass(bun) + brush.strands(wrap, 10) + brush.strands([[(-50, -140), (0, -170), (50, -156)]], 6, True)
    pin = brush.turn([(-130, -140), (0, -112), (136, -86)])
    wood = path(spline(pin), "none", GOLD.ink, 13) + path(spline(pin), "none", "#8a4a2a", 8)
    wood += ellipse(pin[0], 11, 11, "#3f9a72", extra=f'stroke="{GOLD.ink}" stroke-width="2.5"')
    loose: Locks = [
        ([(-150, 80), (-200, 180), (-212, 320), (-196, 430)], 18), ([(150, 80), (202, 190), (214, 330), (206, 460)], 20),
        ([(20, 80), (70, 110), (100, 160), (104, 210)], 12),
    ]  # fmt: skip
    front = wood + knot + combed(brush) + locks(brush, loose[:2], 8)
    rear = swept_up(brush, (0, -40)) + wood + knot
    return HairArt(brush.mass(_SKULL, True), front, locks(brush, loose[2:], 5), brush.shadow(SLICK_CAP), rear)
