"""A first plain plate for every kind."""


def draw(kind, far, mid, near, p, rng):
    far.rect(
        -100,
        -200,
        1300,
        2300,
        far.gradient([(0, p.sky.top, 1), (0.45, p.sky.mid, 1), (0.7, p.sky.low, 1), (1, p.sky.edge, 1)]),
    )
    far.glow(560, 800, 520, 620, p.sky.light, 0.5)
    x = -90
    while x < 1200:
        w = rng.uniform(80, 160)
        h = rng.uniform(200, 700)
        far.rect(x, 1300 - h, w, h + 900, p.tone("#3a4468", 0.3))
        x += w + 4
    mid.poly([(-100, 1290), (1180, 1290), (1900, 2100), (-900, 2100)], p.tone(p.wall))
    for k in range(10):
        mid.line(80 + k * 110, 1290, 540 + (80 + k * 110 - 540) * 2.4, 2100, p.tone(p.accent), 4, 0.5)
    near.rect(-100, -200, 110, 2300, p.tone("#181020"))
