"""A person's own script made into a Series: speakers become the cast, headings the locations, words stay as written.

What the script does not say is inferred minimally: each episode's changes are what was said to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.core import (
    Arc,
    Bible,
    Change,
    Character,
    Cliffhanger,
    CliffKind,
    Episode,
    Fact,
    Language,
    LineKind,
    Location,
    Role,
    Series,
    Turn,
    UserError,
)
from engine.story.bible import build_bible, make_title
from engine.story.dividing import HOOK_LIMITS, MAX_EPISODES, divide, lines_of
from engine.story.fountain import Action, Screenplay, ScriptEpisode, ScriptScene, Speech, read_screenplay
from engine.story.lexicon import lexicon
from engine.story.overheard import cliff_kind, felt, full_width, hearing, quote
from engine.story.phrases import listed, phrases
from engine.story.premise import MAX_CHARACTERS, Person, Premise, read_premise
from engine.story.reading import CAST
from engine.story.staging import Company, Seen, Stage, Voiced, stage_episode
from models.words import count

__all__ = ["Action", "Screenplay", "ScriptEpisode", "ScriptScene", "Speech", "read_screenplay", "to_series"]

MAX_SPEAKERS = len(CAST)
MAX_PLACES = 6
PLACE_RUN = 3
"""Most episodes running in one place; after them the weather turns."""
SYNOPSIS_LIMITS = {"en": 16, "zh": 40}
_NARRATORS = ("narrator", "voice over", "旁白", "画外音")
_MOODS = {
    "rage": "action", "anger": "tension", "fear": "dread", "shock": "mystery", "grief": "grief", "tears": "grief",
    "tender": "tender", "joy": "tender", "triumph": "triumph",
}  # fmt: skip
_DELIVERED: Mapping[str, LineKind] = {"narrator": "narration", "inner": "inner"}


def to_series(screenplay: Screenplay, language: Language, seed: int, length: int | None = None) -> Series:
    """The series of a script; `length` only asks how an undivided one is cut.

    Raises:
        UserError: more than six speakers, a line or episode over the budget, another language, or no way to divide."""
    if screenplay.language != language:
        raise UserError(f"the script is in {_TONGUES[screenplay.language]}, the series in {_TONGUES[language]}")
    if length is not None and length > MAX_EPISODES:
        raise UserError(f"length {length} is out of range: at most {MAX_EPISODES} episodes")
    premise = _premise(screenplay)
    episodes = divide(screenplay, length)
    invented = build_bible(premise, language, seed, as_written=True)
    cast = _cast(screenplay, premise, invented)
    locations, where = _locations(screenplay, invented)
    bible = _bible(invented, premise, locations, language)
    maker = _Maker(language, bible, cast, where)
    made = tuple(maker.episode(number, episode) for number, episode in enumerate(episodes, 1))
    title = screenplay.title or make_title(premise, bible, language, seed)
    return Series(
        title=title[:80], premise=premise.text[:MAX_CHARACTERS], language=language, length=len(made), seed=seed,
        genre=premise.genre, writer="script", initial=tuple(maker.initial), bible=maker.bible,
        arc=_arc(premise, made, language), episodes=_paid(made),
    )  # fmt: skip


_TONGUES = {"en": "English", "zh": "Chinese"}


# -- people and places


def _is_narrator(name: str) -> bool:
    return name.casefold() in _NARRATORS


def _speakers(screenplay: Screenplay) -> list[str]:
    """Speakers by how much they say, most first; spellings that differ only in case are one."""
    said: Counter[str] = Counter()
    for episode in screenplay.episodes:
        for speech in episode.speeches():
            if not _is_narrator(speech.speaker):
                said[speech.speaker.casefold()] += count(speech.text, screenplay.language)
    if not said:
        raise UserError("only a narrator speaks in the script: at least one person must")
    if len(said) > MAX_SPEAKERS:
        names = ", ".join(_written(name) for name, _ in said.most_common())
        raise UserError(f"the script has {len(said)} speakers, limit {MAX_SPEAKERS}: {names}")
    return [name for name, _ in said.most_common()]


def _written(name: str) -> str:
    """'MRS KADE' as 'Mrs Kade'.

    >>> _written("mrs o'neil"), _written("沈知意")
    ("Mrs O'neil", '沈知意')
    """
    return " ".join(word[:1].upper() + word[1:] for word in name.split())


def _premise(screenplay: Screenplay) -> Premise:
    """What the words of the script tell, with its speakers in the roles, most words first."""
    parts = [part.text for e in screenplay.episodes for scene in e.scenes for part in scene.parts]
    places = [scene.place for e in screenplay.episodes for scene in e.scenes if scene.place]
    told = read_premise(
        " ".join([*dict.fromkeys(places), *parts, screenplay.title])[:MAX_CHARACTERS], screenplay.language
    )
    tables = lexicon(screenplay.language)
    people: list[Person] = []
    for role, name in zip(CAST, _speakers(screenplay), strict=False):
        known = tables.people.first(name)
        trade = known.word.text if known and not known.word.kind else ""
        people.append(Person(role, trade, occupation=trade, name=_written(name), sex=known.word.sex if known else ""))
    return replace(told, people=tuple(people), lessons=(), notes=())


def _cast(screenplay: Screenplay, premise: Premise, bible: Bible) -> dict[str, Character]:
    """Speaker as written (case folded) to character; the narrator is heard in the lead's voice."""
    by_role: dict[Role, Character] = {c.role: c for c in bible.characters}
    found = {name: by_role[role] for role, name in zip(CAST, _speakers(screenplay), strict=False)}
    return {**dict.fromkeys(_NARRATORS, by_role["lead"]), **found}


