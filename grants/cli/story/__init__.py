"""The story of one grant, played through the real web and the real workers."""
