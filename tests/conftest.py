"""What all tests share; each part stands in a file of its own."""

pytest_plugins = ["tests.servers_fixture", "tests.databases", "tests.prepared"]
