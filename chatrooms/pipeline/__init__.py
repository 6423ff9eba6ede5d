"""How commands are declared and run."""
