"""What `cliffhanger voices add | list | show | remove` do. Prints for a person; knows no flag parsing and no model."""

from __future__ import annotations

from pathlib import Path

from engine import voice_library
from engine.backends import backing
from engine.config import load_profile
from engine.core import UserError
from engine.model_commands import reader_words
from engine.voice_library import Cloner
from models import own_voices, registry
from models.own_voices import OWN, OwnVoice

ROLES = ("voice", "hubert", "quantiser")
"""The weights that make a voice of a recording."""


def add_voice(name: str, audio: Path, consent: Path, licence: str, profile: str, commercial: bool) -> None:
    """Clones a voice and keeps it with its consent; what costs nothing is checked before any weights are loaded."""
    voice_library.free_place(name)
    agreed = voice_library.read_consent(consent)
    heard = voice_library.hear(audio)
    cloner = cloner_of(profile)
    with reader_words():
        preset = cloner.clone([heard.at_24k], [heard.at_16k])[0]
        made_with = cloner.made_with
    kept = voice_library.add(
        name, heard, agreed, licence, commercial, made_with, lambda path: cloner.write(path, preset)
    )
    print_voice(kept)
    print(f"cast it as '{kept.id}'")


def list_voices() -> None:
    """A line for every own voice: whose it is, until when, for what; and why one may not speak."""
    found = own_voices.names()
    for name in found:
        try:
            print(line_of(own_voices.voice(name)))
        except ValueError as error:
            print(f"{OWN}{name}  NOT USABLE: {str(error).partition(': ')[2]}")
    count = (
        "no voices of your own are" if not found else f"{len(found)} of your own {'is' if len(found) == 1 else 'are'}"
    )
    print(f"{count} in {own_voices.root()}")


def show_voice(name: str) -> None:
    """All that is recorded of one voice; UserError when it may not speak."""
    print_voice(voice_library.voice_of(name))


def remove_voice(name: str) -> None:
    """Deletes a voice: what was rendered stays, but no line is spoken with it any more."""
    print(f"removed {voice_library.remove(name)}")


def cloner_of(profile: str) -> Cloner:
    """What makes voices for a profile, with its weights. UserError when its voices cannot be cloned, or weights lack."""
    found = load_profile(profile)
    known = registry.TABLE.get("cloner", {})
    if found.voice not in known or found.settings is None:
        able = ", ".join(sorted(known)) or "none"
        raise UserError(
            f"profile {found.name} speaks with '{found.voice}', whose voices cannot be cloned: choose a profile whose voice "
            f"can ({able})"
        )
    with reader_words():
        return registry.load_backed("cloner", found.voice, backing(found, found.settings, ROLES))


# -- words


def line_of(voice: OwnVoice) -> str:
    consent = voice.consent
    until = f"until {consent.expires}" if consent.expires else "no end"
    use = "commercial use" if voice.rights.commercial_use else "no commercial use"
    return f"{voice.id}  {consent.person}, {consent.date}, {until}, {use}, {voice.record.licence}"


def print_voice(voice: OwnVoice) -> None:
    """Every fact of the record, a line each."""
    consent, record = voice.consent, voice.record
    rows = [
        ("voice", voice.id),
        ("person", consent.person),
        ("consent", f"{consent.date}, {f'until {consent.expires}' if consent.expires else 'no end'}"),
        ("statement", " ".join(consent.statement.split())),
        ("scope", " ".join(consent.scope.split()) or "as the statement says"),
        ("contact", consent.contact),
        ("licence", record.licence),
        ("commercial use", "yes" if voice.rights.commercial_use else "no"),
        ("recording", f"{record.seconds:.1f} s, sha256 {record.audio_sha256}, not kept"),
        ("consent sha256", record.consent_sha256),
        ("made with", ", ".join(f"{role} {what}" for role, what in record.made_with.items())),
        ("added", record.added),
        ("folder", str(voice.folder)),
    ]
    for what, told in rows:
        print(f"{what:<15} {told}")
