"""Where a season plays and what its people fight over: six locations and three to five props. No cast, no plot."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.core import Language
from engine.story.phrases import fill, listed, phrases
from engine.story.told import OLD_ERAS, Premise, Thing

PLACE_ROLES = ("home", "threat", "public", "hidden", "refuge", "road")
OWNED = ("office", "mansion", "bedroom", "penthouse", "chamber", "courtyard")
PROP_ROLES = ("proof", "bond", "clock")
MAX_PROPS = 5
_ROLE_OF_PLATE: Mapping[str, str] = {
    "office": "public", "penthouse": "home", "mansion": "home", "hospital": "hidden", "street": "road",
    "alley": "threat", "rooftop": "refuge", "warehouse": "threat", "temple": "hidden", "palace": "public",
    "forest": "refuge", "lakeside": "refuge", "car": "road", "bedroom": "home", "courtroom": "public",
    "school": "public", "chamber": "home", "courtyard": "refuge", "passage": "road", "dungeon": "threat",
}  # fmt: skip
_IN_OLD_TIMES: Mapping[str, str] = {
    "office": "chamber", "penthouse": "chamber", "bedroom": "chamber", "hospital": "chamber", "mansion": "courtyard",
    "school": "courtyard", "street": "passage", "car": "passage", "alley": "dungeon", "warehouse": "dungeon",
    "rooftop": "temple", "courtroom": "palace",
}  # fmt: skip
"""What is drawn in palace and fantasy stories for a place that would be drawn with glass, lamps and towers."""
_PLATES: Mapping[str, tuple[str, ...]] = {
    "home": ("bedroom", "penthouse", "mansion", "street"),
    "threat": ("warehouse", "alley", "rooftop", "forest"),
    "public": ("office", "courtroom", "mansion", "street"),
    "hidden": ("hospital", "temple", "mansion", "alley"),
    "refuge": ("lakeside", "rooftop", "forest", "temple"),
    "road": ("car", "street", "alley", "forest"),
}
_PLATES_OLD: Mapping[str, tuple[str, ...]] = {
    "home": ("chamber", "courtyard"),
    "threat": ("dungeon", "forest", "passage"),
    "public": ("palace", "temple"),
    "hidden": ("temple", "dungeon", "chamber"),
    "refuge": ("lakeside", "courtyard", "forest"),
    "road": ("passage", "forest"),
}
_PLATES_TRAINING: Mapping[str, tuple[str, ...]] = {
    "home": ("office", "street"), "threat": ("warehouse",), "public": ("school",), "hidden": ("alley",),
    "refuge": ("rooftop",), "road": ("car",),
}  # fmt: skip
_SKIES: tuple[Mapping[str, tuple[str, str]], ...] = (
    {
        "home": ("dusk", "clear"), "threat": ("night", "rain"), "public": ("day", "clear"),
        "hidden": ("night", "mist"), "refuge": ("dawn", "mist"), "road": ("dusk", "rain"),
    },
    {
        "home": ("night", "clear"), "threat": ("dusk", "mist"), "public": ("day", "rain"),
        "hidden": ("dusk", "clear"), "refuge": ("dawn", "clear"), "road": ("night", "rain"),
    },
    {
        "home": ("dawn", "rain"), "threat": ("night", "mist"), "public": ("day", "clear"),
        "hidden": ("dusk", "rain"), "refuge": ("dusk", "clear"), "road": ("night", "snow"),
    },
)  # fmt: skip
_PROOF: Mapping[str, tuple[str, ...]] = {
    "revenge": ("book", "usb"), "identity": ("pendant", "photo"), "supernatural": ("watch", "ring"),
    "contract": ("contract",), "rebirth": ("letter", "cup"), "forbidden": ("letter", "pendant"),
    "palace": ("cup", "hairpin"), "survival": ("badge", "mask"), "inquiry": ("book", "usb"),
}  # fmt: skip
_BOND = ("ring", "bracelet", "flower", "coin", "hairpin", "pendant")
_CLOCK = ("phone", "key", "medicine", "watch", "box", "knife")
_AGELESS: Mapping[str, str] = {
    "usb": "scroll", "phone": "scroll", "photo": "hairpin", "watch": "bracelet", "badge": "seal", "contract": "scroll",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A location before the cast has names: role, plate, sky, and the premise's noun when it has one."""

    role: str
    plate: str
    time: str
    weather: str
    noun: str = ""


