"""Words for people, Chinese first: terms, reasons and the arithmetic of a due instant."""
