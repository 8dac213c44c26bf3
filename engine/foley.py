"""What an episode sounds and feels like beside its words: effects, ambience, moods and motifs asked of the composer.

Reads the script and the cut; knows no sound. Whatever the rules or the script already placed is not placed twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.core import FPS, Episode, Location, Series, Shot
from engine.timeline import Timeline
from models.base import MoodSpan, MotifCue, SoundHit

ROOM_OF_PLATE = {
    "office": "office",
    "penthouse": "living",
    "mansion": "hall",
    "hospital": "office",
    "warehouse": "hall",
    "temple": "hall",
    "palace": "palace",
    "car": "car",
    "bedroom": "living",
    "courtroom": "hall",
    "school": "office",
    "chamber": "living",
    "dungeon": "hall",
}
"""Rooms of models.base.ROOMS by plate; what is not listed is outdoors."""
AMBIENCE_OF_WEATHER = {"rain": "rain", "snow": "wind", "mist": "wind"}
AMBIENCE_OF_PLATE = {
    "hospital": "hospital", "warehouse": "machine", "car": "car", "street": "street", "forest": "forest",
    "lakeside": "water", "courtroom": "crowd",
}  # fmt: skip
"""What a place itself sounds like, beside its weather; other rooms have the air of a room."""
NIGHT_PLATES = ("forest", "lakeside", "temple", "courtyard")

BLUR_PIXELS, WHIP_PIXELS = 50.0, 100.0
"""A smear from which on the camera is heard to move, and one that is a whip."""
WHOOSHES_A_MINUTE = 4
NEAR_FRAMES = 12
HEART_APART = 8 * FPS
THUNDER_DELAY = 1.2
STRONG = {
    "grief": "grief", "tears": "grief", "rage": "action", "tender": "tender", "joy": "tender", "triumph": "triumph",
    "fear": "dread",
}  # fmt: skip
"""Moods that a shot's emotion asks for wherever it comes."""
AT_THE_TURN = STRONG | {"shock": "dread", "cold": "tension", "anger": "action", "smirk": "tension", "resolve": "action"}
INTO_THE_CLIFF = AT_THE_TURN | {"joy": "tension", "tender": "tension", "triumph": "tension"}
ASKED = {"turn": AT_THE_TURN, "button": INTO_THE_CLIFF}
SHORTEST_MOOD = 6.0
MOTIF_BEATS = ("act", "turn", "reaction", "button")
MOTIF_AGAIN = 12.0
VARIANTS = {
    "grief": "augmented", "tears": "augmented", "plead": "minor", "fear": "truncated", "shock": "truncated",
    "smirk": "inverted", "cold": "inverted",
}  # fmt: skip
_HARMFUL = ("rival", "traitor", "authority")


@dataclass(frozen=True)
class _Mood:
    mood: str
    start: float
    stop: float
    intensity: float


def room_of(location: Location) -> str:
    return ROOM_OF_PLATE.get(location.plate, "outdoor")


def emotion_of(shot: Shot) -> str:
    """What a shot leaves behind: its last line's emotion, or its subject's."""
    return shot.lines[-1].emotion if shot.lines else shot.emotion


# -- moods


def mood_spans(episode: Episode, timeline: Timeline) -> list[MoodSpan]:
    """One span a shot: the scene's mood until something strong is shown, and the intensity that the cut noted.

    A change that would last less than SHORTEST_MOOD does not happen."""
    level: Mapping[str, float] = timeline.notes.get("intensity", {})
    spans: list[_Mood] = []
    for scene in episode.scenes:
        mood = scene.mood
        for number, shot in enumerate(scene.shots):
            fallback = "tension" if shot.beat == "button" and mood in ("tender", "triumph") else mood
            mood = ASKED.get(shot.beat, STRONG).get(emotion_of(shot), fallback) if number else mood
            start, stop = (timeline.seconds(frame) for frame in timeline.shot_range(shot.id))
            spans.append(_Mood(mood, start, stop, float(level.get(shot.id, 0.4))))
    return [MoodSpan(s.start, s.stop, mood, s.intensity) for s, mood in zip(spans, _steady(spans), strict=True)]


def _steady(spans: list[_Mood]) -> list[str]:
    """The spans' moods, short runs given to the run before them (the first one to what follows).

    A run is short against SHORTEST_MOOD."""
    runs = [list(group) for _, group in itertools.groupby(spans, key=lambda span: span.mood)]
    out: list[str] = []
    for number, run in enumerate(runs):
        short = run[-1].stop - run[0].start < SHORTEST_MOOD
        mood = out[-1] if short and out else run[0].mood
        if short and not out and number + 1 < len(runs):
            mood = runs[1][0].mood
        out += [mood] * len(run)
    return out


# -- motifs


def motif_cues(series: Series, episode: Episode, timeline: Timeline) -> list[MotifCue]:
    """Who matters, when they first come into sight and when things turn on them, in the shape of what they feel."""
    roles = {character.id: character.role for character in series.bible.characters if character.role != "extra"}
    seen: dict[str, float] = {}
    out: list[MotifCue] = []
    for _, shot in episode.shots():
        subject = shot.characters[0] if shot.characters else ""
        at = timeline.seconds(timeline.shot_range(shot.id)[0])
        wanted = subject not in seen or (shot.beat in MOTIF_BEATS and at - seen[subject] >= MOTIF_AGAIN)
        if (
            subject not in roles
            or not wanted
            or (timeline.button is not None and at >= timeline.seconds(timeline.button))
        ):
            continue
        seen[subject] = at
        out.append(MotifCue(at, subject, roles[subject], _variant(roles[subject], emotion_of(shot))))
    return out


