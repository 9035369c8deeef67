"""From data to a bundle and a report in one command, going on where it was stopped."""
