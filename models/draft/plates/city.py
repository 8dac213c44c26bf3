"""Places outside in the city: street, alley, rooftop, and the inside of a car."""

from __future__ import annotations

from models.draft.plates.parts import (
    BOTTOM,
    HORIZON,
    LEFT,
    LIT,
    RIGHT,
    TOP,
    WIDE,
    Set,
    bokeh,
    dark_foreground,
    floor,
    lamp,
    mist,
    sky,
    towers,
    wet,
)
from models.draft.svg import mix

NEON = ("#ff4f7a", "#3fd8ff", "#ffc048", "#b06aff")


def street(s: Set) -> None:
    """Towers, two rows of shops with neon signs, a crossing, a lamp."""
    sky(s, moon=(640, 330))
    towers(s, s.far, 1300, (420, 900), "#5a6c90", 0.45, 0.25)
    towers(s, s.far, 1310, (300, 640), "#42527a", 0.15, 0.4, gap=(330, 750))
    s.far.glow(540, 1120, 430, 420, mix(s.p.sky.edge, s.p.glow, 0.4), 0.6)
    for side in (-1, 1):
        _shops(s, side)
    d = s.mid
    road = s.p.tone("#4a566a")
    d.poly(
        [(290, HORIZON), (790, HORIZON), (1900, BOTTOM), (-820, BOTTOM)],
        d.gradient([(0, mix(road, s.p.sky.edge, 0.35), 1), (1, mix(road, "#000000", 0.5), 1)]),
    )
    for k in range(6):
        t = k / 6
        y, h, w = 1400 + t * t * 480, 14 + t * 36, 200 + t * t * 520
        d.poly(
            [(540 - w, y), (540 + w, y), (540 + w + h, y + h), (540 - w - h, y + h)],
            mix("#e4ecf4", road, 0.3),
            0.45 + 0.25 * t,
        )
    if s.p.weather == "rain" or s.p.time == "night":
        wet(s, (*NEON, "#ffe8c0") if s.p.lamps_lit else (s.p.sky.edge,))
    _street_lamp(s, 870)
    s.near.rect(LEFT, TOP, 96, BOTTOM - TOP, dark_foreground(s))
    s.near.rect(0, TOP, 7, BOTTOM - TOP, mix(dark_foreground(s), s.p.glow, 0.4))
    if s.p.lamps_lit:
        bokeh(s, s.near, 12, (*NEON, "#ffe8c0"))


def _shops(s: Set, side: int) -> None:
    d = s.mid

    def at(x: float) -> float:
        return 540 + side * x

    block = s.p.tone("#4a3e52")
    d.poly([(at(700), 0), (at(250), 640), (at(250), HORIZON), (at(700), 1500)], block)
    d.poly([(at(700), 0), (at(250), 640), (at(250), 652), (at(700), 26)], mix(block, s.p.sky.light, 0.4))
    for k in range(3):
        outer, inner, z = 560 - k * 100, 474 - k * 100, 1 - k * 0.2
        glow = ("#ffd9a0", "#a8dcff", "#ffc8b0")[k] if s.p.lamps_lit else mix(s.p.tone("#8aa0b8"), s.p.sky.edge, 0.3)
        d.poly(
            [
                (at(outer), 930 - 80 * z),
                (at(inner), 960 - 60 * z),
                (at(inner), 1235 + 30 * z),
                (at(outer), 1255 + 110 * z),
            ],
            glow,
            0.9,
        )
        d.poly(
            [(at(outer), 1120), (at(inner), 1110), (at(inner), 1235 + 30 * z), (at(outer), 1255 + 110 * z)],
            mix(block, "#000000", 0.3),
            0.45,
        )
        d.poly(
            [
                (at(outer + 12), 880 - 90 * z),
                (at(inner - 12), 916 - 66 * z),
                (at(inner - 12), 966 - 56 * z),
                (at(outer + 12), 942 - 66 * z),
            ],
            NEON[(k + (side > 0)) % 4],
            0.95,
        )
        for row in range(3):
            y = 420 + row * 150 + k * 70
            d.poly(
                [(at(outer - 4), y - 30), (at(inner + 10), y), (at(inner + 10), y + 84), (at(outer - 4), y + 70)],
                LIT[(row + k) % 4] if s.p.lamps_lit and (row + k) % 3 else s.p.tone("#2a3040"),
                0.8,
            )
        _sign(s, at(inner + 2), 560 + k * 90, 0.95 - 0.18 * k, NEON[(k + 1 + (side > 0)) % 4], side)


def _sign(s: Set, x: float, y: float, size: float, colour: str, side: int) -> None:
    d = s.mid
    d.group(f"translate({x} {y}) scale({size})")
    if s.p.lamps_lit:
        d.glow(0, 130, 120, 230, colour, 0.55)
    d.rect(-24, 0, 48, 260, "#101622", 1, colour if s.p.lamps_lit else mix(colour, "#808890", 0.5), 6, 6)
    for k in range(4):
        y0 = 24 + k * 58
        d.path(f"M-12 {y0}h24M0 {y0}v34M-12 {y0 + 16}h24M-10 {y0 + 36}h20", "none", 1, mix(colour, "#ffffff", 0.35), 5)
    d.end()


