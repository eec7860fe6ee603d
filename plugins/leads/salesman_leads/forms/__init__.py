"""Web forms: built by a marketer, shown on a company's sites, each answer a lead."""