def _variant(role: str, emotion: str) -> str:
    """A villain's smile is who they are: only others are turned upside down by it."""
    variant = VARIANTS.get(emotion, "plain")
    return "plain" if variant == "inverted" and role in _HARMFUL else variant


# -- effects and ambience


def hits(series: Series, episode: Episode, timeline: Timeline) -> list[SoundHit]:
    """The cut's own hits, and what the picture shows but nobody has given a sound yet."""
    out = [SoundHit(h.kind, timeline.seconds(h.frame), h.strength, timeline.seconds(h.duration)) for h in timeline.hits]
    quiet = [(timeline.seconds(s.start), timeline.seconds(s.stop)) for s in timeline.spans if s.kind == "silence"]
    for hit in itertools.chain(
        _camera(timeline), _steps(episode, timeline), _hearts(episode, timeline), _storm(series, episode, timeline)
    ):
        if not _heard(hit, out) and not any(start <= hit.time < stop for start, stop in quiet):
            out.append(hit)
    return sorted(out, key=lambda hit: (hit.time, hit.kind))


def _heard(hit: SoundHit, others: Iterable[SoundHit]) -> bool:
    """Whether the same is heard already, or too much of it."""
    same = [other.time for other in others if other.kind == hit.kind]
    apart = (HEART_APART if hit.kind == "heartbeat" else NEAR_FRAMES) / FPS
    crowded = sum(abs(time - hit.time) < 30 for time in same) >= WHOOSHES_A_MINUTE
    return any(abs(time - hit.time) < apart for time in same) or (hit.kind == "whoosh" and crowded)


def _camera(timeline: Timeline) -> Iterator[SoundHit]:
    """A whip is a whoosh that is loudest where the picture is most smeared; an inked frame is a blow."""
    for clip in timeline.picture:
        for effect in clip.effects:
            at = clip.start + effect.start
            if effect.kind == "blur" and effect.strength >= BLUR_PIXELS:
                strength = 0.7 if effect.strength >= WHIP_PIXELS else 0.45
                yield SoundHit("whoosh", timeline.seconds(at) + effect.duration / 2 / timeline.rate, strength)
            elif effect.kind == "impact" and (timeline.button is None or at < timeline.button):
                yield SoundHit("impact", timeline.seconds(at), 0.6)


def _steps(episode: Episode, timeline: Timeline) -> Iterator[SoundHit]:
    """Somebody who comes into a scene that has begun, in a shot without words, is heard coming."""
    for scene in episode.scenes:
        here = set(scene.shots[0].characters)
        for shot in scene.shots[1:]:
            new, here = set(shot.characters) - here, here | set(shot.characters)
            if new and not shot.lines and not shot.sound and shot.size in ("wide", "two", "mcu", "back", "silhouette"):
                start, stop = (timeline.seconds(frame) for frame in timeline.shot_range(shot.id))
                yield SoundHit("footstep", start, 0.7, min(1.6, stop - start))


def _hearts(episode: Episode, timeline: Timeline) -> Iterator[SoundHit]:
    """A heart beats under a silent look of fear from very near."""
    for _, shot in episode.shots():
        start, stop = (timeline.seconds(frame) for frame in timeline.shot_range(shot.id))
        last = timeline.button is not None and stop > timeline.seconds(timeline.button)
        if shot.size == "ecu" and not shot.lines and shot.emotion in ("fear", "shock") and not last:
            yield SoundHit("heartbeat", start, 0.7, max(1.0, stop - start))


def _storm(series: Series, episode: Episode, timeline: Timeline) -> Iterator[SoundHit]:
    """Thunder far off when a dark scene begins in the rain."""
    for scene in episode.scenes:
        if series.location(scene.location).weather == "rain" and scene.mood in ("dread", "tension", "action", "grief"):
            start = timeline.shot_range(scene.shots[0].id)[0]
            yield SoundHit("thunder", timeline.seconds(start) + THUNDER_DELAY, 0.5)


def ambience_spans(series: Series, episode: Episode, timeline: Timeline) -> Iterator[tuple[float, float, str]]:
    """What each scene's place sounds like all the while: its weather, and its own life."""
    for scene in episode.scenes:
        location = series.location(scene.location)
        start = timeline.seconds(min(timeline.shot_range(shot.id)[0] for shot in scene.shots))
        stop = timeline.seconds(max(timeline.shot_range(shot.id)[1] for shot in scene.shots))
        for kind in _air(location):
            yield start, stop, kind


def _air(location: Location) -> list[str]:
    weather = AMBIENCE_OF_WEATHER.get(location.weather)
    own = AMBIENCE_OF_PLATE.get(location.plate)
    if location.time == "night" and location.plate in NIGHT_PLATES:
        own = "night"
    if own is None and weather is None:
        own = "wind" if room_of(location) == "outdoor" else "room"
    return [kind for kind in (weather, own) if kind]