def _locations(screenplay: Screenplay, invented: Bible) -> tuple[list[Location], dict[str, str]]:
    """At most six locations from the headings, filled up with invented ones; and heading place -> location id."""
    used = Counter[str]()
    times: dict[str, str] = {}
    names: dict[str, str] = {}
    for scene in (s for e in screenplay.episodes for s in e.scenes if s.place):
        key = scene.place.casefold()
        used[key] += len(scene.parts)
        times.setdefault(key, _when(scene.time, screenplay.language))
        names.setdefault(key, _written(scene.place.lower()) if scene.place.isupper() else scene.place)
    own: list[Location] = []
    where: dict[str, str] = {}
    for index, (key, _) in enumerate(used.most_common()):
        if index < MAX_PLACES:
            own.append(_location(names[key], times[key], invented.locations[index], screenplay.language))
        where[key] = own[min(index, MAX_PLACES - 1)].id
    spare = [x for x in invented.locations[len(own) :] if x.plate not in {o.plate for o in own}]
    return [*own, *spare[: MAX_PLACES - len(own)]], where


def _location(name: str, time: str, stand_in: Location, language: Language) -> Location:
    known = lexicon(language).places.first(name)
    plate = known.word.kind if known else stand_in.plate
    time = time or stand_in.time
    role = stand_in.id.split("_")[1]
    look = phrases(language)["place_look"][plate]
    return Location(
        id=f"loc_{role}_{plate}_{time}", name=name[:400], plate=plate, time=time, weather=stand_in.weather, look=look
    )


def _when(written: str, language: Language) -> str:
    table: Mapping[str, str] = phrases(language)["when"]
    low = written.lower()
    return next((time for time, words in table.items() if any(word in low for word in listed(words))), "")


def _bible(invented: Bible, premise: Premise, locations: list[Location], language: Language) -> Bible:
    words = phrases(language)["imported"]
    names = [p.name for p in premise.people]
    comma = "、" if language == "zh" else ", "
    cast = {c.role: c.name for c in invented.characters}
    return invented.model_copy(
        update={
            "locations": tuple(locations),
            "promise": words["promise"].format(names=comma.join(names)),
            "logline": words["logline"].format(lead=cast["lead"], rival=cast["rival"]),
        }
    )


# -- episodes


