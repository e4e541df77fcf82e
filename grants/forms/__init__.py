"""Forms: parse strings into clean values. Policy that involves several fields belongs to the rules."""
