"""The inbox: the tasks of each person."""
