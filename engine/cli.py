"""The command line: what a person types, one clear line when it is wrong. Knows no stage; calls the pipeline.

Exit codes: 0 done, 1 a check failed, 2 wrong usage or input."""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Annotated

import typer

from engine import cut_cli
from engine.config import MOST_DOLLARS
from engine.core import UserError
from engine.subcommands import ProfileName, example, models_app, voices_app

STOPPED = 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="One paragraph of premise in; finished vertical drama episodes out.",
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the series folder (it holds series.json)")]
Premise = Annotated[str, typer.Argument(metavar="PREMISE", help="the premise, @FILE, or - for standard input")]
Script = Annotated[Path | None, typer.Option(metavar="FILE", help="start from your own script: Fountain or NAME: line")]
Length = Annotated[
    int | None, typer.Option(min=3, max=120, help="episodes in the season (default 20, or the script's)")
]
LanguageOption = Annotated[str | None, typer.Option(help="en or zh; read from the premise when not given")]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="same premise and seed: same series")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="where series folders go (default $CLIFFHANGER_OUT or out)")
]
Episodes = Annotated[str | None, typer.Option(metavar="LIST", help="which episodes: 3, 1-20 or 1-3,7 (default all)")]
Budget = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=MOST_DOLLARS,
        metavar="DOLLARS",
        help="most that an episode may cost; shots over it go the cheaper way",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="the last line is one JSON object")]


@app.command(epilog=example('cliffhanger plan "A baker finds a letter that was meant for a dead man." --length 12'))
def plan(
    premise: Premise,
    script: Script = None,
    length: Length = None,
    language: LanguageOption = None,
    seed: Seed = 1,
    out: Out = None,
    profile: ProfileName = "draft",
) -> None:
    """Write only: a bible, an arc and all scripts to read and approve."""
    from engine import commands

    folder, series, fresh = commands.plan_order(premise, script, length, language, seed, out, profile)
    print(f"{series.title}: {len(series.episodes)} episodes {'written' if fresh else 'were already written'}")
    print(f"read {folder.root / 'bible.md'}, {folder.root / 'arc.md'} and each episode's script.md, then render:")
    print(f"  cliffhanger render {folder.root}")
    print(folder.root)


@app.command(epilog=example("cliffhanger render out/the-hidden-heiress-1a2b3c --episodes 1-3"))
def render(
    folder: Folder,
    profile: ProfileName = "draft",
    episodes: Episodes = None,
    budget: Budget = None,
    as_json: AsJson = False,
) -> None:
    """Render a planned series, or go on where a run stopped."""
    from engine import commands

    commands.render_folder(folder, profile, episodes, as_json, budget=budget)


@app.command(epilog=example('cliffhanger make "A maid is the real empress." --episodes 1-3 --json'))
def make(
    premise: Premise,
    script: Script = None,
    length: Length = None,
    language: LanguageOption = None,
    seed: Seed = 1,
    out: Out = None,
    profile: ProfileName = "draft",
    episodes: Episodes = None,
    budget: Budget = None,
    as_json: AsJson = False,
) -> None:
    """Plan and render in one go."""
    from engine import commands

    started = time.monotonic()
    folder, _, _ = commands.plan_order(premise, script, length, language, seed, out, profile)
    commands.render_folder(folder.root, profile, episodes, as_json, started, budget)


@app.command(epilog=example("cliffhanger status out/the-hidden-heiress-1a2b3c"))
def status(folder: Folder, profile: ProfileName = "draft") -> None:
    """What is written, what is rendered, what it cost."""
    from engine import commands

    commands.show_status(folder, profile)


@app.command(epilog=example("cliffhanger verify out/the-hidden-heiress-1a2b3c --episodes 1-3 --json"))
def verify(folder: Folder, profile: ProfileName = "draft", episodes: Episodes = None, as_json: AsJson = False) -> None:
    """Re-check every deliverable from the files themselves; exit 1 names what fails."""
    from engine import commands

    if not commands.verify_folder(folder, profile, episodes, as_json):
        raise typer.Exit(1)


