"""The checks of `grants verify`, one module for each kind of thing that they compare."""
