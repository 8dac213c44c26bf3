"""Auras: light around an outline, highest above it, in a loop."""

from __future__ import annotations

import numpy as np

from models.draft.raster import Image
from models.draft.spirit import PHASES, flames


def outline() -> Image:
    body = np.zeros((300, 200), np.uint8)
    body[160:, 60:140] = 255
    return body


def test_flames_rise_from_the_outline_and_thin_out_upwards() -> None:
    light = np.mean(
        [phase[..., :3].mean(axis=2) for phase in flames(outline(), (240, 60, 40), (255, 240, 200))], axis=0
    )
    column = light[:, 60:140].mean(axis=1)
    assert column[155] > column[140] > 2 * column[110] and column[155] > 20
    assert light[220, 50] > light[220, 5] + 5  # a rim of light beside the body


def test_light_has_the_outer_colour_and_no_alpha() -> None:
    for phase in flames(outline(), (240, 40, 30), (255, 240, 200)):
        assert not phase[..., 3].any() and phase[..., 2].sum() > 2 * phase[..., 0].sum()


def test_the_phases_differ_and_loop_without_a_jump() -> None:
    frames = [phase[..., :3].astype(int) for phase in flames(outline(), (240, 60, 40), (255, 240, 200))]
    steps = [np.abs(frames[i] - frames[(i + 1) % PHASES]).mean() for i in range(PHASES)]
    assert len(frames) == PHASES and min(steps) > 0.3 and steps[-1] < 1.5 * max(steps[:-1])
