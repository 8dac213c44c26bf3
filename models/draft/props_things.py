"""Things to use: keys, knives, cups, bottles, boxes, flowers, drives. Drawn around (0, 0), about 640 across."""

from __future__ import annotations

import math

from models.draft.svg import Drawing, mix, smooth

INK = "#1a0e14"
GOLD, DEEP, PALE = "#d8a040", "#7a4c18", "#fff0b8"


def key(d: Drawing) -> None:
    """An ornate old key with a tag."""
    d.group("rotate(38)")
    gold = d.gradient([(0, PALE, 1), (0.4, GOLD, 1), (1, DEEP, 1)])
    for r, w, tone in ((128, 62, INK), (128, 48, GOLD), (140, 10, PALE)):
        d.ellipse(-210, 0, r, r, "none", 1, tone, w)
    for k in range(3):
        a = k * 2 * math.pi / 3
        d.ellipse(-210 + 62 * math.cos(a), 62 * math.sin(a), 30, 30, "none", 1, GOLD, 15)
    d.rect(-86, -28, 420, 56, gold, 1, INK, 7, 12)
    for x in (-70, -20, 270):
        d.rect(x, -42, 28, 84, gold, 1, INK, 6, 8)
    d.path("M220 24h110v120h-36v-44h-26v64h-48z", gold, 1, INK, 7)
    d.line(-60, -14, 300, -14, PALE, 7, 0.8)
    d.end()
    d.ink([(-170, -110), (-230, 40), (-170, 170)], 8, "#a83a3a", "even")
    d.group("translate(-150 250) rotate(-12)")
    d.rect(-80, -90, 160, 190, "#ead8a8", 1, INK, 6, 16)
    d.ellipse(0, -58, 15, 15, INK)
    d.path("M-46 0h92M-46 36h70M-46 70h84", "none", 0.7, "#6a4a34", 8)
    d.end()


def knife(d: Drawing) -> None:
    """A dagger with a cold edge and a wrapped grip."""
    d.group("rotate(40)")
    d.poly(
        [(-430, 6), (-380, -36), (70, -56), (70, 66), (-380, 40)],
        d.gradient([(0, "#f4f8ff", 1), (0.49, "#b8c4d6", 1), (0.5, "#6a7890", 1), (1, "#9aa8be", 1)]),
        1,
        INK,
        7,
    )
    d.ink([(-400, 0), (-160, -6), (60, -8)], 9, "#3a465c", "taper", 0.7)
    d.ink([(-380, -26), (-160, -40), (60, -46)], 10, "#ffffff", "taper", 0.95)
    d.blob(
        [(60, -110), (104, -100), (104, 110), (60, 120), (76, 0)],
        d.gradient([(0, PALE, 1), (0.5, GOLD, 1), (1, DEEP, 1)]),
        1,
        INK,
        7,
    )
    d.rect(100, -40, 250, 84, d.gradient([(0, "#6a3430", 1), (0.5, "#3a1618", 1), (1, "#1a080a", 1)]), 1, INK, 7, 16)
    for k in range(6):
        d.line(120 + k * 38, -38, 146 + k * 38, 42, "#a86a4a", 8)
    d.ellipse(372, 2, 46, 46, d.gradient([(0, PALE, 1), (1, DEEP, 1)]), 1, INK, 7)
    d.ellipse(372, 2, 20, 20, "#c8202c", 1, INK, 4)
    d.end()


