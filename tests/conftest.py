"""What every test shares: one OpenCV thread, no stopwatch in hypothesis, art kept in the checkout and nowhere else."""

import os
from pathlib import Path

import cv2
from hypothesis import settings

cv2.setNumThreads(1)

settings.register_profile("house", deadline=None, max_examples=60)
settings.load_profile("house")

os.environ["CLIFFHANGER_CACHE"] = str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "cliffhanger")
os.environ.pop("CLIFFHANGER_OUT", None)
