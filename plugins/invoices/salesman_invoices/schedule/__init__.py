"""The schedule of payments of a deal: what is to be paid by when."""
