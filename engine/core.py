"""The nouns: intent (Series > Episode > Scene > Shot > Line) and results (Take). Imports nothing of ours.

Intent is what `series.json` holds, so it is pydantic: frozen, and an unknown key is refused. A person's edit or a
recorded revision is the only thing that changes it. Results are plain dataclasses; they never touch intent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
FPS = 24
SAMPLE_RATE = 48_000

Language = Literal["en", "zh"]
Role = Literal["lead", "rival", "ally", "traitor", "authority", "innocent", "extra"]
LineKind = Literal["dialogue", "narration", "inner"]
Beat = Literal["hook", "pressure", "turn", "button", "establish", "reaction", "insert", "act", "breath"]
CliffKind = Literal[
    "identity", "slip", "arrival", "clock", "choice", "betrayal", "object", "peril", "offer", "impossible"
]

ShortText = Annotated[str, Field(max_length=400)]
LongText = Annotated[str, Field(max_length=4000)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]


class Noun(BaseModel):
    """Frozen, and refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Design(Noun):
    """A character's drawn design: words of the tables in models.base (hair styles, outfits, ...)."""

    hair: str
    hair_colour: str
    eyes: str
    eye_colour: str
    skin: str
    outfit: str
    outfit_colour: str
    accessories: tuple[str, ...] = ()
    build: str = "medium"


class VoiceDirection(Noun):
    """How a character speaks; `pitch` in semitones from the average of sex and age, `pace` as a factor.

    `cast` locks the voice that plays them, by engine: {"bark": "v2/en_speaker_6"}, or a cloned one, {"bark": "own/mei"}.
    The first render with a voice model fills it."""

    pitch: float = Field(default=0.0, ge=-12, le=12)
    pace: float = Field(default=1.0, ge=0.5, le=2.0)
    timbre: ShortText = ""
    cast: dict[str, ShortText] = Field(default_factory=dict, exclude_if=lambda locked: not locked)


class Relation(Noun):
    """`kind` as seen from the character that holds it: 'father', 'rival', 'hired by', ..."""

    to: Identifier
    kind: ShortText


class Character(Noun):
    id: Identifier  # char_ivy
    name: Annotated[str, Field(min_length=1, max_length=40)]  # what people call them; also the script's cue name
    full_name: ShortText
    role: Role
    sex: Literal["female", "male"]
    age: int = Field(ge=1, le=120)
    occupation: ShortText = ""
    look: ShortText
    wardrobe: ShortText
    design: Design
    voice: VoiceDirection
    voice_notes: ShortText = ""
    want: ShortText = ""
    wound: ShortText = ""
    secret: ShortText = ""
    quirk: ShortText = ""
    relations: tuple[Relation, ...] = ()
    forbidden: tuple[ShortText, ...] = ()  # what must never change


class Location(Noun):
    id: Identifier  # loc_penthouse_night
    name: ShortText
    plate: str  # a word of models.base.PLATES
    time: str = "day"
    weather: str = "clear"
    look: ShortText = ""


class Prop(Noun):
    id: Identifier  # prop_watch
    name: ShortText
    kind: str  # a word of models.base.PROPS
    look: ShortText = ""
    holder: ShortText = ""  # a character id or a location id at the start


class Bible(Noun):
    promise: ShortText  # what the audience is promised
    logline: ShortText
    characters: tuple[Character, ...]
    locations: tuple[Location, ...]
    props: tuple[Prop, ...]


class Turn(Noun):
    """A turning point of the season: beat B0..B9 of the plot engine."""

    beat: int = Field(ge=0, le=9)
    episode: int = Field(ge=1)
    summary: ShortText


class Arc(Noun):
    engine: ShortText  # leading plot engine
    second_engine: ShortText = ""
    question: ShortText  # the season question
    turns: tuple[Turn, ...]


class Fact(Noun):
    """A predicate over ids: knows(char, secret), holds(char, prop), at(char, loc), warmth(a, b), alive(char), ..."""

    predicate: Identifier
    subject: ShortText
    object: ShortText = ""
    value: ShortText = ""


class Change(Noun):
    """What an episode does to the world: facts made true, and the words for it."""

    event: ShortText  # who did what to whom, at what cost: one sentence
    adds: tuple[Fact, ...] = ()
    removes: tuple[Fact, ...] = ()
    line: int | None = None  # index of the spoken line that carries it
    irreversible: bool = False


