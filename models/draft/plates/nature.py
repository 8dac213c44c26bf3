"""Old and open places: temple, palace, forest, lakeside."""

from __future__ import annotations

from models.draft.plates.parts import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    WIDE,
    Set,
    column,
    crown,
    dark_foreground,
    drape,
    lantern,
    mist,
    mountains,
    pine,
    sky,
    wet,
)
from models.draft.svg import mix, smooth

INK = "#120a10"


def temple(s: Set) -> None:
    """Stone steps up to a gate with swept eaves, an incense burner, pines, peaks in mist."""
    sky(s, moon=(800, 330))
    mountains(s, 1150, 640, "#5a7890", 0.6)
    mountains(s, 1230, 420, "#41627a", 0.35)
    mist(s, s.far, 1100, 0.5, 9)
    d = s.mid
    for x, h in ((-10, 900), (130, 660), (1080, 940), (950, 640)):
        pine(s, d, x, 1340, h, s.p.tone("#2f5a4c"))
    red, roof = s.p.tone("#9a3028"), s.p.tone("#33475a")
    stone = s.p.tone("#9aa0a6")
    d.rect(240, 760, 600, 540, mix(red, "#000000", 0.45))
    d.glow(540, 1050, 280, 320, s.p.sky.lamp, 0.75)
    for x in (270, 420, 660, 810):
        column(s, x, 46, 760, 1300, "#9a3028", "#d9a43c")
    d.rect(430, 860, 220, 440, mix(s.p.sky.lamp, red, 0.35), 0.75)
    for k in range(6):
        d.rect(438 + k * 35, 866, 5, 430, mix(red, "#000000", 0.5))
    _roof(s, 540, 760, 470, roof)
    _roof(s, 540, 560, 330, roof)
    d.rect(440, 640, 200, 76, s.p.tone("#20344a"), 1, s.p.tone("#d9a43c"), 7)
    d.path("M480 664h40M500 656v44M482 684h36M560 660h44M582 652v50M566 682h34", "none", 1, s.p.tone("#f0cc70"), 6)
    for k in range(9):
        y, w = 1300 + k * k * 5.4 + k * 26, 320 + k * 62
        face = mix(stone, "#000000", 0.06 * (k % 2) + 0.04 * k)
        d.poly(
            [(540 - w, y), (540 + w, y), (540 + w + 60, y + 26 + k * 12), (540 - w - 60, y + 26 + k * 12)],
            mix(face, s.p.sky.light, 0.22),
        )
        d.rect(540 - w - 60, y + 26 + k * 12, 2 * w + 120, 26 + k * 4, mix(face, "#000000", 0.3))
    _burner(s, 540, 1500)
    for x in (330, 750):
        lantern(s, x, 900, 0.62)
    mist(s, d, 1420, 0.20, 5)
    _branch(s)


def _roof(s: Set, x: float, y: float, w: float, colour: str) -> None:
    """A swept roof with upturned eaves and rows of tiles."""
    d = s.mid
    d.path(
        smooth(
            [
                (x - w - 90, y - 70),
                (x - w, y - 30),
                (x - w * 0.5, y - 80),
                (x - w * 0.42, y - 170),
                (x + w * 0.42, y - 170),
                (x + w * 0.5, y - 80),
                (x + w, y - 30),
                (x + w + 90, y - 70),
                (x + w, y + 16),
                (x, y + 6),
                (x - w, y + 16),
            ],
            closed=True,
        ),
        colour,
        1,
        INK,
        5,
    )
    for k in range(-9, 10):
        d.ink(
            [(x + k * w * 0.045, y - 164), (x + k * w * 0.07, y - 80), (x + k * w * 0.105, y + 2)],
            7,
            mix(colour, "#000000", 0.35),
            "even",
            0.7,
        )
    d.rect(x - w * 0.45, y - 184, w * 0.9, 22, mix(colour, s.p.sky.light, 0.3), 1, INK, 4, 8)
    d.line(x - w, y + 12, x + w, y + 12, s.p.tone("#d9a43c"), 9)


def _burner(s: Set, x: float, y: float) -> None:
    d = s.mid
    bronze = s.p.tone("#6a5a3c")
    for k in range(3):
        d.ink(
            [(x - 20 + 20 * k, y - 60), (x - 60 + 40 * k, y - 220), (x + 10 * k, y - 380), (x - 50 + 60 * k, y - 540)],
            26,
            mix(s.p.haze, "#ffffff", 0.5),
            "taper",
            0.35,
        )
    d.blob([(x - 120, y - 70), (x + 120, y - 70), (x + 96, y + 40), (x, y + 76), (x - 96, y + 40)], bronze, 1, INK, 6)
    d.rect(x - 132, y - 84, 264, 26, mix(bronze, s.p.sky.light, 0.35), 1, INK, 5, 8)
    for side in (-1, 1):
        d.ink([(x + side * 70, y + 50), (x + side * 84, y + 130)], 26, bronze, "even")
        d.path(f"M{x + side * 110} {y - 60}c{side * 50} -20 {side * 50} 60 {side * -4} 50", "none", 1, bronze, 13)


