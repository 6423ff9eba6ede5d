"""Services that tests need are brought by the tests themselves."""
