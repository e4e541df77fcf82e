"""The story of one grant: played over HTTP and in a browser, with a custom programme, and its result."""