def _branch(s: Set) -> None:
    """A blossoming branch in the near layer."""
    d = s.near
    wood = dark_foreground(s, "#2a1c1a")
    d.ink([(RIGHT, 60), (960, 160), (820, 150), (690, 240)], 46, wood, "in")
    d.ink([(960, 160), (900, 300), (930, 400)], 24, wood, "in")
    for _ in range(26):
        x, y = s.rng.uniform(700, 1160), s.rng.uniform(20, 420)
        d.ellipse(
            x,
            y,
            s.rng.uniform(20, 40),
            s.rng.uniform(16, 32),
            s.p.tone(s.rng.choice(("#f4b0c4", "#ffd0dc", "#e88aa8"))),
            0.85,
        )


def palace(s: Set) -> None:
    """A golden screen and throne on steps, red columns, beams, a carpet, lanterns."""
    d, rng = s.far, s.rng
    red = s.p.tone("#8a2020")
    gold, deep = s.p.tone("#d9aa48"), s.p.tone("#4a1014")
    d.rect(LEFT, TOP, WIDE, TALL_ALL, d.gradient([(0, mix(deep, "#000000", 0.3), 1), (0.5, red, 1), (1, deep, 1)]))
    d.glow(540, 860, 560, 680, s.p.sky.lamp, 0.75)
    d.rect(276, 546, 528, 588, red, 1, gold, 14)
    for k in range(5):
        d.rect(310 + k * 94, 590, 84, 480, mix(gold, "#000000", 0.2))
        d.rect(318 + k * 94, 600, 68, 460, gold)
        x = 352 + k * 94
        d.path(
            smooth([(x, 630), (x - 20, 690), (x + 20, 760), (x - 20, 830), (x + 20, 900), (x - 10, 990)]),
            "none",
            0.9,
            mix(gold, "#4a2a08", 0.55),
            9,
        )
        d.ellipse(x, 630 + rng.uniform(-8, 8), 14, 12, mix(gold, "#4a2a08", 0.5))
    d.blob(
        [(420, 1130), (412, 900), (446, 800), (540, 752), (634, 800), (668, 900), (660, 1130)],
        deep,
        1,
        mix(gold, "#fff0b0", 0.4),
        9,
    )
    d.blob([(468, 1110), (468, 920), (540, 856), (612, 920), (612, 1110)], s.p.tone("#b02038"), 1, gold, 6)
    d.ellipse(540, 742, 30, 30, mix(gold, "#ffffff", 0.4), 1, deep, 5)
    d.rect(390, 1090, 300, 64, mix(gold, "#000000", 0.2))
    d.rect(390, 1090, 300, 9, mix(gold, "#ffffff", 0.45))
    for k in range(4):
        d.rect(330 - k * 52, 1150 + k * 35, 420 + k * 104, 36, mix(red, "#000000", 0.2 + 0.12 * (k % 2)))
        d.rect(330 - k * 52, 1150 + k * 35, 420 + k * 104, 6, gold)
    _palace_floor(s)
    _palace_frame(s)
    for side in (-1, 1):
        drape(s, side, "#6a0c20", 140)


TALL_ALL = BOTTOM - TOP


def _palace_floor(s: Set) -> None:
    m = s.mid
    tile, carpet, gold = s.p.tone("#4a1c1c"), s.p.tone("#a8203a"), s.p.tone("#e2a83e")
    m.poly(
        [(130, 1286), (950, 1286), (1900, BOTTOM), (-820, BOTTOM)],
        m.gradient([(0, mix(tile, s.p.sky.lamp, 0.2), 1), (1, mix(tile, "#000000", 0.5), 1)]),
    )
    for k in range(1, 8):
        m.line(130 + k * 102, 1286, -820 + k * 340, BOTTOM, mix(tile, s.p.sky.lamp, 0.25), 3, 0.6)
    for y in (1310, 1350, 1410, 1500, 1620, 1790):
        m.line(LEFT, y, RIGHT, y, mix(tile, s.p.sky.lamp, 0.25), 3, 0.5)
    m.poly(
        [(420, 1286), (660, 1286), (930, BOTTOM), (150, BOTTOM)],
        m.gradient([(0, mix(carpet, s.p.sky.lamp, 0.22), 1), (1, mix(carpet, "#000000", 0.3), 1)]),
    )
    for inset in (20, 34):
        m.path(
            f"M{420 + inset} 1286L{150 + inset * 2.6} {BOTTOM}M{660 - inset} 1286L{930 - inset * 2.6} {BOTTOM}",
            "none",
            1,
            gold,
            6 if inset == 20 else 3,
        )


