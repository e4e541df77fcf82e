"""The flow engine: transitions, guards, messages, steps, roles and diagrams."""
