"""The edge: slow and hostile clients, sign-in, the queue and the settings, on real servers."""
