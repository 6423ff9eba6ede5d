"""How every command runs."""
