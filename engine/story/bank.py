"""The phrase bank: scene templates, pools and phrases read from configs/story/<language>/*.toml. No world, no plot.

FORMAT (the same in every language; ids, slot names and fact words never change, only the spoken text does)
Every `scenes_*.toml` file holds any number of

    [[scene]]
    id = "b0_van"                 # unique in the language
    step = "B0"                   # B0..B9 | probe setback clue test (gaps) | enter lose lever win pay (arena steps)
    engines = ["supernatural"]    # revenge identity supernatural contract rebirth forbidden palace survival inquiry; [] = any
    eras = ["now"]                # now palace future; [] = any
    acts = [1, 2]                 # [] = any; act 1 = B0-B2, 2 = B3-B4, 3 = B5-B6, 4 = B7-B9 (gaps: act of the last beat)
    where = "lair"                # home lair seat shelter road stage | "" = any
    cast = "L R"                  # who is there; G = nobody else. Roles: L R A T U N (lead rival ally traitor authority innocent)
    phone = "U"                   # only heard: over a line where their lines say "phone", else unseen at the door
    mood = "dread"                # models.base.MOODS
    needs = ["free L", "knows R power", "!knows R limit", "holds L proof", "warm A L >= 1", "well A", "threat kidnap"]
    title = ["Lilies", "The van"]             # >= 2 wordings, 1-4 words
    synopsis = ["{R} takes {L} from {home}; {U} denies {L.him}."]   # actor+verb+object+cost, <= 16 words, >= 2 wordings
    script = '''
    R taunt smirk: First wording. | Second wording. | Third wording.
    * insert proof clock: rain runs over the glass of the {proof}
    U deny cold phone: I have no daughter. | ... | ...
    '''
    changes = '''
    1! {R} takes {L} :: captive L R
    4 {L} hears {U} deny {L.him} :: warm L U -2
    6 {R} sees what {L} can do :: suspects R power
    '''
    [[scene.button]]              # 1-3 buttons; the planner takes one whose kind was not used in the last two episodes
    kind = "impossible"           # identity slip arrival clock choice betrayal object peril offer impossible
    strength = 4                  # 3..5
    say = "L reveal shock: He's asking why you still wear his {proof}. | ... | ..."
    ask = "Who spoke through the {proof}?"
    answers = ["the dead man himself", "somebody who fed {L.him} the words"]
    pay = '''
    R deny cold: Nobody alive knew about that {proof}. | ... | ...
    L reveal tender: It was your brother. He is still cold. | ...
    '''
    paid = "{R} believes the dead man spoke :: believes R voice"

script lines: SPEAKER FUNCTION EMOTION [DELIVERY]: wordings split by " | " (>= 3 each; any wording must fit between any
  wordings of its neighbours). FUNCTION = accuse deny threaten bargain confess taunt order plead reveal decide.
  EMOTION and DELIVERY (default voice) are words of models.base. The first line is the scene's own hook (<= 9 words /
  14 Han). A line marked "~" in front ("~A taunt smirk: ...") may be left out when the episode would grow too long: mark
  one or two whose neighbours fit without them. 6-8 lines; the button is added after them, and the pay line of the previous cliff is put BEFORE them. So the
  script plus one button must be 46-51 English words (105-118 Han characters), pay lines 5-9 words (8-15 Han).
stage lines: "* KIND WHO-OR-WHAT [SOUND]: what is seen". KIND = insert (a prop: proof token prop3, or a word of models.base.PROPS), act (a silent deed),
  reaction, establish. SOUND = door phone glass knock footstep heartbeat thunder page shutter sword magic murmur clock.
  2-4 of them, where they happen.
changes: "LINE[!] event sentence :: fact; fact". LINE counts the scene's own spoken lines from 1 (0 = before the
  first; 99 = the button); "!" = cannot be undone. At least 3, one with "!". Facts:
    knows X SECRET saw|overheard|deduced|told:Y   SECRET = power secret deed limit sale, or *word = a fresh secret of
                                                  this episode (use * whenever the thing learned is local)
    suspects X SECRET · believes X WORD · holds PROP X (PROP = proof token prop3) · warm X Y +1|-2 · rank X +1|-1
    captive X Y · free X · hurt X WORD · healed X · promise X Y *word · uses L (the gift works; its price is paid) · lost X *word · won X *word · clock -1
pay: the first spoken line of the NEXT episode; it must ANSWER the question in passing, stand alone (speaker says what
  happened), and may be said by any listed speaker who is in that next scene: give lines for >= 3 speakers.
  `paid` = event :: facts, as one change.
needs: all must hold; a need with "?" in front ("?threat frame", "?gift spirit") is a wish: the scene is preferred when
  it holds. `gift ID` names the [[gift]] of the season. Scenes with `engines = []` serve every engine but inquiry.
Season roles of the secrets: `power` what L can do · `secret` who L is / what L hides · `deed` the old crime ·
  `limit` how L's power is stopped · `sale` that T works for R.
Guarantees by beat: deed is known to R's camp only in part; B1 L uses power/secret; B2 R suspects; B3 A knows power;
  B4 L knows deed (it was T, or T helped); B5 R knows limit from T; B6 L knows sale; A hurt; B7 L gives up the stake;
  B8 U knows secret and deed; B9 R is finished or turned.

SLOTS: {x} or {x.form}. People {L} {R} {A} {T} {U} {N} with .he .him .his .He .His .child (son/daughter) .girl (girl/boy)
  .woman .full (full name). Things {proof} {token} {prop3} with .a (a watch / 一块表) .the. Places {place} (here) {home}
  {lair} {seat} {shelter} {road} {stage} with .the ("the mansion"). Season: {power} (noun phrase, "the gift") {stake}
  (what L stands to lose or win: "the house") {clock} ("Friday") {sum} ("ten million") {secret} (finite clause).
  Old crime, a [[crime]] of pools.toml: {victim} (name) with .he .him .his, {night} ("the night of the flood") {spot} ("the
  bridge") {blame} (what people say U did: "left him in the river") {truth} (what T did: "pushed him") {tell} (finite
  clause only the culprit knows: "the lamp was already out") {kinship} (of the victim to R: "brother").
  L's tool, a [[gift]] of pools.toml chosen by the premise's power, or paper evidence when there is none: {gift} ("the
  voices"; noun phrase) {sees} (opens a finite clause that L knows by it: "Jonah says" / "I have lived this already:")
  {limit} (noun phrase that stops it: "silk gloves") {price} (what each use costs: "a memory of my mother") {sign} (what
  is seen when it works: "the lamp dims").
  Arena kit, a [[kit]] of pools.toml (any scene may use it; the same kit for the 5 steps of one arena): {event} ("the
  auction") {thing} ("lot nine") {keeper} ("the auctioneer", never seen or heard) {rule} (finite: "no bid counts after
  the bell") {test} (bare verb phrase: "bid blind") {prize} ("the harbour deed") {slur} ("a florist with a paddle")
  {lever} ("the reserve price").
Step `after` = between the face-off (B8) and the last episode (only in long seasons). Step `bridge` = R lets a captive L walk on a leash (needs "captive L", changes "free L"), or A frees L.
Chinese: measure word {proof.mw}; text uses full-width marks; no spaces.

`pools.toml` holds [pools] lists for season slots by era, `[[kit]]` arena kits, `[[crime]]` old crimes; `phrases.toml`
holds [fill] FUNCTION = [skeletons] (>= 12 per function; the emergency lengtheners, same slots) and [words] (what the
engine says in titles, event and arc text)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from engine.core import CliffKind
from models.base import SOUNDS

ROLES: Mapping[str, str] = {
    "L": "lead", "R": "rival", "A": "ally", "T": "traitor", "U": "authority", "N": "innocent",
}  # fmt: skip
FUNCTIONS = ("accuse", "deny", "threaten", "bargain", "confess", "taunt", "order", "plead", "reveal", "decide")
STEPS = (
    *(f"B{n}" for n in range(10)),
    "probe",
    "setback",
    "clue",
    "test",
    "enter",
    "lose",
    "lever",
    "win",
    "pay",
    "after",
    "bridge",
)
STAND_INS = {"key": "door", "knife": "sword"}  # foley the sound stage has no own effect for
STAGE_KINDS = ("insert", "act", "reaction", "establish")


@dataclass(frozen=True)
class Spoken:
    """A line with its interchangeable wordings."""

    speaker: str  # L R A T U N
    function: str
    emotion: str
    delivery: str
    wordings: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Stage:
    """Something seen and not said, `after` that many spoken lines of the script."""

    kind: str
    subject: str
    sound: str
    text: str
    after: int


@dataclass(frozen=True)
class ChangeSpec:
    """One change in the bank's words: 'LINE[!] event :: fact; fact'. Line 99 is the button, 0 before the first."""

    line: int
    irreversible: bool
    event: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Button:
    """The cliffhanger and what pays it: the next episode's first line."""

    kind: CliffKind
    strength: int
    say: Spoken
    ask: str
    answers: tuple[str, ...]
    pay: tuple[Spoken, ...]
    paid: ChangeSpec


