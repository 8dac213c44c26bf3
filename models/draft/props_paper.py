"""Objects that hold words: letters, contracts, photographs, books, scrolls, phones, seals. Drawn around (0, 0)."""

from __future__ import annotations

from models.draft.svg import Drawing, mix, smooth

INK = "#1a0e14"
PAPER, EDGE = "#f6eeda", "#8a7450"
RED, GOLD = "#b81c2c", "#e0ac48"


def _sheet(d: Drawing, x: float, y: float, w: float, h: float, turn: float, tone: str = PAPER) -> None:
    d.group(f"rotate({turn})")
    d.rect(x + 12, y + 16, w, h, "#000000", 0.4, r=6)
    d.rect(
        x,
        y,
        w,
        h,
        d.gradient([(0, mix(tone, "#ffffff", 0.5), 1), (0.6, tone, 1), (1, mix(tone, EDGE, 0.35), 1)], (1, 1)),
        1,
        EDGE,
        4,
        4,
    )


def _scrawl(d: Drawing, x: float, y: float, w: float, rows: int, gap: float, skip: tuple[int, ...] = ()) -> None:
    """Lines of handwriting that cannot be read."""
    for r in range(rows):
        if r in skip:
            continue
        width = w * (0.62 if r == rows - 1 else 1 - 0.07 * (r % 3))
        data = f"M{x} {y + r * gap:.0f}"
        step = 0.0
        k = 0
        while step < width - 18:
            dx = 9 + (k * 7 + r * 5) % 11
            dy = (-9, 8, -5, 11, -12, 6)[(k + r) % 6]
            data += f"q{dx / 2:.0f} {dy} {dx} 0" if (k + r) % 7 else f"m{dx + 6} 0"
            step += dx + (6 if (k + r) % 7 == 0 else 0)
            k += 1
        d.path(data, "none", 0.8, "#4a3440", 4.5)


def letter(d: Drawing) -> None:
    """A handwritten page over its torn envelope, a wax seal on it."""
    _sheet(d, -290, -60, 580, 390, 7, "#e2cfa4")
    d.path("M-290 -60L0 150L290 -60", "none", 1, EDGE, 6)
    d.end()
    _sheet(d, -230, -370, 460, 620, -4)
    _scrawl(d, -186, -300, 370, 11, 46, (5, 6, 7))
    d.path("M-230 -60H230", "none", 0.4, EDGE, 3)
    d.end()
    d.blob([(130, 170), (186, 146), (240, 180), (244, 244), (196, 282), (136, 264), (112, 216)], RED, 1, "#4a0610", 6)
    d.ellipse(180, 214, 38, 38, "none", 1, "#f07a80", 6)
    d.path("M164 214h32M180 196v36", "none", 1, "#f07a80", 6)


def contract(d: Drawing) -> None:
    """A printed contract with a signature, a red stamp and a pen."""
    _sheet(d, -240, -350, 480, 690, 3, "#e8e4dc")
    d.end()
    _sheet(d, -250, -370, 500, 700, -2, "#fbf8f0")
    d.rect(-130, -326, 260, 26, "#2a2430", r=4)
    for k in range(11):
        if k not in (4, 5, 6):
            d.rect(-200, -266 + k * 42, 400 - 60 * (k % 3 == 2), 12, "#5a5460", 0.65, r=3)
    d.path("M-190 262h210", "none", 1, "#2a2430", 4)
    d.path("M-180 246c30-80 50-60 34 0c26-60 60-50 50-4c20-34 40-30 44 4c10-20 30-20 60-10", "none", 1, "#1c2c7a", 8)
    d.ellipse(140, 220, 84, 84, "none", 0.85, RED, 10)
    d.path("M140 168l14 36h38l-30 24l12 38l-34-22l-34 22l12-38l-30-24h38z", RED, 0.85)
    d.end()
    d.group("translate(190 60) rotate(38)")
    d.rect(
        -20,
        -260,
        40,
        330,
        d.gradient([(0, "#14161e", 1), (0.4, "#4a5266", 1), (1, "#0a0c12", 1)], (1, 0)),
        1,
        INK,
        5,
        18,
    )
    d.rect(-22, -60, 44, 16, GOLD, 1, INK, 3)
    d.poly([(-20, 70), (20, 70), (0, 150)], GOLD, 1, INK, 5)
    d.line(0, 96, 0, 148, INK, 4)
    d.end()


