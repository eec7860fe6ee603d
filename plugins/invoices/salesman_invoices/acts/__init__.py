"""Acts: the papers that confirm what was done or delivered, bound to an invoice."""
