"""Service health: the components, their alarms and what to do."""
