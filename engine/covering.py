"""Series + episode -> the pictures of three posters: the lead's face, the two who face each other, the omen.

Decides who and what is shown and asks the painter; a delivery crops, grades and letters them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.config import Profile
from engine.core import Character, Episode, Location, Scene, Series, Shot
from engine.painting import Studio, look_of, paint
from engine.store import unit_seed
from engine.takes import Poster
from models.base import Figure, Layout, PictureRequest

STAGE = "covering"

FEELING = {
    "shock": 9, "rage": 8, "tears": 7, "fear": 6, "triumph": 6, "anger": 5, "grief": 5, "plead": 4, "resolve": 4,
    "cold": 3, "smirk": 3, "tender": 2, "joy": 2, "neutral": 0,
}  # fmt: skip
"""How much a poster gains from a face that feels this."""
DEFIANT = {"resolve": 5, "rage": 4, "anger": 3, "cold": 2, "smirk": 1}
MENACE = {"smirk": 5, "cold": 4, "rage": 3, "anger": 2}
"""What the lead and whom they face show to one another."""
AGAINST = ("rival", "traitor", "authority", "ally", "innocent", "extra")
"""Who faces the lead on a poster, the first role that is seen."""
YAW = 12.0
"""Degrees that two who face each other are turned."""


@dataclass(frozen=True)
class Subject:
    """A person of a poster at the height of their feeling, and where that is."""

    character: Character
    emotion: str
    scene: Scene


def cover_episode(
    studio: Studio, series: Series, episode: Episode, redo: Mapping[tuple[str, str], int]
) -> tuple[Poster, ...]:
    """The posters with their painted pictures, in the order of the deliverables."""
    unit, profile = f"e{episode.number:03d}", studio.profile
    seed = unit_seed(series.seed, STAGE, unit, redo)
    layouts = {
        "face": [face_request(series, episode, profile)],
        "versus": versus_requests(series, episode, profile),
        "omen": [omen_request(series, episode, profile)],
    }
    asked = {
        layout: [replace(r, unit=f"{unit}_cover{n}{'ab'[k]}", seed=seed + 10 * n + k) for k, r in enumerate(requests)]
        for n, (layout, requests) in enumerate(layouts.items(), 1)
    }
    painted = paint(studio, STAGE, [r for group in asked.values() for r in group], unit)
    plan = studio.backends.layout
    return tuple(
        Poster(layout, tuple(painted[r.unit] for r in group), tuple(face_of(plan, r) for r in group))
        for layout, group in asked.items()
    )


def face_of(layout: Layout, request: PictureRequest) -> tuple[float, float, float] | None:
    """Where the layout puts the face of the request's first figure; None for a thing or a shape."""
    if request.shot_size in ("insert", "silhouette") or not request.figures:
        return None
    return layout.faces(request).get(request.figures[0].character)


# -- who


def lead_of(series: Series, episode: Episode) -> Character:
    """The lead when seen in this episode, else whoever is seen most."""
    seen = seen_in(episode)
    cast = series.bible.characters
    lead = [c for c in cast if c.role == "lead"]
    present = [c for c in lead if c.id in seen]
    if present:
        return present[0]
    return max(cast, key=lambda c: seen.get(c.id, 0)) if seen else (lead or list(cast))[0]


def seen_in(episode: Episode) -> dict[str, int]:
    """How many shots each character is seen in."""
    seen: dict[str, int] = {}
    for _, shot in episode.shots():
        for id in shot.characters:
            seen[id] = seen.get(id, 0) + 1
    return seen


def opponent_of(series: Series, episode: Episode, lead: Character) -> Character | None:
    """Whom the lead faces: of those in the episode the one against them most; else of the whole cast."""
    seen = seen_in(episode)
    others = [c for c in series.bible.characters if c.id != lead.id]
    present = [c for c in others if c.id in seen]
    order = {role: n for n, role in enumerate(AGAINST)}
    return min(present or others, key=lambda c: (order.get(c.role, len(order)), -seen.get(c.id, 0)), default=None)


def height_of_feeling(
    episode: Episode, character: Character, weights: Mapping[str, int] = FEELING, calm: str = "neutral"
) -> Subject:
    """What the character shows that weighs most, the later of equals because an episode rises; `calm` when nothing does."""
    best, most = Subject(character, calm, episode.scenes[0]), 1
    for scene, shot in episode.shots():
        for emotion in feelings(shot, character.id):
            if weights.get(emotion, 0) >= most:
                best, most = Subject(character, emotion, scene), weights[emotion]
    return best


def feelings(shot: Shot, character: str) -> Iterable[str]:
    yield from (line.emotion for line in shot.lines if line.speaker == character)
    if shot.characters[:1] == (character,):
        yield shot.emotion


# -- what is painted


def face_request(series: Series, episode: Episode, profile: Profile) -> PictureRequest:
    """The lead alone at the height of feeling, power glowing where the episode shows it."""
    subject = height_of_feeling(episode, lead_of(series, episode))
    power = any(shot.sound == "magic" for _, shot in episode.shots()) and subject.character.role == "lead"
    return portrait(series, subject, profile, replace(figure(subject), aura=power))


def versus_requests(series: Series, episode: Episode, profile: Profile) -> list[PictureRequest]:
    """The lead and whom they face, turned to each other; alone in a cast, the lead both ways."""
    lead = lead_of(series, episode)
    other = opponent_of(series, episode, lead) or lead
    pair = (
        height_of_feeling(episode, lead, DEFIANT, "resolve"),
        height_of_feeling(episode, other, MENACE, "cold"),
    )
    return [portrait(series, s, profile, replace(figure(s), yaw=yaw)) for s, yaw in zip(pair, (YAW, -YAW), strict=True)]


def omen_request(series: Series, episode: Episode, profile: Profile) -> PictureRequest:
    """The thing that the episode shows last; without one, the lead as a shape before the last place."""
    things = [(scene, shot) for scene, shot in episode.shots() if shot.prop or shot.shows]
    scene = things[-1][0] if things else episode.scenes[-1]
    base = place_request(series, series.location(scene.location), scene.mood, profile)
    if things:
        shot = things[-1][1]
        kind = series.prop(shot.prop).kind if shot.prop else shot.shows
        name = series.prop(shot.prop).look if shot.prop else kind
        return replace(base, description=f"{kind}: {name}. {base.description}", shot_size="insert", prop=kind)
    lead = Subject(lead_of(series, episode), "resolve", scene)
    return replace(base, shot_size="silhouette", figures=(replace(figure(lead), yaw=0.0),))


def figure(subject: Subject) -> Figure:
    who = subject.character
    return Figure(who.id, look_of(who), subject.emotion, yaw=6.0)


def portrait(series: Series, subject: Subject, profile: Profile, who: Figure) -> PictureRequest:
    character = subject.character
    base = place_request(series, series.location(subject.scene.location), subject.scene.mood, profile)
    told = f"poster portrait of {character.name}: {character.look}, {character.wardrobe}, {subject.emotion}"
    return replace(base, description=f"{told}. {base.description}", shot_size="mcu", figures=(who,))


def place_request(series: Series, location: Location, mood: str, profile: Profile) -> PictureRequest:
    return PictureRequest(
        unit="",
        kind="keyframe",
        description=f"{location.name}, {location.look}, {location.time}, {location.weather}",
        size=profile.size,
        seed=0,
        plate=location.plate,
        time=location.time,
        weather=location.weather,
        mood=mood,
        genre=series.genre,
    )
