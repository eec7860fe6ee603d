"""Opens and clicks of letters, where the company wants to know of them."""
