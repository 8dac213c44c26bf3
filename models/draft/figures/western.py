"""Modern clothes: suit, blazer, coat, gown, dress. Knows lapels, collars and hems."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.arms import arms_from_behind
from models.draft.figures.geometry import Point
from models.draft.figures.palette import CLOTHS, GOLD, LINEN, Tone, accent, cloth
from models.draft.figures.sleeves import LEATHER
from models.draft.figures.tailoring import HIP, KNEE, SIDES, WAIST, OutfitArt, Tailor, across, darker, skin_tone

_COLLAR: list[Point] = [(0, 900), (40, 820), (90, 740)]


def shirt(tailor: Tailor, tone: Tone = LINEN, open_collar: bool = False) -> str:
    """A buttoned shirt with a turned collar."""
    neck = [(0, 990 if open_collar else 900), (46, 850), (tailor.neck - 16, 728)]
    out = tailor.bodice(tone, neck, WAIST + 200, 4)
    out += tailor.seam([(0, neck[0][1]), (4, 1200), (0, WAIST + 200)], tone)
    for side in SIDES:
        n = tailor.neck
        flap = [(n - 18, 700), (n + 22, 744), (n - 6, 884), (18, 822), (n * 0.55, 770)]
        if open_collar:
            flap = [(n - 18, 704), (n + 30, 752), (n + 4, 884), (16, 976), (n * 0.5, 850)]
        out += tailor.flat(
            tone if side < 0 else Tone(tone.shade, tone.shade, tone.light, tone.ink), across(flap, side), 4
        )
    return out


def tie(tailor: Tailor, tone: Tone) -> str:
    out = tailor.flat(tone, [(-22, 872), (22, 872), (56, 1190), (0, 1420), (-56, 1190)], 4)
    out += tailor.crease([(10, 890), (34, 1180), (4, 1390)], tone, 24)
    for y in (960, 1060, 1160, 1260):
        out += tailor.gleam([(-34, y + 26), (30, y - 10)], tone, 9, 0.6)
    return out + tailor.flat(tone, [(-32, 812), (32, 812), (22, 874), (-22, 874)], 4)


def jacket(tailor: Tailor, tone: Tone, low: float, close: float = 1330, gap: float = 0) -> str:
    """Two front halves; they meet at `close`, or stand `gap` units open."""
    w, n, out = tailor.wide, tailor.neck, ""
    for side in SIDES:
        top = close - 722
        edge = [
            (n + 10, 722),
            (n + 34, 722 + top * 0.28),
            (n + 4, 722 + top * 0.58),
            (gap + 8, close),
            (gap + 2, HIP - 60),
        ]
        edge += [(gap + 60, low)]
        shoulder = [(n + 10, 722), *tailor.shoulder_line()[1:]]
        flank = [*tailor.flank(low)[:-1], (tailor.hip * 1.1, low)]
        shade = [
            (w * 0.66, 780),
            (w * 0.62, 1060),
            (tailor.waist * 0.66, WAIST),
            (tailor.hip * 0.7, low + 20),
        ]
        out += tailor.piece(
            tone, across(shoulder, side), across(flank, side), across(edge[::-1], side), shade=shade if side > 0 else ()
        )
        out += tailor.fold(across([(tailor.waist * 0.94, WAIST - 60), (tailor.waist * 0.6, WAIST + 6)], side), tone)
        out += tailor.fold(across([(w * 0.82, 1060), (w * 0.70, 1180), (w * 0.66, 1320)], side), tone, 9)
    return out


def lapels(tailor: Tailor, tone: Tone, close: float = 1330, gap: float = 0) -> str:
    w, n, out = tailor.wide, tailor.neck, ""
    s = w / 466
    for side in SIDES:
        leaf: list[Point] = [
            (n - 6, 716), (n + 66 * s, 764), (n + 122 * s, 896), (n + 66 * s, 926), (n + 100 * s, 962), (gap + 26, close - 20),
            (gap + 2, close), (n - 18, 1010), (n - 20, 880),
        ]  # fmt: skip
        lit = Tone(tone.light if side < 0 else tone.base, tone.shade, tone.light, tone.ink)
        out += tailor.flat(lit, across(leaf, side))
        out += tailor.fold(across([(n - 14, 724), (n + 24 * s, 830), (n + 66 * s, 926)], side), tone, 6)
    return out


def _back(tailor: Tailor, tone: Tone, low: float, collar: Tone, lower: str) -> str:
    out = lower + arms_from_behind(tailor.who) + tailor.nape(tone, low)
    n = tailor.neck
    return out + tailor.band([(-n - 4, 734), (-n * 0.5, 714), (0, 708), (n * 0.5, 714), (n + 4, 734)], 52, collar)


def suit(who: Subject) -> OutfitArt:
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    lower = tailor.trousers(tone, LEATHER)
    front = lower + shirt(tailor, open_collar=who.body.female)
    if not who.body.female:
        front += tie(tailor, accent(who.look.outfit_colour))
    front += jacket(tailor, tone, 2020) + lapels(tailor, tone)
    front += tailor.button(0, 1392, 15, darker(tone, 0.6)) + tailor.button(0, 1530, 15, darker(tone, 0.6))
    w = tailor.wide
    front += tailor.flat(LINEN, [(w * 0.46, 1066), (w * 0.66, 1046), (w * 0.67, 1070), (w * 0.47, 1092)], 3)
    return OutfitArt(front, "", _back(tailor, tone, 2020, darker(tone, 0.15), lower))


def blazer(who: Subject) -> OutfitArt:
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    dark = CLOTHS["grey"] if who.look.outfit_colour == "black" else CLOTHS["black"]
    skirt = ""
    if who.body.female:
        lower, skirt = (
            "",
            tailor.legs(skin_tone(who.skin), LEATHER)
            + tailor.skirt(darker(tone), KNEE - 150, tailor.hip * 0.92, pleats=2),
        )
        inside = shirt(tailor, open_collar=True)
    else:
        lower = tailor.trousers(dark, LEATHER)
        n = tailor.neck
        inside = tailor.bodice(dark, [(0, 760), (n * 0.6, 736), (n, 700)], WAIST + 200)
        inside += tailor.band([(-n, 690), (-n * 0.5, 730), (0, 742), (n * 0.5, 730), (n, 690)], 74, dark)
        inside += tailor.gleam([(-n * 0.8, 690), (-n * 0.4, 718), (0, 724)], dark, 8)
    torso = lower + inside + jacket(tailor, tone, 1980, 1500, 60) + lapels(tailor, tone, 1440, 60)
    return OutfitArt(torso, skirt, _back(tailor, tone, 1980, tone, lower + skirt))


def coat(who: Subject) -> OutfitArt:
    """A long overcoat with a raised collar over a roll-neck."""
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    knit = CLOTHS["cream"] if who.look.outfit_colour in ("black", "navy", "grey", "brown") else CLOTHS["black"]
    n, w = tailor.neck, tailor.wide
    lower = tailor.trousers(CLOTHS["black"], LEATHER)
    front = lower + tailor.bodice(knit, [(0, 760), (n * 0.6, 736), (n, 700)], 2000)
    front += tailor.band([(-n, 684), (-n * 0.5, 732), (0, 746), (n * 0.5, 732), (n, 684)], 92, knit)
    for k in range(-2, 3):
        front += tailor.seam([(k * n * 0.36, 706 + 26 - abs(k) * 8), (k * n * 0.36, 780 - abs(k) * 10)], knit, 3)
    front += jacket(tailor, tone, 3050, 1560, 70)
    for side in SIDES:
        collar: list[Point] = [
            (n - 4, 640), (n + 40, 690), (n + 126, 840), (n + 178, 960), (n + 100, 1010), (120, 1560), (76, 1560), (n, 1040),
            (n - 10, 860),
        ]  # fmt: skip
        lit = Tone(tone.light if side < 0 else tone.base, tone.shade, tone.light, tone.ink)
        front += tailor.flat(lit, across(collar, side))
        front += tailor.button(side * 150, 1640, 18, darker(tone, 0.6)) + tailor.button(
            side * 150, 1800, 18, darker(tone, 0.6)
        )
    belt = [(-tailor.waist - 10, WAIST + 70), (0, WAIST + 96), (tailor.waist + 10, WAIST + 70)]
    front += tailor.band(belt, 74, darker(tone, 0.12)) + tailor.flat(
        GOLD, [(-40, WAIST + 48), (40, WAIST + 48), (40, WAIST + 140), (-40, WAIST + 140)]
    )
    rear = (
        lower
        + arms_from_behind(who)
        + tailor.skirt(tone, 3050, tailor.hip * 1.2, pleats=3)
        + tailor.nape(tone, WAIST + 80)
        + tailor.band(belt, 74, darker(tone, 0.12))
    )
    rear += tailor.band([(-n - 30, 726), (0, 680), (n + 30, 726)], 110, tone)
    rear += tailor.fold([(w * 0.02, WAIST + 200), (0, 3000)], tone)
    tails = tailor.skirt(darker(tone, 0.3), 3020, tailor.hip * 1.16, pleats=3)
    return OutfitArt(front, tails, rear)


def _jewels(tailor: Tailor, points: list[Point], tone: Tone) -> str:
    return "".join(tailor.button(x, y, 5.5 + (i % 3) * 2, tone) for i, (x, y) in enumerate(points))


def _bare_shoulders(tailor: Tailor, skin: Tone) -> str:
    w = tailor.wide
    sides = [*tailor.shoulder_line(), (w * 0.84, 1040), (w * 0.70, 1100)]
    shadow = [(w * 0.6, 720), (w * 0.56, 1110)]
    out = tailor.piece(skin, sides, across(sides[::-1], -1), line=0, shade=shadow)
    bone = [(22, 812), (90, 796), (w * 0.6, 796), (w * 0.74, 800)]
    for side in SIDES:
        out += tailor.seam(across(tailor.shoulder_line(), side), skin, 4) + tailor.crease(across(bone, side), skin, 8)
    return out


def _gown_trunk(tailor: Tailor, tone: Tone, edge: list[Point]) -> str:
    """The fitted part of a gown under a neckline given from the middle outwards."""
    w, waist, hip = tailor.wide, tailor.waist, tailor.hip
    trunk = [(w * 0.82, 1030), (w * 0.80, 1160), (waist * 0.94, WAIST), (waist * 0.98, WAIST + 70)]
    basque = [
        (waist * 0.98, WAIST + 70),
        (waist * 0.45, 1690),
        (0, 1830),
        (-waist * 0.45, 1690),
        (-waist * 0.98, WAIST + 70),
    ]
    shade = [(w * 0.5, 980), (w * 0.44, 1200), (waist * 0.5, WAIST), (hip * 0.6, 2010)]
    out = tailor.piece(tone, mirrored_pair(edge), trunk, basque, across(trunk[::-1], -1), shade=shade)
    for side in SIDES:
        out += tailor.fold(across([(waist * 0.9, WAIST + 20), (waist * 0.5, WAIST + 90), (20, 1790)], side), tone, 9)
        out += tailor.crease(
            across([(waist * 0.86, WAIST + 90), (waist * 0.5, WAIST + 150), (50, 1770)], side), tone, 18
        )
    return out


def _evening_gown(who: Subject) -> OutfitArt:
    tailor, tone, skin = Tailor(who), cloth(who.look.outfit_colour), skin_tone(who.skin)
    w, waist = tailor.wide, tailor.waist
    lower = tailor.skirt(tone, 3920, 740, WAIST + 40, 8)
    bust = [(0, 1030), (60, 972), (150, 940), (w * 0.66, 968), (w * 0.82, 1030)]
    front = _bare_shoulders(tailor, skin) + _gown_trunk(tailor, tone, bust)
    for side in SIDES:
        front += tailor.band(across([(w * 0.70, 980), (w * 0.86, 980), (w * 1.06, 1040)], side), 64, tone)
        front += tailor.fold(across([(40, 1080), (120, 1180), (w * 0.5, 1240)], side), tone, 7)
        front += tailor.gleam(across([(w * 0.56, 1000), (w * 0.46, 1160), (waist * 0.66, WAIST)], side), tone, 12, 0.55)
    beads = [(x, y - 6) for x, y in mirrored_pair(bust)[1:-1]] + [(0, 1080), (-24, 1120), (24, 1124), (0, 1170)]
    beads += [(-160, 2300), (90, 2240), (-60, 2520), (220, 2600), (-280, 2800), (20, 2860), (340, 3000), (-140, 3100)]
    necklace = [(-78, 742), (-46, 800), (0, 826), (46, 800), (78, 742)]
    front += _jewels(tailor, beads + necklace, GOLD) + tailor.button(0, 856, 13, accent(who.look.outfit_colour))
    back = [(tailor.neck, 726), (w * 0.80, 1000), (waist * 0.9, WAIST - 40)]
    rear = lower + arms_from_behind(who) + tailor.piece(skin, back, across(back[::-1], -1), line=0)
    rear += _bare_shoulders(tailor, skin)
    rear += _gown_trunk(tailor, tone, [(0, 1380), (90, 1180), (w * 0.6, 1040), (w * 0.82, 1010)])
    return OutfitArt(front, lower, rear + tailor.fold([(-8, 800), (0, 1100), (0, 1370)], skin, 6, 0.5))


def mirrored_pair(right: list[Point]) -> list[Point]:
    """A right half from the middle outwards -> the whole curve from left to right."""
    return [(-x, y) for x, y in right[::-1]] + right[1:]


def gown(who: Subject) -> OutfitArt:
    """Evening dress: a strapless gown, or a dinner jacket with a bow tie."""
    if who.body.female:
        return _evening_gown(who)
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    n, satin = tailor.neck, CLOTHS["black"] if who.look.outfit_colour != "black" else CLOTHS["grey"]
    lower = tailor.trousers(CLOTHS["black"], LEATHER)
    front = lower + shirt(tailor) + "".join(tailor.button(0, y, 9, satin) for y in (960, 1080, 1200))
    for side in SIDES:
        front += tailor.piece(
            satin, across([(0, 836), (46, 790), (104, 786), (108, 888), (50, 880), (0, 846)], side), line=4
        )
    front += tailor.flat(satin, [(-20, 812), (20, 812), (20, 862), (-20, 862)], 4) + jacket(tailor, tone, 2020, 1400)
    for side in SIDES:
        shawl = [(n - 6, 716), (n + 60, 800), (n + 96, 960), (n + 40, 1180), (4, 1400)]
        front += tailor.piece(satin, across(shawl, side), across([(4, 1390), (n - 22, 1060), (n - 20, 860)], side))
        front += tailor.gleam(across([(n + 30, 800), (n + 58, 950), (n + 8, 1160)], side), satin, 12, 0.6)
    front += tailor.button(0, 1450, 15, satin)
    return OutfitArt(front, "", _back(tailor, tone, 2020, satin, lower))


def dress(who: Subject) -> OutfitArt:
    """A day dress with puffed sleeves; for a man a dress shirt with a waistcoat."""
    tailor, tone, skin = Tailor(who), cloth(who.look.outfit_colour), skin_tone(who.skin)
    trim, w, n = accent(who.look.outfit_colour), tailor.wide, tailor.neck
    if not who.body.female:
        lower = tailor.trousers(darker(tone), LEATHER)
        front = lower + shirt(tailor) + tie(tailor, trim)
        vest = [(0, 1240), (70, 1080), (n + 34, 880), (n + 44, 752)]
        front += tailor.bodice(tone, vest, 1900, sleeveless=True)
        front += "".join(tailor.button(0, y, 13, GOLD) for y in (1310, 1430, 1550, 1670))
        return OutfitArt(front, "", lower + arms_from_behind(who) + tailor.nape(tone, 1900))
    hem = KNEE - 40 if not who.body.child else KNEE - 300
    lower = tailor.legs(skin, LEATHER) + tailor.skirt(tone, hem, tailor.hip * 1.5, pleats=7)
    neckline = [(0, 930), (90, 916), (n + 40, 850), (n + 56, 764)]
    front = tailor.bodice(tone, neckline, WAIST + 30) + tailor.band(mirrored_pair(neckline), 26, trim)
    for side in SIDES:
        front += tailor.fold(
            across([(w * 0.4, 1000), (tailor.waist * 0.62, 1240), (tailor.waist * 0.5, WAIST)], side), tone, 7
        )
        front += tailor.piece(
            trim,
            across([(0, WAIST), (60, WAIST - 50), (120, WAIST - 30), (110, WAIST + 50), (50, WAIST + 30)], side),
            line=4,
        )
    belt = [(-tailor.waist - 4, WAIST), (0, WAIST + 18), (tailor.waist + 4, WAIST)]
    sash = tailor.band(belt, 60, trim)
    front += sash + tailor.button(0, WAIST + 10, 26, trim)
    return OutfitArt(front, lower, lower + arms_from_behind(who) + tailor.nape(tone, WAIST + 30) + sash)
