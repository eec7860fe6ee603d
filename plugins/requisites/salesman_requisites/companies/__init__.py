"""Own companies: the firms in whose name papers are made, with their banks and signers."""