def cup(d: Drawing) -> None:
    """A porcelain cup with blue brushwork on a saucer, steam above."""
    for k in range(3):
        d.ink(
            [(-60 + 60 * k, -160), (-100 + 70 * k, -250), (-30 + 50 * k, -340), (-80 + 70 * k, -430)],
            34,
            "#ffffff",
            "taper",
            0.38,
        )
    d.ellipse(0, 240, 330, 74, "#d8d4dc", 1, INK, 7)
    d.ellipse(0, 228, 326, 68, d.gradient([(0, "#ffffff", 1), (1, "#c4c4d4", 1)]))
    d.ellipse(0, 232, 210, 38, "#8a94b4", 0.7)
    d.path("M196 -60C330 -90 330 130 160 120", "none", 1, INK, 48)
    d.path("M196 -60C330 -90 330 130 160 120", "none", 1, "#eceef6", 34)
    china = d.gradient([(0, "#b8bccc", 1), (0.2, "#ffffff", 1), (0.65, "#e8eaf4", 1), (1, "#8a90ac", 1)], (1, 0))
    d.path("M-220 -130C-220 90 -140 230 0 230C140 230 220 90 220 -130Z", china, 1, INK, 8)
    d.ellipse(0, -130, 220, 56, "#f8f8fc", 1, INK, 7)
    d.ellipse(0, -122, 186, 40, d.gradient([(0, "#6a3418", 1), (1, "#b8743a", 1)]))
    d.path(
        "M-176 10C-110 -50 -60 60 0 0S120 -40 176 20M-150 60C-90 20 -40 100 20 60S120 30 150 70",
        "none",
        0.85,
        "#2c4a9a",
        10,
    )
    for x in (-90, 10, 100):
        d.ellipse(x, 110, 26, 20, "#2c4a9a", 0.8)
    d.ink([(-178, -70), (-160, 50), (-104, 150)], 24, "#ffffff", "taper", 0.9)


def medicine(d: Drawing) -> None:
    """A brown bottle with a white cap and label, pills spilled before it."""
    glass = d.gradient([(0, "#e09a50", 1), (0.25, "#a85a20", 1), (0.7, "#7a3a12", 1), (1, "#4a1e08", 1)], (1, 0))
    d.rect(-176, -190, 352, 500, glass, 1, INK, 8, 50)
    d.rect(-120, -262, 240, 90, glass, 1, INK, 7, 16)
    d.rect(
        -146,
        -392,
        292,
        140,
        d.gradient([(0, "#c8ccd4", 1), (0.3, "#ffffff", 1), (1, "#9aa0ac", 1)], (1, 0)),
        1,
        INK,
        7,
        18,
    )
    for k in range(9):
        d.line(-124 + k * 31, -380, -124 + k * 31, -266, "#a8aeba", 6)
    d.rect(-176, -90, 352, 280, "#f8f4ea", 1, INK, 5)
    d.rect(-176, -90, 352, 60, "#c8283a")
    d.path("M-22 -60h44M0 -82v44", "none", 1, "#ffffff", 15)
    for k in range(4):
        d.rect(-140, 0 + k * 44, 280 - 80 * (k == 3), 15, "#6a6470", 0.7, r=4)
    d.ink([(-140, -150), (-148, -100)], 22, "#ffffff", "taper", 0.7)
    d.ink([(-146, 200), (-140, 280)], 22, "#ffffff", "taper", 0.6)
    for x, y, turn, tone in (
        (-250, 320, 24, "#e9354a"),
        (230, 330, -30, "#e9354a"),
        (120, 370, 70, "#3a7ad8"),
        (-110, 380, -8, "#3a7ad8"),
    ):
        d.group(f"translate({x} {y}) rotate({turn})")
        d.rect(-62, -26, 124, 52, "#fdfaf2", 1, INK, 5, 26)
        d.path("M0 -26h36a26 26 0 0 1 0 52h-36z", tone, 1, INK, 4)
        d.line(-40, -12, 40, -12, "#ffffff", 7, 0.7)
        d.end()


