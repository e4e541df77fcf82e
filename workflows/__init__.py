"""Policy: flows, rules, programmes and messages. Imports only the standard library and pydantic."""