class Cliffhanger(Noun):
    """The last spoken sentence: its kind, the question it leaves, when that is due, and what paid it."""

    kind: CliffKind
    question: ShortText
    answers: tuple[ShortText, ...] = ()  # two state-valid answers
    due: int = Field(ge=1)
    paid_in: int | None = None
    paid_by: ShortText = ""
    strength: int = Field(default=3, ge=0, le=5)


class Line(Noun):
    """Something spoken. `hearing` is extra direction for the voice: 'soft, to phone'."""

    id: Identifier  # e001_s01_sh030_l01
    speaker: Identifier
    text: Annotated[str, Field(min_length=1, max_length=400)]
    kind: LineKind = "dialogue"
    emotion: str = "neutral"  # a word of models.base.EMOTIONS
    delivery: str = "voice"  # a word of models.base.DELIVERIES
    valence: float = Field(default=0.0, ge=-1, le=1)
    hearing: ShortText = ""
    function: ShortText = ""  # accuse, deny, threaten, ...


class Shot(Noun):
    """What is seen. `seconds` is the planned silent length; spoken lines add theirs."""

    id: Identifier  # e001_s01_sh030, numbered in tens
    size: str  # a word of models.base.SHOT_SIZES
    beat: Beat
    characters: tuple[Identifier, ...] = ()  # who is seen; the first is the subject
    prop: Identifier | None = None
    shows: ShortText = (
        ""  # the kind of thing an insert shows when it is none of the bible's: a word of models.base.PROPS
    )
    action: ShortText = ""
    move: str = "hold"  # a word of models.base.CAMERA_MOVES
    emotion: str = "neutral"  # of the subject, when no line says otherwise
    seconds: float = Field(default=1.5, ge=0, le=12)
    sound: ShortText = ""  # a foley hit: door, phone, glass, ...
    lines: tuple[Line, ...] = ()


class Scene(Noun):
    id: Identifier  # e001_s01
    location: Identifier
    mood: str  # a word of models.base.MOODS
    shots: tuple[Shot, ...]


class Episode(Noun):
    number: int = Field(ge=1)
    title: ShortText
    synopsis: ShortText
    caption: ShortText = ""  # at most six words of recap on screen, when a debt is over an episode old
    beat: int | None = None  # B0..B9 where a turning point falls
    gap: ShortText = ""  # probe, setback, clue, ally test, arena step
    scenes: tuple[Scene, ...]
    changes: tuple[Change, ...]
    cliffhanger: Cliffhanger

    def shots(self) -> Iterator[tuple[Scene, Shot]]:
        for scene in self.scenes:
            for shot in scene.shots:
                yield scene, shot

    def lines(self) -> Iterator[Line]:
        for _, shot in self.shots():
            yield from shot.lines


class WrittenStep(Noun):
    """Who wrote a step of the plan: a model, or 'rules' where every attempt of the model had a `problem`."""

    unit: Identifier  # bible, arc, e001
    made_by: ShortText
    attempts: int = Field(ge=0)
    problem: ShortText = ""


class Series(Noun):
    """The whole of the intent: what `series.json` holds."""

    schema_version: int = SCHEMA_VERSION
    revision: int = 1
    title: Annotated[str, Field(min_length=1, max_length=80)]
    premise: Annotated[str, Field(max_length=4000)]
    language: Language
    length: int = Field(ge=3, le=120)
    seed: int
    genre: str  # romance revenge palace xianxia thriller horror fantasy family action
    writer: ShortText = "rules"
    steps: tuple[WrittenStep, ...] = ()  # how a model's plan came about; empty when the rules wrote it all
    initial: tuple[Fact, ...] = ()  # the world before episode 1
    bible: Bible
    arc: Arc
    episodes: tuple[Episode, ...]

    def character(self, id: str) -> Character:
        return next(c for c in self.bible.characters if c.id == id)

    def location(self, id: str) -> Location:
        return next(x for x in self.bible.locations if x.id == id)

    def prop(self, id: str) -> Prop:
        return next(p for p in self.bible.props if p.id == id)


class UserError(Exception):
    """A mistake in the reader's words; the command line prints it as one line and exits 2."""
