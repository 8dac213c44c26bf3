"""What a premise tells, as nouns: people, secret, power, threat, things, tone. No reading, no plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.core import Language, Role

ENGINES = (
    "revenge", "identity", "supernatural", "contract", "rebirth",
    "forbidden", "palace", "survival", "inquiry",
)  # fmt: skip
GENRES = ("romance", "revenge", "palace", "xianxia", "thriller", "horror", "fantasy", "family", "action")
ERAS = ("now", "palace", "future", "fantasy", "school", "sea", "west", "war")
OLD_ERAS = ("palace", "fantasy")
"""No telephones, no towers; names, clothes and places of old times."""
THREATS = (
    "kidnap", "kill", "poison", "frame", "blackmail", "betray", "steal", "evict", "hunt", "haunt",
    "marry", "jail", "exile", "replace", "cheat", "hack", "invade", "fire",
)  # fmt: skip

VAGUE = (
    "man", "woman", "girl", "boy", "child", "stranger", "nobody", "lover", "女人", "男人", "女孩", "男孩", "少年", "少女",
    "女子", "陌生人", "男子", "姑娘", "孩子",
)  # fmt: skip
"""Nouns too thin to stand for somebody."""


@dataclass(frozen=True)
class Person:
    """Somebody of the premise in a dramatic role.

    >>> # "A CEO's secret daughter is kidnapped by her billionaire father's rival"
    >>> Person("lead", "daughter", to="authority", status=("secret",), sex="female").noun
    'daughter'
    """

    role: Role
    noun: str  # what the premise calls them: 'daughter', 'baker', '总裁'; '' when only a name is given
    to: Role | None = None  # kin or tie: noun is seen from this person ('daughter' of the authority)
    status: tuple[str, ...] = ()  # 'secret', 'billionaire', '私生'
    occupation: str = ""  # 'CEO', 'baker', '总裁'
    name: str = ""  # given name as written in the premise, else ''
    sex: str = ""  # 'female', 'male' or '' when open
    ties: tuple[tuple[Role, str], ...] = ()  # every (to, noun) relation read: (('authority', 'daughter'),)


@dataclass(frozen=True)
class Secret:
    """What is hidden. `clause` is finite, true and usable in a line: 'Ivy is Conrad's daughter' with {lead}, {authority}
    standing for the names of the cast."""

    noun: str  # 'her real father', 'the letter', '身世'
    clause: str  # '{lead} is {authority}'s daughter'; format with the names of the six roles
    owner: Role = "lead"


@dataclass(frozen=True)
class Power:
    """A gift, its trigger, its limit and its price; each a short phrase in the premise's language."""

    name: str  # 'hidden spiritual power'
    trigger: str  # 'when her bare hand touches an object'
    limit: str  # 'once for each object'
    cost: str  # 'one memory of her mother'
    owner: Role = "lead"
    kind: str = ""  # touch minds future ghosts heal fire time sword beast mind


@dataclass(frozen=True)
class Threat:
    """What is done to the lead. `kind` is a word of THREATS; `verb` its written form ('kidnapped', '绑架')."""

    kind: str
    verb: str
    by: Role = "rival"
    on: Role = "lead"


@dataclass(frozen=True)
class Thing:
    """An object or a place of the premise, with the word of models.base PROPS or PLATES that draws it."""

    noun: str  # as written: 'letter', '燕窝'
    kind: str  # 'letter', 'cup'; for a place 'mansion'


@dataclass(frozen=True)
class Premise:
    """What a paragraph says. Everything is optional but `text` and `language`; the bible invents the rest."""

    text: str  # cleaned, at most MAX_CHARACTERS
    language: Language
    people: tuple[Person, ...] = ()
    secret: Secret | None = None
    power: Power | None = None
    threat: Threat | None = None
    objects: tuple[Thing, ...] = ()
    places: tuple[Thing, ...] = ()
    clock: str = ""  # a time for the slot {C}: 'Friday', 'three days', '三天'
    era: str = "now"  # a word of ERAS
    tone: str = "tension"  # a word of models.base.MOODS
    genre: str = "thriller"  # a word of GENRES
    goal: str = ""  # a bare verb phrase: 'save the shop'; zh '报仇'
    twist: str = ""  # the clause after but/却, which decides B8
    absent: tuple[str, ...] = ()  # family who died before the story: 'mother', '亡母'
    lessons: tuple[str, ...] = ()  # training only: each a whole sentence
    nouns: tuple[str, ...] = ()  # content nouns to cover, head nouns first
    scores: Mapping[str, int] = field(default_factory=dict[str, int])  # keyword score per plot engine of ENGINES
    notes: tuple[str, ...] = ()  # 'read as ...' for odd input

    @property
    def training(self) -> bool:
        """Training drama: the inquiry engine, no deaths, no romance."""
        return bool(self.lessons)

    def person(self, role: Role) -> Person | None:
        """The premise's own person in a role, if it has one."""
        return next((p for p in self.people if p.role == role), None)

    def engines(self) -> tuple[str, str]:
        """The leading plot engine and the one that lends B3 and B5 ('' when only one scores)."""
        ranked = sorted(ENGINES, key=lambda name: (-self.scores.get(name, 0), ENGINES.index(name)))
        second = ranked[1] if self.scores.get(ranked[1], 0) > 0 else ""
        return ranked[0], second


def told_as(premise: Premise) -> str:
    """The leading engine; 'letter' for an identity story that hangs on a paper, 'gift' for a power the dead have no part in."""
    engine, secret = premise.engines()[0], premise.secret
    if engine == "supernatural" and premise.power and premise.power.kind not in ("touch", "ghosts"):
        return "gift"
    paper = secret is not None and secret.clause.startswith("{authority}") and "{lead}" not in secret.clause
    return "letter" if engine == "identity" and paper else engine
