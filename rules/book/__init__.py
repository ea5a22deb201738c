"""What a place says: the model of a rule book, its rules, its tables, and which book is in force when."""

from rules.book.book import Item, ProcessRule, RateRule, Rule, RuleBook, RuleBooks, Threshold, TimeLimit

__all__ = ["Item", "ProcessRule", "RateRule", "Rule", "RuleBook", "RuleBooks", "Threshold", "TimeLimit"]
