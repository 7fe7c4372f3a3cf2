"""What the two in a room were told."""


def told(side, kind):
    """Return what the person of one side was told of this kind."""
    return [
        effect["news"]
        for step in side.steps
        for effect in step["effects"]
        if effect["type"] == "Tell" and effect["news"]["type"] == kind
    ]
