"""What every test shares: one thread for OpenCV, so that eight busy cores and two idle ones behave alike."""

import cv2

cv2.setNumThreads(1)