def box(d: Drawing) -> None:
    """A lacquered box, its lid open, light coming out."""
    d.poly(
        [(-290, -60), (290, -60), (240, -330), (-240, -330)],
        d.gradient([(0, "#3a0c14", 1), (1, "#8a1c28", 1)]),
        1,
        INK,
        8,
    )
    d.poly([(-250, -84), (250, -84), (212, -300), (-212, -300)], "#d8a85a", 0.85)
    d.glow(0, -90, 420, 330, "#ffe6a0", 0.95)
    for k in range(9):
        a = -math.pi * (0.14 + 0.09 * k)
        d.poly(
            [
                (-40 + k * 10, -60),
                (430 * math.cos(a) - 26, 430 * math.sin(a) - 60),
                (430 * math.cos(a) + 26, 430 * math.sin(a) - 40),
            ],
            "#fff0c0",
            0.22,
        )
    d.ellipse(0, -60, 290, 52, "#2a0608", 1, INK, 6)
    d.ellipse(0, -56, 250, 36, "#fff0b8", 0.9)
    d.poly(
        [(-290, -50), (290, -50), (270, 300), (-270, 300)],
        d.gradient([(0, "#b02838", 1), (0.5, "#7a1420", 1), (1, "#3a0810", 1)]),
        1,
        INK,
        8,
    )
    for x in (-250, 250):
        d.poly([(x - 34, -46), (x + 34, -46), (x + 30, 20), (x - 30, 20)], GOLD, 1, INK, 4)
        d.poly(
            [(x * 0.95 - 30, 240), (x * 0.95 + 30, 240), (x * 0.94 + 28, 298), (x * 0.94 - 28, 298)], GOLD, 1, INK, 4
        )
    d.path(
        smooth(
            [(-160, 130), (-90, 70), (-20, 130), (60, 70), (150, 130), (60, 200), (-20, 140), (-90, 200)], closed=True
        ),
        "none",
        0.9,
        GOLD,
        9,
    )
    d.rect(-44, -30, 88, 96, d.gradient([(0, PALE, 1), (1, DEEP, 1)]), 1, INK, 6, 10)
    d.ellipse(0, 8, 14, 14, INK)
    d.rect(-6, 10, 12, 34, INK)


def flower(d: Drawing) -> None:
    """A single rose, two fallen petals."""
    d.ink([(10, 30), (-30, 220), (40, 420)], 26, "#2f5a34", "even")
    for x, y, side in ((-20, 190, -1), (12, 280, 1)):
        d.ink([(x, y), (x + side * 90, y - 60), (x + side * 190, y - 50)], 86, "#3f7a44", "leaf")
        d.ink([(x, y), (x + side * 90, y - 58), (x + side * 170, y - 52)], 6, "#8ac07a", "taper")
    for ring, (r, num, tone) in enumerate(
        ((210, 6, "#8a1024"), (158, 5, "#b01c34"), (104, 5, "#d83a50"), (56, 4, "#f06a78"))
    ):
        for k in range(num):
            a = k * 2 * math.pi / num + ring * 0.6
            x, y = r * 0.52 * math.cos(a), -110 + r * 0.46 * math.sin(a)
            d.ellipse(
                x,
                y,
                r * 0.66,
                r * 0.58,
                d.gradient([(0, mix(tone, "#ffffff", 0.22), 1), (1, mix(tone, "#000000", 0.28), 1)], (1, 1)),
                1,
                "#4a0612",
                5,
            )
    d.path("M-20 -116c10 -30 50 -26 46 6c-6 30 -56 24 -52 -12c6 -44 84 -36 78 18", "none", 1, "#5a0818", 7)
    d.ink([(-170, -150), (-120, -232), (-30, -268)], 20, "#ffffff", "taper", 0.55)
    for x, y, turn in ((-230, 330, 20), (220, 350, -40)):
        d.group(f"translate({x} {y}) rotate({turn})")
        d.blob([(-70, 0), (-20, -42), (60, -30), (76, 10), (10, 40)], "#c02840", 1, "#4a0612", 5)
        d.end()


def usb(d: Drawing) -> None:
    """A small drive with a light that blinks, on a cord."""
    d.ink([(150, -190), (300, -280), (240, -400), (60, -380)], 22, "#2a2a34", "even")
    d.group("rotate(-34)")
    d.rect(-206, -96, 330, 212, "#000000", 0.4, r=40)
    d.rect(-330, -74, 150, 148, d.gradient([(0, "#f4f8ff", 1), (0.5, "#9aa6ba", 1), (1, "#5a6478", 1)]), 1, INK, 7, 8)
    for y in (-40, 14):
        d.rect(-300, y, 46, 28, "#2a3040")
    d.rect(-190, -106, 400, 212, d.gradient([(0, "#4a5468", 1), (0.4, "#20242e", 1), (1, "#0c0e14", 1)]), 1, INK, 8, 44)
    d.rect(-150, -80, 320, 20, "#ffffff", 0.28, r=10)
    d.ellipse(150, 0, 26, 26, "none", 1, "#8a94a8", 9)
    d.glow(-90, 20, 110, 110, "#5affb0", 0.9)
    d.ellipse(-90, 20, 17, 17, "#d8fff0")
    d.path("M-30 -20h130M-30 20h110M-30 56h80", "none", 0.7, "#9aa6ba", 9)
    d.end()
