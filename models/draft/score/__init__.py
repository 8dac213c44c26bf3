"""The draft's orchestra: synthesis, instruments, harmony, arrangement, effects and ambience, in numpy alone."""
