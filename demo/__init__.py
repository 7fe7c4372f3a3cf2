"""The main job from end to end, with real processes, real keys and real files: `make demo`."""
