"""What a video model is told about movement: a ClipRequest in, words and strengths out. The words are data
(configs/prompts/motion.toml); no torch, no tokens, no models.

Who does what comes first, then camera and style, then what the key frame shows anyway: a model that can read only so much
loses the end."""

from __future__ import annotations

from collections.abc import Iterable

from models.base import ClipRequest, Figure
from models.prompting import entry, looks, place, seen_figures, thing, told_in_latin, words

LEAST_BUCKET, MOST_BUCKET = 30, 210
"""SVD's motion buckets run from 1 to 255 with 127 as the default (Blattmann et al., Stable Video Diffusion, 2023, D.1, and
diffusers' StableVideoDiffusionPipeline); the ends give standing and torn pictures."""
LEAST_NOISE, MOST_NOISE = 0.02, 0.08
"""SVD's noise on the first picture: 0.02 is diffusers' default, 'increase it for more motion'."""
CALM = 0.5
"""The strength up to which the first picture is kept as clean as by default."""
PLAIN_GAZE = "ahead"


def motion_prompt(request: ClipRequest, style: str = "", reads_han: bool = False) -> str:
    """One paragraph: what happens, the camera, the style, the picture's own words, the place, the looks. `reads_han`: the text encoder knows Chinese
    (UMT5 does, T5 does not), so that sentences in it are kept. ValueError names a word without an entry."""
    picture = request.picture
    seen = seen_figures(picture)
    told = (picture.description,) if reads_han else told_in_latin(picture.description)[0]
    phrases = (
        *(_acts(request, number, figure, len(seen)) for number, figure in enumerate(seen)),
        *(() if seen else (entry("motion", "air", picture.weather),)),
        f"{camera(request)}, {amount(request.strength)}",
        style,
        *told,
        *thing(picture),
        *place(picture),
        *(looks(figure.look) for figure in seen),
    )
    return _paragraph(phrases)


def motion_negative(request: ClipRequest, negative: str = "") -> str:
    """What must not be seen: the profile's words, the picture's, and talking where nobody talks."""
    silent = entry("motion", "avoid", "silent") if seen_figures(request.picture) and not request.mouths else ""
    parts = (part.strip(" ,") for part in (negative, request.picture.negative, silent))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def camera(request: ClipRequest) -> str:
    return entry("motion", "move", request.move)


def amount(strength: float) -> str:
    """How much moves, for a strength of 0..1."""
    rows = words("motion")["strength"]["rows"]
    return str(next((text for most, text in rows if strength <= most), rows[-1][1]))


def talkers(request: ClipRequest) -> frozenset[int]:
    """The figures whose mouths move in the clip."""
    return frozenset(cue.figure for cue in request.mouths if cue.shape != "closed")


def motion_bucket(strength: float) -> int:
    """SVD's amount of motion, 1..255, for a strength of 0..1: 120 at 0.5, near its default of 127."""
    return round(LEAST_BUCKET + (MOST_BUCKET - LEAST_BUCKET) * _share(strength))


def noise_aug(strength: float) -> float:
    """SVD's noise on the first picture: its default up to CALM, more above."""
    over = max(0.0, _share(strength) - CALM) / (1.0 - CALM)
    return round(LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * over, 4)


def _share(strength: float) -> float:
    return min(1.0, max(0.0, strength))


def _acts(request: ClipRequest, number: int, figure: Figure, of: int) -> str:
    """'the woman on the left talks, lips moving, frowns, jaw tightening': one figure through the clip, changes in order."""
    talking = talkers(request)
    does = [entry("motion", "does", "enters")] if figure.enters else []
    if number in talking:
        does.append(entry("motion", "does", "talks"))
    elif talking:
        does.append(entry("motion", "does", "listens"))
    does.append(entry("motion", "emotion", figure.emotion))
    does += _changes(request.emotions, number, "emotion", figure.emotion)
    does += _changes(request.poses, number, "pose", figure.pose)
    does += _changes(request.gazes, number, "gaze", figure.gaze)
    if figure.aura:
        does.append(entry("motion", "does", "aura"))
    return f"{who(figure, of)} {', '.join(dict.fromkeys(does))}"


def _changes(rows: Iterable[tuple[int, int, str]], number: int, section: str, now: str) -> list[str]:
    """What one figure turns to, in order of time; what it is already is no change."""
    out: list[str] = []
    for _, figure, word in sorted(rows):
        if figure == number and word != now:
            out.append(f"then {entry('motion', section, word)}")
            now = word
    return out


def who(figure: Figure, of: int) -> str:
    """'the woman', and where she stands when there are several: a model knows nobody's name."""
    rows = words("people")["age"]["rows"]
    row = next(row for row in rows if figure.look.age <= row[0] or row is rows[-1])
    noun = str(row[1 if figure.look.sex == "female" else 2]).format(age=figure.look.age).split()[-1]
    side = "left" if figure.x < 0.45 else "right" if figure.x > 0.55 else "middle"
    return f"the {noun} {entry('camera', 'place', side)}" if of > 1 else f"the {noun}"


def _paragraph(phrases: Iterable[str]) -> str:
    parts = dict.fromkeys(phrase.strip(" .,") for phrase in phrases)
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)
