"""Objects of metal and stone that people wear or carry. Drawn around (0, 0), about 640 across."""

from __future__ import annotations

import math

from models.draft.svg import Drawing, mix, smooth

GOLD, DEEP, PALE = "#e0ac48", "#8a5a1c", "#fff0b8"
STEEL, DARK, SHINE = "#aab4c4", "#4a5468", "#f4f8ff"
INK = "#1a0e14"


def _metal(d: Drawing, base: str, dark: str, light: str) -> str:
    return d.gradient([(0, light, 1), (0.3, base, 1), (0.55, dark, 1), (0.75, base, 1), (1, light, 1)], (1, 1))


def watch(d: Drawing) -> None:
    """A wrist watch: strap, steel case, dial with hands at ten to two."""
    strap = d.gradient([(0, "#3a2018", 1), (0.4, "#6a4030", 1), (1, "#2a1410", 1)], (1, 0))
    for y, h in ((-390, 230), (160, 250)):
        d.rect(-92, y, 184, h, strap, 1, INK, 7, 26)
        for k in (-70, 70):
            d.path(f"M{k} {y + 14}V{y + h - 14}", "none", 0.8, "#c89a70", 4)
    d.ellipse(0, 0, 212, 212, _metal(d, STEEL, DARK, SHINE), 1, INK, 8)
    d.rect(206, -26, 44, 52, _metal(d, STEEL, DARK, SHINE), 1, INK, 6, 10)
    d.ellipse(0, 0, 172, 172, d.gradient([(0, "#22304a", 1), (1, "#0c1424", 1)]), 1, DARK, 8)
    for k in range(12):
        a = k * math.pi / 6
        r0 = 118 if k % 3 == 0 else 134
        d.line(
            r0 * math.sin(a),
            -r0 * math.cos(a),
            152 * math.sin(a),
            -152 * math.cos(a),
            GOLD if k % 3 == 0 else "#dfe6f2",
            9 if k % 3 == 0 else 5,
        )
    d.ink([(0, 18), (-72, -64)], 22, "#f4f0e4", "in")
    d.ink([(0, 22), (70, -104)], 16, "#f4f0e4", "in")
    d.ink([(-14, 40), (30, -130 + 260)], 6, "#e9354a", "even")
    d.ellipse(0, 0, 13, 13, GOLD)
    d.path("M-120 -110C-60 -170 60 -170 120 -110C60 -140 -60 -140 -120 -110Z", "#ffffff", 0.35)


def ring(d: Drawing) -> None:
    """A gold ring with a cut stone in claws."""
    d.path(
        "M-190 90A190 190 0 1 0 190 90A190 190 0 1 0 -190 90ZM-138 92A138 138 0 1 1 138 92A138 138 0 1 1 -138 92Z",
        "none",
    )
    for r, w, tone in ((172, 62, DEEP), (172, 48, GOLD), (184, 10, PALE)):
        d.ellipse(0, 110, r, r * 1.02, "none", 1, tone, w)
    d.ellipse(0, 110, 204, 208, "none", 1, INK, 6)
    d.ellipse(0, 110, 141, 144, "none", 1, INK, 6)
    d.glow(0, -150, 300, 260, "#bfe4ff", 0.6)
    top = [(-130, -180), (-70, -252), (70, -252), (130, -180), (0, -30)]
    d.poly(top, "#bfe4ff", 1, INK, 7)
    d.poly([(-130, -180), (-50, -180), (0, -30)], "#7ab8f0", 1)
    d.poly([(130, -180), (50, -180), (0, -30)], "#5a94d8", 1)
    d.poly([(-50, -180), (50, -180), (0, -30)], "#a4d6ff", 1)
    d.poly([(-70, -252), (0, -180), (70, -252)], "#eaf8ff", 1)
    d.path("M-130 -180H130M-70 -252L-50 -180L0 -252L50 -180L70 -252", "none", 0.9, "#ffffff", 4)
    for x in (-96, 96):
        d.ink([(x * 0.5, -30), (x, -120), (x * 1.1, -196)], 26, GOLD, "even")


