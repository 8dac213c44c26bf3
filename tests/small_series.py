"""A small hand-written series for tests: two characters' quarrel, real vocabulary, no writer involved."""

from __future__ import annotations

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

PLAN = (
    ("cu", "hook", ("silas",), None, 0.6, [("silas", "Your daughter smells of lilies, Conrad.", "cold", "voice")]),
    ("mcu", "reaction", ("ivy",), None, 2.4, []),
    ("wide", "establish", ("ivy", "silas"), None, 2.6, []),
    ("cu", "pressure", ("silas",), None, 0.8, [("conrad", "I have no daughter.", "cold", "phone")]),
    ("mcu", "pressure", ("ivy",), None, 0.8, [("ivy", "Someone pays my rent every March.", "tears", "voice")]),
    ("insert", "insert", (), "prop_watch", 2.6, []),
    ("ots", "pressure", ("silas", "ivy"), None, 0.8, [("silas", "Ten million by Friday, or she floats.", "smirk", "voice"), ("vera", "You have the wrong girl. Keep her.", "cold", "phone")]),
    ("wide", "act", ("teo", "pip"), None, 1.8, [("teo", "Two guards. One of them is me.", "resolve", "whisper"), ("pip", "Why does the lady know his name?", "fear", "voice")]),
    ("cu", "turn", ("ivy",), None, 1.6, [("ivy", "Jonah hated that river.", "shock", "voice")]),
    ("ecu", "reaction", ("silas",), None, 2.4, []),
    ("mcu", "button", ("silas",), None, 1.0, [("silas", "Who gave you that name?", "rage", "voice")]),
    ("cu", "button", ("ivy",), None, 1.4, [("ivy", "He asks why you still wear his watch.", "cold", "voice")]),
)  # fmt: skip


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


def episode(number: int) -> Episode:
    shots: list[Shot] = []
    for index, (size, beat, people, prop, seconds, lines) in enumerate(PLAN, 1):
        id = f"e{number:03d}_s01_sh{index * 10:03d}"
        spoken = tuple(
            Line(id=f"{id}_l{n:02d}", speaker=f"char_{who}", text=text, emotion=emotion, delivery=delivery)
            for n, (who, text, emotion, delivery) in enumerate(lines, 1)
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
                lines=spoken,
            )  # fmt: skip
        )
    changes = tuple(
        Change(event=event, adds=(Fact(predicate="knows", subject="char_ivy", object=event[:20]),), irreversible=n == 0)
        for n, event in enumerate(("Silas kidnaps Ivy", "Conrad denies Ivy", "The watch speaks"))
    )
    return Episode(
        number=number,
        title=f"The Van {number}",
        synopsis=f"Silas kidnaps Ivy, Conrad denies her, a watch speaks ({number}).",
        scenes=(Scene(id=f"e{number:03d}_s01", location="loc_van", mood="dread", shots=tuple(shots)),),
        changes=changes,
        cliffhanger=Cliffhanger(kind="impossible", question="Who spoke?", answers=("Jonah", "a spy"), due=number + 1),
    )


def small_series(length: int = 3, language: str = "en") -> Series:
    return Series(
        title="The Watch That Spoke",
        premise="A florist is kidnapped, but dead men speak to her.",
        language=language,  # type: ignore[arg-type]
        length=length,
        seed=7,
        genre="thriller",
        bible=Bible(
            promise="She will be believed.",
            logline="A kidnapped florist hears the dead.",
            characters=tuple(character(row) for row in CAST),
            locations=(Location(id="loc_van", name="the warehouse", plate="warehouse", time="night", weather="rain"),),
            props=(Prop(id="prop_watch", name="watch", kind="watch", holder="char_silas"),),
        ),
        arc=Arc(engine="supernatural", question="Will she be free?", turns=(Turn(beat=0, episode=1, summary="taken"),)),
        episodes=tuple(episode(n) for n in range(1, length + 1)),
    )