def photo(d: Drawing) -> None:
    """An old photograph of two people, a corner bent, one face scratched by light."""
    _sheet(d, -270, -330, 540, 660, -5, "#f8f4ea")
    d.rect(-230, -290, 460, 490, d.gradient([(0, "#c8b48a", 1), (0.6, "#9a7c54", 1), (1, "#5a4230", 1)]))
    d.ellipse(-40, -150, 190, 130, "#f0e0b8", 0.5)
    for x, y, s, hair, coat in ((-96, 20, 1.0, "#2c1c14", "#4a4a5c"), (104, 60, 0.86, "#3c241a", "#8a4a44")):
        d.group(f"translate({x} {y}) scale({s})")
        d.blob([(-120, 210), (-96, 90), (-30, 60), (30, 60), (96, 90), (120, 210)], coat, 1, "#2a1a14", 5)
        d.blob(
            [(-64, -20), (-58, -96), (0, -128), (58, -96), (64, -20), (40, 44), (0, 68), (-40, 44)],
            "#e8c8a0",
            1,
            "#2a1a14",
            5,
        )
        d.blob(
            [(-72, 0), (-76, -90), (-30, -150), (40, -146), (80, -84), (72, 0), (50, -60), (-10, -86), (-54, -56)], hair
        )
        d.path("M-30 -10q10 -10 22 0M10 -10q12 -10 22 0M-16 34q16 12 34 0", "none", 1, "#3a2218", 6)
        d.end()
    d.path("M-230 -290L-120 -160L-60 -120L60 120L150 200", "none", 0.55, "#fff8e8", 4)
    d.poly([(270, -330), (270, -250), (190, -330)], "#c8bca0", 1, EDGE, 4)
    d.end()


def book(d: Drawing) -> None:
    """A leather book with a clasp and a ribbon."""
    d.group("rotate(-7)")
    d.rect(-226, -310, 480, 650, "#000000", 0.4, r=16)
    d.rect(-220, -316, 470, 640, "#e8dcc0", 1, INK, 6, 10)
    for k in range(5):
        d.line(236, -300 + k, 236 - k * 3, 310, "#b8a888", 2)
    d.rect(
        -250,
        -330,
        470,
        640,
        d.gradient([(0, "#8a3a3c", 1), (0.5, "#5c1c24", 1), (1, "#2c0a12", 1)], (1, 1)),
        1,
        INK,
        8,
        16,
    )
    d.rect(-250, -330, 62, 640, "#3a0e16", 0.8, r=14)
    d.rect(-160, -290, 350, 560, "none", 1, GOLD, 7, 12)
    d.ellipse(15, -20, 108, 108, "none", 1, GOLD, 8)
    d.path("M15 -112l26 66h72l-58 44l22 70l-62 -42l-62 42l22 -70l-58 -44h72z", GOLD, 0.95)
    d.rect(170, -60, 84, 80, d.gradient([(0, "#fff0b8", 1), (1, "#8a5a1c", 1)]), 1, INK, 5, 8)
    d.ink([(-80, 306), (-90, 380), (-60, 430)], 34, "#c8202c", "even")
    d.end()


def scroll(d: Drawing) -> None:
    """An open scroll on two rods."""
    d.rect(-226, -270, 470, 560, "#000000", 0.4)
    d.rect(
        -240,
        -290,
        480,
        580,
        d.gradient([(0, "#b89a62", 1), (0.12, "#f2e2b4", 1), (0.88, "#f2e2b4", 1), (1, "#a88850", 1)]),
        1,
        EDGE,
        4,
    )
    d.rect(-206, -250, 412, 500, "none", 0.8, "#a8703c", 5)
    for col in range(5):
        for row in range(5):
            if row not in (2, 3):
                x, y = 150 - col * 76, -206 + row * 94
                d.path(
                    f"M{x - 22} {y}h44M{x} {y - 14}v56M{x - 18} {y + 22}h36M{x - 20} {y + 46}l20 -18l20 18",
                    "none",
                    0.75,
                    "#3a2430",
                    6,
                )
    d.rect(-196, 150, 84, 84, RED, 0.9, r=8)
    d.path("M-180 172h52M-154 160v64M-176 208h46", "none", 1, "#ffd8c8", 7)
    for y in (-320, 280):
        d.rect(-270, y, 540, 56, d.gradient([(0, "#a85a34", 1), (0.4, "#6a2c1c", 1), (1, "#2c100c", 1)]), 1, INK, 6, 24)
        for x in (-316, 262):
            d.rect(x, y + 4, 54, 48, d.gradient([(0, "#fff0b8", 1), (1, "#8a5a1c", 1)]), 1, INK, 5, 14)