def choose_places(premise: Premise, seed: int) -> list[Place]:
    """Six places, one a role, each plate once; the premise's own places first."""
    rng = random.Random(f"places-{seed}-{premise.text}")
    old = premise.era in OLD_ERAS
    plates = _PLATES_TRAINING if premise.training else _PLATES_OLD if old else _PLATES
    skies = rng.choice(_SKIES)
    own = _own_places(premise, _IN_OLD_TIMES if old else {})
    used = {thing.kind for thing in own.values()}
    out: list[Place] = []
    for role in PLACE_ROLES:
        thing = own.get(role)
        plate = thing.kind if thing else _plate(rng, plates, role, used)
        used.add(plate)
        out.append(Place(role, plate, *skies[role], thing.noun if thing else ""))
    return out


def _own_places(premise: Premise, drawn: Mapping[str, str]) -> dict[str, Thing]:
    """The premise's places by role, as `drawn` in its time; a second of a role takes a free one."""
    corporate = listed(phrases(premise.language)["corporate"]["words"])
    own: dict[str, Thing] = {}
    for thing in premise.places:
        shop = thing.kind == "office" and thing.noun not in corporate
        role = "home" if shop else _ROLE_OF_PLATE[thing.kind]
        role = role if role not in own else next((r for r in PLACE_ROLES if r not in own), "")
        kind = drawn.get(thing.kind, thing.kind)
        if role and kind not in {t.kind for t in own.values()}:
            own[role] = replace(thing, kind=kind)
    return own


def _plate(rng: random.Random, plates: Mapping[str, Sequence[str]], role: str, used: set[str]) -> str:
    """One of the first two free plates of a role, else any of the time's that is free."""
    free = [plate for plate in plates[role] if plate not in used]
    if free:
        return rng.choice(free[:2])
    return next(plate for options in plates.values() for plate in options if plate not in used)


def place_name(place: Place, premise: Premise, language: Language, owner: str, rng: random.Random) -> str:
    """The premise's own noun, or a name of its era."""
    tables = phrases(language)
    if place.noun:
        own = place.role == "home" and place.plate in OWNED
        pattern = tables["phrase"]["owned" if own else "the"]
        return fill(pattern, {"who": owner, "noun": place.noun})
    names = _era_names(tables, "training" if premise.training else premise.era).get(place.plate)
    if not names:
        options = tables["place"][place.plate]
        names = options.get(place.role) or options["any"]
    return fill(rng.choice(names), {"who": owner})


def _era_names(tables: Mapping[str, Any], era: str) -> Mapping[str, list[str]]:
    """Place names of an era: its own over those of old times for palace and fantasy."""
    old: dict[str, list[str]] = tables["place_old"] if era in OLD_ERAS else {}
    return {**old, **tables.get(f"place_{era}", {})}


def choose_props(premise: Premise, seed: int) -> list[tuple[str, Thing]]:
    """(role, thing) for proof, bond, clock and up to two more of the premise's objects; each kind once."""
    rng = random.Random(f"props-{seed}-{premise.text}")
    nouns = phrases(premise.language)["prop"]
    old = premise.era in OLD_ERAS
    objects: list[Thing] = []
    for thing in premise.objects:
        if thing.kind not in {t.kind for t in objects}:
            objects.append(thing)
    kinds = {t.kind for t in objects}

    def invented(options: Sequence[str]) -> Thing:
        timely = [_AGELESS.get(kind, kind) if old else kind for kind in options]
        free = [kind for kind in timely if kind not in kinds] or [k for k in nouns if k not in kinds]
        kind = rng.choice(free[:3])
        kinds.add(kind)
        return Thing(nouns[kind], kind)

    bare = not (premise.people or premise.places)  # 'regret': somebody hid a letter
    proof = objects[0] if objects else invented(("letter",) if bare else _PROOF[premise.engines()[0]])
    spare = objects[1:MAX_PROPS]
    bond = spare.pop(0) if len(spare) > 1 else invented(_BOND)
    clock = spare.pop(0) if spare else invented(_CLOCK)
    chosen = [("proof", proof), ("bond", bond), ("clock", clock)]
    return [*chosen, *((f"extra{i + 1}", thing) for i, thing in enumerate(spare))][:MAX_PROPS]
