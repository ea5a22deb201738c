"""When a limit is over: zones, calendars, office hours, and the arithmetic that shows how a due instant came about."""
