"""How deals stood on a day that is over."""
