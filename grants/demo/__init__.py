"""The life of one grant, played through the real web application and the real workers."""