def _street_lamp(s: Set, x: float) -> None:
    d = s.mid
    post = mix(s.p.tone("#2a3442"), "#000000", 0.3)
    d.rect(x - 8, 430, 16, 940, post)
    d.path(f"M{x} 440C{x} 380 {x - 40} 352 {x - 118} 354", "none", 1, post, 14)
    if s.p.lamps_lit:
        d.glow(x - 120, 400, 230, 280, "#ffe6b0", 0.8)
    d.poly(
        [(x - 160, 352), (x - 84, 352), (x - 96, 378), (x - 148, 378)], "#fff4d0" if s.p.lamps_lit else post, 1, post, 4
    )


def alley(s: Set) -> None:
    """Brick walls that close in, a fire escape, pipes, one lamp, bins."""
    sky(s, moon=(540, 260))
    towers(s, s.far, 1300, (300, 760), "#42507a", 0.35, 0.3)
    s.far.glow(540, 980, 300, 480, mix(s.p.sky.edge, s.p.glow, 0.5), 0.7)
    floor(s, "#3a3e48", "#20242c", planks=4)
    d = s.mid
    for side in (-1, 1):
        brick = s.p.tone("#6a4a44" if side < 0 else "#54424a")
        d.poly(
            [
                (540 + side * 720, TOP),
                (540 + side * 190, 260),
                (540 + side * 190, HORIZON + 20),
                (540 + side * 720, 1780),
            ],
            d.gradient([(0, mix(brick, "#000000", 0.35), 1), (0.6, brick, 1), (1, mix(brick, "#000000", 0.55), 1)]),
        )
        for k in range(26):
            y0 = TOP + k * 78
            d.line(540 + side * 720, y0, 540 + side * 190, 260 + (y0 - TOP) * 0.54, mix(brick, "#000000", 0.4), 3, 0.55)
        for k in range(3):
            x = 600 - k * 130
            y = 420 + k * 70
            h = 250 - k * 46
            on = s.p.lamps_lit and (k + (side > 0)) % 2 == 0
            d.poly(
                [
                    (540 + side * x, y),
                    (540 + side * (x - 76), y + 26),
                    (540 + side * (x - 76), y + h),
                    (540 + side * x, y + h + 18),
                ],
                "#ffce86" if on else mix(brick, "#0a0c14", 0.6),
                1,
                mix(brick, "#000000", 0.6),
                6,
            )
    _fire_escape(s)
    d.rect(800, TOP, 24, 1600, mix(s.p.tone("#5a5a60"), "#000000", 0.2))
    d.rect(804, TOP, 6, 1600, mix(s.p.tone("#9a9aa0"), "#000000", 0.1))
    lamp(s, 318, 640, size=0.8)
    for x, w, h in ((60, 190, 260), (250, 120, 190)):
        face = s.p.tone("#3e5a52")
        d.rect(x, 1620 - h, w, h, face, 1, "#0a0c10", 5, 8)
        d.rect(x - 8, 1604 - h, w + 16, 30, mix(face, "#ffffff", 0.14), 1, "#0a0c10", 5, 6)
    if s.p.weather == "rain" or s.p.time == "night":
        wet(s, ("#ffce86", s.p.accent, "#9fd0ff"))
    mist(s, d, 1330, 0.22)
    s.near.poly([(LEFT, TOP), (60, TOP), (20, 900), (70, BOTTOM), (LEFT, BOTTOM)], dark_foreground(s))


def _fire_escape(s: Set) -> None:
    d = s.mid
    iron = mix(s.p.tone("#2a2a34"), "#000000", 0.3)
    for k in range(3):
        y = 300 + k * 290
        d.poly([(860, y), (1180, y - 60), (1180, y - 36), (860, y + 20)], iron)
        d.path(
            f"M870 {y - 90}L1180 {y - 170}" + "".join(f"M{870 + j * 44} {y - 90 - j * 11}v92" for j in range(8)),
            "none",
            1,
            iron,
            6,
        )
        d.path(
            f"M900 {y + 10}L1120 {y + 240}M950 {y}L1170 {y + 226}"
            + "".join(f"M{912 + j * 30} {y + 24 + j * 31}l48 -10" for j in range(8)),
            "none",
            1,
            iron,
            6,
        )


