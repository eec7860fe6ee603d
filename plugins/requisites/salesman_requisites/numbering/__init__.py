"""Numbers of papers: by a pattern, without a gap, for each own company and kind of paper."""
