"""The steps of the walk, one module each, in the order a person would take them."""
