"""How a book is read: TOML as written, layer by layer, each defect with its key."""
