"""Line art out of drawn pictures: thin white lines on black, of one width at every size. Knows pixels, no shots.

A line is where a picture is darker than what is around it (a difference of two Gaussians, as in XDoG of Winnemöller,
Kyprianidis and Olsen, 2012): ink gives one line, and so does the border of two flat colours."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft.raster import Image

Grey = NDArray[np.uint8]
HEIGHT = 1920
FINE, WIDE = 1.1, 3.4
"""Gaussian sigmas in pixels of a frame 1920 high: what a line is, and what is around it."""
LIFT = 0.55
"""Gamma that spreads the darks, so that ink on black cloth shows too."""
FAINT, CLEAR = 5.0, 15.0
"""Levels darker than the surroundings from which a line begins, and from which it is white."""
SPECK = 22.0
"""Length in pixels at 1920 high under which a piece of line is dirt."""
SEAM = 24
"""How much the alpha of two parts of a figure may sink where they meet."""
_WEIGHTS = np.array([[0.30, 0.40, 0.30]], np.float32)
"""Of blue, green and red: colours of one lightness are told apart better than by luma."""
_LIFTED = (255 * (np.arange(256) / 255) ** LIFT).round().astype(np.uint8)


def lines_of(picture: Image, scale: float = 1.0, speck: float = SPECK) -> Grey:
    """The lines of a BGR picture as uint8 (height, width), without specks; `scale` is the frame's height / 1920."""
    lifted = cv2.LUT(np.ascontiguousarray(picture[..., :3]), _LIFTED)
    tone = cv2.transform(lifted, _WEIGHTS).astype(np.float32)
    fine = cv2.GaussianBlur(tone, (0, 0), max(0.45, FINE * scale))
    wide = cv2.GaussianBlur(tone, (0, 0), max(1.2, WIDE * scale))
    darker = cv2.subtract(cv2.subtract(wide, fine), FAINT)
    lines = cv2.convertScaleAbs(cv2.max(darker, 0), alpha=255 / (CLEAR - FAINT))
    return without_specks(lines, speck * scale)


def outline_of(alpha: Grey, scale: float = 1.0) -> Grey:
    """The inner edge of a silhouette as one line."""
    width = max(1, round(2.2 * scale))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1,) * 2)
    edge = cv2.subtract(alpha, cv2.erode(alpha, kernel))
    return cv2.threshold(edge, SEAM, 255, cv2.THRESH_TOZERO)[1]


def without_specks(lines: Grey, least: float) -> Grey:
    """Lines whose connected piece is at least this many pixels long (the longer side of its box)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((lines > 40).astype(np.uint8), connectivity=8)
    if count < 2:
        return lines
    long = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= least
    long[0] = False
    kept = cv2.dilate(long[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    return cv2.multiply(lines, kept)