def phone(d: Drawing) -> None:
    """A phone that lights up with a message."""
    d.group("rotate(6)")
    d.glow(0, 0, 460, 560, "#8ac4ff", 0.5)
    d.rect(-196, -384, 404, 790, "#000000", 0.45, r=56)
    d.rect(
        -206,
        -396,
        412,
        792,
        d.gradient([(0, "#5a6274", 1), (0.2, "#14161e", 1), (1, "#05060a", 1)], (1, 1)),
        1,
        "#05060a",
        6,
        58,
    )
    d.rect(-186, -376, 372, 752, d.gradient([(0, "#2c4a8a", 1), (0.5, "#3a2c6a", 1), (1, "#141030", 1)]), r=44)
    d.rect(-60, -362, 120, 26, "#05060a", r=13)
    d.path("M-150 -290h90M60 -290h40M120 -290h30", "none", 0.8, "#ffffff", 8)
    d.rect(-160, -190, 320, 270, "#10142a", 0.72, "#9fc4ff", 3, 30)
    d.ellipse(-112, -138, 30, 30, "#ff8aa0")
    d.rect(-66, -156, 150, 16, "#ffffff", 0.9, r=8)
    d.rect(-66, -128, 90, 12, "#ffffff", 0.5, r=6)
    for x, tone in ((-90, "#e9354a"), (90, "#3ac87a")):
        d.ellipse(x, 230, 62, 62, tone)
        d.path(f"M{x - 30} 236c20 -18 40 -18 60 0l-10 18l-16 -8v-12c-6 -2 -12 -2 -18 0v12l-16 8z", "#ffffff")
    d.poly([(-186, -376), (40, -376), (-186, 120)], "#ffffff", 0.10)
    d.end()


def seal(d: Drawing) -> None:
    """A jade seal with a carved beast, and the red print it left."""
    _sheet(d, -300, 120, 600, 220, 2, "#efe2c0")
    d.end()
    d.rect(90, 170, 150, 130, RED, 0.9, r=8)
    d.path("M112 196h106M165 184v104M120 230h90M120 270h90M140 196v90M192 196v90", "none", 1, "#ffd8c8", 8)
    jade = d.gradient([(0, "#d8f4e4", 1), (0.45, "#6ab898", 1), (1, "#1c5a4a", 1)], (1, 1))
    d.poly([(-250, -40), (40, -40), (60, 230), (-270, 230)], jade, 1, "#0c3428", 8)
    d.poly([(-250, -40), (-180, -90), (104, -90), (40, -40)], "#c8ecd8", 1, "#0c3428", 7)
    d.poly([(40, -40), (104, -90), (124, 180), (60, 230)], "#2c7a64", 1, "#0c3428", 7)
    beast = [
        (-190, -80),
        (-200, -190),
        (-140, -250),
        (-150, -330),
        (-80, -300),
        (-10, -320),
        (20, -240),
        (70, -200),
        (80, -90),
    ]
    d.path(smooth(beast, closed=True), jade, 1, "#0c3428", 8)
    d.ellipse(-84, -244, 13, 13, "#0c3428")
    d.path(
        "M-130 -196c30 24 60 24 90 0M-20 -300c40 -40 80 -10 60 30M-170 -130c60 30 150 30 210 0", "none", 1, "#0c3428", 8
    )
    d.rect(-262, 206, 320, 26, RED, 0.8)
    d.ink([(-228, -10), (-232, 100), (-240, 200)], 20, "#ffffff", "taper", 0.7)
