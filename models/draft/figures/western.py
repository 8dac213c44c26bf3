"""Modern clothes: suit, blazer, coat, dress. Knows lapels and shirts."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.palette import LINEN, accent, cloth
from models.draft.figures.tailoring import OutfitArt, Tailor, across


def suit(who: Subject) -> OutfitArt:
    tailor, tone, tie = Tailor(who), cloth(who.look.outfit_colour), accent(who.look.outfit_colour)
    w = tailor.wide
    shirt = [
        (-120, 712),
        (-40, 820),
        (0, 900),
        (40, 820),
        (120, 712),
        (170, 800),
        (190, 1000),
        (210, 1300),
        (220, 2200),
    ]
    out = tailor.panel([*shirt, (-220, 2200), (-210, 1300), (-190, 1000), (-170, 800)], LINEN, 4)
    out += tailor.panel([(-32, 812), (32, 812), (22, 872), (-22, 872)], tie, 4, sharp=True)
    out += tailor.panel([(-22, 872), (22, 872), (58, 1180), (0, 2200), (-58, 1180)], tie, 4, sharp=True)
    for side in (-1, 1):
        collar = [(104, 700), (138, 748), (104, 880), (22, 818), (60, 770)]
        out += tailor.panel(across(collar, side), LINEN, 4, sharp=True)
        coat = [(140, 724), (280, 772), (w * 0.88, 806), (w + 6, 880), (w + 34, 1100), (w + 46, 1500), (w + 54, 2200)]
        coat += [(40, 2200), (70, 1250), (150, 980)]
        out += tailor.panel(across(coat, side), tone)
        if side > 0:
            dark = [(w - 86, 760), (w - 46, 1000), (w - 86, 2200), (w + 200, 2200), (w + 200, 760)]
            out += tailor.shadow(tailor.outline(coat), dark, tone)
        lapel = [
            (128, 720),
            (214, 772),
            (262, 900),
            (206, 930),
            (240, 966),
            (110, 1290),
            (66, 1290),
            (128, 1000),
            (122, 880),
        ]
        out += tailor.panel(across(lapel, side), tone, 5, sharp=True)
        out += tailor.fold(across([(w - 36, 980), (w - 66, 1110), (w - 56, 1300)], side), tone)
    back = tailor.panel(
        [
            (-120, 690),
            (-w * 0.88, 760),
            (-w - 40, 1100),
            (-w - 70, 2200),
            (w + 70, 2200),
            (w + 40, 1100),
            (w * 0.88, 760),
            (120, 690),
        ],
        tone,
    )
    return OutfitArt(out, back)
