"""Policy: what may happen, who may do it and why not. Standard library and pydantic only."""
