"""A small hand-written series for tests: two characters' quarrel, real vocabulary, no writer involved."""

from __future__ import annotations

import itertools

from engine.core import (
    Arc,
    Bible,
    Change,
    Character,
    Cliffhanger,
    Design,
    Episode,
    Fact,
    Line,
    Location,
    Prop,
    Scene,
    Series,
    Shot,
    Turn,
    VoiceDirection,
)

CAST = (
    ("ivy", "Ivy", "lead", "female", 23, "long", "brown_black", "blazer", "sky", ()),
    ("silas", "Silas", "rival", "male", 45, "slick", "raven", "suit", "violet", ("gloves",)),
    ("conrad", "Conrad", "authority", "male", 60, "layered", "silver", "suit", "black", ("glasses",)),
    ("teo", "Teo", "ally", "male", 30, "undercut", "blue_black", "street", "brown", ("scar",)),
    ("vera", "Vera", "traitor", "female", 41, "bob", "blond", "dress", "cream", ("earrings",)),
    ("pip", "Pip", "innocent", "female", 9, "twin_tails", "chestnut", "school", "rose", ()),
)

# size, beat, who is seen, prop, planned silent seconds, number of lines spoken
PLAN = (
    ("cu", "hook", ("silas",), None, 0.6, 1),
    ("mcu", "reaction", ("ivy",), None, 2.4, 0),
    ("wide", "establish", ("ivy", "silas"), None, 2.6, 0),
    ("cu", "pressure", ("silas",), None, 0.8, 1),
    ("mcu", "pressure", ("ivy",), None, 0.8, 1),
    ("insert", "insert", (), "prop_watch", 2.6, 0),
    ("ots", "pressure", ("silas", "ivy"), None, 0.8, 2),
    ("wide", "act", ("teo", "pip"), None, 1.8, 2),
    ("cu", "turn", ("ivy",), None, 1.6, 1),
    ("ecu", "reaction", ("silas",), None, 2.4, 0),
    ("mcu", "button", ("silas",), None, 1.0, 1),
    ("cu", "button", ("ivy",), None, 1.4, 1),
)  # fmt: skip

EPISODES = (
    (
        ("silas", "Your daughter smells of lilies, Conrad.", "cold", "voice"),
        ("conrad", "I have no daughter.", "cold", "phone"),
        ("ivy", "Someone pays my rent every March.", "tears", "voice"),
        ("silas", "Ten million by Friday, or she floats.", "smirk", "voice"),
        ("vera", "You have the wrong girl. Keep her.", "cold", "phone"),
        ("teo", "Two guards, and one is me.", "resolve", "whisper"),
        ("pip", "Why does the lady know his name?", "fear", "voice"),
        ("ivy", "Jonah hated that river.", "shock", "voice"),
        ("silas", "Who gave you that name?", "rage", "voice"),
        ("ivy", "He asks why you wear his watch.", "cold", "voice"),
    ),
    (
        ("silas", "A watch cannot ask me anything.", "anger", "voice"),
        ("ivy", "Then take it off.", "resolve", "voice"),
        ("silas", "Nobody touches this wrist.", "cold", "voice"),
        ("ivy", "Your brother says it was the bridge.", "tender", "voice"),
        ("silas", "Every newspaper said so.", "smirk", "voice"),
        ("teo", "Boss, the tide is turning.", "fear", "voice"),
        ("pip", "Can the watch talk to my mother?", "plead", "voice"),
        ("ivy", "Only once, small one.", "tender", "voice"),
        ("silas", "Leave the child out of it.", "rage", "voice"),
        ("ivy", "I never told you whose child.", "cold", "voice"),
    ),
    (
        ("silas", "She is mine, and you guessed.", "cold", "voice"),
        ("ivy", "Let Pip choose the road.", "resolve", "voice"),
        ("silas", "Children choose sweets.", "smirk", "voice"),
        ("pip", "I choose the lady.", "joy", "voice"),
        ("silas", "You would leave with a stranger?", "grief", "voice"),
        ("teo", "The gate is open, I forgot the lock.", "triumph", "voice"),
        ("pip", "He always forgets on purpose.", "joy", "voice"),
        ("ivy", "Keep the watch. He forgives you.", "tender", "voice"),
        ("silas", "Stay. I will sign anything.", "plead", "voice"),
        ("ivy", "Your name is already on this paper.", "shock", "voice"),
    ),
)
CLIFFS = (("impossible", "Who spoke through the watch?"), ("slip", "Whose child is Pip?"), ("identity", "Who signed?"))
EVENTS = (
    ("Silas kidnaps Ivy", "Conrad denies Ivy", "The watch speaks to Ivy"),
    ("Silas believes that Jonah spoke", "Teo warns Silas", "Pip trusts Ivy"),
    ("Silas admits that Pip is his", "Pip leaves with Ivy", "Teo opens the gate"),
)
SYNOPSES = (
    "Silas kidnaps Ivy, Conrad denies her, a dead man's watch speaks.",
    "Ivy quotes the dead brother; Silas gives his secret away.",
    "Pip chooses Ivy, Teo opens the gate, Silas begs.",
)


