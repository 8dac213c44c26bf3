"""What the people of a scene do with hands, eyes and feet, from the script's own words. Knows no pictures and no time.

A stance is how somebody stands when a shot begins; turns of stance come with a line, or a moment into a silent shot."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.core import Line, Scene, Shot

UNHANDED = ("ecu", "back", "silhouette", "insert")
"""Sizes that show no hands or no face."""
RESTING = 0.42
"""How many of the shots that could have a gesture stay without one."""
EARLY = 0.35
"""How many gestures are there when the shot begins instead of coming with the words."""
GLANCE = 0.4
BY_FUNCTION: Mapping[str, tuple[str, ...]] = {
    "accuse": ("point", "hip", "crossed"), "deny": ("chest", "crossed", "temple"), "threaten": ("fist", "point", "crossed"),
    "bargain": ("reach", "clasp", "hip"), "confess": ("chest", "clasp", "temple"), "taunt": ("crossed", "hip", "reach"),
    "order": ("point", "fist", "hip"), "plead": ("clasp", "reach", "chest"), "reveal": ("reach", "chest", "temple"),
    "decide": ("fist", "crossed", "hip"),
}  # fmt: skip
BY_EMOTION: Mapping[str, tuple[str, ...]] = {
    "joy": ("clasp", "chest"), "tender": ("chest", "reach"), "smirk": ("crossed", "hip"), "anger": ("hip", "fist", "crossed"),
    "rage": ("fist", "point"), "fear": ("mouth", "chest", "clasp"), "shock": ("mouth", "chest", "temple"), "grief": ("chest", "mouth", "clasp"),
    "tears": ("mouth", "clasp", "chest"), "resolve": ("fist", "crossed"), "cold": ("crossed", "hip"), "plead": ("clasp", "reach"),
    "triumph": ("hip", "fist"), "neutral": ("temple", "crossed"),
}  # fmt: skip
DOWNCAST = ("grief", "tears")
EVASIVE = ("deny", "confess")
ARRIVES = re.compile(
    r"\b(enters?|arrives?|walks? (in|up|over|on)|comes? (in|up|closer|through)|steps? (in|into|forward|out|up)"
    r"|strides?|rushes|bursts?|returns?)\b|走进|走来|走上|走出|进来|进门|闯|赶到|赶来|出现|归来|上前|冲进",
    re.IGNORECASE,
)
"""Words of a direction that bring somebody into the picture."""


@dataclass(frozen=True)
class Stance:
    """Words of models.base.POSES and GAZES; `enters` when they walk into the shot."""

    pose: str = "rest"
    gaze: str = "ahead"
    enters: bool = False


@dataclass(frozen=True)
class Blocking:
    """Stances by character when the shot begins, and what changes: by line id and character ('' a moment into the shot)."""

    start: Mapping[str, Stance]
    changes: Mapping[tuple[str, str], Stance]


def block_scene(scene: Scene, seed: int) -> dict[str, Blocking]:
    """Blocking by shot id; the same scene and seed give the same, and nobody makes the same gesture twice running."""
    last: dict[str, str] = {}
    callers = dict.fromkeys(_callers(scene))
    order = list(dict.fromkeys(c for shot in scene.shots for c in shot.characters))
    arrivals = _arrivals(scene)
    out: dict[str, Blocking] = {}
    for index, shot in enumerate(scene.shots):
        rng = random.Random(f"blocking {seed} {shot.id}")
        after_insert = index > 0 and scene.shots[index - 1].size == "insert"
        start: dict[str, Stance] = {}
        changes: dict[tuple[str, str], Stance] = {}
        for character in _seen(shot):
            looks = "right" if order.index(character) % 2 == 0 else "left"
            part = _Part(shot, character, looks, rng, last, (shot.id, character) in callers, after_insert)
            start[character] = replace(part.start, enters=arrivals.get(shot.id) == character)
            changes |= {(line, character): stance for line, stance in part.changes}
        out[shot.id] = Blocking(start, changes)
    return out


def _seen(shot: Shot) -> tuple[str, ...]:
    """Whose face is in the picture: over the shoulder only the first's is."""
    return shot.characters[:1] if shot.size not in ("two", "wide") else shot.characters


