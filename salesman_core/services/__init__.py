"""What several domains and plugins need: the company, mail, files."""