@dataclass
class _Maker:
    """Turns script episodes into Episodes, keeping what the world has been told so far."""

    language: Language
    bible: Bible
    cast: Mapping[str, Character]
    where: Mapping[str, str]

    def __post_init__(self) -> None:
        self.initial: list[Fact] = []
        self.kinds: list[CliffKind] = []
        self.run: list[str] = []

    def episode(self, number: int, script: ScriptEpisode) -> Episode:
        stages = self._stages(number, script)
        voiced = [part for stage in stages for part in stage.parts if isinstance(part, Voiced)]
        names = {c.id: c.name for c in self.bible.characters}
        prop = self.bible.props[0]
        scenes = stage_episode(number, stages, Company(self.language, names, prop.id, prop.name))
        told = [index for index, line in enumerate(voiced) if line.kind == "dialogue"] or list(range(len(voiced)))
        changes = self._changes(number, voiced, told)
        return Episode(
            number=number, title=(script.title or quote(voiced[-1].text, self.language))[:400],
            synopsis=self._synopsis(voiced), scenes=scenes, changes=changes,
            cliffhanger=self._cliff(number, voiced),
        )  # fmt: skip

    def _stages(self, number: int, script: ScriptEpisode) -> list[Stage]:
        stages: list[Stage] = []
        first = True
        for scene in script.scenes:
            parts: list[Voiced | Seen] = []
            for part in scene.parts:
                if isinstance(part, Action):
                    parts.append(Seen(part.text[:400], self._named(part.text)))
                else:
                    parts += self._voiced(part, HOOK_LIMITS[self.language] if first else None)
                    first = False
            if scene.speeches():
                stages.append(self._stage(number, scene, parts, not stages))
        return stages

    def _stage(self, number: int, scene: ScriptScene, parts: list[Voiced | Seen], opens: bool) -> Stage:
        ids = [x.id for x in self.bible.locations]
        place = self.where.get(scene.place.casefold()) or ids[(number - 1) // 2 % len(ids)]
        if opens:
            place = self._rested(place)
            self.run.append(place)
        moods = Counter(p.emotion for p in parts if isinstance(p, Voiced) and p.emotion != "neutral")
        mood = _MOODS.get(moods.most_common(1)[0][0] if moods else "", "tension")
        name = next(x.name for x in self.bible.locations if x.id == place)
        return Stage(place, name, mood, tuple(parts))

    def _rested(self, place: str) -> str:
        """The place itself, or after three episodes in it the same place in other weather."""
        if self.run[-PLACE_RUN:] != [place] * PLACE_RUN:
            return place
        known = next(x for x in self.bible.locations if x.id == place)
        twin = next((x for x in self.bible.locations if x.name == known.name and x.id != place), None)
        if twin is None:
            weather = "rain" if known.weather != "rain" else "clear"
            twin = known.model_copy(update={"id": f"{place}_{weather}"[:64], "weather": weather})
            kept = [x for x in self.bible.locations if x.id in {*self.where.values(), *self.run}]
            if len(kept) >= MAX_PLACES:
                return place
            spare = [x for x in self.bible.locations if x not in kept]
            places = (*kept, twin, *spare)[:MAX_PLACES]
            self.bible = self.bible.model_copy(update={"locations": places})
        return twin.id

    def _named(self, text: str) -> tuple[str, ...]:
        low = text.casefold()
        return tuple(c.id for c in self.bible.characters if c.name.casefold() in low)

    def _voiced(self, speech: Speech, hook: int | None) -> list[Voiced]:
        who = self.cast[speech.speaker.casefold()].id
        emotion, delivery = felt(speech, self.language)
        if _is_narrator(speech.speaker):
            delivery = "narrator"
        kind = _DELIVERED.get(delivery, "dialogue")
        lines = lines_of(speech, self.language, hook)
        return [
            Voiced(
                who,
                full_width(t, self.language),
                emotion,
                delivery,
                kind,
                hearing(speech, emotion, delivery, self.language),
            )
            for t in lines
        ]

    def _hearer(self, voiced: Sequence[Voiced], index: int) -> str:
        """Who the line is said to: the next or last other speaker; '' for somebody alone."""
        speaker = voiced[index].speaker
        order = [v.speaker for v in [*voiced[index + 1 :], *reversed(voiced[:index])]]
        return next((who for who in order if who != speaker), "")

    def _changes(self, number: int, voiced: Sequence[Voiced], told: Sequence[int]) -> tuple[Change, ...]:
        """Three lines that somebody now knows: an early one, the turn, the last, which cannot be unsaid."""
        chosen = sorted({told[0], told[len(told) // 2], told[-1], *range(len(voiced))}, key=lambda i: i)
        best = list(dict.fromkeys([told[0], told[len(told) // 2], told[-1], *chosen]))[:3]
        return tuple(self._change(number, voiced, i, i == max(best)) for i in sorted(best))

    def _change(self, number: int, voiced: Sequence[Voiced], index: int, last: bool) -> Change:
        line, hearer = voiced[index], self._hearer(voiced, index)
        words = phrases(self.language)["imported"]
        names = {c.id: c.name for c in self.bible.characters}
        said = f"said_e{number:03d}_{index + 1:02d}"
        spoken = line.text.strip('“”"')
        if not hearer:
            fact = Fact(predicate="promise", subject=line.speaker, object=said, value=spoken[:400])
            event = words["alone"].format(speaker=names[line.speaker], line=spoken)
        else:
            self.initial.append(Fact(predicate="knows", subject=line.speaker, object=said, value="before"))
            fact = Fact(predicate="knows", subject=hearer, object=said, value=f"told:{line.speaker}")
            event = words["told"].format(speaker=names[line.speaker], hearer=names[hearer], line=spoken)
        return Change(event=event[:400], adds=(fact,), line=index, irreversible=last)

    def _synopsis(self, voiced: Sequence[Voiced]) -> str:
        """The last line and whom it is said to, cut to the length that a synopsis may have."""
        names = {c.id: c.name for c in self.bible.characters}
        hearer = self._hearer(voiced, len(voiced) - 1) or voiced[-1].speaker
        slots = {"speaker": names[voiced[-1].speaker], "hearer": names[hearer]}
        pattern = phrases(self.language)["imported"]["synopsis"]
        frame = count(pattern.format(**slots, line=""), self.language)
        room = max(3, SYNOPSIS_LIMITS[self.language] - frame - 1)
        return pattern.format(**slots, line=quote(voiced[-1].text, self.language, room))

    def _cliff(self, number: int, voiced: Sequence[Voiced]) -> Cliffhanger:
        last = voiced[-1]
        kind = cliff_kind(last.text, self.kinds[-2:], self.language)
        self.kinds.append(kind)
        tables = phrases(self.language)
        speaker = next(c.name for c in self.bible.characters if c.id == last.speaker)
        slots = {"speaker": speaker, "line": last.text.strip('“”"')}
        return Cliffhanger(
            kind=kind, question=tables["cliff_question"][kind].format(**slots)[:400],
            answers=(tables["imported"]["yes"].format(**slots), tables["imported"]["no"].format(**slots)),
            due=number + 1, strength=3,
        )  # fmt: skip


# -- the season


def _paid(episodes: Sequence[Episode]) -> tuple[Episode, ...]:
    """Each question is paid by what the next episode first says; the last stays open."""
    out: list[Episode] = []
    for episode, following in zip(episodes, [*episodes[1:], None], strict=True):
        paid = {"paid_in": following.number, "paid_by": following.changes[0].event} if following else {}
        out.append(episode.model_copy(update={"cliffhanger": episode.cliffhanger.model_copy(update=paid)}))
    return tuple(out)


def _arc(premise: Premise, episodes: Sequence[Episode], language: Language) -> Arc:
    """Turning points at even fractions, each told by its episode's synopsis."""
    leading, second = premise.engines()
    last = len(episodes) - 1
    turns: dict[int, Turn] = {}
    for beat in range(10):
        at = round(beat / 9 * last)
        turns.setdefault(at, Turn(beat=beat, episode=at + 1, summary=episodes[at].synopsis))
    question = episodes[0].cliffhanger.question
    return Arc(engine=leading, second_engine=second, question=question, turns=tuple(turns.values()))
