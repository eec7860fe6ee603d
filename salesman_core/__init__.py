"""SalesMan: a CRM that plugins assemble."""
