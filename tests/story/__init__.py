"""The story of one grant: played over HTTP and in a browser, with a programme of one's own, and its end."""
