"""What a premise's grammar yields, whatever its language: people with ties, merged and cast into six roles. No words."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core import Role

INVERSE = {
    "parent": "child", "child": "parent", "spouse": "spouse", "lover": "lover", "sibling": "sibling", "ex": "ex",
    "friend": "friend", "enemy": "enemy", "employer": "employee", "employee": "employer", "elder": "young",
    "young": "elder", "mentor": "pupil", "pupil": "mentor",
}  # fmt: skip
ROMANTIC = ("spouse", "lover")
CAST: tuple[Role, ...] = ("lead", "rival", "ally", "traitor", "authority", "innocent")


@dataclass
class Entity:
    """Somebody named or described. `ties` are (index of the other entity, kin class, noun as seen from the other)."""

    noun: str
    start: int
    stop: int
    sex: str = ""
    lean: Role = "extra"
    kind: str = ""
    status: list[str] = field(default_factory=list[str])
    occupation: str = ""
    name: str = ""
    owner_only: bool = False  # stands in 'X's ...', so is no subject
    gone: bool = False  # takes no role: dead, a crowd, or another word for somebody
    dead: bool = False  # before the story starts
    beside: bool = False  # named only by what they are to somebody else: 'her brother', 为救弟弟
    saved: bool = False  # whom the lead must save: an innocent, whatever else
    ties: list[tuple[int, str, str]] = field(default_factory=list[tuple[int, str, str]])


@dataclass
class Deed:
    """A threat's verb with who does it to whom (entity indices, None when unsaid)."""

    kind: str
    verb: str
    start: int
    by: int | None = None
    on: int | None = None
    passive: bool = False  # 'by X', 被X: X is the doer, never the lead


@dataclass
class Reading:
    """Everything the patterns of one language found in a text."""

    entities: list[Entity] = field(default_factory=list[Entity])
    deeds: list[Deed] = field(default_factory=list[Deed])
    twist: str = ""
    goal: str = ""
    clock: str = ""
    lead: int | None = None

    def nearest(self, position: int) -> int | None:
        """The last entity that ends at or before a position."""
        before = [i for i, e in enumerate(self.entities) if e.stop <= position]
        return max(before, key=lambda i: self.entities[i].stop, default=None)

    def next(self, position: int) -> int | None:
        """The first entity that starts at or after a position."""
        after = [i for i, e in enumerate(self.entities) if e.start >= position]
        return min(after, key=lambda i: self.entities[i].start, default=None)

    def imply_lead(self, sex: str) -> int:
        """A lead whom the text only calls I, her or nothing: 'my brother', 闪婚老公."""
        self.entities.append(Entity("", 0, 0, sex, "lead"))
        self.lead = len(self.entities) - 1
        return self.lead


def fits(a: str, b: str) -> bool:
    """Whether two sexes can be one person's."""
    return not a or not b or a == b


def choose_lead(reading: Reading) -> int | None:
    """The first subject of their own; its victim instead, when that subject is the one who does harm."""
    open_to = [i for i, e in enumerate(reading.entities) if not e.gone]
    open_to = [i for i in open_to if not reading.entities[i].beside] or open_to
    accused = [deed.by for deed in reading.deeds if deed.passive]
    subjects = [i for i in open_to if not reading.entities[i].owner_only and reading.entities[i].lean != "rival"]
    subjects = [i for i in subjects if i not in accused] or subjects
    first = next(iter(subjects or open_to), None)
    for deed in reading.deeds:
        if deed.by == first and deed.on in open_to and deed.on != first and reading.entities[deed.on].lean != "rival":
            return deed.on
    return first


def merge_inverses(reading: Reading) -> None:
    """A CEO's daughter and 'her father' are one tie: the father is the CEO, unless the sexes clash."""
    for index, entity in enumerate(reading.entities):
        for other, kind, _ in list(entity.ties):
            twin = _inverse_of(reading, index, other, kind)
            if twin is not None:
                _absorb(reading, keep=twin, drop=index)


def _inverse_of(reading: Reading, index: int, other: int, kind: str) -> int | None:
    """The earlier entity to which `other` already stands in the inverse tie of `kind`."""
    for target, tie, _ in reading.entities[other].ties:
        known = reading.entities[target]
        if target != index and tie == INVERSE.get(kind) and fits(known.sex, reading.entities[index].sex):
            return target
    return None


def _absorb(reading: Reading, keep: int, drop: int) -> None:
    kept, dropped = reading.entities[keep], reading.entities[drop]
    kept.sex = kept.sex or dropped.sex
    kept.name = kept.name or dropped.name
    kept.status += dropped.status
    kept.occupation = kept.occupation or (kept.noun if not kept.kind else dropped.occupation)
    kept.ties += [tie for tie in dropped.ties if tie[0] != keep]
    kept.noun = kept.noun or dropped.noun
    kept.gone, kept.dead = kept.gone or dropped.gone, kept.dead or dropped.dead
    dropped.gone, dropped.noun = True, ""
    dropped.ties = []
    for entity in reading.entities:
        entity.ties = [(keep if other == drop else other, kind, noun) for other, kind, noun in entity.ties]
    for deed in reading.deeds:
        deed.by = keep if deed.by == drop else deed.by
        deed.on = keep if deed.on == drop else deed.on


def assign_roles(reading: Reading) -> dict[int, Role]:
    """Entity index to role, each role once. The lead and the doer of the harm first, then by kin, then by lean."""
    roles: dict[int, Role] = {}

    def give(index: int | None, role: Role) -> None:
        if index is not None and index not in roles and role not in roles.values():
            roles[index] = role

    give(reading.lead, "lead")
    harm = [d.by for d in reading.deeds if d.by is not None and d.by != reading.lead]
    people = [i for i, e in enumerate(reading.entities) if not e.gone and i != reading.lead]
    for role, accepted in _claims(reading, harm, people):
        give(accepted, role)
    for index in people:
        lean = reading.entities[index].lean
        if lean == "innocent":
            give(index, "innocent")
            continue
        for role in (lean, "ally", "authority", "rival", "traitor", "innocent"):
            if role != "lead" and role in CAST:
                give(index, role)
    return roles


def _claims(reading: Reading, harm: list[int], people: list[int]) -> list[tuple[Role, int]]:
    """Who has the strongest claim to a role, in order."""
    entities = reading.entities
    claims: list[tuple[Role, int]] = []

    def claim(role: Role, indices: list[int]) -> None:
        claims.extend((role, i) for i in indices)

    born_of = [o for o, kind, _ in entities[reading.lead].ties if kind == "child"] if reading.lead is not None else []
    claim("rival", [i for i in harm if i in people])
    claim("innocent", [i for i in people if entities[i].saved])
    claim("authority", [i for i in born_of if i in people])
    claim("traitor", [i for i in harm[1:] if i in people])
    claim("rival", [i for i in people if entities[i].lean == "rival"])
    claim("ally", [i for i in people if entities[i].kind in ROMANTIC])
    claim("traitor", [i for i in people if entities[i].lean == "traitor"])
    claim("authority", [i for i in people if entities[i].kind in ("parent", "employer")])
    return claims
