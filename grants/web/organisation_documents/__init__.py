"""Documents of organisations: the list on the page of the organisation, and the pages of each document."""
