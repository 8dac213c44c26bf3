"""`cliffhanger models ...` and `cliffhanger voices ...`: what a person types. Knows no stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProfileName = Annotated[str, typer.Option("--profile", help="how to render: see configs/profiles")]


def example(*lines: str) -> str:
    return "Example:\n\n" + "\n\n".join(f"  {line}" for line in lines)


models_app = typer.Typer(help="Model weights on this machine: what there is, bring them here, check them.")
WeightNames = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="weights of the catalogue")]
OfProfile = Annotated[str | None, typer.Option("--profile", help="the weights that this profile uses")]


@models_app.command("list", epilog=example("cliffhanger models list --profile gpu-24gb"))
def models_list(profile: OfProfile = None) -> None:
    """What a profile, or every profile, uses: sizes, licences, revisions, and what is here."""
    from engine import model_commands

    model_commands.list_models(profile)


@models_app.command("pull", epilog=example("cliffhanger models pull --profile gpu-24gb"))
def models_pull(names: WeightNames = None, profile: OfProfile = None) -> None:
    """Bring weights here, or go on where a pull stopped."""
    from engine import model_commands

    model_commands.pull_models(profile, names or [])


@models_app.command("verify", epilog=example("cliffhanger models verify --profile gpu-24gb"))
def models_verify(names: WeightNames = None, profile: OfProfile = None) -> None:
    """Hash every file of the weights again; exit 1 names what is missing or changed."""
    from engine import model_commands

    if not model_commands.verify_models(profile, names or []):
        raise typer.Exit(1)


voices_app = typer.Typer(help="Voices of your own, cloned from a recording with the person's written consent.")
VoiceName = Annotated[str, typer.Argument(metavar="NAME", help="the voice's name, such as mei-lin")]


@voices_app.command(
    "add",
    epilog=example(
        "cliffhanger voices add mei --audio mei.wav --consent mei.toml --licence 'for our dramas, 2026-2028'"
    ),
)
def voices_add(
    name: VoiceName,
    audio: Annotated[Path, typer.Option(metavar="FILE", help="3 to 30 s of one person speaking, in any format")],
    consent: Annotated[
        Path, typer.Option(metavar="FILE", help="their consent: person, date, statement, contact (TOML)")
    ],
    licence: Annotated[
        str, typer.Option(metavar="TEXT", help="the terms you may use the voice under, for the manifests")
    ],
    profile: ProfileName = "gpu-24gb",
    no_commercial: Annotated[bool, typer.Option("--no-commercial", help="never for commercial use")] = False,
) -> None:
    """Clone a voice; refused without a consent record that holds."""
    from engine import voice_commands

    voice_commands.add_voice(name, audio, consent, licence, profile, not no_commercial)


@voices_app.command("list", epilog=example("cliffhanger voices list"))
def voices_list() -> None:
    """Your own voices: whose each is, until when, for what use."""
    from engine import voice_commands

    voice_commands.list_voices()


@voices_app.command("show", epilog=example("cliffhanger voices show mei"))
def voices_show(name: VoiceName) -> None:
    """All that is recorded of one voice."""
    from engine import voice_commands

    voice_commands.show_voice(name)


@voices_app.command("remove", epilog=example("cliffhanger voices remove mei"))
def voices_remove(name: VoiceName) -> None:
    """Delete a voice, as when its consent was withdrawn."""
    from engine import voice_commands

    voice_commands.remove_voice(name)
