"""Who gets a lead that nobody is responsible for: rules in order, and a ledger of what they did."""
