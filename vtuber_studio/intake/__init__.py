"""The user's own pictures on their way in: found, judged, cut out and laid on the canvas as the artist draws.

Given pictures that ``core.picture`` has decoded; nothing here writes a file or remembers a picture.
"""