def _palace_frame(s: Set) -> None:
    m = s.mid
    beam = mix(s.p.tone("#3a1010"), "#000000", 0.3)
    m.path("M-90 -150H1170V250L770 430H310L-90 250Z", beam)
    for k in range(6):
        y = 40 + k * 66
        m.path(
            f"M{k * 62 - 60} {y}H{1140 - k * 62}", "none", 1, s.p.tone("#c8963a" if k % 2 else "#2c6a5a"), 17 - k * 2
        )
    for side in (-1, 1):
        for x, w, y0, y1 in ((300, 62, 300, 1400), (378, 92, 180, 1560), (520, 156, TOP, BOTTOM)):
            column(s, 540 + side * x, w, y0, y1, "#b82a26", "#d9a43c")
        lantern(s, 540 + side * 170, 520, 0.7)
        lantern(s, 540 + side * 290, 450, 1.1)


def forest(s: Set) -> None:
    """Tall trunks, shafts of light, a path, ferns, fireflies by night."""
    sky(s, moon=(540, 420))
    d = s.far
    leaf = s.p.tone("#4c7a4a")
    d.rect(LEFT, TOP, WIDE, TALL_ALL, mix(leaf, s.p.haze, 0.5), 0.55)
    d.glow(540, 760, 560, 720, mix(s.p.sky.light, "#f4ffd0", 0.3), 0.8)
    for k in range(16):
        x = s.rng.uniform(LEFT, RIGHT)
        if abs(x - 540) > 120:
            d.ink(
                [(x, 1360), (x + s.rng.uniform(-14, 14), 600), (x + s.rng.uniform(-30, 30), TOP)],
                s.rng.uniform(28, 52),
                mix(s.p.tone("#4a4038"), s.p.haze, 0.55 - k * 0.02),
                "even",
            )
    for k in range(5):
        x = 200 + k * 170
        d.poly([(x + 200, TOP), (x + 300, TOP), (x - 40, 1400), (x - 200, 1400)], s.p.sky.light, 0.09)
    m = s.mid
    ground = s.p.tone("#4a5a34")
    m.blob(
        [
            (LEFT - 60, 1290),
            (200, 1262),
            (540, 1300),
            (880, 1262),
            (RIGHT + 60, 1290),
            (RIGHT + 60, 2160),
            (LEFT - 60, 2160),
        ],
        m.gradient([(0, mix(ground, s.p.sky.light, 0.28), 1), (1, mix(ground, "#000000", 0.55), 1)]),
    )
    path_tone = mix(s.p.tone("#a08a64"), s.p.sky.light, 0.15)
    m.blob(
        [(520, 1292), (566, 1292), (600, 1440), (520, 1620), (760, 2120), (180, 2120), (360, 1640), (500, 1440)],
        path_tone,
        0.85,
    )
    for x, w, lean in ((70, 120, 30), (1010, 140, -40), (236, 74, -16), (868, 70, 22)):
        bark = mix(s.p.tone("#4c3a30"), "#000000", 0.15)
        m.ink([(x - lean, 1640 if w > 100 else 1420), (x, 700), (x + lean, TOP - 60)], w * 1.3, bark, "even")
        m.ink(
            [(x - lean - w * 0.36, 1500), (x - w * 0.36, 700), (x + lean - w * 0.3, TOP)],
            16,
            mix(bark, s.p.sky.light, 0.45),
            "taper",
            0.8,
        )
        for k in range(4):
            m.ink([(x + w * 0.1, 300 + k * 300), (x + w * 0.16, 420 + k * 300)], 9, mix(bark, "#000000", 0.5), "taper")
    for x, y, r in ((40, 120, 330), (1040, 90, 340), (540, -60, 280), (250, 330, 170), (860, 320, 180)):
        crown(s, m, x, y, r, mix(leaf, "#000000", 0.18))
    _ferns(s)
    if s.p.sky.dark > 0.4:
        _fireflies(s)
    mist(s, m, 1320, 0.24, 6)


def _fireflies(s: Set) -> None:
    for _ in range(26):
        x, y = s.rng.uniform(60, 1020), s.rng.uniform(600, 1500)
        s.mid.glow(x, y, 24, 24, "#e8ff9a", 0.8)
        s.mid.ellipse(x, y, 4, 4, "#fbffe0")