@dataclass(frozen=True)
class SceneTemplate:
    """A whole small scene: who fights over what, in words and deeds, and what it changes."""

    id: str
    step: str
    engines: tuple[str, ...]
    eras: tuple[str, ...]
    acts: tuple[int, ...]
    where: str
    cast: tuple[str, ...]
    phone: tuple[str, ...]
    mood: str
    needs: tuple[str, ...]
    title: tuple[str, ...]
    synopsis: tuple[str, ...]
    lines: tuple[Spoken, ...]
    stages: tuple[Stage, ...]
    changes: tuple[ChangeSpec, ...]
    buttons: tuple[Button, ...]

    @property
    def distant(self) -> tuple[str, ...]:
        """Who speaks from elsewhere, over a line; the others of `phone` stand unseen at the door."""
        said = [*self.lines, *(b.say for b in self.buttons)]
        return tuple(x for x in self.phone if any(s.speaker == x and s.delivery == "phone" for s in said))

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone heard or seen, by role letter."""
        return (*self.cast, *self.phone)


@dataclass(frozen=True)
class Bank:
    """Everything one language can say."""

    language: str
    scenes: tuple[SceneTemplate, ...]
    pools: Mapping[str, Any]
    kits: tuple[Mapping[str, Any], ...]
    crimes: tuple[Mapping[str, Any], ...]
    gifts: tuple[Mapping[str, Any], ...]
    phrases: Mapping[str, Any]

    def of_step(self, step: str) -> tuple[SceneTemplate, ...]:
        return tuple(s for s in self.scenes if s.step == step)


_SPOKEN = re.compile(r"^(~?)([LRATUN]) (\w+) (\w+)(?: (\w+))?[:：]\s*(.+)$")
_STAGE = re.compile(r"^\* (\w+) (\w+)(?: (\w+))?[:：]\s*(.+)$")
_CHANGE = re.compile(r"^(\d+)(!?)\s+(.+?)\s*::\s*(.+)$")


def parse_spoken(text: str) -> Spoken:
    """'L deny cold phone: One. | Two.' -> a line. Raises ValueError with the text when it does not fit."""
    match = _SPOKEN.match(text.strip())
    if not match:
        raise ValueError(f"not a spoken line: {text.strip()!r}")
    mark, speaker, function, emotion, delivery, rest = match.groups()
    wordings = tuple(w.strip() for w in re.split(r"\s*[|｜]\s*", rest) if w.strip())
    return Spoken(speaker, function, emotion, delivery or "voice", wordings, bool(mark))


def parse_change(text: str, line: int | None = None) -> ChangeSpec:
    """'4! {L} runs :: free L' -> a change; `line` is used when the text carries no number."""
    text = text.strip()
    match = _CHANGE.match(text if line is None else f"{line} {text}")
    if not match:
        raise ValueError(f"not a change: {text!r}")
    number, mark, event, facts = match.groups()
    return ChangeSpec(int(number), bool(mark), event, tuple(f.strip() for f in re.split("[;；]", facts) if f.strip()))


def _parse_script(text: str) -> tuple[tuple[Spoken, ...], tuple[Stage, ...]]:
    lines: list[Spoken] = []
    stages: list[Stage] = []
    for row in text.strip().splitlines():
        row = row.strip()
        match = _STAGE.match(row)
        if match:
            kind, subject, sound, seen = match.groups()
            foley = STAND_INS.get(sound or "", sound or "")
            if kind not in STAGE_KINDS or foley not in ("", *SOUNDS):
                raise ValueError(f"unknown kind or sound: {row}")
            stages.append(Stage(kind, subject, foley, seen, len(lines)))
        elif row:
            lines.append(parse_spoken(row))
    return tuple(lines), tuple(stages)


def _rows(text: str) -> Iterator[str]:
    return (row for row in (r.strip() for r in text.strip().splitlines()) if row)


def _button(raw: Mapping[str, Any]) -> Button:
    return Button(
        kind=raw["kind"],
        strength=int(raw.get("strength", 3)),
        say=parse_spoken(raw["say"]),
        ask=raw["ask"],
        answers=tuple(raw["answers"]),
        pay=tuple(parse_spoken(row) for row in _rows(raw["pay"])),
        paid=parse_change(raw["paid"], line=0),
    )


def parse_scene(raw: Mapping[str, Any]) -> SceneTemplate:
    """A `[[scene]]` table -> a template. Raises ValueError naming the scene."""
    try:
        lines, stages = _parse_script(raw["script"])
        buttons = tuple(_button(b) for b in raw["button"])
        cast, heard = raw["cast"].split(), raw.get("phone", "").split()
        speakers = dict.fromkeys(s.speaker for s in (*lines, *(b.say for b in buttons)))
        heard += [x for x in speakers if x not in cast and x not in heard]
        return SceneTemplate(
            id=raw["id"],
            step=raw["step"],
            engines=tuple(raw.get("engines", ())),
            eras=tuple(raw.get("eras", ())),
            acts=tuple(raw.get("acts", ())),
            where=raw.get("where", ""),
            cast=tuple(cast),
            phone=tuple(heard),
            mood=raw["mood"],
            needs=tuple(raw.get("needs", ())),
            title=tuple(raw["title"]),
            synopsis=tuple(raw["synopsis"]),
            lines=lines,
            stages=stages,
            changes=tuple(parse_change(row) for row in _rows(raw["changes"])),
            buttons=buttons,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"scene {raw.get('id', '?')}: {error!r}") from error


def _tables(language: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    folder = files("configs") / "story" / language
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".toml"):
            yield item.name, tomllib.loads(item.read_text(encoding="utf-8"))


@cache
def load_bank(language: str) -> Bank:
    """The bank of one language. Raises ValueError when a scene is malformed or an id is taken twice."""
    tables = dict(_tables(language))
    raws = [raw for name, table in tables.items() if name.startswith("scenes_") for raw in table.get("scene", ())]
    scenes = tuple(parse_scene(raw) for raw in raws)
    ids = [s.id for s in scenes]
    doubled = {i for i in ids if ids.count(i) > 1}
    if doubled:
        raise ValueError(f"scene ids used twice in {language}: {sorted(doubled)}")
    pools = tables["pools.toml"]
    return Bank(
        language, scenes, pools.get("pools", {}), tuple(pools.get("kit", ())), tuple(pools.get("crime", ())),
        tuple(pools.get("gift", ())), tables["phrases.toml"],
    )  # fmt: skip