def pendant(d: Drawing) -> None:
    """A jade drop on a fine chain."""
    for side in (-1, 1):
        for k in range(13):
            t = k / 12
            x, y = side * (14 * (1 - t) + 52 * math.sin(math.pi * t)), -150 - 330 * t
            d.ellipse(x, y, 12, 15, "none", 1, GOLD, 6)
    d.ellipse(0, -128, 30, 36, "none", 1, GOLD, 13)
    d.glow(0, 80, 330, 340, "#7affc0", 0.42)
    body = [(0, -110), (110, -10), (140, 130), (80, 240), (0, 274), (-80, 240), (-140, 130), (-110, -10)]
    d.path(
        smooth(body, closed=True),
        d.gradient([(0, "#c8f4dc", 1), (0.45, "#58b890", 1), (1, "#1c6a54", 1)], (1, 1)),
        1,
        "#0c3428",
        8,
    )
    d.path(
        "M-60 150C-90 60 20 20 40 70C56 116 -20 120 -10 80M40 70C100 80 90 190 20 206C-30 214 -66 190 -60 150",
        "none",
        0.8,
        "#0f5442",
        9,
    )
    d.ink([(-92, 60), (-70, -20), (-20, -72)], 24, "#ffffff", "taper", 0.8)
    d.rect(-46, -132, 92, 30, _metal(d, GOLD, DEEP, PALE), 1, INK, 5, 10)


def bracelet(d: Drawing) -> None:
    """A ring of dark beads with one gold charm."""
    for k in range(17):
        a = -math.pi / 2 + k * 2 * math.pi / 17
        x, y = 236 * math.cos(a), 40 + 190 * math.sin(a)
        tone = "#a83a3a" if k % 4 else GOLD
        d.ellipse(
            x,
            y,
            47,
            47,
            d.gradient([(0, mix(tone, "#ffffff", 0.4), 1), (0.4, tone, 1), (1, mix(tone, "#000000", 0.6), 1)], (1, 1)),
            1,
            INK,
            5,
        )
        d.ellipse(x - 15, y - 17, 12, 8, "#ffffff", 0.8)
    d.line(0, 268, 0, 320, GOLD, 7)
    d.blob([(0, 300), (46, 336), (40, 392), (0, 420), (-40, 392), (-46, 336)], _metal(d, GOLD, DEEP, PALE), 1, INK, 6)


def hairpin(d: Drawing) -> None:
    """A gold pin: a blossom, leaves and hanging pearls."""
    d.group("rotate(-32)")
    d.ink([(-60, 0), (180, 0), (420, 6)], 34, DEEP, "in")
    d.ink([(-60, -4), (180, -4), (400, 2)], 20, PALE, "in")
    d.end()
    for k in range(6):
        a = k * math.pi / 3
        x, y = -90 + 92 * math.cos(a), 40 + 92 * math.sin(a)
        d.ellipse(x, y, 74, 74, d.gradient([(0, "#ffd8e0", 1), (1, "#e0607c", 1)], (1, 1)), 1, "#7a1c34", 6)
    d.ellipse(-90, 40, 50, 50, _metal(d, GOLD, DEEP, PALE), 1, INK, 5)
    for k in range(5):
        d.ellipse(-90 + 24 * math.cos(k * 1.26), 40 + 24 * math.sin(k * 1.26), 9, 9, "#c8202c")
    for k, x in enumerate((-190, -110, -30)):
        d.line(x, 120, x, 330 + 30 * (k % 2), GOLD, 5)
        for j in range(3):
            d.ellipse(
                x,
                190 + j * 70 + 30 * (k % 2),
                19,
                22,
                d.gradient([(0, "#ffffff", 1), (1, "#c8b8b0", 1)], (1, 1)),
                1,
                "#6a5850",
                4,
            )


