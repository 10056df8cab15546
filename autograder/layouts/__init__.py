"""What comes out of the platforms that collect submissions: one module for each, and the choice among them."""
