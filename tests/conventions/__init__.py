"""Rules for the source code: sizes, names, layers, and actions that only one module may perform."""
