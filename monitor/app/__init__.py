"""Where parts are put together: one file beside each of the command files, with what it starts and prints."""