def rooftop(s: Set) -> None:
    """A parapet over the city, a water tank, a door hut, an antenna."""
    sky(s, moon=(300, 380))
    towers(s, s.far, 1330, (300, 640), "#5a6690", 0.5, 0.3)
    towers(s, s.far, 1360, (140, 420), "#3a466e", 0.2, 0.5)
    s.far.glow(540, 1180, 640, 330, mix(s.p.sky.edge, s.p.glow, 0.5), 0.55)
    floor(s, "#5a5c66", "#3c3e48", top=1400, planks=7)
    d = s.mid
    stone = s.p.tone("#6c6e7a")
    d.rect(
        LEFT,
        1280,
        WIDE,
        130,
        d.gradient([(0, mix(stone, s.p.sky.light, 0.3), 1), (0.2, stone, 1), (1, mix(stone, "#000000", 0.4), 1)]),
    )
    d.rect(LEFT, 1266, WIDE, 22, mix(stone, s.p.sky.light, 0.35))
    rail = mix(s.p.tone("#30343e"), "#000000", 0.2)
    d.path(
        f"M{LEFT} 1120H{RIGHT}M{LEFT} 1196H{RIGHT}" + "".join(f"M{LEFT + k * 96} 1110v160" for k in range(14)),
        "none",
        1,
        rail,
        9,
    )
    hut = s.p.tone("#5c5462")
    d.rect(
        800,
        760,
        420,
        700,
        d.gradient([(0, mix(hut, s.p.sky.light, 0.18), 1), (1, mix(hut, "#000000", 0.4), 1)], (1, 0)),
    )
    d.rect(776, 736, 460, 34, mix(hut, s.p.sky.light, 0.3))
    d.rect(872, 960, 190, 480, s.p.tone("#384050"), 1, "#0c0e14", 6, 4)
    d.ellipse(1040, 1210, 9, 9, "#e2c080")
    lamp(s, 966, 838, size=0.55)
    tank = s.p.tone("#6a5648")
    d.path("M60 900L40 1290M250 900L270 1290M155 900V1290M40 1100H270", "none", 1, mix(tank, "#000000", 0.5), 12)
    d.rect(
        30,
        620,
        250,
        290,
        d.gradient([(0, mix(tank, s.p.sky.light, 0.3), 1), (1, mix(tank, "#000000", 0.45), 1)], (1, 0)),
        r=10,
    )
    d.poly([(14, 628), (155, 520), (296, 628)], mix(tank, "#000000", 0.25))
    for y in (700, 780, 860):
        d.rect(28, y, 254, 9, mix(tank, "#000000", 0.5))
    if s.p.weather == "rain":
        wet(s, (s.p.glow, "#9fd0ff"), 1440)
    s.near.poly([(LEFT, 1760), (400, 1990), (RIGHT, 1930), (RIGHT, BOTTOM), (LEFT, BOTTOM)], dark_foreground(s), 0.9)


def car(s: Set) -> None:
    """Inside a car: the street streams past the windows; seats, wheel, mirror."""
    sky(s)
    towers(s, s.far, 1100, (200, 640), "#4a5a80", 0.3, 0.45)
    if s.p.lamps_lit:
        bokeh(s, s.far, 34, (*NEON, "#ffe8c0", "#ffd88a"), 300, 1080)
    s.far.rect(LEFT, 1040, WIDE, 1100, s.p.tone("#3c4656"))
    for k in range(9):
        s.far.ink(
            [(LEFT, 620 + k * 56), (540, 640 + k * 50), (RIGHT, 610 + k * 60)],
            7,
            mix(s.p.sky.edge, "#ffffff", 0.3),
            "taper",
            0.30,
        )
    d = s.mid
    trim = mix(s.p.tone("#34303a"), "#000000", 0.25)
    lit = mix(trim, s.p.sky.light, 0.30)
    d.path(
        f"M{LEFT} {TOP}H{RIGHT}V{BOTTOM}H{LEFT}ZM150 300L70 1040C320 1090 760 1090 1010 1040L930 300C750 244 330 244 150 300Z",
        trim,
    )
    d.path("M150 300C330 244 750 244 930 300L1010 1040C760 1090 320 1090 70 1040Z", "none", 1, lit, 9)
    d.rect(526, 262, 28, 806, trim)
    d.rect(410, 150, 260, 92, mix(trim, "#000000", 0.3), 1, lit, 6, 34)
    d.rect(426, 164, 228, 62, mix(s.p.sky.mid, s.p.sky.edge, 0.4), 0.9, r=24)
    d.rect(536, 90, 8, 64, lit)
    d.glow(540, 700, 560, 420, s.p.sky.light, 0.22)
    for x in (190, 890):
        seat = s.p.tone("#6a4a3e")
        d.rect(
            x - 170,
            1130,
            340,
            900,
            d.gradient([(0, mix(seat, s.p.sky.light, 0.25), 1), (0.4, seat, 1), (1, mix(seat, "#000000", 0.5), 1)]),
            1,
            "#120c10",
            6,
            70,
        )
        d.rect(x - 96, 1010, 192, 150, seat, 1, "#120c10", 6, 50)
        for k in (-60, 0, 60):
            d.line(x + k, 1200, x + k, BOTTOM, mix(seat, "#000000", 0.4), 5, 0.7)
    s.near.path("M-90 1700C120 1560 380 1640 420 2080H-90Z", mix(trim, "#000000", 0.3))
