"""The official test suites of the Engine.IO and Socket.IO protocols."""