def mask(d: Drawing) -> None:
    """A half mask, black and gold, with empty eyes."""
    face = [
        (-300, -120),
        (-150, -190),
        (0, -140),
        (150, -190),
        (300, -120),
        (290, 40),
        (190, 150),
        (70, 120),
        (0, 60),
        (-70, 120),
        (-190, 150),
        (-290, 40),
    ]
    d.path(
        smooth(face, closed=True), d.gradient([(0, "#4a3048", 1), (0.5, "#241424", 1), (1, "#120810", 1)]), 1, GOLD, 13
    )
    for side in (-1, 1):
        d.blob(
            [(side * 60, -20), (side * 130, -80), (side * 230, -70), (side * 210, 10), (side * 120, 34)],
            "#050205",
            1,
            GOLD,
            9,
        )
        d.path(f"M{side * 40} -110C{side * 110} -170 {side * 200} -160 {side * 270} -100", "none", 1, GOLD, 7)
        d.path(
            f"M{side * 90} 76c{side * 40} 40 {side * 100} 10 {side * 130} -30c{side * -10} 60 {side * -60} 90 {side * -110} 70",
            GOLD,
            0.9,
        )
        d.ink([(side * 300, -60), (side * 380, 40), (side * 350, 190), (side * 400, 330)], 26, "#8a1c2c", "taper")
    d.poly([(0, -128), (22, -84), (0, -40), (-22, -84)], "#e9354a", 1, PALE, 5)
    d.ink([(-240, -110), (-150, -156), (-60, -130)], 15, "#ffffff", "taper", 0.6)


def badge(d: Drawing) -> None:
    """A star shield on a leather fold."""
    d.rect(-250, -280, 500, 590, d.gradient([(0, "#4a3428", 1), (1, "#1c120e", 1)], (1, 1)), 1, INK, 8, 40)
    d.path("M-226 -256H226V286H-226Z", "none", 0.7, "#a07850", 4)
    shield = [
        (0, -220),
        (90, -180),
        (190, -190),
        (186, 20),
        (120, 160),
        (0, 240),
        (-120, 160),
        (-186, 20),
        (-190, -190),
        (-90, -180),
    ]
    d.poly(shield, _metal(d, GOLD, DEEP, PALE), 1, INK, 7)
    d.ellipse(0, -10, 116, 116, "#22386a", 1, PALE, 8)
    star = [
        (
            math.sin(k * math.pi / 5) * (94 if k % 2 == 0 else 40),
            -10 - math.cos(k * math.pi / 5) * (94 if k % 2 == 0 else 40),
        )
        for k in range(10)
    ]
    d.poly(star, _metal(d, GOLD, DEEP, PALE), 1, DEEP, 5)
    for y in (-158, 150):
        d.rect(-70, y - 16, 140, 32, "#22386a", 1, PALE, 4, 8)
    d.ink([(-160, -150), (-166, 0), (-110, 130)], 20, "#ffffff", "taper", 0.6)


def coin(d: Drawing) -> None:
    """An old coin with a square hole, and a second behind it."""
    for x, y, s in ((120, 90, 0.86), (-40, -20, 1.0)):
        d.group(f"translate({x} {y}) scale({s}) rotate({-14 if s == 1 else 12})")
        d.ellipse(12, 16, 250, 250, DEEP, 1, INK, 8)
        d.ellipse(0, 0, 250, 250, _metal(d, GOLD, DEEP, PALE), 1, INK, 8)
        d.ellipse(0, 0, 214, 214, "none", 1, DEEP, 8)
        d.rect(-62, -62, 124, 124, "#1c100c", 1, PALE, 12)
        for a in range(4):
            d.group(f"rotate({a * 90})")
            d.path("M-44 -156h88M0 -190v84M-34 -124h68M-40 -100c20-16 60-16 80 0", "none", 1, DEEP, 14)
            d.end()
        d.ink([(-196, -60), (-140, -150), (-50, -204)], 24, "#ffffff", "taper", 0.7)
        d.end()
