"""Props."""

from models.draft.raster import render
from models.draft.svg import Drawing


def draw_prop(kind, text, time, genre):
    d = Drawing()
    d.glow(540, 900, 500, 500, "#ffe0a0", 0.5)
    d.rect(340, 700, 400, 400, "#c0a060", 1, "#201008", 8, 40)
    return render(d.body(), (0, 0, 1080, 1920), 1080, 1920)