@app.command(epilog=example("cliffhanger redo out/the-hidden-heiress-1a2b3c e001_s01_sh030 --stage framing --seed 7"))
def redo(
    folder: Folder,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="a line, shot or episode: e001_s01_sh030_l01, e001")],
    stage: Annotated[str | None, typer.Option(help="voicing, framing, animating, cutting, scoring or covering")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**31 - 1, help="the new seed (default: the next)")] = None,
    profile: ProfileName = "draft",
) -> None:
    """Make one unit again with another seed, and whatever depends on it."""
    from engine import commands

    commands.redo_unit(folder, unit, stage, seed, profile)


@app.command(epilog=example("cliffhanger export out/the-hidden-heiress-1a2b3c --nle --episodes 1"))
def export(
    folder: Folder,
    nle: Annotated[bool, typer.Option("--nle", help="textless shot files with 12-frame handles for an editor")] = False,
    profile: ProfileName = "draft",
    episodes: Episodes = None,
) -> None:
    """Write what another program needs: shot files that cut.otio then refers to."""
    from engine import commands

    if not nle:
        raise UserError("say what to export: --nle")
    commands.export_nle(folder, profile, episodes)


@app.command(epilog=example("cliffhanger gallery out/the-hidden-heiress-1a2b3c -o heiress.html --episodes 1-3"))
def gallery(
    folder: Folder,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="the page (default: in the rendition's folder)"),
    ] = None,
    profile: ProfileName = "draft",
    episodes: Episodes = None,
) -> None:
    """One HTML page of the series to show: cast, places, storyboards, episodes that play, checks and cost."""
    from engine import commands

    commands.make_gallery(folder, output, profile, episodes)


@app.command(epilog=example("cliffhanger doctor"))
def doctor() -> None:
    """Check ffmpeg, fonts, voices, GPU and disk on this machine."""
    from engine import commands

    if not commands.doctor():
        raise typer.Exit(1)


@app.command(epilog=example("cliffhanger estimate out/the-hidden-heiress-1a2b3c --profile gpu-24gb --budget 0.05"))
def estimate(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="a planned series (default: a season of 20 episodes)")
    ] = None,
    profile: ProfileName = "gpu-24gb",
    episodes: Episodes = None,
    budget: Budget = None,
    as_json: AsJson = False,
) -> None:
    """What a run will need before it runs: GPU memory, time, disk and dollars."""
    from engine import costing

    costing.show_estimate(folder, profile, episodes, budget, as_json)


app.add_typer(models_app, name="models")
app.add_typer(voices_app, name="voices")
app.command(epilog=example(*cut_cli.CUT_EXAMPLES))(cut_cli.cut)
app.command(epilog=example(*cut_cli.CONFORM_EXAMPLES))(cut_cli.conform)


def main() -> None:
    """Runs the command line; every error is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a title shows question marks
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what a service manager sends: children are ended, too
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of one call."""
    if not arguments:
        arguments = ["--help"]
    try:
        code = app(arguments, standalone_mode=False, prog_name="cliffhanger")
        if code == STOPPED:  # typer's answer to Ctrl-C
            raise KeyboardInterrupt
        sys.stdout.flush()
    except typer.TyperException as error:
        return complain(usage(error), 2)
    except UserError as error:
        return complain(str(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        return complain("stopped; what was finished is kept, run the same command to go on", 1)
    except (BrokenPipeError, SystemExit):  # whoever read our output, such as `head`, has gone (typer exits then)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last resort: a person gets one line, the details go to a file
        return complain(f"internal error: {type(error).__name__}: {error} (details in {keep_traceback()})", 1)
    return int(code or 0)


def usage(error: typer.TyperException) -> str:
    """'Invalid value for --length: 2 is not in the range 3<=x<=120'."""
    format_message = getattr(error, "format_message", None)
    return f"{format_message() if format_message else error} (see cliffhanger --help)"


def complain(text: str, code: int) -> int:
    print("cliffhanger: " + " ".join(text.split()), file=sys.stderr)
    return code


def keep_traceback() -> str:
    """The file that holds it, for a report."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="cliffhanger-error-", suffix=".txt", delete=False) as stream:
            stream.write(traceback.format_exc())
    except OSError as error:
        return f"no file: {error.strerror}"
    return stream.name


if __name__ == "__main__":
    main()
