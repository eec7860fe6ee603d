"""Groups: whom the company writes to, and why somebody is among them."""
