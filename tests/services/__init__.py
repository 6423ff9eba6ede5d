"""Services that the tests start themselves."""
