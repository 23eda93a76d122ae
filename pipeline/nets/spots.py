"""How wide the spots of noise are that a fast painter's strokes grow from."""

SPOTS = (1, 3, 5, 9)  # in its channels, in turn, in places of the noise; odd