def character(row: tuple[object, ...]) -> Character:
    id, name, role, sex, age, hair, colour, outfit, outfit_colour, accessories = row
    design = Design(
        hair=str(hair),
        hair_colour=str(colour),
        eyes="narrow" if sex == "male" else "round",
        eye_colour="steel" if sex == "male" else "amber",
        skin="old" if int(str(age)) >= 60 else ("male" if sex == "male" else "fair"),
        outfit=str(outfit),
        outfit_colour=str(outfit_colour),
        accessories=accessories,  # type: ignore[arg-type]
    )
    pitch = {"pip": 4.0, "vera": -2.0, "silas": -2.0, "conrad": -4.0, "teo": 2.0}.get(str(id), 0.0)
    return Character(
        id=f"char_{id}", name=str(name), full_name=str(name), role=role, sex=sex, age=int(str(age)),  # type: ignore[arg-type]
        look=f"{name}, {hair} hair", wardrobe=f"{outfit_colour} {outfit}", design=design, voice=VoiceDirection(pitch=pitch),
    )  # fmt: skip


def shots_of(number: int) -> tuple[Shot, ...]:
    spoken = iter(EPISODES[number - 1])
    shots: list[Shot] = []
    for index, (size, beat, people, prop, seconds, count) in enumerate(PLAN, 1):
        id = f"e{number:03d}_s01_sh{index * 10:03d}"
        lines: list[Line] = []
        for n, (who, text, emotion, delivery) in enumerate(itertools.islice(spoken, count), 1):
            lines.append(
                Line(id=f"{id}_l{n:02d}", speaker=f"char_{who}", text=text, emotion=emotion, delivery=delivery)
            )
        shots.append(
            Shot(
                id=id,
                size=size,
                beat=beat,
                characters=tuple(f"char_{p}" for p in people),
                prop=prop,  # type: ignore[arg-type]
                action=f"{size} of {', '.join(people) or prop}",
                move="push" if size == "cu" else "hold",
                emotion="shock" if beat == "reaction" else "neutral",
                seconds=seconds,
                sound="magic" if beat == "turn" else "",
                lines=tuple(lines),
            )
        )
    return tuple(shots)


def episode(number: int, length: int) -> Episode:
    events = EVENTS[number - 1]
    changes = tuple(
        Change(
            event=event,
            adds=(Fact(predicate="knows", subject="char_ivy", object=f"secret_{number}_{n}", value="saw"),),
            irreversible=n == 0,
        )
        for n, event in enumerate(events)
    )
    kind, question = CLIFFS[number - 1]
    last = number == length
    return Episode(
        number=number,
        title=("The Van", "The Bridge", "The Gate")[number - 1],
        synopsis=SYNOPSES[number - 1],
        scenes=(Scene(id=f"e{number:03d}_s01", location="loc_van", mood="dread", shots=shots_of(number)),),
        changes=changes,
        cliffhanger=Cliffhanger(
            kind=kind,  # type: ignore[arg-type]
            question=question,
            answers=("Jonah", "a spy"),
            due=number + 1,
            paid_in=None if last else number + 1,
            paid_by="" if last else EVENTS[number][0],
        ),
    )


def small_series(length: int = 3) -> Series:
    """Up to three episodes; the first has six speakers."""
    return Series(
        title="The Watch That Spoke",
        premise="A florist is kidnapped, but dead men speak to her.",
        language="en",
        length=length,
        seed=7,
        genre="thriller",
        bible=Bible(
            promise="She will be believed.",
            logline="A kidnapped florist hears the dead.",
            characters=tuple(character(row) for row in CAST),
            locations=(
                Location(id="loc_van", name="the warehouse", plate="warehouse", time="night", weather="rain"),
                Location(id="loc_home", name="the flower shop", plate="street", time="day"),
                Location(id="loc_tower", name="Conrad's office", plate="office", time="dusk"),
            ),
            props=(
                Prop(id="prop_watch", name="watch", kind="watch", holder="char_silas"),
                Prop(id="prop_paper", name="contract", kind="contract", holder="char_conrad"),
            ),
        ),
        arc=Arc(engine="supernatural", question="Will she be free?", turns=(Turn(beat=0, episode=1, summary="taken"),)),
        episodes=tuple(episode(n, length) for n in range(1, length + 1)),
    )