def _ferns(s: Set) -> None:
    for d, num, low, dark in ((s.mid, 9, 1560, 0.1), (s.near, 5, 2060, 0.5)):
        for k in range(num):
            x = s.rng.choice((s.rng.uniform(LEFT, 260), s.rng.uniform(820, RIGHT)))
            tone = mix(s.p.tone("#5a8a44"), "#000000", dark + 0.05 * (k % 3))
            for blade in range(-3, 4):
                size = s.rng.uniform(130, 230) * (1.7 if d is s.near else 1)
                d.ink(
                    [
                        (x, low),
                        (x + blade * size * 0.22, low - size * 0.7),
                        (x + blade * size * 0.42, low - size * (0.85 - abs(blade) * 0.09)),
                    ],
                    size * 0.16,
                    tone,
                    "leaf",
                )


def lakeside(s: Set) -> None:
    """Still water with the light's path on it, far hills, a jetty, a pavilion, willow and reeds."""
    sky(s, horizon=1010, moon=(540, 470))
    mountains(s, 1010, 340, "#6a86a0", 0.6)
    mountains(s, 1020, 190, "#48687a", 0.3)
    mist(s, s.far, 1000, 0.4)
    d, k = s.far, s.p.sky
    d.rect(
        LEFT,
        1010,
        WIDE,
        1100,
        d.gradient(
            [(0, mix(k.edge, k.low, 0.4), 1), (0.3, mix(k.low, k.mid, 0.6), 1), (1, mix(k.top, "#04101c", 0.4), 1)]
        ),
    )
    for _ in range(70):
        y = s.rng.uniform(1020, 1800)
        z = (y - 1000) / 800
        x = 540 + s.rng.uniform(-1, 1) * (80 + z * 330)
        d.ellipse(
            x, y, s.rng.uniform(20, 90) * (0.4 + z), 2 + 4 * z, mix(k.light, "#ffffff", 0.4), s.rng.uniform(0.2, 0.6)
        )
    m = s.mid
    _pavilion(s, 860, 1090)
    wood = s.p.tone("#8a6a4c")
    m.poly(
        [(470, 1270), (610, 1270), (980, BOTTOM), (100, BOTTOM)],
        m.gradient([(0, mix(wood, k.light, 0.35), 1), (1, mix(wood, "#000000", 0.45), 1)]),
        1,
        INK,
        5,
    )
    for j in range(14):
        y = 1280 + j * j * 4.2 + j * 4
        w = 74 + (y - 1270) * 0.46
        m.line(540 - w, y, 540 + w, y, mix(wood, "#000000", 0.5), 3 + j * 0.3, 0.8)
    for y, w, h in ((1330, 100, 120), (1560, 210, 190)):
        for side in (-1, 1):
            m.rect(540 + side * w - 16, y - h, 32, h + 60, mix(wood, "#000000", 0.25), 1, INK, 4, 8)
            m.ellipse(540 + side * w, y - h, 16, 8, mix(wood, k.light, 0.4))
    lantern(s, 330, 1392, 0.5)
    for x in (40, 110, 1010, 1080):
        for j in range(5):
            m.ink(
                [
                    (x + j * 14, 1640),
                    (x + j * 14 + s.rng.uniform(-20, 20), 1450),
                    (x + j * 18 + s.rng.uniform(-50, 50), 1300 + j * 14),
                ],
                10,
                s.p.tone("#4c6a44"),
                "in",
            )
    _willow(s)
    if s.p.weather == "rain":
        wet(s, (s.p.glow, "#cfe6ff"), 1120)


def _pavilion(s: Set, x: float, y: float) -> None:
    m = s.mid
    m.poly([(x - 190, y), (x + 190, y), (x + 220, y + 34), (x - 220, y + 34)], s.p.tone("#7a7a80"), 1, INK, 4)
    m.glow(x, y - 90, 170, 150, s.p.sky.lamp, 0.7)
    for dx in (-140, -50, 50, 140):
        m.rect(x + dx - 9, y - 190, 18, 190, s.p.tone("#9a3028"))
    m.blob(
        [
            (x - 250, y - 200),
            (x - 190, y - 190),
            (x - 60, y - 280),
            (x, y - 350),
            (x + 60, y - 280),
            (x + 190, y - 190),
            (x + 250, y - 200),
            (x + 180, y - 166),
            (x, y - 174),
            (x - 180, y - 166),
        ],
        s.p.tone("#2c4658"),
        1,
        INK,
        4,
    )
    m.rect(x - 180, y + 34, 360, 150, s.p.tone("#2c4658"), 0.35)


def _willow(s: Set) -> None:
    d = s.near
    for _ in range(17):
        x = s.rng.choice((s.rng.uniform(LEFT, 170), s.rng.uniform(900, RIGHT)))
        low = s.rng.uniform(420, 980)
        tone = mix(s.p.tone("#5a8448"), "#000000", s.rng.uniform(0.2, 0.45))
        d.ink([(x + 30, TOP), (x, low * 0.5), (x + s.rng.uniform(-50, 10), low)], 16, tone, "taper", 0.9)