def _callers(scene: Scene) -> Iterator[tuple[str, str]]:
    """(shot, character) with a phone at the ear: alone in the picture while a call goes on."""
    lines = [(i, line) for i, shot in enumerate(scene.shots) for line in shot.lines if line.delivery == "phone"]
    if not lines:
        return
    first, last = lines[0][0], lines[-1][0]
    distant = {line.speaker for _, line in lines}
    caller = next((c for i, _ in lines for c in scene.shots[i].characters if c not in distant), None)
    for shot in scene.shots[first : last + 2]:
        if caller in shot.characters and len(shot.characters) == 1:
            yield shot.id, str(caller)


def _arrivals(scene: Scene) -> dict[str, str]:
    """Who walks into which shot: whoever the direction brings in, or the last-named of the scene's first wide."""
    out: dict[str, str] = {}
    here: set[str] = set()
    first_wide = True
    for shot in scene.shots:
        if shot.size == "wide" and shot.characters:
            silent = [c for c in shot.characters if c not in {line.speaker for line in shot.lines}]
            comes = bool(ARRIVES.search(shot.action))
            if silent and (comes or (first_wide and (len(shot.characters) > 1 or not here))):
                new = [c for c in silent if c not in here]
                out[shot.id] = (new or silent)[-1]
            first_wide = False
        here |= set(shot.characters)
    return out


class _Part:
    """One character in one shot."""

    def __init__(
        self,
        shot: Shot,
        character: str,
        looks: str,
        rng: random.Random,
        last: dict[str, str],
        calls: bool,
        insert: bool,
    ) -> None:
        self.shot, self.character, self.rng = shot, character, rng
        self.looks, self.away = looks, "left" if looks == "right" else "right"
        self.last = last
        self.own = [line for line in shot.lines if line.speaker == character and line.delivery != "phone"]
        self.emotion = (
            self.own[0].emotion if self.own else shot.emotion if shot.characters[0] == character else "neutral"
        )
        self.changes: list[tuple[str, Stance]] = []
        self.start = self._listens(insert) if not self.own else self._speaks(insert)
        if calls:
            self._calls()

    def _gesture(self, choices: tuple[str, ...]) -> str:
        """One of the words that was not the last one; 'rest' in about half of the shots."""
        if self.shot.size in UNHANDED or self.rng.random() < RESTING:
            return "rest"
        fresh = [word for word in choices if word != self.last.get(self.character)]
        pose = self.rng.choice(fresh)
        self.last[self.character] = pose
        return pose

    def _words_for(self, line: Line) -> tuple[str, ...]:
        known = BY_FUNCTION.get(line.function, ())
        felt = tuple(word for word in BY_EMOTION.get(line.emotion, ()) if word != "mouth")  # lips that speak are seen
        both = tuple(word for word in known if word in felt)
        return (*both, *felt, *known) if known else felt

    def _speaks(self, insert: bool) -> Stance:
        """At rest or already in the gesture; eyes that were elsewhere come back with the first word."""
        pose, gaze = "rest", self._first_gaze(insert)
        for index, line in enumerate(self.own):
            wanted = self._gesture(self._words_for(line)) if index < 2 else "rest"
            if index == 0 and wanted != "rest" and self.rng.random() < EARLY:
                pose = wanted
            eyes = "down" if line.emotion in DOWNCAST and self.rng.random() < GLANCE else "ahead"
            self.changes.append((line.id, Stance(wanted, eyes)))
        return Stance(pose, gaze)

    def _first_gaze(self, insert: bool) -> str:
        if insert or self.emotion in DOWNCAST:
            return "down"
        evasive = self.own[0].function in EVASIVE
        return self.away if evasive or self.rng.random() < GLANCE else "ahead"

    def _listens(self, insert: bool) -> Stance:
        """Looks at whoever speaks, at what was just seen, or down; a gesture comes with what is felt."""
        choices = BY_EMOTION.get(self.emotion, BY_EMOTION["neutral"])
        pose = self._gesture(choices) if self.shot.characters[0] == self.character else "rest"
        early = self.rng.random() < EARLY or bool(self.shot.lines)
        gaze = "down" if insert or self.emotion in DOWNCAST else self.looks if self.rng.random() < GLANCE else "ahead"
        if not early and pose != "rest":
            self.changes.append(("", Stance(pose, "ahead" if gaze == "down" else gaze)))
        elif gaze == "down":
            self.changes.append(("", Stance(pose, "ahead" if insert else "down")))
        return Stance(pose if early else "rest", gaze)

    def _calls(self) -> None:
        """The phone stays at the ear."""
        self.start = replace(self.start, pose="phone" if self.shot.size not in UNHANDED else "rest")
        self.changes = [(line, replace(stance, pose=self.start.pose)) for line, stance in self.changes]
