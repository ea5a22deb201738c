"""What a place says: the model of a rule book, its rules, its tables, and which book is in force when."""
